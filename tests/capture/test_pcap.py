"""The variants of classic pcap that libpcap reads."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pcapinspect.errors import CaptureError
from tests.capture import wire

PACKET = wire.segment(b"hello")


def with_magic(magic: int, record: bytes, order: wire.Order = "<", version: tuple[int, int] = (2, 4)) -> bytes:
    """A file of one record whose header is given."""
    return struct.pack(order + "IHHiIII", magic, *version, 0, 0, 65535, 1) + record + PACKET


def lengths(first: int, second: int, order: wire.Order = "<") -> bytes:
    return struct.pack(order + "IIII", 10, 500_000, first, second)


N = len(PACKET)

VARIANTS = {
    "pcap": with_magic(0xA1B2C3D4, lengths(N, N)),
    "other byte order": with_magic(0xA1B2C3D4, lengths(N, N, ">"), ">"),
    "Kuznetzov's": with_magic(0xA1B2CD34, lengths(N, N) + bytes(8)),
    "Kuznetzov's, other byte order": with_magic(0xA1B2CD34, lengths(N, N, ">") + bytes(8), ">"),
    "version 2.2, lengths the other way round": with_magic(0xA1B2C3D4, lengths(N + 9, N), version=(2, 2)),
    "version 2.3, wrong": with_magic(0xA1B2C3D4, lengths(N + 9, N), version=(2, 3)),
    "version 2.3, right": with_magic(0xA1B2C3D4, lengths(N, N + 9), version=(2, 3)),
    "DG/UX": with_magic(0xA1B2C3D4, lengths(N + 9, N), version=(543, 0)),
    "captured longer than the packet": with_magic(0xA1B2C3D4, lengths(N, 1)),
    "version 9.9": with_magic(0xA1B2C3D4, lengths(N, N), version=(9, 9)),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant(tmp_path: Path, name: str) -> None:
    reading = wire.read_bytes(tmp_path, VARIANTS[name])
    (row,) = reading.rows
    assert (row.time, row.payload) == (10_500_000_000, b"hello")
    assert reading.file.format == ("pcap-modified" if "Kuznetzov" in name else "pcap")
    assert not reading.file.truncated


def test_nanoseconds(tmp_path: Path) -> None:
    reading = wire.read_bytes(tmp_path, with_magic(0xA1B23C4D, struct.pack("<IIII", 10, 123_456_789, N, N)))
    assert reading.rows[0].time == 10_123_456_789
    assert reading.file.format == "pcap-nanosecond"


def test_the_bits_of_a_frame_check_sequence(tmp_path: Path) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([PACKET + b"\1\2\3\4"], 1 | 0x24000000))
    assert reading.file.link_types == ["EN10MB"]
    assert reading.rows[0].payload == b"hello"


def test_reserved_bits_of_the_link_type_are_damage(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="byte 20: reserved bits 0x00010000"):
        wire.read_bytes(tmp_path, wire.pcap([PACKET], 0x10001))


def test_a_file_without_packets_is_no_error(tmp_path: Path) -> None:
    file = wire.read_bytes(tmp_path, wire.pcap([])).file
    assert (file.packets, file.first_time, file.truncated, file.link_types) == (0, None, False, ["EN10MB"])


@pytest.mark.parametrize("left", [1, 15, 16, 17, N + 15])
def test_a_cut_file_gives_everything_before_the_cut(tmp_path: Path, left: int) -> None:
    whole = wire.pcap([PACKET] * 3)
    reading = wire.read_bytes(tmp_path, whole[: 24 + 2 * (16 + N) + left])
    assert len(reading.rows) == 2
    assert reading.file.truncated
    assert reading.file.warnings == [
        f"byte {24 + 2 * (16 + N)}: the file ends in the middle of a packet; everything before it was read"
    ]


def test_the_largest_packet_and_one_more_byte(tmp_path: Path) -> None:
    assert wire.read_bytes(tmp_path, wire.pcap([bytes(262_144)])).file.packets == 1
    with pytest.raises(CaptureError, match="byte 24: a packet of 262145 bytes"):
        wire.read_bytes(tmp_path, wire.pcap([bytes(262_145)]))
    assert wire.read_bytes(tmp_path, wire.pcap([bytes(262_145)], 249)).file.packets == 1


def test_snaplen_zero_means_none(tmp_path: Path) -> None:
    assert wire.read_bytes(tmp_path, wire.pcap([PACKET], snaplen=0)).file.snaplen is None
    assert wire.read_bytes(tmp_path, wire.pcap([PACKET], snaplen=96)).file.snaplen == 96
