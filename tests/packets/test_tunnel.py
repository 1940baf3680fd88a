"""The innermost TCP counts, whatever carries it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture import wire

INNER = wire.ipv4(wire.tcp(b"inside"), source="10.1.1.1", destination="10.2.2.2")
INNER6 = wire.ipv6(wire.tcp(b"inside"))
FRAME = wire.ethernet(INNER)


def gre(flags: int, protocol: int, rest: bytes) -> bytes:
    return flags.to_bytes(2) + protocol.to_bytes(2) + rest


def label(number: int, bottom: bool) -> bytes:
    return (number << 12 | bottom << 8 | 64).to_bytes(4)


TUNNELS = {
    "GRE": (47, gre(0, 0x0800, INNER)),
    "GRE with checksum, key and sequence number": (47, gre(0xB000, 0x0800, bytes(12) + INNER)),
    "GRE with Ethernet (TEB)": (47, gre(0, 0x6558, FRAME)),
    "GRE with MPLS": (47, gre(0, 0x8847, label(16, True) + INNER)),
    "ERSPAN I": (47, gre(0, 0x88BE, FRAME)),
    "ERSPAN II": (47, gre(0x1000, 0x88BE, bytes(4) + bytes(8) + FRAME)),
    "ERSPAN III": (47, gre(0x1000, 0x22EB, bytes(4) + bytes(12) + FRAME)),
    "ERSPAN III with a platform header": (47, gre(0x1000, 0x22EB, bytes(4) + bytes(11) + b"\1" + bytes(8) + FRAME)),
    "WCCP 1": (47, gre(0, 0x883E, INNER)),
    "WCCP 2": (47, gre(0, 0x883E, bytes(4) + INNER)),
    "PPTP": (47, gre(0x3081, 0x880B, bytes(12) + b"\xff\x03\x00\x21" + INNER)),
    "IP in IP": (4, INNER),
    "6in4": (41, INNER6),
    "EtherIP": (97, b"\x30\0" + FRAME),
    "MPLS in IP": (137, label(16, False) + label(17, True) + INNER),
    "L2TPv3 without cookie": (115, b"\0\0\0\1" + FRAME),
    "L2TPv3 with a cookie of 8 bytes and a sublayer": (115, b"\0\0\0\1" + bytes(12) + FRAME),
    "VXLAN": (17, wire.udp(b"\x08" + bytes(7) + FRAME, 4789)),
    "VXLAN-GPE with IPv4": (17, wire.udp(b"\x0c\0\0\1" + bytes(4) + INNER, 4790)),
    "VXLAN-GPE with NSH and Ethernet": (17, wire.udp(b"\x0c\0\0\4" + bytes(4) + b"\0\2\1\3" + bytes(4) + FRAME, 4790)),
    "Geneve with an option": (17, wire.udp(b"\2\0\x65\x58" + bytes(4) + bytes(8) + FRAME, 6081)),
    "GTP-U": (17, wire.udp(b"\x30\xff" + len(INNER).to_bytes(2) + bytes(4) + INNER, 2152)),
    "GTP-U with an extension header": (
        17,
        wire.udp(b"\x34\xff\0\0" + bytes(4) + b"\0\0\0\x85" + b"\1\0\0\0" + INNER, 2152),
    ),
    "MPLS in UDP": (17, wire.udp(label(16, True) + INNER, 6635)),
    "LISP": (17, wire.udp(bytes(8) + INNER, 4341)),
    "L2TPv2": (17, wire.udp(b"\x40\2\0\x40\0\1\0\1" + b"\xff\x03\x00\x21" + INNER, 1701)),
    "Teredo with origin": (17, wire.udp(bytes(8) + INNER6, 3544)),
    "GRE in UDP": (17, wire.udp(gre(0x2000, 0x0800, bytes(4) + INNER), 4754)),
    "GRE in UDP with Ethernet": (17, wire.udp(gre(0, 0x6558, FRAME), 4754)),
    "AYIYA": (17, wire.udp(b"\x41\x52\x11\x29" + bytes(4) + bytes(16) + bytes(20) + INNER6, 5072)),
    "TZSP": (17, wire.udp(b"\1\0\0\1" + b"\x0a\1\x55" + b"\0" + b"\1" + FRAME, 37008)),
}


@pytest.mark.parametrize("name", TUNNELS)
def test_a_tunnel(tmp_path: Path, name: str) -> None:
    protocol, packet = TUNNELS[name]
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(wire.ipv4(packet, protocol))]))
    (row,) = reading.rows
    assert row.payload == b"inside"
    assert row.source in ("10.1.1.1", wire.CLIENT6)
    assert reading.file.unknown == {}


PSEUDOWIRES = {
    "IPv4": label(16, True) + INNER,
    "IPv6": label(16, True) + INNER6,
    "three labels": label(16, False) + label(17, False) + label(18, True) + INNER,
    "Ethernet": label(16, True) + FRAME,
    "Ethernet behind a control word": label(16, True) + bytes(4) + FRAME,
    "Ethernet whose address begins with 4": label(16, True) + b"\x45" + FRAME[1:],
}


@pytest.mark.parametrize("name", PSEUDOWIRES)
def test_what_mpls_carries_is_told_by_its_looks(tmp_path: Path, name: str) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(PSEUDOWIRES[name], 0x8847)]))
    (row,) = reading.rows
    assert row.payload == b"inside"


@pytest.mark.parametrize(
    ("protocol", "packet", "reason"),
    [
        (47, gre(0x4000, 0x0800, bytes(8)), "GRE with flags 0x4000"),
        (50, bytes(40), "IP protocol 50"),
        (108, bytes(40), "IP protocol 108"),
    ],
)
def test_a_tunnel_that_nobody_can_look_into_is_counted(
    tmp_path: Path, protocol: int, packet: bytes, reason: str
) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(wire.ipv4(packet, protocol))]))
    assert reading.rows == []
    assert reading.file.unknown == {reason: 1}


def test_the_answer_of_a_name_server_is_no_tunnel(tmp_path: Path) -> None:
    packet = wire.ethernet(wire.ipv4(wire.udp(bytes(30), 53), 17))
    reading = wire.read_bytes(tmp_path, wire.pcap([packet]))
    assert (reading.rows, reading.file.unknown, reading.file.not_ip) == ([], {}, 0)
