"""TCP headers, and ICMP errors that quote them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcapinspect.packets.batch import ICMP_ERROR, TCP
from tests.capture import wire

SYN = wire.tcp(seq=12345, ack=0, flags=wire.SYN, options=b"\2\4\5\xb4")


@pytest.mark.parametrize(("kind", "code"), [(3, 1), (3, 13), (11, 0), (12, 0), (4, 0), (5, 1)])
def test_an_icmp_error_has_the_columns_of_the_packet_that_it_quotes(tmp_path: Path, kind: int, code: int) -> None:
    error = bytes([kind, code]) + bytes(6) + wire.ipv4(SYN, ident=4711)[:28]
    packet = wire.ethernet(wire.ipv4(error, 1, source="203.0.113.1", destination=wire.CLIENT))
    (row,) = wire.read_bytes(tmp_path, wire.pcap([packet])).rows
    assert (row.kind, row.source, row.destination) == (ICMP_ERROR, wire.CLIENT, wire.SERVER)
    assert (row.ports, row.seq, row.ip_id, row.checksum) == ((40_000, 80), 12345, 4711, kind << 8 | code)
    assert (row.ack, row.flags, row.length) == (0, 0, 0)


def test_a_longer_quote_has_the_flags(tmp_path: Path) -> None:
    error = b"\3\1" + bytes(6) + wire.ipv4(SYN)
    (row,) = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(wire.ipv4(error, 1))])).rows
    assert (row.flags, row.window, row.length, row.payload) == (wire.SYN, 4128, 0, b"")


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_an_icmpv6_error(tmp_path: Path, kind: int) -> None:
    quoted = wire.ipv6(b"\6\0" + bytes(6) + SYN, 60)
    packet = wire.ipv6(bytes([kind, 1]) + bytes(6) + quoted, 58, source="2001:db8::1", destination=wire.CLIENT6)
    (row,) = wire.read_bytes(tmp_path, wire.pcap([packet], 229)).rows
    assert (row.kind, row.source, row.seq, row.checksum) == (ICMP_ERROR, wire.CLIENT6, 12345, kind << 8 | 1)


@pytest.mark.parametrize(
    "message",
    [
        b"\x08\0" + bytes(6) + wire.ipv4(SYN),
        b"\3\3" + bytes(6) + wire.ipv4(wire.udp(bytes(20), 53), 17),
        b"\3\1" + bytes(6) + wire.ipv4(SYN)[:27],
        b"\3\1" + bytes(6) + wire.ipv4(SYN, place=10),
    ],
    ids=["echo request", "of UDP", "quote too short", "of a later fragment"],
)
def test_icmp_that_quotes_no_tcp_header(tmp_path: Path, message: bytes) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.ethernet(wire.ipv4(message, 1))]))
    assert (reading.rows, reading.file.unknown) == ([], {})


def test_a_header_cut_behind_its_flags_still_tells_the_handshake(tmp_path: Path) -> None:
    frame = wire.ethernet(wire.ipv4(SYN))
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.Stamped(frame[: 14 + 20 + 14], wire=len(frame))]))
    (row,) = reading.rows
    assert (row.kind, row.seq, row.flags, row.window, row.checksum, row.length) == (TCP, 12345, wire.SYN, 0, 0, 0)


def test_a_header_cut_before_its_flags_says_nothing(tmp_path: Path) -> None:
    frame = wire.ethernet(wire.ipv4(SYN))
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.Stamped(frame[: 14 + 20 + 13], wire=len(frame))]))
    assert (reading.rows, reading.file.unknown) == ([], {"cut before the TCP header": 1})


@pytest.mark.parametrize("words", [0, 4, 15])
def test_an_impossible_header_length_leaves_no_payload(tmp_path: Path, words: int) -> None:
    segment = bytearray(wire.tcp(b"x" * 20))
    segment[12] = words << 4
    (row,) = wire.read_bytes(tmp_path, wire.pcap([wire.ipv4(bytes(segment))], 101)).rows
    assert (row.length, row.payload) == (0, b"")


def test_all_twelve_flags(tmp_path: Path) -> None:
    (row,) = wire.read_bytes(tmp_path, wire.pcap([wire.segment(flags=0xFFF)])).rows
    assert row.flags == 0xFFF
