"""Segments -> frames -> a capture file.

scapy builds each shape of packet once; addresses, ports, numbers, lengths and checksums are then written into a copy.
scapy alone would take minutes for a storm. That both give the same bytes is tested for every shape.
"""

from __future__ import annotations

import struct
from functools import cache
from ipaddress import ip_address

from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet, Raw

from pcapinspect.clock import SECOND
from pcapinspect.simulate.segment import Segment

CLIENT_SIDE_MAC = "02:00:5e:00:00:01"
"""Locally administered: the last router before the server, as the capture point sees it."""
SERVER_MAC = "02:00:5e:00:00:50"

OPTIONS: dict[str, list[tuple[str, int | bytes | None]]] = {
    "": [],
    "ios": [("MSS", 1460)],
    "linux": [("MSS", 1460), ("NOP", None), ("NOP", None), ("SAckOK", b""), ("NOP", None), ("WScale", 7)],
}
"""TCP options of a SYN or SYN/ACK, in scapy's notation."""

SHORTEST_FRAME = 60
"""Bytes: Ethernet pads shorter frames (IEEE 802.3, 64 with the checksum that captures leave out)."""

_IPV4, _IPV6 = 20, 40
_TCP_CHECKSUM = 16
_PROTOCOL_TCP = 6


def scapy_packet(segment: Segment, vlan: int | None = None) -> Packet:
    """The segment as scapy builds it, from nothing and whole. Slow; `Framer` gives the same bytes."""
    attempt = segment.attempt
    ends = [(attempt.client_ip, attempt.client_port), (attempt.server_ip, attempt.server_port)]
    (source, source_port), (target, target_port) = ends if segment.up else reversed(ends)
    link = Ether(
        src=CLIENT_SIDE_MAC if segment.up else SERVER_MAC,
        dst=SERVER_MAC if segment.up else CLIENT_SIDE_MAC,
    )
    if vlan is not None:
        link = link / Dot1Q(vlan=vlan)
    six = ":" in source
    if segment.quoted is not None:
        quoted = scapy_packet(segment.quoted)
        if six:
            error: Packet = IPv6(src=segment.reporter, dst=target, hlim=segment.ttl) / ICMPv6DestUnreach(code=1)
            return _padded(link / error / Raw(bytes(quoted[IPv6])))
        error = IP(src=segment.reporter, dst=target, ttl=segment.ttl, id=segment.identification)
        # RFC 792: the quoted header and 64 bits of its data; more would be RFC 1812.
        return _padded(link / error / ICMP(type=3, code=segment.icmp_code) / Raw(bytes(quoted[IP])[: _IPV4 + 8]))
    if six:
        network: Packet = IPv6(src=source, dst=target, hlim=segment.ttl)
    else:
        network = IP(src=source, dst=target, ttl=segment.ttl, id=segment.identification, flags="DF")
    transport = TCP(
        sport=source_port,
        dport=target_port,
        seq=segment.seq,
        ack=segment.ack,
        flags=segment.flags,
        window=segment.window,
        options=OPTIONS[segment.options],
    )
    whole = link / network / transport
    return _padded(whole / Raw(segment.payload) if segment.payload else whole)


def _padded(packet: Packet) -> Packet:
    from scapy.packet import Padding

    missing = SHORTEST_FRAME - len(packet)
    return packet / Padding(bytes(missing)) if missing > 0 else packet


@cache
def _packed(address: str) -> bytes:
    return ip_address(address).packed


def _checksum(data: bytes) -> int:
    """RFC 1071. The one's complement sum of 16-bit words is the number that they form, modulo 65535."""
    even = data if len(data) % 2 == 0 else data + b"\0"
    return (0xFFFF - int.from_bytes(even, "big") % 0xFFFF) % 0xFFFF


class Framer:
    """Turns segments into Ethernet frames, with an 802.1Q tag when `vlan` is given."""

    def __init__(self, vlan: int | None = None) -> None:
        self._vlan = vlan
        self._templates: dict[tuple[bool, bool, str], bytes] = {}

    def frame(self, segment: Segment) -> bytes:
        """The bytes on the wire, without the frame check sequence."""
        if segment.quoted is not None:
            return bytes(scapy_packet(segment, self._vlan))
        attempt = segment.attempt
        client, server = _packed(attempt.client_ip), _packed(attempt.server_ip)
        ports = (attempt.client_port, attempt.server_port)
        addresses = client + server if segment.up else server + client
        six = len(client) == 16
        frame = bytearray(self._template(segment, six))
        ip = 14 if self._vlan is None else 18
        tcp = ip + (_IPV6 if six else _IPV4)
        source_port, target_port = ports if segment.up else ports[::-1]
        struct.pack_into("!HHII", frame, tcp, source_port, target_port, segment.seq, segment.ack)
        struct.pack_into("!BH", frame, tcp + 13, segment.flags, segment.window)
        frame += segment.payload
        length = len(frame) - tcp
        if six:
            struct.pack_into("!HBB", frame, ip + 4, length, _PROTOCOL_TCP, segment.ttl)
            frame[ip + 8 : tcp] = addresses
        else:
            struct.pack_into("!HH", frame, ip + 2, length + _IPV4, segment.identification)
            frame[ip + 8] = segment.ttl
            frame[ip + 12 : tcp] = addresses
            struct.pack_into("!H", frame, ip + 10, _checksum(bytes(frame[ip:tcp])))
        pseudo_header = addresses + struct.pack("!IHH", length, 0, _PROTOCOL_TCP)
        struct.pack_into("!H", frame, tcp + _TCP_CHECKSUM, _checksum(pseudo_header + bytes(frame[tcp:])))
        return bytes(frame.ljust(SHORTEST_FRAME, b"\0"))

    def _template(self, segment: Segment, six: bool) -> bytes:
        """The packet's shape as scapy builds it: no payload, no padding, the sums still 0."""
        key = (segment.up, six, segment.options)
        if key not in self._templates:
            packet = scapy_packet(segment, self._vlan).copy()
            packet[TCP].remove_payload()
            packet[TCP].chksum = 0
            if not six:
                packet[IP].chksum = 0
            self._templates[key] = bytes(packet)
        return self._templates[key]


MAGIC_MICROSECONDS = 0xA1B2C3D4
LINKTYPE_ETHERNET = 1


def capture_file(packets: list[tuple[int, bytes, int]], snaplen: int) -> bytes:
    """A classic pcap file of (time in nanoseconds, captured bytes, length on the wire), little-endian, microseconds."""
    parts = [struct.pack("<IHHiIII", MAGIC_MICROSECONDS, 2, 4, 0, 0, snaplen, LINKTYPE_ETHERNET)]
    for time, data, length in packets:
        seconds, nanoseconds = divmod(time, SECOND)
        parts.append(struct.pack("<IIII", seconds, nanoseconds // 1000, len(data), length))
        parts.append(data)
    return b"".join(parts)
