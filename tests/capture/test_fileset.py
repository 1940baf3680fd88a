"""Which files are meant, and in which order they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcapinspect.capture.fileset import find_captures
from pcapinspect.errors import CaptureError
from tests.capture import wire
from tests.packets.test_hostile import PACK

START = 1_700_000_000_000_000_000


def capture(number: int) -> bytes:
    return wire.pcap([wire.Stamped(wire.segment(seq=number), START + number * 1_000_000_000)])


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    for number in (1, 2, 9, 10, 11):
        (tmp_path / f"ring.{number}").write_bytes(capture(number))
    return tmp_path


def test_a_folder_gives_its_captures_in_the_order_of_their_numbers(ring: Path) -> None:
    (ring / "README").write_text("not a capture")
    (ring / "empty").touch()
    (ring / "packed").write_bytes(PACK["xz"](capture(3)))
    (ring / "other.snoop").write_bytes(b"snoop\0\0\0" + bytes(40))
    (ring / "below").mkdir()
    names = [Path(path).name for path in find_captures([str(ring)])]
    assert names == ["other.snoop", "packed", "ring.1", "ring.2", "ring.9", "ring.10", "ring.11"]


@pytest.mark.parametrize("name", ["ring.pcap", "ring_00001.PCAPNG", "ring.pcap12", "ring.cap.gz"])
def test_of_a_folder_what_is_named_like_a_capture_is_not_left_out_in_silence(ring: Path, name: str) -> None:
    (ring / name).write_bytes(b"damaged" * 10)
    assert name in [Path(path).name for path in find_captures([str(ring)])]
    with pytest.raises(CaptureError, match=name):
        wire.read(find_captures([str(ring)]))


@pytest.mark.parametrize("name", ["ring1²3.pcap", "ring" + "٣" * 5000])
def test_digits_that_are_no_numbers_do_not_matter(tmp_path: Path, name: str) -> None:
    (tmp_path / name[:100]).write_bytes(capture(1))
    assert len(find_captures([str(tmp_path)])) == 1


def test_a_glob_and_standard_input(ring: Path) -> None:
    assert [Path(p).name for p in find_captures([str(ring / "ring.1*")])] == ["ring.1", "ring.10", "ring.11"]
    assert find_captures(["-"]) == ["-"]


def test_a_file_whose_name_looks_like_a_glob(tmp_path: Path) -> None:
    path = tmp_path / "trace[1].pcap"
    path.write_bytes(capture(1))
    assert find_captures([str(path)]) == [str(path)]


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("nothing.pcap", "no such file"),
        ("*.pcapng", "no file matches"),
        (".", "no capture in this folder"),
    ],
)
def test_an_argument_that_names_nothing(tmp_path: Path, argument: str, reason: str) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(CaptureError, match=reason):
        find_captures([str(tmp_path / argument)])


def test_files_are_read_in_the_order_of_time_whatever_their_names(tmp_path: Path) -> None:
    for name, number in (("a", 30), ("b", 10), ("c", 20)):
        (tmp_path / name).write_bytes(capture(number))
    reading = wire.read([tmp_path / name for name in "abc"])
    assert [Path(file.path).name for file in reading.inputs] == ["b", "c", "a"]
    assert [row.seq for row in reading.rows] == [10, 20, 30]


def test_a_file_given_twice_is_read_once(ring: Path) -> None:
    (ring / "link").symlink_to(ring / "ring.1")
    (ring / "copy").write_bytes((ring / "ring.1").read_bytes())
    reading = wire.read([ring / "ring.1", ring / "link", ring / "copy", ring / "ring.1", ring / "ring.2"])
    assert len(reading.rows) == 2
    assert len(reading.inputs[0].warnings) == 3
    assert all(warning.endswith("is the same file: it was read once") for warning in reading.inputs[0].warnings)


def test_files_that_only_begin_alike_are_both_read(tmp_path: Path) -> None:
    common = [wire.segment(b"x" * 1000, seq=i) for i in range(400)]
    for name, last in (("a", b"a"), ("b", b"b")):
        (tmp_path / name).write_bytes(wire.pcap([*common, wire.segment(last)]))
    assert len(wire.read([tmp_path / "a", tmp_path / "b"]).rows) == 802


def test_the_empty_newest_file_of_a_ring_is_left_out(ring: Path) -> None:
    (ring / "ring.12").touch()
    reading = wire.read([ring / "ring.11", ring / "ring.12"])
    assert len(reading.rows) == 1
    assert reading.file.warnings == [f"{ring / 'ring.12'} is empty and was left out"]
    with pytest.raises(CaptureError, match="the file is empty"):
        wire.read([ring / "ring.12"])


def test_one_of_several_that_is_no_capture_is_an_error_before_anything_is_read(ring: Path) -> None:
    (ring / "notes").write_text("call the customer")
    with pytest.raises(CaptureError, match="notes: not a packet capture but text"):
        wire.read([ring / "ring.1", ring / "notes"])


def test_an_empty_name_is_not_this_folder() -> None:
    with pytest.raises(CaptureError, match="empty name"):
        find_captures([""])
