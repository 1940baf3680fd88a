"""Exchanges out of segments: the layer's one entry point."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise

import numpy as np

from pcapinspect.columns import Bool, Int64, UInt8
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges, HttpQuality
from pcapinspect.http.pairing import KeepBody, Pairing
from pcapinspect.http.rows import Rows, joined
from pcapinspect.http.single import read_single
from pcapinspect.http.streams import Budget, Origin
from pcapinspect.tcp.segments import DOWN, Segments

_NEW, _OPEN, _DONE = range(3)
"""What is known of a connection: nothing yet, a Pairing, or that no more of it is read."""

_SCEP_QUERIES = tuple(f"operation={name}" for name in ("getcacaps", "getcacert", "getnextcacert", "pkioperation"))
_SCEP_TYPES = ("application/x-pki-message", "application/x-x509-")


def is_scep(uri: str | None, content_type: str | None) -> bool:
    """Whether a body may be one that `pki` reads: by the request's query, or by the media types of RFC 8894, 6."""
    if content_type is not None and content_type.lower().startswith(_SCEP_TYPES):
        return True
    query = uri.partition("?")[2].lower() if uri else ""
    return any(operation in query for operation in _SCEP_QUERIES)


class ExchangeReader:
    """Follows the streams of all connections at once. Sans-IO: segments in, exchanges out.

    `keep_body` says from a request's URI and a message's Content-Type whether its body is wanted.
    Memory: what is unfinished (at most streams.TOTAL_LIMIT bytes of payload), and a byte for each connection.
    """

    def __init__(self, keep_body: KeepBody = is_scep) -> None:
        self._keep_body: KeepBody = lru_cache(1024)(keep_body)
        self._budget = Budget()
        self._rows = Rows()
        self._pairings: dict[int, Pairing] = {}
        self._state = np.zeros(1024, np.uint8)
        self._serial = 0
        self._not_http = 0
        self._cut = 0
        self._resynchronised = 0

    def feed(self, segments: Segments, data: UInt8, retired: Int64) -> tuple[Exchanges, ExchangeBodies]:
        """The exchanges that are finished now, in the order of (connection, index), and their bodies.

        `data` holds the segments' bytes, and is not kept. For the connections in `retired` no further segment comes.
        """
        single = Exchanges.empty(), ExchangeBodies((), ())
        if len(segments):
            self._make_room(int(segments.connection.max()))
            order = np.argsort(segments.connection, kind="stable")
            order = order[self._state[segments.connection[order]] != _DONE]
            raw = data.tobytes()
            rows, serials = segments.take(order), self._serial + order
            done, single = self._read_single(rows, raw)
            self._read(rows.take(~done), serials[~done], raw)
            self._serial += len(segments)
        for connection in retired.tolist():
            self._finish(connection)
        return joined(single, self._rows.take())

    def finish(self) -> tuple[Exchanges, ExchangeBodies]:
        """The exchanges that were open at the end."""
        for connection in sorted(self._pairings):
            self._finish(connection)
        return self._rows.take()

    @property
    def quality(self) -> HttpQuality:
        """What could not be read, of all connections that are finished."""
        return HttpQuality(self._not_http, self._cut, self._resynchronised)

    def _make_room(self, connection: int) -> None:
        if connection >= len(self._state):
            grown = np.zeros(max(connection + 1, 2 * len(self._state)), np.uint8)
            grown[: len(self._state)] = self._state
            self._state = grown

    def _read_single(self, rows: Segments, raw: bytes) -> tuple[Bool, tuple[Exchanges, ExchangeBodies]]:
        """Reads new connections that are whole in this batch; the mask says which rows are done with."""
        new = self._state[rows.connection] == _NEW
        fresh = rows.take(new)
        if not len(fresh):
            return new, (Exchanges.empty(), ExchangeBodies((), ()))
        starts = np.flatnonzero(np.diff(fresh.connection, prepend=-1))
        read, exchanges, bodies = read_single(fresh, starts, raw, self._keep_body)
        self._state[fresh.connection[starts[read]]] = _DONE
        return self._state[rows.connection] == _DONE, (exchanges, bodies)

    def _read(self, rows: Segments, serials: Int64, raw: bytes) -> None:
        """Reads the rest, a connection at a time."""
        edges = np.flatnonzero(np.diff(rows.connection, prepend=-1, append=-1)).tolist()
        table = _Table(rows, serials, raw)
        for start, stop in pairwise(edges):
            connection = table.connection[start]
            pairing = self._pairings.get(connection)
            if pairing is None:
                pairing = self._pairings[connection] = Pairing(connection, self._rows, self._keep_body, self._budget)
                self._state[connection] = _OPEN
            table.read(pairing, start, stop)
            if pairing.ended:
                self._finish(connection)
            else:
                pairing.emit()

    def _finish(self, connection: int) -> None:
        if connection < len(self._state):
            self._state[connection] = _DONE
        pairing = self._pairings.pop(connection, None)
        if pairing is None:
            return
        pairing.finish()
        self._not_http += pairing.http is False
        self._cut += pairing.requests.cut + pairing.responses.cut
        self._resynchronised += pairing.requests.resynchronised + pairing.responses.resynchronised


class _Table:
    """Segments as lists, and where runs of them end: in order, whole, and one after the other."""

    def __init__(self, rows: Segments, serials: Int64, raw: bytes) -> None:
        stops = rows.offset + rows.length
        self._raw = raw
        self.connection: list[int] = rows.connection.tolist()
        self._direction: list[int] = rows.direction.tolist()
        self._offset: list[int] = rows.offset.tolist()
        self._stop: list[int] = stops.tolist()
        self._captured: list[int] = rows.captured.tolist()
        self._start: list[int] = rows.start.tolist()
        self._end: list[int] = rows.end.tolist()
        self._time: list[int] = rows.time.tolist()
        self._frame: list[int] = rows.frame.tolist()
        self._file: list[int] = rows.file.tolist()
        self._serial: list[int] = serials.tolist()
        plain = (rows.captured == rows.length) & (rows.end == 0)
        breaks = np.ones(len(rows) + 1, bool)
        breaks[1:-1] = (np.diff(rows.connection) != 0) | (np.diff(rows.direction.view(np.int8)) != 0)
        breaks[1:-1] |= (rows.offset[1:] != stops[:-1]) | ~plain[1:] | ~plain[:-1]
        edges = np.flatnonzero(breaks)
        self._run_stop: list[int] = np.repeat(edges[1:], np.diff(edges)).tolist()
        """For each row: the row after the last of its run."""

    def read(self, pairing: Pairing, row: int, stop: int) -> None:
        """Feeds the rows of one connection to its streams. Runs of body that nobody wants are skipped at once."""
        while row < stop:
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
            origin = Origin(self._time[row], self._frame[row], self._file[row], self._serial[row])
            data = self._raw[begin : begin + self._captured[row]]
            stream.add(offset, data, self._stop[row] - offset, origin, self._end[row])
            row += 1
