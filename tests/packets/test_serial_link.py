"""PPP, Cisco HDLC and Frame Relay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture import wire

IP = wire.ipv4(wire.tcp(b"inside"))
IP6 = wire.ipv6(wire.tcp(b"inside"))

LINES = {
    "PPP": (9, b"\xff\x03\0\x21" + IP),
    "PPP without address and control": (9, b"\0\x21" + IP),
    "PPP with a protocol of one byte": (9, b"\xff\x03\x21" + IP),
    "PPP with IPv6": (50, b"\xff\x03\0\x57" + IP6),
    "PPP with MPLS": (9, b"\xff\x03\x02\x81" + b"\0\1\1\x40" + IP),
    "PPP multilink, a whole packet": (9, b"\xff\x03\0\x3d" + b"\xc0\0\0\1" + b"\0\x21" + IP),
    "PPP bridging": (9, b"\xff\x03\0\x31" + b"\0\1" + wire.ethernet(IP)),
    "PPP with direction": (204, b"\1\xff\x03\0\x21" + IP),
    "Cisco HDLC under PPP": (50, b"\x0f\0\x08\0" + IP),
    "Cisco HDLC": (104, b"\x0f\0\x08\0" + IP),
    "Cisco HDLC with direction": (205, b"\0\x8f\0\x86\xdd" + IP6),
    "Frame Relay, Cisco": (107, b"\x18\x41\x08\0" + IP),
    "Frame Relay, NLPID": (107, b"\x18\x41\x03\xcc" + IP),
    "Frame Relay, NLPID behind padding": (107, b"\x18\x41\x03\0\x8e" + IP6),
    "Frame Relay, SNAP": (107, b"\x18\x41\x03\0\x80\0\0\0\x08\0" + IP),
    "Frame Relay, bridged": (107, b"\x18\x41\x03\0\x80\0\x80\xc2\0\7" + wire.ethernet(IP)),
    "Frame Relay, address of four bytes": (107, b"\x18\x40\x40\x01\x08\0" + IP),
    "PPPoE": (51, b"\x11\0\0\1\0\0\0\x21" + IP),
}


@pytest.mark.parametrize("name", LINES)
def test_a_line(tmp_path: Path, name: str) -> None:
    link, packet = LINES[name]
    reading = wire.read_bytes(tmp_path, wire.pcap([packet], link))
    assert [row.payload for row in reading.rows] == [b"inside"]


@pytest.mark.parametrize(
    ("link", "packet"),
    [(9, b"\xff\x03\xc0\x21" + bytes(10)), (104, b"\x8f\0\x80\x35" + bytes(14)), (107, b"\0\1\3\x08\0\x75" + bytes(9))],
    ids=["LCP", "SLARP", "LMI"],
)
def test_control_traffic_is_not_ip(tmp_path: Path, link: int, packet: bytes) -> None:
    file = wire.read_bytes(tmp_path, wire.pcap([packet], link)).file
    assert (file.not_ip, file.unknown) == (1, {})


def test_compressed_headers_are_counted(tmp_path: Path) -> None:
    file = wire.read_bytes(tmp_path, wire.pcap([b"\xff\x03\0\x2d" + bytes(20)], 9)).file
    assert file.unknown == {"PPP protocol 0x002d": 1}
