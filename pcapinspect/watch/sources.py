"""Where packets come from while they are captured: a pipe, an interface, a folder that a capture program writes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import IO

from pcapinspect.capture.inputs import InputFile
from pcapinspect.errors import CaptureError, EngineError
from pcapinspect.packets.live import POLL_SECONDS, GrowingFile, LivePackets, live_packets

WAITING = 64
"""Parts that wait to be taken: a source that is faster is read no further until they are."""

Parts = Callable[[Event], Iterator[LivePackets]]
"""What a source gives, until it ends or the Event is set."""


class Arrivals:
    """What a source gives, read in a thread of its own: asking for it never waits longer than it is told to."""

    def __init__(self, parts: Parts) -> None:
        self._queue: Queue[LivePackets | Exception | None] = Queue(WAITING)
        self._stop = Event()
        self.ended = False
        self._thread = Thread(target=self._run, args=(parts,), daemon=True, name="source")
        self._thread.start()

    def _run(self, parts: Parts) -> None:
        try:
            for part in parts(self._stop):
                self._put(part)
            self._put(None)
        except Exception as error:
            self._put(error)

    def _put(self, item: LivePackets | Exception | None) -> None:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=POLL_SECONDS)
            except Full:
                continue
            return

    def next(self, seconds: float) -> LivePackets | None:
        """The next part. None: nothing came in this time, or nothing will (`ended`). Raises what the source raised."""
        try:
            item = self._queue.get(timeout=seconds)
        except Empty:
            return None
        if isinstance(item, Exception):
            raise item
        self.ended = item is None
        return item

    def stop(self) -> None:
        """Read no further."""
        self._stop.set()


class _Pipe:
    """A pipe as a stream that hands on what there is."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = open(file.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115

    def readinto(self, buffer: memoryview) -> int:
        return self._file.readinto(buffer) or 0


def pipe(ports: tuple[int, ...]) -> Parts:
    """Standard input."""
    if sys.stdin is None:
        raise CaptureError("-", "standard input is closed")
    stream = _Pipe(sys.stdin.buffer)

    def parts(_: Event) -> Iterator[LivePackets]:
        yield from live_packets(stream, InputFile("-"), ports)

    return parts


def interface(name: str, ports: tuple[int, ...]) -> Parts:
    """Started here: dumpcap, which has the right to capture, or tcpdump. Raises EngineError where there is neither."""
    wanted = " or ".join(f"tcp port {port}" for port in ports)
    bpf = f"{wanted} or icmp or icmp6"
    if shutil.which("dumpcap"):
        command = ["dumpcap", "-q", "-i", name, "-f", bpf, "-w", "-"]
    elif shutil.which("tcpdump"):
        command = ["tcpdump", "-U", "-s", "0", "-i", name, "-w", "-", bpf]
    else:
        raise EngineError("watch -i needs dumpcap (Wireshark) or tcpdump, and finds neither")

    def parts(stop: Event) -> Iterator[LivePackets]:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True
        ) as program:
            assert program.stdout is not None
            assert program.stderr is not None
            Thread(target=_end_with, args=(program, stop), daemon=True).start()
            try:
                yield from live_packets(_Pipe(program.stdout), InputFile(name), ports)
            except CaptureError:
                said = program.stderr.read().decode("utf-8", "replace").strip().splitlines()
                raise EngineError(f"{command[0]} -i {name}: {said[-1] if said else 'ended at once'}") from None
            finally:
                program.terminate()

    return parts


def _end_with(program: subprocess.Popen[bytes], stop: Event) -> None:
    while program.poll() is None:
        if stop.wait(POLL_SECONDS):
            program.terminate()
            return


def folder(path: Path, ports: tuple[int, ...], since: float, remark: Callable[[str], None]) -> Parts:
    """The files of a ring: those written since `since` (seconds of the clock), then the newest, as it grows.

    `remark` is told of files that are no captures: they are passed over.
    """

    def parts(stop: Event) -> Iterator[LivePackets]:
        read: dict[tuple[int, int], int] = {}
        while not stop.is_set():
            waiting = _unread(path, read, since)
            if not waiting:
                stop.wait(POLL_SECONDS)
                continue
            try:
                yield from _file(waiting[0], path, ports, read, since, stop)
            except (CaptureError, FileNotFoundError) as error:
                remark(f"{error}; passed over")

    return parts


def _unread(path: Path, read: dict[tuple[int, int], int], since: float) -> list[Path]:
    """The oldest first. A file that is shorter than what was read of it is a new one: rings use their names again."""
    found = []
    for file in path.iterdir():
        try:
            status = file.stat()
        except OSError:
            continue  # deleted meanwhile
        known = read.get((status.st_dev, status.st_ino))
        is_new = known is None or status.st_size < known
        hidden = file.name.startswith(".")
        if is_new and not hidden and file.is_file() and status.st_size and status.st_mtime >= since:
            found.append((status.st_mtime, file.name, file))
    return [file for _, _, file in sorted(found)]


def _file(
    file: Path, path: Path, ports: tuple[int, ...], read: dict[tuple[int, int], int], since: float, stop: Event
) -> Iterator[LivePackets]:
    status = file.stat()
    key = (status.st_dev, status.st_ino)
    read[key] = 0
    stream = GrowingFile(file, lambda: bool(_unread(path, read, since)), stop)
    try:
        for part in live_packets(stream, InputFile(str(file)), ports):
            read[key] = stream.read
            yield part
    finally:
        read[key] = stream.read
        stream.close()
