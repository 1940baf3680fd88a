"""Segments as Python reads them, a connection at a time."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from pcapinspect.http.backlog import Backlog
from pcapinspect.http.pairing import Pairing
from pcapinspect.http.streams import Origin, Part
from pcapinspect.tcp.segments import DOWN


class Table:
    """Segments as lists, and where runs of them end: in order, whole, and one after the other."""

    def __init__(self, batch: Backlog) -> None:
        rows = batch.rows
        stops = rows.offset + rows.length
        self._raw = batch.raw
        self.connection: list[int] = rows.connection.tolist()
        self._direction: list[int] = rows.direction.tolist()
        self._offset: list[int] = rows.offset.tolist()
        self._stop: list[int] = stops.tolist()
        self._captured: list[int] = rows.captured.tolist()
        self._start: list[int] = rows.start.tolist()
        self._end: list[int] = rows.end.tolist()
        self._acked: list[int] = rows.acked.tolist()
        self._time: list[int] = rows.time.tolist()
        self._frame: list[int] = rows.frame.tolist()
        self._file: list[int] = rows.file.tolist()
        self._serial: list[int] = batch.serials.tolist()
        plain = (rows.captured == rows.length) & (rows.end == 0)
        breaks = np.ones(len(rows) + 1, bool)
        breaks[1:-1] = (np.diff(rows.connection) != 0) | (np.diff(rows.direction.view(np.int8)) != 0)
        breaks[1:-1] |= (rows.offset[1:] != stops[:-1]) | ~plain[1:] | ~plain[:-1]
        edges = np.flatnonzero(breaks)
        self._run_stop: list[int] = np.repeat(edges[1:], np.diff(edges)).tolist()
        """For each row: the row after the last of its run."""

    def read(self, pairing: Pairing, row: int, stop: int) -> None:
        """Feeds the rows of one connection to its streams, until both have ended.

        Runs of body that nobody wants are skipped at once.
        """
        while row < stop and not pairing.ended:
            direction, offset = self._direction[row], self._offset[row]
            stream, framer = pairing.direction(direction == DOWN)
            if self._run_stop[row] - row > 1 and stream.next == offset and stream.plain:
                after = bisect_right(self._stop, offset + framer.skippable, row, self._run_stop[row])
                if after > row:
                    length = self._stop[after - 1] - offset
                    stream.skip(length)
                    framer.skip(length, self._time[after - 1])
                    row = after
                    continue
            begin = self._start[row]
            origin = Origin(self._time[row], self._frame[row], self._file[row], self._serial[row], self._acked[row])
            data = self._raw[begin : begin + self._captured[row]].tobytes()
            pairing.take(direction == DOWN, Part(offset, data, self._stop[row] - offset, origin, self._end[row]))
            row += 1
