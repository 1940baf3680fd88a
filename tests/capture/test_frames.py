from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from pcapinspect.capture.frames import Frame, read_frames
from pcapinspect.errors import CaptureError

HEADER = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 101)


def record(number: int) -> bytes:
    """A packet whose bytes, time and length on the wire tell its number."""
    data = bytes([number % 256]) * (number % 7)
    return struct.pack("<IIII", 100 + number, number, len(data), len(data) + 5) + data


def expected(number: int) -> Frame:
    return Frame(number, (100 + number) * 10**9 + number, number % 7 + 5, 101, bytes([number % 256]) * (number % 7))


def file_of(folder: Path, count: int, name: str = "x.pcap") -> Path:
    path = folder / name
    path.write_bytes(HEADER + b"".join(record(number) for number in range(1, count + 1)))
    return path


@pytest.mark.parametrize("wanted", [[1], [10], [1, 10], [2, 3, 9], []])
def test_exactly_the_wanted_frames(tmp_path: Path, wanted: list[int]) -> None:
    found = list(read_frames(str(file_of(tmp_path, 10)), np.array(wanted, dtype=np.int64)))
    assert found == [expected(number) for number in wanted]


def test_more_records_than_a_table_holds(tmp_path: Path) -> None:
    wanted = [1, 131_072, 131_073, 200_000]
    found = list(read_frames(str(file_of(tmp_path, 200_000)), np.array(wanted)))
    assert found == [expected(number) for number in wanted]


def test_a_compressed_file(tmp_path: Path) -> None:
    plain = file_of(tmp_path, 10)
    packed = tmp_path / "x.pcap.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert [frame.number for frame in read_frames(str(packed), np.array([4, 5]))] == [4, 5]


def test_a_cut_file_ends_early(tmp_path: Path) -> None:
    path = file_of(tmp_path, 10)
    path.write_bytes(path.read_bytes()[:-3])
    assert [frame.number for frame in read_frames(str(path), np.array([9, 10]))] == [9]


def test_what_is_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("text")
    with pytest.raises(CaptureError):
        list(read_frames(str(path), np.array([1])))
