"""Memory: state of connections that are over is let go of, and nothing changes by it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pcapinspect.packets.batch import PacketBatch, Packets
from pcapinspect.settings import Settings
from pcapinspect.tcp.sweeps import BLOCK
from pcapinspect.tcp.tracker import ConnectionTracker
from tests.tcp.wire import ACK, FIN, PSH, START, Wire, columns

DATA = PSH | ACK


def flood(count: int, first: float, per_second: int) -> Packets:
    """SYNs, each of another client port and address, by repetition of one row."""
    row = columns(Wire().syn(first).packets)
    table = row.take(np.zeros(count, np.int64))
    number = np.arange(count)
    table.time[:] = row.time[0] + number * (1_000_000_000 // per_second)
    table.src_low[:] = 0xFFFF_0B00_0000 + number // 50_000
    table.src_port[:] = 1024 + number % 50_000
    table.ip_id[:] = number % 65_536
    return table


def run(parts: list[Packets]) -> tuple[ConnectionTracker, list[int]]:
    tracker, retired, frames = ConnectionTracker(Settings()), [], 0
    for part in parts:
        part.frame[:] = np.arange(frames + 1, frames + len(part) + 1)
        frames += len(part)
        tracker.feed(PacketBatch(part, np.empty(0, np.uint8)))
        retired += tracker.take_retired().tolist()
    return tracker, retired


def batches(table: Packets, size: int) -> Iterator[Packets]:
    for first in range(0, len(table), size):
        yield table.take(slice(first, first + size))


def test_a_flood_of_syns_holds_no_live_state() -> None:
    count = 30 * BLOCK
    tracker, retired = run(list(batches(flood(count, 0, 10_000), 50_000)))
    assert tracker._counts.slots < 4 * BLOCK
    result = tracker.finish()
    assert len(result.connections) == count
    assert result.connections.syn_packets.sum() == count
    assert not retired


def test_a_parked_attempt_is_taken_up_again() -> None:
    wire = Wire(client="10.0.0.9").syn(0)
    more = columns(wire.syn(60).synack(60.1).up(60.2, ACK, 1, 1).up(60.3, DATA, 1, 1, 10).packets[1:])
    tracker, _ = run([columns(wire.packets[:1]), flood(3 * BLOCK, 1, 4_000), more])
    found = tracker.finish().connections
    assert (found.outcome[0], found.syn_packets[0], found.bytes_up[0]) == (0, 2, 10)
    assert found.handshake_rtt[0] == 100_000_000


def test_closed_connections_are_retired_and_their_late_packets_counted() -> None:
    wire = Wire(client="10.0.0.9").handshake().up(1, DATA, 1, 1, 10).close(2, up=11)
    late = columns(Wire(client="10.0.0.9").up(70, FIN | ACK, 11, 1).packets)
    tracker, retired = run([columns(wire.packets), flood(3 * BLOCK, 3, 10_000), late])
    assert retired == [0]
    result = tracker.finish()
    assert len(result.connections) == 1 + 3 * BLOCK
    assert (result.connections.packets_up[0], result.connections.end[0]) == (6, START + 70_000_000_000)


def test_open_connections_are_kept() -> None:
    wire = Wire(client="10.0.0.9").handshake()
    later = columns(Wire(client="10.0.0.9").up(60, DATA, 1, 1, 10).packets)
    tracker, retired = run([columns(wire.packets), flood(3 * BLOCK, 1, 4_000), later])
    assert not retired
    assert tracker.finish().connections.bytes_up[0] == 10


def test_a_gap_is_counted_once_when_its_connection_is_retired() -> None:
    wire = Wire(client="10.0.0.9").handshake().up(1, DATA, 101, 1, 10).down(1.1, ACK, 1, 111).close(2, up=111)
    tracker, retired = run([columns(wire.packets), flood(6 * BLOCK, 3, 1_000)])
    assert retired == [0]
    quality = tracker.finish().quality
    assert (quality.gaps, quality.gap_bytes, quality.acked_unseen) == (1, 100, 1)


def test_one_wrong_time_stamp_retires_nothing() -> None:
    wire = Wire(client="10.0.0.9").handshake()
    wrong = columns(Wire(client="10.0.0.8").syn(1e6).packets)
    later = columns(Wire(client="10.0.0.9").up(30, DATA, 1, 1, 10).packets)
    tracker, retired = run([columns(wire.packets), flood(BLOCK, 1, 10_000), wrong, flood(BLOCK, 8, 9_999), later])
    assert not retired
    assert tracker.finish().connections.bytes_up[0] == 10


def test_results_do_not_depend_on_batches_where_state_is_let_go() -> None:
    wires = [Wire(client="10.0.0.9", port=9 + k).handshake(k).up(k + 0.5, DATA, 1, 1, 10) for k in range(40)]
    for k, wire in enumerate(wires):
        if k % 3:
            wire.close(k + 1, up=11)
        wire.up(k + 31, DATA, 11, 1, 10)
    calm = columns(p for wire in wires for p in wire.packets)
    table = Packets.concatenate([calm, flood(4 * BLOCK, 2, 8_000)])
    table = table.take(np.argsort(table.time, kind="stable"))
    one, retired_one = run([table])
    many, retired_many = run(list(batches(table, 30_011)))
    left, right = one.finish(), many.finish()
    assert retired_one == retired_many != []
    assert left.quality == right.quality
    for name in ("outcome", "bytes_up", "packets_up", "end", "close", "tcp_stream"):
        assert np.array_equal(getattr(left.connections, name), getattr(right.connections, name)), name
