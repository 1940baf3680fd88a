"""ConnectionTracker: batches of packets in, segments out; connections, SYNs and quality at the end."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import numpy as np

from pcapinspect.address import halves
from pcapinspect.columns import MISSING, Int64, UInt8, UInt64
from pcapinspect.packets.batch import PacketBatch, Packets
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import Syns
from pcapinspect.tcp.result import TcpResult, Unjudged, counted, judge
from pcapinspect.tcp.segments import END_RST, Segments
from pcapinspect.tcp.slots import close_all, sweep
from pcapinspect.tcp.streams import with_room
from pcapinspect.tcp.sweeps import Sweep, Sweeps
from pcapinspect.tcp.tables import SEGMENT, SYN_PACKET, Records, Tables, records
from pcapinspect.tcp.walk import PacketColumns, columns_of, walk

STEP = 1 << 15
"""Packets that room is made for at a time."""


def watch_of(settings: Settings) -> tuple[UInt8, UInt64]:
    """The ports and servers that are watched, as the compiled functions take them."""
    ports = np.zeros(1 << 16, np.uint8)
    ports[list(settings.ports)] = 1
    return ports, np.array([halves(text) for text in settings.servers], np.uint64).reshape(-1, 2)


class ConnectionTracker:
    """Follows every TCP connection of a capture; connections to watched ports become rows.

    Results do not depend on where batches end. Memory: what is still open, the result, and 43 to 86 bytes a 4-tuple.
    """

    def __init__(self, settings: Settings) -> None:
        # Hashes from a seed that a capture cannot know: it cannot be made to collide.
        self._watch = (*watch_of(settings), np.uint64(secrets.randbits(64)))
        self._tables = Tables()
        self._counts = self._tables.counts[0]
        self._output = records(SEGMENT), records(SYN_PACKET), np.empty(0, np.int64)
        self._syns: list[Syns] = []
        self._rows = 0
        self._sweeps = Sweeps()
        self._retired: list[Int64] = []
        self._end = MISSING

    def feed(self, batch: PacketBatch, sweeps: Sequence[Sweep] | None = None) -> Segments:
        """Takes in a batch; returns the segments of watched connections in it.

        `sweeps`: those of the whole capture that come in this batch, where its packets are only a part of the capture.
        """
        packets, count = batch.packets, len(batch.packets)
        if count == 0:
            return Segments.empty()
        if sweeps is None:
            sweeps = self._sweeps.of(packets.file, packets.frame, packets.time)
        counts = self._counts
        if len(self._output[0]) < count:
            self._output = records(SEGMENT, count), records(SYN_PACKET, count), np.empty(count, np.int64)
        segments, syns, _ = self._output
        columns = columns_of(packets)
        counts.segments = counts.syns = counts.firsts = 0
        self._rows = int(counts.rows)
        done = 0
        for row, now in sweeps:
            self._walk(columns, done, row)
            self._sweep(now)
            done = row
        self._walk(columns, done, count)
        self._end = int(packets.time[-1])
        self._keep_syns(packets, syns[: counts.syns])
        return _segments(packets, segments[: counts.segments])

    @property
    def stream_starts(self) -> Int64:
        """Places in the last batch of the packets with which streams began, in the order of their numbers."""
        return self._output[2][: self._counts.firsts]

    @property
    def opened(self) -> Records:
        """The rows that the last batch opened."""
        return self._tables.rows[self._rows : self._counts.rows]

    @property
    def syn_places(self) -> Int64:
        """Places in the last batch of its SYNs."""
        places: Int64 = self._output[1][: self._counts.syns].packet
        return places

    def take_retired(self) -> Int64:
        """Numbers of connections for which no further segment will come, since the last call."""
        retired = np.concatenate(self._retired) if self._retired else np.empty(0, np.int64)
        self._retired = []
        return retired

    def close(self) -> Unjudged:
        """What is known at the end of the packets. The tracker is at its end."""
        tables, self._tables = self._tables, Tables()
        close_all(tables.rows, tables.sides, tables.free, tables.holes, self._counts)
        rows = tables.rows
        del tables  # the 4-tuples are not needed any more
        rows.resize(int(self._counts.rows), refcheck=False)
        return Unjudged(rows, Syns.concatenate(self._syns), counted(self._counts), self._end)

    def finish(self, last_time: int | None = None) -> TcpResult:
        """The connections of the whole capture; `last_time`: of its last packet, whatever that is."""
        return judge(self.close(), last_time)

    def _walk(self, columns: PacketColumns, first: int, last: int) -> None:
        """Takes in the packets [first, last) of a batch, after making room for them."""
        tables = self._tables
        for begin in range(first, last, STEP):
            step = min(last - begin, STEP)
            tables.reserve(step)
            tables.streams = with_room(tables.streams, int(self._counts.entries), step)
            walk(columns, begin, begin + step, tables.arrays(), self._output, self._watch)

    def _sweep(self, now: int) -> None:
        tables = self._tables
        self._retired.append(sweep(now, tables.rows, tables.sides, tables.free, tables.holes, self._counts))

    def _keep_syns(self, packets: Packets, syns: Records) -> None:
        at = syns.packet
        seen = {name: getattr(packets, name)[at] for name in ("time", "frame", "file", "flags", "ttl", "mss", "tsval")}
        self._syns.append(Syns(connection=syns.connection.copy(), **seen))


def _segments(packets: Packets, segments: Records) -> Segments:
    """The segments that the walk found, with the columns of their packets. Text in a RST is not the stream's."""
    at = segments.packet
    length, captured = packets.payload_length[at], packets.captured_length[at]
    reset = segments.end == END_RST
    length[reset] = captured[reset] = 0
    return Segments(
        connection=segments.connection.copy(),
        direction=segments.direction.copy(),
        offset=segments.offset.copy(),
        acked=segments.acked.copy(),
        length=length,
        captured=captured,
        start=packets.payload_start[at],
        time=packets.time[at],
        frame=packets.frame[at],
        file=packets.file[at],
        end=segments.end.copy(),
    )
