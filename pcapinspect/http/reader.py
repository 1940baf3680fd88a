"""Exchanges out of segments: the layer's one entry point."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from pcapinspect.columns import Int64, UInt8
from pcapinspect.http import backlog
from pcapinspect.http.backlog import Backlog
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges, HttpQuality
from pcapinspect.http.pairing import KeepBody, Pairing
from pcapinspect.http.rows import Rows, joined
from pcapinspect.http.single import read_single
from pcapinspect.http.streams import Budget
from pcapinspect.http.table import Table
from pcapinspect.tcp.segments import Segments

_NEW, _LEFT, _OPEN, _DONE = range(4)
"""What is known of a connection: nothing yet, segments that a batch left to the next, a Pairing, or all there is."""

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

    A connection that a batch holds whole is read by `single`, if it is that plain. One that has only begun is left to
    the next batch, once, for it may turn out to be. All others have a Pairing until they end.

    `keep_body` says from a request's URI and a message's Content-Type whether its body is wanted.
    Memory: what is unfinished (at most streams.TOTAL_LIMIT bytes of payload), and a byte for each connection.
    """

    def __init__(self, keep_body: KeepBody = is_scep) -> None:
        self._keep_body: KeepBody = lru_cache(1024)(keep_body)
        self._budget = Budget()
        self._rows = Rows()
        self._pairings: dict[int, Pairing] = {}
        self._left = backlog.empty()
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
            batch = self._left.with_next(segments, self._serial, data)
            self._serial += len(segments)
            batch = batch.take(self._state[batch.rows.connection] != _DONE)
            single = self._read_single(batch)
            batch = batch.take(self._state[batch.rows.connection] != _DONE)
            left = self._state[batch.rows.connection] == _LEFT
            self._left = batch.take(left)
            self._read(batch.take(~left))
        if len(retired):
            self._retire(retired)
        return joined(single, self._rows.take())

    def finish(self) -> tuple[Exchanges, ExchangeBodies]:
        """The exchanges that were open at the end."""
        self._read(self._left)
        self._left = backlog.empty()
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

    def _read_single(self, batch: Backlog) -> tuple[Exchanges, ExchangeBodies]:
        """Reads the connections that are whole in this batch, and decides which are left to the next."""
        fresh = batch.take(self._state[batch.rows.connection] <= _LEFT)
        if not len(fresh):
            return Exchanges.empty(), ExchangeBodies((), ())
        single = read_single(fresh, self._keep_body)
        connections = fresh.rows.connection[fresh.starts]
        leave = single.begun & (self._state[connections] == _NEW)
        if single.sizes[leave].sum() > backlog.LIMIT:
            leave[:] = False
        self._state[connections] = np.where(single.read, _DONE, np.where(leave, _LEFT, _OPEN))
        return single.exchanges, single.bodies

    def _read(self, batch: Backlog) -> None:
        """Reads the rest, a connection at a time."""
        edges = np.append(batch.starts, len(batch)).tolist()
        table = Table(batch)
        for start, stop in pairwise(edges):
            connection = table.connection[start]
            pairing = self._pairings.get(connection)
            if pairing is None:
                pairing = self._pairings[connection] = Pairing(connection, self._rows, self._keep_body, self._budget)
            table.read(pairing, start, stop)
            if pairing.ended:
                self._finish(connection)
            else:
                pairing.emit()

    def _retire(self, connections: Int64) -> None:
        self._make_room(int(connections.max()))
        left = np.isin(self._left.rows.connection, connections)
        if left.any():
            self._state[self._left.rows.connection[left]] = _OPEN
            self._read(self._left.take(left))
            self._left = self._left.take(~left)
        for connection in np.unique(connections[self._state[connections] == _OPEN]).tolist():
            self._finish(connection)
        self._state[connections] = _DONE

    def _finish(self, connection: int) -> None:
        self._state[connection] = _DONE
        pairing = self._pairings.pop(connection)
        pairing.finish()
        self._not_http += pairing.http is False
        self._cut += pairing.requests.cut + pairing.responses.cut
        self._resynchronised += pairing.requests.resynchronised + pairing.responses.resynchronised
        pairing.take_apart()
