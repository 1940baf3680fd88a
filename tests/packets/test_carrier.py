"""Ethertypes that carry IP or Ethernet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture import wire

IP = wire.ipv4(wire.tcp(b"inside"))
FRAME = wire.ethernet(IP)

CARRIERS = {
    "MPLS": (0x8847, b"\0\1\1\x40" + IP),
    "PPPoE": (0x8864, b"\x11\0\0\1" + (len(IP) + 2).to_bytes(2) + b"\0\x21" + IP),
    "Cisco metadata": (0x8909, b"\1\1\0\1\0\x0a" + b"\x08\0" + IP),
    "VN-tag": (0x8926, bytes(4) + b"\x08\0" + IP),
    "802.1BR": (0x893F, bytes(6) + b"\x08\0" + IP),
    "MACsec in the clear": (0x88E5, b"\0\0\0\0\0\1" + b"\x08\0" + IP),
    "MACsec in the clear with a channel": (0x88E5, b"\x20\0\0\0\0\1" + bytes(8) + b"\x08\0" + IP),
    "802.1ah": (0x88E7, bytes(4) + FRAME),
    "FabricPath": (0x8903, bytes(2) + FRAME),
    "TRILL with options": (0x22F3, b"\0\x40" + bytes(4) + bytes(4) + FRAME),
    "NSH": (0x894F, b"\0\6\1\1" + bytes(4) + bytes(16) + IP),
    "Ethernet": (0x6558, FRAME),
    "PPP": (0x880B, b"\0\x21" + IP),
}


@pytest.mark.parametrize("name", CARRIERS)
def test_a_carrier(tmp_path: Path, name: str) -> None:
    kind, packet = CARRIERS[name]
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(packet, kind)]))
    assert [row.payload for row in reading.rows] == [b"inside"]


def test_encrypted_macsec_is_counted(tmp_path: Path) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(b"\x2c" + bytes(60), 0x88E5)]))
    assert reading.file.unknown == {"ethertype 0x88e5": 1}
