"""Headers of capturing hosts."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.capture import wire

IP = wire.ipv4(wire.tcp(b"inside"))
IP6 = wire.ipv6(wire.tcp(b"inside"))
SNAP = b"\xaa\xaa\x03\0\0\0\x08\0"


def sll(protocol: int, hardware: int = 1) -> bytes:
    return struct.pack(">HHH8sH", 0, hardware, 6, bytes(8), protocol)


def sll2(protocol: int, hardware: int = 1) -> bytes:
    return struct.pack(">HHIHBB8s", protocol, 0, 2, hardware, 0, 6, bytes(8))


def attribute(kind: int, value: bytes, order: str) -> bytes:
    return struct.pack(order + "HH", len(value) + 4, kind) + value + bytes(-len(value) % 4)


HEADERS = {
    "cooked": (113, sll(0x0800) + IP),
    "cooked, VLAN": (113, sll(0x8100) + b"\0\1\x08\0" + IP),
    "cooked, 802.2": (113, sll(4) + SNAP + IP),
    "cooked, GRE": (113, sll(0, 778) + b"\0\0\x08\0" + IP),
    "cooked, no link layer": (113, sll(0, 65534) + IP),
    "cooked 2": (276, sll2(0x86DD) + IP6),
    "null, lowest byte first": (0, b"\2\0\0\0" + IP),
    "null, highest byte first": (0, b"\0\0\0\2" + IP),
    "null, IPv6 of Darwin": (0, b"\x1e\0\0\0" + IP6),
    "null, IPv6 of FreeBSD": (0, b"\0\0\0\x1c" + IP6),
    "null, IPv6 of OpenBSD": (0, b"\x18\0\0\0" + IP6),
    "loop": (108, b"\0\0\0\2" + IP),
    "raw 12": (12, IP), "raw 14": (14, IP6), "raw 101": (101, IP6), "IPv4": (228, IP), "IPv6": (229, IP6),
    "NFLOG": (239, b"\2\0\0\0" + attribute(10, b"eth0\0", "<") + attribute(9, IP, "<")),
    "NFLOG of the other byte order": (239, b"\2\0\0\0" + attribute(10, b"eth0\0", ">") + attribute(9, IP, ">")),
    "NFLOG of a bridge": (239, b"\7\0\0\0" + attribute(1, b"\x08\0\0\0", "<") + attribute(9, IP, "<")),
    "PFLOG": (117, b"\x3d\2" + bytes(62) + IP),
    "ENC": (109, bytes(12) + IP),
    "Solaris IPNET": (226, bytes(24) + IP),
    "IP over Infiniband": (242, bytes(40) + b"\x08\0\0\0" + IP),
    "ARCNET": (7, b"\1\2\xf0" + IP),
    "ARCNET of Linux, RFC 1201": (129, b"\1\2\0\0\xd4\0\0\1" + IP),
    "Token Ring": (6, b"\x10\x40" + bytes(6) + bytes(6) + SNAP + IP),
    "Token Ring with a route": (6, b"\x10\x40" + bytes(6) + b"\x80" + bytes(5) + b"\x06\0\0\1\0\2" + SNAP + IP),
    "FDDI": (10, b"\x50" + bytes(12) + SNAP + IP),
    "ATM, RFC 2684": (100, SNAP + IP),
    "ATM CLIP": (106, IP),
    "NetAnalyzer": (240, bytes(4) + wire.ethernet(IP)),
    "802.3br": (274, bytes(7) + b"\xd5" + wire.ethernet(IP)),
    "ERF": (197, bytes(8) + b"\x02" + bytes(7) + bytes(2) + wire.ethernet(IP)),
    "ERF with an extension": (197, bytes(8) + b"\x82" + bytes(7) + bytes(8) + bytes(2) + wire.ethernet(IP)),
    "PKTAP": (258, struct.pack("<III", 20, 1, 1) + bytes(8) + wire.ethernet(IP)),
    "MPLS": (219, b"\0\1\1\x40" + IP),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_a_header(tmp_path: Path, name: str) -> None:
    link, packet = HEADERS[name]
    reading = wire.read_bytes(tmp_path, wire.pcap([packet], link))
    assert [row.payload for row in reading.rows] == [b"inside"]
    assert reading.file.unknown == {}


def test_what_is_no_packet_on_a_cooked_interface_is_counted(tmp_path: Path) -> None:
    file = wire.read_bytes(tmp_path, wire.pcap([sll(0x0C, 280) + bytes(16)], 113)).file
    assert file.unknown == {"cooked packet of hardware type 280": 1}
