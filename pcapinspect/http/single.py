"""Connections of one exchange that a batch holds from their first byte to both ends: nearly all of a storm.

What `pairing` finds in them a packet at a time is found here with one pass of numpy over all of them, and one look-up
of their bytes for each. Whatever is not plain (a retransmission, a hole, chunks, a second request) is left to
`pairing`; the rows are the same either way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64, Text
from pcapinspect.http.backlog import Backlog
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges
from pcapinspect.http.heads import UNTIL_CLOSE, RequestHead, ResponseHead, request_head, response_body, response_head
from pcapinspect.http.pairing import KeepBody
from pcapinspect.tcp.segments import DOWN, END_FIN, UP, Segments

_SIZE_LIMIT = 64 * 1024
"""Bytes of a stream that are put together here; a longer one is a download, which `pairing` skips through."""

_MEMORISED = 8192
"""Exchanges that are remembered. A storm's differ in the Date of the response: one a second."""

_MEMORISED_LENGTH = 1024
"""Bytes of a request and response that are remembered; longer ones are hardly ever the same twice."""

_HEAD_END = b"\r\n\r\n"


class _Streams(NamedTuple):
    """One direction of every connection of a batch: columns by connection."""

    total: Int64
    first: Int64
    """Row of the first segment with payload; the number of rows where there is none."""
    last: Int64
    """Row of the last one; -1."""
    ended: Bool
    fin: Bool


class _Exchange(NamedTuple):
    request: RequestHead
    response: ResponseHead
    request_body: bytes | None
    response_body: bytes | None


class Single(NamedTuple):
    """What was found. Masks are by connection."""

    read: Bool
    """One exchange, whole: done with."""
    begun: Bool
    """In order so far, and not ended."""
    sizes: Int64
    """Bytes of payload."""
    exchanges: Exchanges
    """Of the connections that were read."""
    bodies: ExchangeBodies


def read_single(batch: Backlog, keep_body: KeepBody) -> Single:
    """The exchanges of connections that hold just one. The batch has all segments so far of each connection in it."""
    rows, starts, raw = batch.rows, batch.starts, batch.raw
    up, down = (_streams(rows, starts, direction) for direction in (UP, DOWN))
    plain = _in_order(rows, starts) & (up.total <= _SIZE_LIMIT) & (down.total <= _SIZE_LIMIT)
    ended = up.ended & down.ended
    chosen = np.flatnonzero(plain & ended & (up.last < down.first) & (up.total > 0) & (down.total > 0))
    asked = _bytes(rows, raw, UP, up.first[chosen], up.last[chosen])
    answered = _bytes(rows, raw, DOWN, down.first[chosen], down.last[chosen])
    found = [
        (_memorised if len(request) + len(response) <= _MEMORISED_LENGTH else _exchange)(
            request, response, fin, keep_body
        )
        for request, response, fin in zip(asked, answered, down.fin[chosen].tolist(), strict=True)
    ]
    chosen = chosen[np.array([exchange is not None for exchange in found], bool)]
    exchanges = [exchange for exchange in found if exchange is not None]
    read = np.zeros(len(starts), bool)
    read[chosen] = True
    columns = _columns(rows, up, down, chosen, exchanges)
    return Single(read, plain & ~ended, up.total + down.total, columns, _bodies(exchanges))


def _streams(rows: Segments, starts: Int64, direction: int) -> _Streams:
    count = len(rows)
    here = rows.direction == direction
    payload = here & (rows.length > 0)
    numbers = np.arange(count)
    total = np.add.reduceat(np.where(payload, rows.length, 0), starts, dtype=np.int64)
    first = np.minimum.reduceat(np.where(payload, numbers, count), starts)
    last = np.maximum.reduceat(np.where(payload, numbers, -1), starts)
    # The lowest end counts, and of several there the first: as a number, so that the least is the one.
    limit = np.iinfo(np.int64).max >> 2
    ends = np.where(here & (rows.end > 0), rows.offset + rows.length, limit)
    end = np.minimum.reduceat(ends, starts)
    at_end = ends == np.repeat(end, np.diff(starts, append=count))
    marks = np.minimum.reduceat(np.where(at_end, numbers, count), starts)
    fin = rows.end[np.minimum(marks, count - 1)] == END_FIN
    return _Streams(total, first, last, end == total, fin)


def _in_order(rows: Segments, starts: Int64) -> Bool:
    """Whether every payload of a connection is captured whole and follows the one before it in its direction."""
    sizes = np.diff(starts, append=len(rows))
    good = np.ones(len(rows), bool)
    for direction in (UP, DOWN):
        payload = (rows.direction == direction) & (rows.length > 0)
        sent = np.cumsum(np.where(payload, rows.length, 0), dtype=np.int64)
        before = sent - rows.length
        base = np.repeat(np.concatenate(([0], sent[starts[1:] - 1])), sizes)
        good &= ~payload | ((rows.offset == before - base) & (rows.captured == rows.length))
    return np.logical_and.reduceat(good, starts)


def _bytes(rows: Segments, raw: bytes, direction: int, first: Int64, last: Int64) -> list[bytes]:
    """The bytes of each stream."""
    begins, stops = rows.start[first], rows.start[first] + rows.length[first]
    parts = [raw[begin:stop] for begin, stop in zip(begins.tolist(), stops.tolist(), strict=True)]
    for index in np.flatnonzero(first != last).tolist():
        span = slice(int(first[index]), int(last[index]) + 1)
        mine = rows.direction[span] == direction
        spans = zip(rows.start[span][mine].tolist(), rows.length[span][mine].tolist(), strict=True)
        parts[index] = b"".join([raw[begin : begin + size] for begin, size in spans])
    return parts


def _exchange(asked: bytes, answered: bytes, fin: bool, keep_body: KeepBody) -> _Exchange | None:
    """The one request and the one response that the streams consist of; None: they hold anything else."""
    end = asked.find(_HEAD_END) + len(_HEAD_END)
    request = request_head(asked[:end])
    if request is None or request.switches or request.body != len(asked) - end or end < len(_HEAD_END):
        return None
    start = answered.find(_HEAD_END) + len(_HEAD_END)
    response = response_head(answered[:start])
    if response is None or response.status < 200 or start < len(_HEAD_END):
        return None
    size, rest = response_body(request.method, response), len(answered) - start
    if size != rest and not (size == UNTIL_CLOSE and fin):
        return None
    sent = asked[end:] if request.body and keep_body(request.uri, request.content_type) else None
    got = answered[start:] if size and keep_body(request.uri, response.content_type) else None
    return _Exchange(request, response, sent, got)


_memorised = lru_cache(_MEMORISED)(_exchange)


def _columns(rows: Segments, up: _Streams, down: _Streams, chosen: Int64, found: list[_Exchange]) -> Exchanges:
    asked, whole, answered = up.first[chosen], up.last[chosen], down.first[chosen]
    latency = rows.time[answered] - rows.time[whole]
    requests = [exchange.request for exchange in found]
    responses = [exchange.response for exchange in found]
    return Exchanges(
        connection=rows.connection[asked],
        index=np.zeros(len(chosen), np.int64),
        request_file=rows.file[asked].astype(np.int64),
        request_frame=rows.frame[asked],
        response_file=rows.file[answered].astype(np.int64),
        response_frame=rows.frame[answered],
        request_time=rows.time[asked],
        request_end_time=rows.time[whole],
        response_time=rows.time[answered],
        latency=np.where(latency >= 0, latency, MISSING),
        method=_text([head.method for head in requests]),
        uri=_text([head.uri for head in requests]),
        version=_text([head.version for head in requests]),
        host=_text([head.host for head in requests]),
        user_agent=_text([head.user_agent for head in requests]),
        status=np.array([head.status for head in responses], np.int64),
        reason=_text([head.reason for head in responses]),
        server=_text([head.server for head in responses]),
        date=_text([head.date for head in responses]),
        content_type=_text([head.content_type for head in responses]),
        request_bytes=up.total[chosen],
        response_bytes=down.total[chosen],
        complete=np.ones(len(chosen), bool),
    )


def _text(values: list[str] | list[str | None]) -> Text:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _bodies(found: list[_Exchange]) -> ExchangeBodies:
    return ExchangeBodies(
        tuple([exchange.request_body for exchange in found]), tuple([exchange.response_body for exchange in found])
    )
