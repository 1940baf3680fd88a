"""Which part a packet belongs to, and that the packets that no part needs are needed by none."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.packets.batch import ICMP_ERROR, PacketBatch, Packets
from pcapinspect.settings import Settings
from pcapinspect.tcp.parts import Parts
from pcapinspect.tcp.tracker import ConnectionTracker
from tests.tcp.test_tracker import conversations
from tests.tcp.wire import ACK, PSH, Packet, Wire, columns


def starts(packets: Packets) -> list[int]:
    """Frames of the packets with which streams begin."""
    tracker = ConnectionTracker(Settings())
    tracker.feed(PacketBatch(packets, np.empty(0, np.uint8)))
    return packets.frame[tracker.stream_starts].tolist()


@settings(deadline=None, max_examples=200)
@given(conversations(), st.lists(st.integers(0, 40), max_size=4), st.lists(st.integers(0, 40), max_size=3))
def test_what_no_part_needs_moves_no_stream_number(packets: list[Packet], cuts: list[int], quoted: list[int]) -> None:
    for number in quoted:
        if number < len(packets):
            packets[number] = replace(packets[number], kind=ICMP_ERROR, length=0)
    rows = columns(packets)
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(rows)}), len(rows)]
    parts = Parts(Settings(ports=(9,)), 5)
    kept, shown = [], []
    for first, last in pairwise(edges):
        divided = parts.of(rows.take(slice(first, last)))
        kept.append(divided.needed)
        shown.append(divided.watched)
    assert not np.concatenate(shown).any()
    assert starts(rows.take(np.concatenate(kept))) == starts(rows)


def test_of_other_ports_few_packets_are_needed() -> None:
    wire = Wire(server_port=443).handshake()
    for number in range(100):
        wire.down(1 + number, PSH | ACK, 1 + 10 * number, 1, 10).up(1.5 + number, ACK, 1, 1 + 10 * number)
    assert Parts(Settings(), 4).of(columns(wire.packets)).needed.sum() == 4


def test_all_packets_of_a_connection_are_in_one_part() -> None:
    wires = [Wire(client=f"10.0.{k}.1", port=1000 + k).handshake(k).close(k + 0.5) for k in range(200)]
    rows = columns(packet for wire in wires for packet in wire.packets)
    part, watched, needed = Parts(Settings(), 4).of(rows)
    again = Parts(Settings(), 4).of(rows.take(slice(None, None, -1))).part
    assert watched.all()
    assert needed.all()
    assert part.tolist() == again[::-1].tolist()
    by_connection = part.reshape(200, -1)
    assert (by_connection == by_connection[:, :1]).all()
    assert np.bincount(by_connection[:, 0]).min() > 20
