"""Connections of one exchange that a batch holds from their first byte to both ends: nearly all of a storm.

What `pairing` finds in them a packet at a time is found here for all of them at once, and what has the same bytes is
read once: the exchanges of a storm differ in the Date of the response, one a second. Whatever is not plain (a
retransmission, a hole, chunks, a second request) is left to `pairing`; the rows are the same either way.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64, Text, constant, told_once
from pcapinspect.http.alike import Rows, Streams, first_alike, streams_of
from pcapinspect.http.backlog import WORD, Backlog
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges
from pcapinspect.http.heads import UNTIL_CLOSE, RequestHead, ResponseHead, request_head, response_body, response_head
from pcapinspect.http.pairing import KeepBody
from pcapinspect.tcp.segments import DOWN, UP, Segments

_SIZE_LIMIT = 64 * 1024
"""Bytes of a stream that are put together here; a longer one is a download, which `pairing` skips through."""

_SEED = np.uint64(secrets.randbits(64))

_HEAD_END = b"\r\n\r\n"


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
    rows = Rows(*(getattr(batch.rows, name) for name in Rows._fields))
    streams = streams_of(rows, batch.starts)
    total = streams.total
    plain = streams.plain & (total <= _SIZE_LIMIT).all(axis=1)
    ended = streams.ended.all(axis=1)
    both: Bool = np.all(total > 0, axis=1)
    answered_after = _answered_after(batch.rows.acked, streams, both)
    chosen = np.flatnonzero(plain & ended & answered_after)
    alike, found = _distinct(batch, rows, streams, chosen, keep_body)
    good = np.array([exchange is not None for exchange in found], bool)
    chosen, alike = chosen[good[alike]], (np.cumsum(good) - 1)[alike[good[alike]]]
    exchanges = [exchange for exchange in found if exchange is not None]
    read = np.zeros(len(plain), bool)
    read[chosen] = True
    columns = _columns(batch.rows, streams, chosen, exchanges, alike)
    return Single(read, plain & ~ended, total.sum(axis=1), columns, _bodies(exchanges, alike))


def _answered_after(acked: Int64, streams: Streams, both: Bool) -> Bool:
    """Of the connections with payload in `both` directions: whether the server had the whole request when it answered,
    by what it acknowledged; by the order of the capture where that is not known."""
    had = acked[np.where(both, streams.first[:, DOWN], 0)]
    later = streams.last[:, UP] < streams.first[:, DOWN]
    after: Bool = both & np.where(had == MISSING, later, had >= streams.total[:, UP])
    return after


def _distinct(
    batch: Backlog, rows: Rows, streams: Streams, chosen: Int64, keep_body: KeepBody
) -> tuple[Int64, list[_Exchange | None]]:
    """Which exchange the chosen connections hold, as a place in the list of those that differ."""
    up, down = streams.total[chosen].T
    begins = rows.start[streams.first[chosen, UP]]
    marks = (up << 32) + (down << 1) + streams.fin[chosen, DOWN]
    words = batch.raw.view(np.uint64)
    first = first_alike(words, begins // WORD, (up + down + WORD - 1) // WORD, marks, _SEED)
    shown, alike = np.unique(first, return_inverse=True)
    found = []
    for one in shown.tolist():
        text = batch.raw[begins[one] :][: up[one] + down[one]].tobytes()
        fin = bool(streams.fin[chosen[one], DOWN])
        found.append(_exchange(text[: up[one]], text[up[one] :], fin, keep_body))
    return alike, found


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


def _columns(rows: Segments, streams: Streams, chosen: Int64, found: list[_Exchange], alike: Int64) -> Exchanges:
    asked, whole, answered = streams.first[chosen, UP], streams.last[chosen, UP], streams.first[chosen, DOWN]
    latency = rows.time[answered] - rows.time[whole]
    requests = [exchange.request for exchange in found]
    responses = [exchange.response for exchange in found]
    count = len(chosen)
    return Exchanges(
        connection=rows.connection[asked],
        index=constant(0, count, "i8"),
        request_file=told_once(rows.file[asked].astype(np.int64)),
        request_frame=rows.frame[asked],
        response_file=told_once(rows.file[answered].astype(np.int64)),
        response_frame=rows.frame[answered],
        request_time=rows.time[asked],
        request_end_time=rows.time[whole],
        response_time=rows.time[answered],
        latency=np.where(latency >= 0, latency, MISSING),
        method=_spread([head.method for head in requests], alike),
        uri=_spread([head.uri for head in requests], alike),
        version=_spread([head.version for head in requests], alike),
        host=_spread([head.host for head in requests], alike),
        user_agent=_spread([head.user_agent for head in requests], alike),
        status=told_once(np.array([head.status for head in responses], np.int64)[alike]),
        reason=_spread([head.reason for head in responses], alike),
        server=_spread([head.server for head in responses], alike),
        date=_spread([head.date for head in responses], alike),
        content_type=_spread([head.content_type for head in responses], alike),
        request_bytes=told_once(streams.total[chosen, UP]),
        response_bytes=told_once(streams.total[chosen, DOWN]),
        complete=constant(True, count, "?"),
        request_complete=constant(True, count, "?"),
    )


def _spread(values: Sequence[object], alike: Int64) -> Text:
    """The value of each row, of which `alike` is the place."""
    if len(set(values)) == 1:
        return constant(values[0], len(alike), "O")
    return _text(values)[alike]


def _text(values: Sequence[object]) -> Text:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _bodies(found: list[_Exchange], alike: Int64) -> ExchangeBodies:
    requests = _text([exchange.request_body for exchange in found])[alike]
    responses = _text([exchange.response_body for exchange in found])[alike]
    return ExchangeBodies(tuple(requests.tolist()), tuple(responses.tolist()))
