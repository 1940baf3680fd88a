"""Exchanges out of segments: the layer's one entry point."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pcapinspect.columns import Bool, Int64, UInt8
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges, HttpQuality
from pcapinspect.http.pairing import KeepBody, Pairing
from pcapinspect.http.rows import Rows
from pcapinspect.http.streams import Budget, Origin
from pcapinspect.tcp.segments import DOWN, Segments

_SCEP_URI = ("operation=pkioperation", "operation=getcacert", "operation=getnextcacert", "operation=getcacaps")
_SCEP_TYPES = ("application/x-pki-message", "application/x-x509-")


def is_scep(uri: str | None, content_type: str | None) -> bool:
    """Whether a body may be one that `pki` reads: by the request's URI, or by the media types of RFC 8894, 6."""
    if uri is not None and uri.lower().partition("?")[2].find("operation=") >= 0:
        lowered = uri.lower()
        if any(operation in lowered for operation in _SCEP_URI):
            return True
    return content_type is not None and content_type.lower().startswith(_SCEP_TYPES)


class ExchangeReader:
    """Follows the streams of all connections at once. Sans-IO: segments in, exchanges out."""

    def __init__(self, keep_body: KeepBody = is_scep) -> None:
        self._keep_body = lru_cache(1024)(keep_body)
        self._budget = Budget()
        self._rows = Rows()
        self._pairings: dict[int, Pairing] = {}
        self._done: Bool = np.zeros(1024, bool)
        """By connection number: no more of it is read."""
        self._serial = 0
        self._not_http = 0
        self._cut = 0
        self._resynchronised = 0

    def feed(self, segments: Segments, data: UInt8, retired: Int64) -> tuple[Exchanges, ExchangeBodies]:
        """The exchanges that are finished now, in the order of (connection, index), and their bodies.

        `data` holds the segments' bytes, and is not kept. For the connections in `retired` no further segment comes.
        """
        if len(segments):
            self._make_room(int(segments.connection.max()))
            self._read(segments, data)
            self._serial += len(segments)
        for connection in retired.tolist():
            self._finish(connection)
        return self._rows.take()

    def finish(self) -> tuple[Exchanges, ExchangeBodies]:
        """The exchanges that were open at the end."""
        for connection in sorted(self._pairings):
            self._finish(connection)
        return self._rows.take()

    @property
    def quality(self) -> HttpQuality:
        return HttpQuality(self._not_http, self._cut, self._resynchronised)

    def _make_room(self, connection: int) -> None:
        if connection >= len(self._done):
            grown = np.zeros(max(connection + 1, 2 * len(self._done)), bool)
            grown[: len(self._done)] = self._done
            self._done = grown

    def _read(self, segments: Segments, data: UInt8) -> None:
        order = np.argsort(segments.connection, kind="stable")
        order = order[~self._done[segments.connection[order]]]
        serials = self._serial + order
        rows = segments.take(order)
        raw = data.tobytes()
        previous = None
        columns = (rows.connection, rows.direction, rows.offset, rows.length, rows.captured, rows.start, rows.time)
        more = (rows.frame, rows.file, rows.end, serials)
        for connection, direction, offset, length, captured, start, time, frame, file, end, serial in zip(
            *(c.tolist() for c in columns + more), strict=True
        ):
            pairing = self._pairings.get(connection)
            if pairing is None:
                pairing = self._pairings[connection] = Pairing(connection, self._rows, self._keep_body, self._budget)
            stream = pairing.down if direction == DOWN else pairing.up
            stream.add(offset, raw[start : start + captured], length, Origin(time, frame, file, serial), end)
            if previous is not pairing and previous is not None:
                self._settle(previous)
            previous = pairing
        if previous is not None:
            self._settle(previous)

    def _settle(self, pairing: Pairing) -> None:
        if pairing.ended:
            self._finish(pairing.connection)
        else:
            pairing.emit()

    def _finish(self, connection: int) -> None:
        pairing = self._pairings.pop(connection, None)
        if connection < len(self._done):
            self._done[connection] = True
        if pairing is None:
            return
        pairing.finish()
        self._not_http += pairing.http is False
        self._cut += pairing.requests.cut + pairing.responses.cut
        self._resynchronised += pairing.requests.resynchronised + pairing.responses.resynchronised
