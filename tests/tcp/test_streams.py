"""Stream numbers: those that tshark 4.0.17 gave to the same packets, and on the captures of others."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from pcapinspect.packets.batch import PacketBatch
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.settings import Settings
from pcapinspect.tcp import streams as table
from pcapinspect.tcp.streams import move_streams
from pcapinspect.tcp.tables import STREAM, USED, Records, records
from pcapinspect.tcp.tracker import ConnectionTracker
from tests.tcp.wire import ACK, FIN, PSH, RST, SYN, Packet, Wire, columns, feed

CLIENT, SERVER = "client", "server"


@njit
def find_stream(streams: Records, key: np.uint64) -> int:
    return table.find_stream(streams, key)


def watch_each(packets: list[Packet]) -> list[int]:
    """The stream number after each packet: one less than that of a new connection on another 4-tuple."""
    numbers = []
    for count in range(1, len(packets) + 1):
        after = Packet(packets[count - 1].time, SYN, 1, src="10.7.7.7", src_port=7)
        numbers.append(int(feed([*packets[:count], after]).connections.tcp_stream[-1]) - 1)
    return numbers


@pytest.mark.parametrize(
    ("packets", "streams"),
    [
        ([(CLIENT, 100, 0, SYN), (CLIENT, 100, 0, SYN), (CLIENT, 200, 0, SYN)], [0, 0, 1]),
        ([(SERVER, 500, 101, SYN | ACK), (CLIENT, 100, 0, SYN), (CLIENT, 101, 0, SYN)], [0, 0, 1]),
        ([(CLIENT, 1000, 5000, PSH | ACK), (CLIENT, 999, 0, SYN), (CLIENT, 1000, 0, SYN)], [0, 0, 1]),
        ([(CLIENT, 100, 0, SYN), (SERVER, 0, 101, RST | ACK), (CLIENT, 100, 0, SYN)], [0, 0, 0]),
        (
            [
                (CLIENT, 100, 0, SYN),
                (SERVER, 500, 101, SYN | ACK),
                (CLIENT, 101, 501, FIN | ACK),
                (SERVER, 501, 102, FIN | ACK),
                (CLIENT, 100, 0, SYN),
            ],
            [0, 0, 0, 0, 0],
        ),
        (
            [
                (CLIENT, 100, 0, SYN),
                (SERVER, 500, 101, SYN | ACK),
                (CLIENT, 300, 0, SYN),
                (SERVER, 501, 101, PSH | ACK),
                (SERVER, 900, 301, SYN | ACK),
                (CLIENT, 301, 901, ACK),
            ],
            [0, 0, 1, 1, 1, 1],
        ),
        ([(SERVER, 501, 101, ACK), (CLIENT, 300, 0, SYN), (SERVER, 900, 301, SYN | ACK)], [0, 1, 1]),
        (
            [
                (CLIENT, 100, 0, SYN),
                (SERVER, 500, 0, SYN),
                (CLIENT, 100, 501, SYN | ACK),
                (SERVER, 500, 101, SYN | ACK),
            ],
            [0, 0, 0, 0],
        ),
        ([(CLIENT, 100, 0, SYN), (CLIENT, 200, 0, SYN | RST), (CLIENT, 300, 0, SYN | FIN)], [0, 1, 2]),
        (
            [
                (CLIENT, 100, 0, SYN),
                (SERVER, 500, 999, SYN | ACK),
                (SERVER, 600, 101, SYN | ACK),
                (CLIENT, 100, 0, SYN),
                (SERVER, 0, 0, SYN),
                (CLIENT, 101, 601, ACK),
            ],
            [0, 0, 0, 0, 1, 1],
        ),
        ([(CLIENT, 100, 0, RST), (CLIENT, 100, 0, SYN), (CLIENT, 99, 0, SYN)], [0, 1, 2]),
        (
            [
                (CLIENT, 100, 0, SYN),
                (SERVER, 500, 101, SYN | ACK),
                (SERVER, 600, 101, SYN | ACK),
                (SERVER, 600, 0, SYN),
                (SERVER, 500, 0, SYN),
            ],
            [0, 0, 0, 0, 1],
        ),
    ],
)
def test_as_tshark_numbers_them(packets: list[tuple[str, int, int, int]], streams: list[int]) -> None:
    """Each expectation is the output of `tshark -T fields -e tcp.stream` for these packets."""
    wire = Wire(isn=0, server_isn=0)
    for time, (side, seq, ack, flags) in enumerate(packets):
        (wire.up if side == CLIENT else wire.down)(time, flags, seq, ack)
    numbers = watch_each(wire.packets)
    assert numbers == np.maximum.accumulate(streams).tolist()


@pytest.mark.parametrize(
    ("quoted", "streams"),
    [
        ([(False, 100), (True, 100), (True, 200), (False, 100), (False, 200)], [0, 0, 1, 1, 2]),
        ([(True, 100), (False, 100), (True, 100)], [0, 0, 0]),
    ],
)
def test_quoted_packets_join_and_begin_streams(quoted: list[tuple[bool, int]], streams: list[int]) -> None:
    """As tshark numbers a SYN, and the SYNs that ICMP errors quote."""
    wire = Wire(isn=0)
    for time, (is_quoted, seq) in enumerate(quoted):
        if is_quoted:
            wire.error(time, seq=seq)
        else:
            wire.up(time, SYN, seq)
    assert watch_each(wire.packets) == streams


def test_a_short_quote_is_in_no_stream() -> None:
    """With fewer than 16 bytes of the TCP header tshark finds no stream; the reader then knows no flags."""
    assert feed([*Wire().error(0, flags=0).packets, *Wire(port=9).syn(1).packets]).connections.tcp_stream.tolist() == [
        0
    ]


def test_connections_to_other_ports_are_numbered_too() -> None:
    others = Wire(server_port=443).handshake().packets + Wire(server_port=22, port=5).syn(0.5).packets
    assert feed(others + Wire(port=9).syn(1).packets).connections.tcp_stream.tolist() == [2]


def test_the_packets_with_which_streams_begin_are_told() -> None:
    again = Wire(isn=9000).syn(2).packets
    packets = columns(Wire().handshake().packets + Wire(server_port=22, port=5).syn(1).packets + again)
    tracker = ConnectionTracker(Settings())
    tracker.feed(PacketBatch(packets, np.empty(0, np.uint8)))
    assert tracker.stream_starts.tolist() == [0, 3, 4]
    tracker.feed(PacketBatch(packets.take(slice(1, 3)), np.empty(0, np.uint8)))
    assert tracker.stream_starts.tolist() == []


def test_growing_keeps_every_four_tuple() -> None:
    small, large = records(STREAM, 1 << 6), records(STREAM, 1 << 9)
    keys = np.random.default_rng(5).integers(0, 1 << 63, 40).astype(np.uint64)
    keys[:20] &= ~np.uint64(0xFF)  # all want the same place
    for number, key in enumerate(keys):
        stream = small[find_stream(small, key)]
        stream.key, stream.marks, stream.number = key, USED, number
    move_streams(small, large)
    assert [int(large[find_stream(large, key)].number) for key in keys] == list(range(40))


@pytest.mark.parametrize(
    ("name", "streams"),
    [
        ("lab/tcp-odd.pcap", 21),
        ("lab/fail-mix.pcap", 20),
        ("lab/ratelimit-nft-rst.pcap", 90),
        ("lab/mix-any-sll2.pcap", 68),
    ],
)
def test_streams_on_port_80_as_tshark_counts_them(shared_captures: Path, name: str, streams: int) -> None:
    cases = json.loads((shared_captures / "index.json").read_text())["cases"]
    expected = next(case["expected"]["tshark"]["tcp80"]["streams"] for case in cases if case["file"] == name)
    tracker = ConnectionTracker(Settings())
    for batch in CaptureReader([str(shared_captures / name)]):
        tracker.feed(batch)
    assert len(set(tracker.finish().connections.tcp_stream.tolist())) == expected == streams
