"""Columns from the places of headers, against the struct module."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.capture import wire


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.binary(min_size=24, max_size=60), st.binary(min_size=8, max_size=8)), min_size=1, max_size=9)
)
def test_any_values_in_the_fields(tmp_path: Path, contents: list[tuple[bytes, bytes]]) -> None:
    packets = []
    for segment, addresses in contents:
        source, destination = (str(IPv4Address(a)) for a in (addresses[:4], addresses[4:]))
        ident = int.from_bytes(addresses[:2])
        packets.append(wire.ipv4(segment, source=source, destination=destination, ident=ident))
    rows = wire.read_bytes(tmp_path, wire.pcap(packets, 101)).rows
    assert len(rows) == len(packets)
    for row, (segment, addresses) in zip(rows, contents, strict=True):
        source, destination, seq, ack, bits, window, checksum = struct.unpack_from(">HHIIHHH", segment)
        assert (row.ports, row.seq, row.ack) == ((source, destination), seq, ack)
        assert (row.flags, row.window, row.checksum) == (bits & 0xFFF, window, checksum)
        assert (row.source, row.destination) == (str(IPv4Address(addresses[:4])), str(IPv4Address(addresses[4:])))
        assert (row.ip_id, row.ttl) == (int.from_bytes(addresses[:2]), 63)
        header = (bits >> 12) * 4
        assert row.payload == (segment[header:] if header >= 20 else b"")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=32, max_size=32))
def test_any_ipv6_addresses(tmp_path: Path, addresses: bytes) -> None:
    source, destination = IPv6Address(addresses[:16]), IPv6Address(addresses[16:])
    packet = wire.ipv6(wire.tcp(), source=str(source), destination=str(destination))
    (row,) = wire.read_bytes(tmp_path, wire.pcap([packet], 229)).rows

    def shown(address: IPv6Address) -> str:
        return str(address.ipv4_mapped or address)

    assert (row.source, row.destination) == (shown(source), shown(destination))
    assert (row.ip_id, row.ttl) == (0, 61)
