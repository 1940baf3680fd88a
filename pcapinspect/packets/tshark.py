"""The tshark engine: Wireshark's own dissection through pyshark, for what the native reader does not decode.

It yields the same batches as the native reader, and notes beside them what Wireshark itself makes of each frame
(stream number, HTTP request or response), which `--verify` compares with what we make of it.
"""

from __future__ import annotations

import hashlib
import logging
import re
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pcapinspect.address import halves
from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.control import Control
from pcapinspect.capture.fileset import Member, in_order
from pcapinspect.capture.inputs import ENDED, InputFile
from pcapinspect.capture.source import STDIN
from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.errors import CaptureError, EngineError
from pcapinspect.packets.batch import ICMP_ERROR, SYN, TCP, PacketBatch, Packets

OLDEST = (4, 0)
"""Wireshark 4.0, Debian 12's: the oldest that this engine was tested with."""

BATCH_PACKETS = 10_000
"""Bounds the payload bytes that wait in a batch; tshark delivers some thousand packets a second."""

PREFERENCES = {"tcp.relative_sequence_numbers": "FALSE"}

AHEAD = 1_000
"""Packets that tshark may be ahead of whoever reads them: bounds memory."""

CUT_SHORT = "cut short in the middle of a packet"
"""What tshark says of a capture whose last packet is not whole."""

OUTSIDE = "TCP that Wireshark shows without an IP header"
"""What `InputFile.unknown` calls segments that cannot be told whose they are: inside of netlink, for example."""

_ICMP_PREFIX = ("icmp", "icmpv6")


@dataclass(frozen=True, slots=True)
class Witness:
    """What Wireshark makes of one frame. Texts and numbers are None where the frame has none."""

    file: int
    frame: int
    stream: int | None
    method: str | None
    uri: str | None
    status: int | None


class TsharkReader:
    """Iterates over PacketBatch, as CaptureReader does. `inputs` is complete after the last batch."""

    def __init__(
        self,
        paths: Sequence[str],
        *,
        progress: Callable[[int, int | None, int], None] | None = None,
        witnesses: list[Witness] | None = None,
        control: Control | None = None,
    ) -> None:
        """`witnesses`: where to put what Wireshark makes of each frame."""
        require_tshark()
        if STDIN in paths:
            raise EngineError("--engine tshark reads files, not standard input")
        self.inputs = [InputFile(member.path, warnings=list(member.warnings)) for member in _in_order(paths)]
        self._progress = progress
        self._witnesses = witnesses
        self._control = control

    def __iter__(self) -> Iterator[PacketBatch]:
        done = 0
        total = sum(Path(file.path).stat().st_size for file in self.inputs)
        for number, file in enumerate(self.inputs):
            if self._ended:
                file.reading = ENDED
                continue
            for batch in self._read(number, file):
                if self._progress:
                    self._progress(done, total, file.packets)
                yield batch
            done += file.bytes

    def _read(self, number: int, file: InputFile) -> Iterator[PacketBatch]:
        file.bytes = Path(file.path).stat().st_size
        with Path(file.path).open("rb") as content:
            file.sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        file.format = "tshark"
        rows: list[tuple[int, ...]] = []
        payloads = bytearray()
        for packet in _packets(file.path, file):
            _count(file, packet)
            row = _row(packet, number, len(payloads))
            if self._witnesses is not None:
                self._witnesses.append(_witness(packet, number))
            if row is not None:
                fixed, payload = row
                rows.append(fixed)
                payloads += payload
            elif any(layer.layer_name == "tcp" for layer in packet.layers):
                file.unknown[OUTSIDE] = file.unknown.get(OUTSIDE, 0) + 1
            asked = self._control is not None and self._control.asked
            if len(rows) >= BATCH_PACKETS or (asked and rows):
                yield _batch(rows, payloads)
                rows, payloads = [], bytearray()
            if asked:
                yield _batch([], payloads)
            if self._ended:
                file.reading = ENDED
                break
        yield _batch(rows, payloads)

    @property
    def _ended(self) -> bool:
        """Whether the reading is to end."""
        return self._control is not None and self._control.ended


def _in_order(paths: Sequence[str]) -> list[Member]:
    """As the native engine reads them; in the order given where there is one that only Wireshark reads."""
    try:
        return in_order(paths)
    except CaptureError:
        return [Member(path) for path in paths]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """What is started here is ended by us alone: a terminal sends Ctrl-C to all, and programs inherit what signals the
    thread blocks that starts them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def require_tshark() -> None:
    """Raises EngineError where tshark is missing or too old."""
    from pyshark.tshark.tshark import TSharkNotFoundException, TSharkVersionException, get_tshark_version

    try:
        with _undisturbed():
            version = get_tshark_version()
    except TSharkNotFoundException:
        raise EngineError("tshark is not installed: `apt install tshark`, or use the native engine") from None
    except (TSharkVersionException, OSError, ValueError) as error:
        raise EngineError(f"tshark does not run: {error}") from None
    if (version.major, version.minor) < OLDEST:
        raise EngineError(f"tshark {version} is too old: at least {OLDEST[0]}.{OLDEST[1]} is needed")


def dissect_frame(path: str, frame: int) -> list[str]:
    """Wireshark's dissection of one frame, a line a field. Raises CaptureError where there is no such frame."""
    if frame < 1:
        raise CaptureError(path, f"there is no frame {frame}: frames count from 1")
    if path == STDIN:
        raise EngineError("Wireshark's dissection is of files, not of standard input")
    if not Path(path).exists():
        raise CaptureError(path, "no such file")
    if Path(path).is_dir():
        raise CaptureError(path, "is a folder")
    require_tshark()
    for packet in _packets(path, InputFile(path=path), display_filter=f"frame.number == {frame}"):
        return re.sub(r"\x1b\[[0-9;]*m", "", str(packet)).rstrip().splitlines()
    raise CaptureError(path, f"there is no frame {frame}")


def _packets(path: str, file: InputFile, display_filter: str | None = None) -> Iterator[Any]:
    """The packets as pyshark gives them. A complaint of tshark is a warning; without any packet, a CaptureError.

    pyshark works in a thread of its own: it runs an event loop, and the caller's thread may be inside one (Jupyter).
    """
    ahead = Ahead(_dissected(path, file, display_filter), AHEAD)
    try:
        yield from ahead
    finally:
        ahead.close(patient=True)


def _dissected(path: str, file: InputFile, display_filter: str | None) -> Generator[Any, None, None]:
    """Runs tshark. What it says at the end becomes a warning of the file, or the CaptureError."""
    import pyshark
    from pyshark.capture.capture import TSharkCrashException

    try:
        capture = pyshark.FileCapture(
            path, keep_packets=False, display_filter=display_filter, override_prefs=PREFERENCES
        )
    except OSError as error:
        raise CaptureError(path, str(error.strerror or error)) from None
    logging.getLogger("asyncio").addFilter(_is_of_use)
    read = 0
    try:
        with _undisturbed():
            for packet in capture:
                read += 1
                yield packet
    except TSharkCrashException:
        pass  # its words are those of stderr, read below
    finally:
        complaint = _close(capture).removeprefix("tshark: ").strip()
        capture.eventloop.close()
    if not complaint or complaint.startswith("Running as user"):
        return
    if not read:
        raise CaptureError(path, f"tshark cannot read it: {complaint}")
    file.truncated = file.truncated or CUT_SHORT in complaint
    file.warnings.append(f"tshark stopped after packet {read}: {complaint}")


def _is_of_use(record: logging.LogRecord) -> bool:
    """asyncio warns where pyshark waited for the process that it killed before asyncio could: of no use to a user."""
    return not record.getMessage().startswith("Unknown child process pid")


def _close(capture: Any) -> str:
    """Ends tshark and returns the last line that it wrote to stderr.

    pyshark keeps that line in a private attribute only, and raises on an exit code unless it killed the process.
    """
    from pyshark.capture.capture import TSharkCrashException

    try:
        capture.close()
    except TSharkCrashException:
        capture._running_processes.clear()
        capture.close()
    return str(capture._last_error_line or "")


def _count(file: InputFile, packet: Any) -> None:
    time = _time(packet)
    file.packets += 1
    if file.last_time is not None and time < file.last_time:
        file.time_backwards += 1
    file.first_time = time if file.first_time is None else min(file.first_time, time)
    file.last_time = time if file.last_time is None else max(file.last_time, time)
    link_type = str(packet.frame_info.get_field_value("encap_type") or "")
    if link_type and f"Wireshark {link_type}" not in file.link_types:
        file.link_types.append(f"Wireshark {link_type}")
    if int(packet.captured_length) < int(packet.length):
        file.snaplen_cut += 1


def _time(packet: Any) -> int:
    """Nanoseconds; Wireshark 4.6 and later print ISO 8601 where 4.0 prints seconds."""
    text = str(packet.sniff_timestamp)
    if "T" in text:
        return parse_iso(text)
    seconds, _, fraction = text.partition(".")
    return int(seconds) * SECOND + int(fraction[:9].ljust(9, "0") or 0)


def _row(packet: Any, file: int, payload_start: int) -> tuple[tuple[int, ...], bytes] | None:
    """One row of Packets in the order of its fields, and the payload; None for what is neither TCP nor quotes it."""
    names = [layer.layer_name for layer in packet.layers]
    position = len(names) - 1 - names[::-1].index("tcp") if "tcp" in names else None
    if position is not None:
        below = [layer for layer in packet.layers[:position] if layer.layer_name in ("ip", "ipv6")]
        read, kind = _reader(packet.layers[position], ""), TCP
        network, version = (below[-1], below[-1].layer_name) if below else (None, "")
        internet = _reader(network, "") if network is not None else None
    else:
        quoting = next((layer for layer in packet.layers if layer.layer_name in _ICMP_PREFIX), None)
        if quoting is None or quoting.get_field_value("tcp_srcport") is None:
            return None
        read, kind = _reader(quoting, "tcp_"), ICMP_ERROR
        version = "ip" if quoting.get_field_value("ip_src") is not None else "ipv6"
        internet = _reader(quoting, f"{version}_")
    if internet is None:
        return None
    payload = b"" if kind == ICMP_ERROR else _payload(packet, read)
    source, target = halves(internet("src") or "::"), halves(internet("dst") or "::")
    return (
        (
            file,
            int(packet.number),
            _time(packet),
            *source,
            *target,
            _number(read("srcport")),
            _number(read("dstport")),
            _number(read("seq")),
            _number(read("ack")),
            _number(read("flags")),
            _number(read("window_size_value")),
            _number(internet("id")) if version == "ip" else 0,
            _number(internet("ttl") if version == "ip" else internet("hlim")),
            _number(read("checksum")),
            kind,
            *_offered(read, kind),
            0 if kind == ICMP_ERROR else max(_number(read("len")), len(payload)),
            len(payload),
            payload_start,
        ),
        payload,
    )


def _offered(read: Callable[[str], str | None], kind: int) -> tuple[int, int]:
    """Maximum segment size and timestamp of a SYN."""
    if kind == ICMP_ERROR or not _number(read("flags")) & SYN:
        return 0, 0
    return _number(read("options_mss_val")), _number(read("options_timestamp_tsval"))


def _payload(packet: Any, read: Callable[[str], str | None]) -> bytes:
    """The segment's bytes. Where it completes a message, Wireshark shows the whole message instead: they end it."""
    shown = read("payload") or read("segment_data")
    if shown:
        return bytes.fromhex(shown.replace(":", ""))
    length = _number(read("len"))
    whole = packet.data.get_field("tcp_reassembled_data") if length and "DATA" in packet else None
    return b"" if whole is None else bytes.fromhex(whole.raw_value)[-length:]


def _reader(layer: Any, prefix: str) -> Callable[[str], str | None]:
    return lambda name: layer.get_field_value(prefix + name)


def _number(text: str | None) -> int:
    """Wireshark prints decimal or 0x numbers; a field that the snaplen cut counts as 0, as in the native reader."""
    return int(text, 0) if text else 0


def _witness(packet: Any, file: int) -> Witness:
    stream = packet.tcp.get_field_value("stream") if "TCP" in packet else None
    method = uri = status = None
    if "HTTP" in packet:
        method = packet.http.get_field_value("request_method")
        uri = packet.http.get_field_value("request_uri")
        status = packet.http.get_field_value("response_code")
    return Witness(file, int(packet.number), _optional(stream), method, uri, _optional(status))


def _optional(text: str | None) -> int | None:
    return int(text) if text is not None else None


def _batch(rows: list[tuple[int, ...]], payloads: bytearray) -> PacketBatch:
    dtypes = Packets.dtypes()
    columns = zip(*rows, strict=True) if rows else [[] for _ in dtypes]
    typed = zip(dtypes.items(), columns, strict=True)
    packets = Packets(**{name: np.array(values, dtype) for (name, dtype), values in typed})
    return PacketBatch(packets, np.frombuffer(bytes(payloads), np.uint8))
