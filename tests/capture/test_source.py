"""Bytes from files, pipes and standard input."""

from __future__ import annotations

import hashlib
import io
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from threading import Thread

import pytest

from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.source import HEADROOM, RawFile, chunks
from pcapinspect.errors import CaptureError
from tests.capture import wire
from tests.packets.test_hostile import PACK

CAPTURE = wire.pcapng([wire.segment(seq=i) for i in range(50)])


def test_the_hash_is_of_the_file_as_given(tmp_path: Path) -> None:
    packed = PACK["gzip"](CAPTURE)
    file = wire.read_bytes(tmp_path, packed).file
    assert (file.sha256, file.bytes) == (hashlib.sha256(packed).hexdigest(), len(packed))


def test_the_hash_covers_what_was_not_read_for_damage(tmp_path: Path) -> None:
    data = CAPTURE + b"\x06\0\0\0\x0a\0\0\0" + bytes(3 << 20)
    file = wire.read_bytes(tmp_path, data, 1 << 16).file
    assert (file.truncated, file.sha256) == (True, hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("name", sorted(PACK))
def test_a_named_pipe(tmp_path: Path, name: str) -> None:
    pipe, packed = tmp_path / "pipe", PACK[name](CAPTURE)
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(packed,))
    writer.start()
    reading = wire.read([pipe])
    writer.join()
    assert len(reading.rows) == 50
    assert reading.file.sha256 == hashlib.sha256(packed).hexdigest()


def test_standard_input() -> None:
    program = (
        "from pcapinspect.packets.reader import CaptureReader\n"
        "reader = CaptureReader(['-'])\n"
        "print(sum(len(b.packets) for b in reader), reader.inputs[0].path, reader.inputs[0].format)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], input=CAPTURE, capture_output=True, check=True)
    assert done.stdout == b"50 - pcapng\n"


MISSING: list[tuple[Callable[[Path], Path], str]] = [
    (lambda folder: folder / "nothing", "no such file or directory"),
    (lambda folder: folder, "is a (folder|directory)"),
]


@pytest.mark.parametrize(("path", "reason"), MISSING)
def test_what_cannot_be_opened(tmp_path: Path, path: Callable[[Path], Path], reason: str) -> None:
    with pytest.raises(CaptureError, match=reason):
        wire.read([path(tmp_path)])


def test_chunks_are_the_stream_and_leave_room_in_front(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(bytes(range(256)) * 10)
    raw = RawFile(str(path))
    found = list(chunks(raw, 1000))
    raw.close()
    assert [len(chunk) - HEADROOM for chunk in found] == [1000, 1000, 560]
    assert b"".join(chunk[HEADROOM:].tobytes() for chunk in found) == bytes(range(256)) * 10


def test_a_reader_that_is_left_early_leaves_no_thread(tmp_path: Path) -> None:
    import threading

    path = tmp_path / "big"
    path.write_bytes(wire.pcap([wire.segment(seq=i) for i in range(5000)]))
    from pcapinspect.packets.reader import CaptureReader

    batches = iter(CaptureReader([str(path)], batch_bytes=1000))
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name in ("ahead", "digest")]


def test_a_thread_that_is_slow_is_waited_for_where_another_goes_on_with_its_file() -> None:
    def slow() -> Generator[int]:
        yield 1
        time.sleep(1.5)
        done.append(True)
        yield 2

    done: list[bool] = []
    ahead = Ahead(slow(), 1)
    assert next(iter(ahead)) == 1
    ahead.close(patient=True)
    assert done == [True]


def test_memory_is_hashed_before_it_is_filled_again(tmp_path: Path) -> None:
    content = random.Random(7).randbytes(20 << 20)
    path = tmp_path / "bytes"
    path.write_bytes(content)
    raw = RawFile(str(path))
    addresses = {chunk.__array_interface__["data"][0] for chunk in chunks(raw, 1 << 20)}
    assert raw.finish() == hashlib.sha256(content).hexdigest()
    raw.close()
    assert len(addresses) <= 6


def test_a_chunk_is_filled_again_only_when_nobody_refers_to_it() -> None:
    stream = chunks(io.BytesIO(bytes(range(40))), 4)  # type: ignore[arg-type]
    kept = next(stream)[HEADROOM:]
    addresses = {next(stream).__array_interface__["data"][0] for _ in range(8)}
    assert kept.tolist() == [0, 1, 2, 3]
    assert kept.base is not None
    assert kept.base.__array_interface__["data"][0] not in addresses
    assert len(addresses) <= 2
