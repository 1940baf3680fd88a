"""Ethernet, its tags, and 802.2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture import wire

IP = wire.ipv4(wire.tcp(b"inside"))
TAG = b"\0\x64"


def tagged(*kinds: int) -> bytes:
    """IPv4 behind tags of these types."""
    return wire.ethernet(b"".join(TAG + kind.to_bytes(2) for kind in (*kinds[1:], 0x0800)) + IP, kinds[0])


FRAMES = {
    "untagged": wire.ethernet(IP),
    "802.1Q": tagged(0x8100),
    "802.1ad": tagged(0x88A8, 0x8100),
    "0x9100": tagged(0x9100, 0x8100),
    "0x9200": tagged(0x9200, 0x8100),
    "three tags": tagged(0x8100, 0x8100, 0x8100),
    "SNAP": wire.ethernet(b"\xaa\xaa\x03\0\0\0\x08\0" + IP, len(IP) + 8),
    "SNAP in 802.1Q": wire.ethernet(TAG + (len(IP) + 8).to_bytes(2) + b"\xaa\xaa\x03\0\0\0\x08\0" + IP, 0x8100),
    "bridged Ethernet in SNAP": wire.ethernet(b"\xaa\xaa\x03\0\x80\xc2\0\7\0\0" + wire.ethernet(IP), 90),
    "IP over 802.2": wire.ethernet(b"\6\6\3" + IP, len(IP) + 3),
    "ISL": b"\x01\x00\x0c\x00\x00\x00" + bytes(6) + b"\0\x60" + bytes(12) + wire.ethernet(IP),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame(tmp_path: Path, name: str) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([FRAMES[name]]))
    assert [row.payload for row in reading.rows] == [b"inside"]


@pytest.mark.parametrize(
    "frame",
    [
        wire.ethernet(bytes(28), 0x0806),
        wire.ethernet(bytes(40), 0x88CC),
        wire.ethernet(b"\x42\x42\x03" + bytes(35), 38),
        wire.ethernet(b"\xff\xff" + bytes(30), 40),
        wire.ethernet(b"\xaa\xaa\x03\x00\x00\x0c\x20\x00" + bytes(30), 50),
    ],
    ids=["ARP", "LLDP", "spanning tree", "Novell", "CDP"],
)
def test_what_is_known_to_carry_no_ip(tmp_path: Path, frame: bytes) -> None:
    file = wire.read_bytes(tmp_path, wire.pcap([frame])).file
    assert (file.not_ip, file.unknown) == (1, {})


def test_an_unknown_type_is_counted_by_its_number(tmp_path: Path) -> None:
    file = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(bytes(50), 0x9999)] * 3)).file
    assert file.unknown == {"ethertype 0x9999": 3}


def test_padding_is_no_payload(tmp_path: Path) -> None:
    frame = wire.ethernet(wire.ipv4(wire.tcp(b"", flags=wire.ACK))) + bytes(6)
    (row,) = wire.read_bytes(tmp_path, wire.pcap([frame])).rows
    assert (row.length, row.payload) == (0, b"")
