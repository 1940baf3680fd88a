"""Blocks, sections and interfaces of pcapng."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pcapinspect.errors import CaptureError
from tests.capture import wire
from tests.capture.wire import END_OF_OPTIONS, block, enhanced, interface, option, section

PACKET = wire.segment(b"hello")
SECOND = 1_000_000


def test_sections_change_the_byte_order_and_forget_the_interfaces(tmp_path: Path) -> None:
    data = section() + interface(1) + enhanced(PACKET, 5 * SECOND)
    data += section(">") + interface(101, ">") + enhanced(wire.ipv4(wire.tcp(b"raw")), 6 * SECOND, order=">")
    reading = wire.read_bytes(tmp_path, data)
    assert [(row.frame, row.time, row.payload) for row in reading.rows] == [
        (1, 5_000_000_000, b"hello"),
        (2, 6_000_000_000, b"raw"),
    ]
    assert reading.file.link_types == ["EN10MB", "RAW"]


def test_each_interface_has_its_own_link_type_and_clock(tmp_path: Path) -> None:
    clocks = [option(9, b"\x09"), option(9, b"\x03"), option(9, b"\x8a"), option(14, struct.pack("<q", -100))]
    data = section() + b"".join(interface(1, options=clock + END_OF_OPTIONS) for clock in clocks)
    for number, units in enumerate([123_456_789_012, 123_456, (7 << 10) + 512, 107 * SECOND]):
        data += enhanced(PACKET, units, number=number)
    times = [row.time for row in wire.read_bytes(tmp_path, data).rows]
    assert times == [123_456_789_012, 123_456_000_000, 7_500_000_000, 7_000_000_000]


def test_simple_packets_have_no_time(tmp_path: Path) -> None:
    simple = block(3, struct.pack("<I", len(PACKET)) + PACKET)
    data = section() + interface() + simple + enhanced(PACKET, 5 * SECOND) + simple
    reading = wire.read_bytes(tmp_path, data)
    assert [row.time for row in reading.rows] == [0, 5_000_000_000, 5_000_000_000]
    assert (reading.file.first_time, reading.file.last_time) == (5_000_000_000, 5_000_000_000)
    assert reading.file.warnings == [
        "2 packets carry no time (simple packet blocks); each was given that of the one before"
    ]


def test_the_snaplen_cuts_simple_packets(tmp_path: Path) -> None:
    simple = block(3, struct.pack("<I", len(PACKET)) + PACKET[:56])
    reading = wire.read_bytes(tmp_path, section() + interface(snaplen=56) + simple)
    assert (reading.rows[0].length, reading.rows[0].payload) == (5, b"he")
    assert (reading.file.snaplen_cut, reading.file.snaplen) == (1, 56)


def test_obsolete_packet_blocks(tmp_path: Path) -> None:
    old = block(2, struct.pack("<HHIIII", 0, 0, 0, 5 * SECOND, len(PACKET), len(PACKET)) + PACKET)
    reading = wire.read_bytes(tmp_path, section() + interface() + old)
    assert [(row.time, row.payload) for row in reading.rows] == [(5_000_000_000, b"hello")]


def test_what_is_no_packet_is_passed_over(tmp_path: Path) -> None:
    others = block(4, bytes(20)) + block(10, bytes(16)) + block(0x80000001, bytes(8)) + block(7, bytes(4))
    reading = wire.read_bytes(tmp_path, section() + others + interface() + others + enhanced(PACKET, 1) + others)
    assert [row.frame for row in reading.rows] == [1]
    assert reading.file.packets == 1


def test_custom_blocks_are_frames_as_in_wireshark(tmp_path: Path) -> None:
    data = section() + interface() + block(0x0BAD, bytes(8)) + block(0x40000BAD, bytes(4)) + enhanced(PACKET, 1)
    reading = wire.read_bytes(tmp_path, data)
    assert [row.frame for row in reading.rows] == [3]
    assert reading.file.unknown == {"block without a packet": 2}


def test_comments_are_kept_with_their_frames(tmp_path: Path) -> None:
    data = section(options=option(1, b"the section") + END_OF_OPTIONS)
    data += interface(options=option(1, "Schnittstelle ü".encode()) + END_OF_OPTIONS) + enhanced(PACKET, 1)
    data += enhanced(PACKET, 2, options=option(2, bytes(4)) + option(1, b"one") + option(1, b"two") + END_OF_OPTIONS)
    data += enhanced(PACKET, 3, options=option(1, b"without an end"))
    for batch_bytes in (1, 16 << 20):
        assert wire.read_bytes(tmp_path, data, batch_bytes).file.comments == [
            (0, "the section"),
            (0, "Schnittstelle ü"),
            (2, "one"),
            (2, "two"),
            (3, "without an end"),
        ]


def test_more_comments_than_anyone_reads(tmp_path: Path) -> None:
    data = section() + interface() + enhanced(PACKET, 1, options=option(1, b"again")) * 10_500
    file = wire.read_bytes(tmp_path, data).file
    assert (len(file.comments), file.packets) == (10_000, 10_500)


def test_comments_are_kept_up_to_a_number_of_letters(tmp_path: Path) -> None:
    long = option(1, b"x" * 65_535)
    data = section(options=long * 100) + interface(options=long) + enhanced(PACKET, 1, options=option(1, b"short"))
    file = wire.read_bytes(tmp_path, data).file
    assert sum(len(text) for _, text in file.comments) <= 4 << 20
    assert len(file.comments) == (4 << 20) // 65_535
    assert file.packets == 1


def test_millions_of_empty_options_are_passed_over(tmp_path: Path) -> None:
    data = section() + interface(options=option(2, b"") * 8_000_000 + option(14, struct.pack("<q", -100)))
    reading = wire.read_bytes(tmp_path, data + enhanced(PACKET, 107 * SECOND))
    assert [row.time for row in reading.rows] == [7_000_000_000]


def statistics(number: int, options: bytes) -> bytes:
    return block(5, struct.pack("<III", number, 0, 0) + options + END_OF_OPTIONS)


def test_drops_are_the_last_totals_of_each_interface(tmp_path: Path) -> None:
    data = section() + interface() + interface() + enhanced(PACKET, 1)
    data += statistics(0, option(5, struct.pack("<Q", 3)))
    data += statistics(0, option(5, struct.pack("<Q", 10)) + option(7, struct.pack("<Q", 2)))
    data += statistics(1, option(4, struct.pack("<Q", 99)) + option(7, struct.pack("<Q", 5)))
    assert wire.read_bytes(tmp_path, data).file.interface_drops == 17


def test_drops_of_all_interfaces_fit_a_report(tmp_path: Path) -> None:
    most = option(5, struct.pack("<Q", 2**63 + 5))
    data = section() + interface() + interface() + enhanced(PACKET, 1) + statistics(0, most) + statistics(1, most)
    assert wire.read_bytes(tmp_path, data + section() + statistics(0, most)).file.interface_drops == 2**63 - 1


def test_drops_that_packets_tell(tmp_path: Path) -> None:
    dropped = option(4, struct.pack("<Q", 6)) + END_OF_OPTIONS
    data = section() + interface() + enhanced(PACKET, 1, options=dropped) + enhanced(PACKET, 2, options=dropped)
    assert wire.read_bytes(tmp_path, data).file.interface_drops == 12


DAMAGE = {
    "lengths differ": block(6, bytes(40))[:-4] + b"\x38\0\0\0",
    "a length that is no multiple of four": struct.pack("<II", 6, 33) + bytes(40),
    "a block of 10 bytes": struct.pack("<II", 4, 10) + bytes(40),
    "a block of gigabytes": struct.pack("<II", 4, 0xFFFFFFF0) + bytes(40),
    "an interface that is not there": enhanced(PACKET, 1, number=7),
    "more captured than the block holds": block(6, struct.pack("<IIIII", 0, 0, 0, 400, 400) + PACKET),
    "a section without byte order": block(0x0A0D0D0A, bytes(16)),
    "a section of version 2": block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 2, 0, -1)),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_ends_the_reading_and_is_said(tmp_path: Path, name: str) -> None:
    good = section() + interface() + enhanced(PACKET, 1)
    reading = wire.read_bytes(tmp_path, good + DAMAGE[name] + enhanced(PACKET, 2))
    assert [row.frame for row in reading.rows] == [1]
    assert reading.file.truncated
    (warning,) = reading.file.warnings
    assert warning.startswith(f"byte {len(good)}: ")


def test_nothing_before_the_damage_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="byte 28: a block of 10 bytes"):
        wire.read_bytes(tmp_path, section() + DAMAGE["a block of 10 bytes"])


def test_more_interfaces_than_a_section_can_have(tmp_path: Path) -> None:
    data = section() + interface() + enhanced(PACKET, 1) + interface() * 65_536
    file = wire.read_bytes(tmp_path, data).file
    assert file.truncated
    assert "more than 65536 interfaces" in file.warnings[0]


def test_only_wireless_frames_are_left_to_tshark(tmp_path: Path) -> None:
    wireless = section() + interface(127) + enhanced(bytes(30), 1)
    with pytest.raises(CaptureError, match=r"802\.11 frames \(IEEE802_11_RADIO\): use --engine tshark"):
        wire.read_bytes(tmp_path, wireless)
    mixed = wire.read_bytes(tmp_path, wireless + interface(1) + enhanced(PACKET, 2, number=1))
    assert len(mixed.rows) == 1
    assert mixed.file.unknown == {"link type 127 (IEEE802_11_RADIO)": 1}
