"""IPv4, IPv6 and their extension headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.capture import wire

TCP = wire.tcp(b"inside")


def extension(following: int, size: int = 8) -> bytes:
    """An IPv6 extension header of `size` bytes."""
    return bytes([following, size // 8 - 1]) + bytes(size - 2)


PACKETS = {
    "IPv4 with options": wire.ipv4(TCP, options=b"\1\1\1\0"),
    "IPv6": wire.ipv6(TCP),
    "hop-by-hop, routing, destination": wire.ipv6(extension(43) + extension(60, 24) + extension(6) + TCP, 0),
    "mobility": wire.ipv6(extension(6) + TCP, 135),
    "fragment header that makes no fragment": wire.ipv6(b"\6\0\0\0\0\0\0\1" + TCP, 44),
    "authentication header": wire.ipv4(b"\6\4" + bytes(22) + TCP, 51),
    "authentication header in IPv6": wire.ipv6(b"\6\4" + bytes(22) + TCP, 51),
}


@pytest.mark.parametrize("name", PACKETS)
def test_a_packet(tmp_path: Path, name: str) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([PACKETS[name]], 101))
    assert [row.payload for row in reading.rows] == [b"inside"]


def test_a_total_length_of_zero_means_the_frame(tmp_path: Path) -> None:
    packet = wire.ipv4(wire.tcp(b"x" * 3000), total=0)
    (row,) = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(packet)])).rows
    assert (row.length, row.payload) == (3000, b"x" * 3000)


def test_an_ipv6_length_of_zero_means_the_frame(tmp_path: Path) -> None:
    packet = wire.ipv6(wire.tcp(b"x" * 3000))
    packet = packet[:4] + b"\0\0" + packet[6:]
    (row,) = wire.read_bytes(tmp_path, wire.pcap([packet], 101)).rows
    assert row.length == 3000


def test_the_ip_header_tells_the_length_not_the_frame(tmp_path: Path) -> None:
    (row,) = wire.read_bytes(tmp_path, wire.pcap([wire.ipv4(TCP) + b"trailer"], 101)).rows
    assert (row.length, row.payload) == (6, b"inside")


def test_the_snaplen_cuts_the_payload_and_not_its_length(tmp_path: Path) -> None:
    whole = wire.segment(b"GET /cgi-bin/pkiclient.exe")
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.Stamped(whole[:68], wire=len(whole))]))
    (row,) = reading.rows
    assert (row.length, row.payload) == (26, b"GET /cgi-bin/p")
    assert reading.file.snaplen_cut == 1


@pytest.mark.parametrize(
    "packet",
    [b"\x44" + bytes(40), wire.ipv4(TCP, total=19), b"\x55" + bytes(60), wire.ipv4(TCP)[:19]],
    ids=["header of 16 bytes", "total below the header", "version 5", "19 bytes"],
)
def test_a_malformed_header_is_counted(tmp_path: Path, packet: bytes) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([packet], 101))
    assert (reading.rows, reading.file.unknown) == ([], {"malformed or incomplete header": 1})


def test_a_protocol_without_tcp_is_no_oddity_and_an_unknown_one_is(tmp_path: Path) -> None:
    packets = [wire.ipv4(bytes(30), 89), wire.ipv4(bytes(30), 112), wire.ipv4(bytes(30), 99)]
    reading = wire.read_bytes(tmp_path, wire.pcap(packets, 101))
    assert reading.file.unknown == {"IP protocol 99": 1}
