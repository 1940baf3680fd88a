"""Two clocks in one capture: the offset between the directions, and what is paired in spite of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.columns import MISSING, Int64
from pcapinspect.points.clocks import DirectionClocks, direction_clocks, on_clients_clock
from pcapinspect.tcp.result import TcpResult
from tests.tcp.wire import ACK, PSH, START, Packet, Wire, track

SECOND = 1_000_000_000
MS = SECOND // 1000


def handshakes(count: int, rtt: float = 0.004, think: float = 0.002, every: float = 2.0) -> list[Packet]:
    """Dials that are answered after `rtt`, and ask `think` after that."""
    packets: list[Packet] = []
    for k in range(count):
        at = every * k
        wire = Wire(isn=1000 + 70_000 * k, server_isn=9_000_000 + 80_000 * k, port=4000 + k)
        wire.syn(at).synack(at + rtt).up(at + rtt + think, ACK | PSH, 1, 1, 50)
        packets += wire.down(at + 2 * rtt + think, ACK | PSH, 1, 51, 30).packets
    return packets


def stamped(packets: list[Packet], offset: float, ppm: float = 0.0) -> list[Packet]:
    """The server's packets on a clock that is ahead and runs fast; in the order of the stamps."""
    moved = [
        replace(packet, time=packet.time + offset + packet.time * ppm / 1e6) if packet.src_port == 80 else packet
        for packet in packets
    ]
    return sorted(moved, key=lambda packet: packet.time)


def clocks_of(result: TcpResult, rtt: float = 0.004, think: float = 0.002) -> DirectionClocks | None:
    connections = result.connections
    requests: Int64 = connections.last_syn_time + round((rtt + think) * SECOND)
    return direction_clocks(connections, requests)


def test_one_clock() -> None:
    assert clocks_of(track(handshakes(20)).result) is None


@given(
    offset=st.one_of(st.floats(-3600, -0.01), st.floats(0.01, 3600)),
    ppm=st.sampled_from([0.0, 50.0, -50.0]),
    rtt=st.floats(0.0005, 0.004),
    think=st.floats(0.0001, 0.004),
)
def test_the_offset_lies_within_its_uncertainty(offset: float, ppm: float, rtt: float, think: float) -> None:
    result = track(stamped(handshakes(40, rtt, think), offset, ppm)).result
    clocks = clocks_of(result, rtt, think)
    assert clocks is not None
    assert clocks.measured
    assert (clocks.handshakes, clocks.contradicting) == (40, 40)
    assert clocks.uncertainty <= (rtt + think + 80 * abs(ppm) / 1e6) * SECOND
    at = np.array([0, 20, 40, 78]) * SECOND
    true = offset * SECOND + at * (ppm / 1e6)
    drifted = 1 + abs(ppm) / 1e6 * 80 * SECOND / 12  # a stretch of 3 of the 40 has one number
    assert (np.abs(clocks.at(at + START) - true) <= clocks.uncertainty + drifted + 1000).all()


@pytest.mark.parametrize("offset", [-3435.2, -0.4, 0.4, 3435.2])
def test_times_come_to_the_clients_clock(offset: float) -> None:
    result = track(stamped(handshakes(40), offset)).result
    clocks = clocks_of(result)
    assert clocks is not None
    moved = on_clients_clock(result.connections, result.syns, clocks)
    assert (moved.syn_packets == 1).all()
    assert (moved.start == moved.last_syn_time).all()
    assert (np.abs(moved.handshake_rtt - 4 * MS) <= clocks.uncertainty).all()
    assert (moved.end - moved.start >= 6 * MS).all()
    assert (moved.end - moved.start <= 20 * MS).all()


def test_stamps_now_and_then_out_of_order_are_no_offset() -> None:
    packets = [
        replace(packet, time=packet.time - 0.004_002) if k % 40 == 1 else packet
        for k, packet in enumerate(handshakes(20))
    ]
    result = track(sorted(packets, key=lambda packet: packet.time)).result
    clocks = clocks_of(result)
    assert clocks is not None
    assert not clocks.measured
    assert (clocks.contradicting, clocks.handshakes) == (2, 20)
    assert abs(clocks.longest - 2000) < 10
    assert "up to 2 us before" in clocks.sentence
    moved = on_clients_clock(result.connections, result.syns, clocks)
    assert (moved.synack_time >= moved.last_syn_time).all()
    assert (moved.handshake_rtt != MISSING).all()


def test_a_syn_of_which_the_capture_lost_the_first_is_no_clock() -> None:
    packets = handshakes(20)
    late = Wire(isn=77, server_isn=99, port=9999).synack(50.0).syn(51.0).synack(51.01).packets
    assert clocks_of(track(packets + late).result) is None
