"""ConnectionTracker: batches of packets in, segments out; connections, SYNs and quality at the end."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

import numpy as np

from pcapinspect.address import halves
from pcapinspect.capture.batch import PacketBatch, Packets
from pcapinspect.columns import MISSING, Int64
from pcapinspect.settings import Settings
from pcapinspect.tcp import tables as table
from pcapinspect.tcp.connections import ESTABLISHED, MIDSTREAM, Connections, Syns, TcpQuality
from pcapinspect.tcp.kernel import walk
from pcapinspect.tcp.outcome import closes, outcomes
from pcapinspect.tcp.packets import PacketColumns, columns_of
from pcapinspect.tcp.segments import END_RST, Segments
from pcapinspect.tcp.slots import close_all, sweep
from pcapinspect.tcp.streams import rehash

SWEEP_EVERY = 1 << 15
"""Packets of the capture between two looks for connections that are over."""


@dataclass(frozen=True, slots=True)
class TcpResult:
    """All that is known of TCP when the capture has been read."""

    connections: Connections
    syns: Syns
    quality: TcpQuality


class ConnectionTracker:
    """Follows every TCP connection of a capture; connections to watched ports become rows.

    Results do not depend on where batches end. Memory: what is still open, 32 bytes a 4-tuple, and the result.
    """

    def __init__(self, settings: Settings) -> None:
        self._ports = np.zeros(1 << 16, np.uint8)
        self._ports[list(settings.ports)] = 1
        self._servers = np.array([halves(text) for text in settings.servers], np.uint64).reshape(-1, 2)
        self._tables = table.empty_tables()
        self._streams = np.zeros((1 << 12, table.STREAM_COLUMNS), np.uint32)
        # Hashes from a seed that a capture cannot know: it cannot be made to collide.
        self._seed = np.uint64(int.from_bytes(os.urandom(8)))
        self._syns: list[Syns] = []
        self._retired: list[Int64] = []
        self._end = MISSING

    def feed(self, batch: PacketBatch) -> Segments:
        """Takes in a batch; returns the segments of watched connections in it."""
        packets, count = batch.packets, len(batch.packets)
        if count == 0:
            return Segments.empty()
        output = _output(count)
        columns = columns_of(packets)
        counts = self._tables.counts
        counts[table.SEGMENTS] = counts[table.SYNS] = 0
        done = 0
        while done < count:
            step = min(count - done, SWEEP_EVERY - int(counts[table.PACKETS]) % SWEEP_EVERY)
            self._walk(columns, done, done + step, output)
            done += step
            if counts[table.PACKETS] % SWEEP_EVERY == 0:
                self._retired.append(sweep(self._tables))
        self._end = int(packets.time[-1])
        self._keep_syns(packets, output)
        return _segments(packets, output, int(counts[table.SEGMENTS]))

    def take_retired(self) -> Int64:
        """Numbers of connections for which no further segment will come, since the last call."""
        retired = np.concatenate(self._retired) if self._retired else np.empty(0, np.int64)
        self._retired = []
        return retired

    def finish(self) -> TcpResult:
        """The connections of the whole capture. The tracker is at its end."""
        close_all(self._tables)
        count = int(self._tables.counts[table.ROWS])
        for array in self._tables.rows:
            array.resize(count, refcheck=False)
        rows = self._tables.rows
        outcome = outcomes(rows, self._end)
        close, close_time = closes(rows, outcome, self._end)
        kept = {f.name: getattr(rows, f.name) for f in fields(Connections)}
        connections = Connections(**kept | {"outcome": outcome, "close": close, "close_time": close_time})
        return TcpResult(connections, Syns.concatenate(self._syns), self._quality(connections))

    def _walk(self, columns: PacketColumns, first: int, last: int, output: table.Output) -> None:
        """Takes in the packets [first, last) of a batch, after making room for them."""
        counts = self._tables.counts
        table.reserve(self._tables, last - first)
        needed = 2 * (int(counts[table.ENTRIES]) + last - first)
        if needed > len(self._streams):
            self._streams = rehash(self._streams, 1 << (needed - 1).bit_length())
        walk(columns, first, last, self._streams, self._tables, output, self._ports, self._servers, self._seed)

    def _keep_syns(self, packets: Packets, output: table.Output) -> None:
        count = int(self._tables.counts[table.SYNS])
        index = output.syn_packet[:count]
        self._syns.append(
            Syns(packets.time[index], packets.frame[index], packets.file[index], output.syn_connection[:count].copy())
        )

    def _quality(self, connections: Connections) -> TcpQuality:
        counted = dict(zip(table.COUNTS, self._tables.counts.tolist(), strict=True))
        went_on = np.isin(connections.outcome, (ESTABLISHED, MIDSTREAM))
        silent = (connections.synack_time == MISSING) & (connections.outcome == ESTABLISHED)
        names = {f.name for f in fields(TcpQuality)} & counted.keys()
        return TcpQuality(
            **{name: counted[name] for name in names},
            synack_not_captured=int(silent.sum()),
            client_only=int((went_on & (connections.packets_down == 0)).sum()),
            server_only=int((connections.packets_up == 0).sum()),
        )


def _output(count: int) -> table.Output:
    """Room for what a batch of `count` packets can yield."""
    return table.Output(
        packet=np.empty(count, np.int64),
        connection=np.empty(count, np.int64),
        direction=np.empty(count, np.uint8),
        offset=np.empty(count, np.int64),
        end=np.empty(count, np.uint8),
        syn_packet=np.empty(count, np.int64),
        syn_connection=np.empty(count, np.int64),
    )


def _segments(packets: Packets, output: table.Output, count: int) -> Segments:
    """The segments that the walk found, with the columns of their packets. Text in a RST is not the stream's."""
    index = output.packet[:count]
    end = output.end[:count]
    length, captured = packets.payload_length[index], packets.captured_length[index]
    length[end == END_RST] = captured[end == END_RST] = 0
    return Segments(
        connection=output.connection[:count],
        direction=output.direction[:count],
        offset=output.offset[:count],
        length=length,
        captured=captured,
        start=packets.payload_start[index],
        time=packets.time[index],
        frame=packets.frame[index],
        file=packets.file[index],
        end=end,
    )
