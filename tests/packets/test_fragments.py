"""IP fragments: joined in any order, bounded, and counted where the others never come."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.capture import wire

BODY = bytes(range(200)) * 12
SEGMENT = wire.tcp(BODY)
START = 1_700_000_000_000_000_000
MINUTE = 60_000_000_000
LOST = "IP fragment without the others"


def pieces(payload: bytes, size: int, ident: int = 1, protocol: int = 6) -> list[bytes]:
    """IPv4 fragments of `size` bytes, a multiple of eight."""
    found = []
    for at in range(0, len(payload), size):
        more = 0x2000 if at + size < len(payload) else 0
        found.append(wire.ipv4(payload[at : at + size], protocol, place=at // 8 | more, ident=ident))
    return found


def pieces6(payload: bytes, size: int, ident: int = 1) -> list[bytes]:
    found = []
    for at in range(0, len(payload), size):
        more = at + size < len(payload)
        header = b"\6\0" + (at | more).to_bytes(2) + ident.to_bytes(4)
        found.append(wire.ipv6(header + payload[at : at + size], 44))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([8, 64, 552, 1480]), st.booleans(), st.randoms(use_true_random=False))
def test_in_any_order_the_last_to_come_is_the_frame(tmp_path: Path, size: int, six: bool, random: object) -> None:
    packets = (pieces6 if six else pieces)(SEGMENT, size)
    random.shuffle(packets)  # type: ignore[attr-defined]
    reading = wire.read_bytes(tmp_path, wire.pcap(packets, 101))
    (row,) = reading.rows
    assert (row.frame, row.payload, row.length) == (len(packets), BODY, len(BODY))
    assert reading.file.fragments == len(packets)
    assert reading.file.unknown == {}


def test_two_packets_interleaved(tmp_path: Path) -> None:
    one, two = pieces(wire.tcp(b"1" * 40, seq=1), 32, 1), pieces(wire.tcp(b"2" * 40, seq=2), 32, 2)
    packets = [one[0], two[0], wire.ipv4(wire.tcp(b"between", seq=3)), two[1], one[1]]
    rows = wire.read_bytes(tmp_path, wire.pcap(packets, 101)).rows
    assert [(row.frame, row.seq) for row in rows] == [(3, 3), (4, 2), (5, 1)]


def test_of_pieces_that_overlap_the_first_holds(tmp_path: Path) -> None:
    good = wire.tcp(b"good" * 11)
    first = wire.ipv4(good[:40], place=0x2000)
    evil = wire.ipv4(b"evil" * 8, place=0x2000 | 3)
    last = wire.ipv4(good[56:], place=7)
    (row,) = wire.read_bytes(tmp_path, wire.pcap([first, evil, last], 101)).rows
    assert row.payload == b"good" * 5 + b"evil" * 4 + b"good" * 2


def test_a_piece_that_is_missing_is_counted(tmp_path: Path) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap(pieces(SEGMENT, 552)[1:], 101))
    assert (reading.rows, reading.file.unknown) == ([], {LOST: 4})


def test_an_identification_used_again_a_minute_later_is_another_packet(tmp_path: Path) -> None:
    first, last = pieces(wire.tcp(b"x" * 40), 32)
    late = [wire.Stamped(first, START), wire.Stamped(last, START + MINUTE + 1)]
    reading = wire.read_bytes(tmp_path, wire.pcap(late, 101, nano=True))
    assert (reading.rows, reading.file.unknown) == ([], {LOST: 2})
    soon = [wire.Stamped(first, START), wire.Stamped(last, START + MINUTE)]
    assert len(wire.read_bytes(tmp_path, wire.pcap(soon, 101, nano=True)).rows) == 1


def test_a_first_piece_that_the_snaplen_cut_is_read_alone(tmp_path: Path) -> None:
    packets = [wire.Stamped(piece[:68], START, len(piece)) for piece in pieces(SEGMENT, 552)]
    reading = wire.read_bytes(tmp_path, wire.pcap(packets, 101))
    (row,) = reading.rows
    assert (row.frame, row.length, row.payload) == (1, 532, BODY[:28])
    assert reading.file.unknown == {LOST: 4}


@pytest.mark.parametrize("port", [53, 4789])
def test_datagrams_are_kept_only_where_they_may_be_a_tunnel(tmp_path: Path, port: int) -> None:
    datagram = wire.udp(b"\x08" + bytes(7) + wire.ethernet(wire.ipv4(SEGMENT)), port)
    reading = wire.read_bytes(tmp_path, wire.pcap(pieces(datagram, 1480, protocol=17), 101))
    assert [row.payload for row in reading.rows] == ([BODY] if port == 4789 else [])
    assert reading.file.unknown == {}


def test_fragments_in_a_fragmented_tunnel(tmp_path: Path) -> None:
    packets = [p for i, inner in enumerate(pieces(SEGMENT, 1480)) for p in pieces(inner, 800, 100 + i, 4)]
    (row,) = wire.read_bytes(tmp_path, wire.pcap(packets, 101)).rows
    assert (row.frame, row.payload) == (4, BODY)


def test_fragments_that_never_end_cost_no_memory(tmp_path: Path) -> None:
    packets = [
        wire.ipv4(bytes(8), place=0x2000 | 8189, ident=i % 65_536, source=f"10.0.{i >> 16}.1") for i in range(9000)
    ]
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.Stamped(p, START) for p in packets], 101))
    assert reading.file.unknown == {LOST: 9000}
    assert reading.file.fragments == 9000


def test_a_packet_longer_than_its_length_field_can_say(tmp_path: Path) -> None:
    payload = wire.tcp(b"z" * 65_500)
    (row,) = wire.read_bytes(tmp_path, wire.pcap(pieces(payload, 1480), 101)).rows
    assert row.length == 65_500
