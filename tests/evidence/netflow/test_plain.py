"""Datagrams of plain frames, as scapy finds them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import GRE, CookedLinux, Dot1Q, Ether
from scapy.packet import Packet, Padding

from pcapinspect.capture.frames import Frame
from pcapinspect.evidence.netflow.datagrams import by_scapy
from pcapinspect.evidence.netflow.plain import LAYERED, PLAIN

ROUTER, COLLECTOR = "02:00:00:00:00:01", "02:00:00:00:00:02"
UDP_PAYLOAD = UDP(sport=5000, dport=2055) / (b"\x00\x09" + bytes(range(60)))
OVER_IPV4 = IP(src="192.0.2.1", dst="192.0.2.2") / UDP_PAYLOAD
OVER_IPV6 = IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP_PAYLOAD

FRAMES = [
    (1, Ether(src=ROUTER, dst=COLLECTOR) / OVER_IPV4),
    (1, Ether(src=ROUTER, dst=COLLECTOR) / OVER_IPV6),
    (1, Ether(src=ROUTER, dst=COLLECTOR) / Dot1Q(vlan=5) / OVER_IPV4),
    (1, Ether(src=ROUTER, dst=COLLECTOR, type=0x88A8) / Dot1Q(vlan=5, type=0x8100) / Dot1Q(vlan=6) / OVER_IPV4),
    (1, Ether(src=ROUTER, dst=COLLECTOR) / OVER_IPV4 / Padding(bytes(9))),
    (1, Ether(src=ROUTER, dst=COLLECTOR) / IP(src="192.0.2.1", options=b"\x01\x01\x01\x00") / UDP_PAYLOAD),
    (113, CookedLinux(proto=0x0800) / OVER_IPV4),
    (12, OVER_IPV4),
    (101, OVER_IPV6),
    (1, Ether(src=ROUTER, dst=COLLECTOR) / IP() / TCP()),
    (1, Ether(src=ROUTER, dst=COLLECTOR) / IP() / ICMP()),
    (1, Ether(src=ROUTER, dst=COLLECTOR) / IP(src="192.0.2.1", flags="MF") / UDP_PAYLOAD),
    (1, Ether(src=ROUTER, dst=COLLECTOR) / IP(frag=30, proto=17) / bytes(40)),
]


def datagram(link: int, data: bytes) -> tuple[str, bytes] | None:
    return PLAIN[link](data)


@pytest.mark.parametrize(("link", "packet"), FRAMES)
def test_plain_frames_are_read_as_scapy_reads_them(link: int, packet: Packet) -> None:
    data = bytes(packet)
    found = datagram(link, data)
    assert found is not LAYERED
    assert found == by_scapy(Frame(number=1, time=0, wire=len(data), link=link, data=data))


def test_a_datagram_in_a_tunnel_is_left_to_scapy() -> None:
    assert datagram(1, bytes(Ether(src=ROUTER, dst=COLLECTOR) / IP() / GRE() / OVER_IPV4)) is LAYERED


@settings(deadline=None)
@given(st.sampled_from(FRAMES), st.integers(0, 120), st.integers(0, 120), st.integers(0, 255))
def test_damage_is_never_raised(frame: tuple[int, Packet], cut: int, place: int, value: int) -> None:
    link, packet = frame
    data = bytearray(bytes(packet))
    data[place % len(data)] = value
    found = datagram(link, bytes(data[:cut]))
    assert found is None or len(found[1]) <= len(data)


def test_bytes_that_scapy_fails_on_hold_no_datagram() -> None:
    # A routing header (43) of an IPv6 packet (link type 229), cut before the type that scapy looks at.
    data = bytes.fromhex("6030303030302b30") + b"0" * 33
    assert by_scapy(Frame(number=1, time=0, wire=len(data), link=229, data=data)) is None
