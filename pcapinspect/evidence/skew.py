"""How far the clock of a log is from the capture's: estimated from what both hold, stated with its spread.

Three ties, the firmest first: a discarded SYN whose sequence number the log prints; the HTTP Date of replies, which log
and capture both carry; requests of one client, whose pattern of times fits at one shift only. Where none holds there is
no skew, and the log's times stay apart from the capture's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.address import halves
from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.evidence.log_model import LogFile, LogRecord, Logs, Skew
from pcapinspect.evidence.moments import http_date
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.pki.operations import Operations
from pcapinspect.tcp.connections import Connections

_QUARTER = 900 * SECOND
"""Time zones lie whole quarters of an hour apart."""

_FARTHEST_ZONE = 14 * 3600 * SECOND

_TOGETHER = 2 * SECOND
"""Pairs within this agree: the second of an HTTP Date, and the delay between a packet and its line in the log."""

_LEAST_REQUESTS = 3
"""Requests of one client that must fit; two fit any client that asks twice."""

_FIT = 0.6
"""Share of the log's requests that must fit; the others are before or after the capture, or lost."""

_RIVAL = 0.9
"""A second client that fits this well beside the best, at another shift, makes the match ambiguous."""

_MOST_OF_LOG, _MOST_OF_CLIENT = 50, 200
"""Requests that are compared, to bound the work at thousands of clients."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """A shift on which pairs agree."""

    offset: int
    spread: int
    pairs: int


def align(logs: Logs, connections: Connections, exchanges: Exchanges, operations: Operations) -> Logs:
    """The same logs with the skew of each file. `operations` is parallel to `exchanges`."""
    skews = []
    for index, file in enumerate(logs.files):
        records = [record for record in logs.records if record.file == index and record.time is not None]
        skews.append(_estimate(file, records, connections, exchanges, operations))
    return replace(logs, skews=tuple(skews))


def _estimate(
    file: LogFile, records: list[LogRecord], connections: Connections, exchanges: Exchanges, operations: Operations
) -> Skew | None:
    fit = _by_syns(records, connections)
    if fit is not None:
        return _skew(fit, "syn", "discarded SYNs found in the capture by sequence number", file)
    dated = [record for record in records if record.kind == "reply" and record.date is not None]
    if dated:
        server = server_clock(exchanges)
        fit = _by_dates(dated, 0 if server is None else server)
        told = "HTTP Dates of replies in the log"
        told += ", the server's clock taken as the capture's" if server is None else " and in the capture"
        return _skew(replace(fit, spread=max(fit.spread, SECOND)), "date", told, file)
    fit = _by_requests(records, connections, exchanges, operations)
    if fit is not None:
        how = "requests matched to one client's; of the shifts that fit, the one nearest to a time zone"
        return _skew(fit, "requests", how, file)
    return None


def _by_syns(records: list[LogRecord], connections: Connections) -> _Fit | None:
    """The first line of each discarded SYN against the first SYN of that attempt."""
    first: dict[tuple[int, str | None], int] = {}
    for record in records:
        if record.isn is not None and record.time is not None:
            first.setdefault((record.isn, record.peer), record.time)
    if not first or not len(connections):
        return None
    order = np.argsort(connections.isn, kind="stable")
    sorted_isn = connections.isn[order]
    differences = []
    for (isn, peer), time in first.items():
        low, high = np.searchsorted(sorted_isn, [isn, isn + 1])
        for row in order[low:high].tolist():
            if _is_client(connections, row, peer):
                differences.append(time - int(connections.start[row]))
    return _densest(np.array(differences, dtype=np.int64)) if differences else None


def _is_client(connections: Connections, row: int, peer: str | None) -> bool:
    if peer is None:
        return True
    try:
        high, low = halves(peer)
    except ValueError:
        return False
    return int(connections.client_high[row]) == high and int(connections.client_low[row]) == low


def server_clock(exchanges: Exchanges) -> int | None:
    """How far the HTTP Date is ahead of the capture, in nanoseconds; None where no response has one."""
    rows = np.flatnonzero((exchanges.response_time != MISSING) & (exchanges.date != None))  # noqa: E711
    if len(rows) > 10_000:
        rows = rows[:: len(rows) // 10_000]
    read: dict[str, int | None] = {}
    ahead = []
    for text, time in zip(exchanges.date[rows].tolist(), exchanges.response_time[rows].tolist(), strict=True):
        if text not in read:
            read[text] = http_date(text)
        date = read[text]
        if date is not None:
            # a Date is cut to its second: on average it is half a second behind
            ahead.append(date + SECOND // 2 - time)
    return int(np.median(np.array(ahead, dtype=np.int64))) if ahead else None


def _by_dates(dated: list[LogRecord], server: int) -> _Fit:
    """Each reply's line against its Date, put on the capture's clock."""
    differences = [
        record.time - (record.date + SECOND // 2 - server)
        for record in dated
        if record.time is not None and record.date is not None
    ]
    return _densest(np.array(differences, dtype=np.int64))


def _by_requests(
    records: list[LogRecord], connections: Connections, exchanges: Exchanges, operations: Operations
) -> _Fit | None:
    """The client whose requests lie like those of the log, if there is one and no other fits as well."""
    asked = [record for record in records if record.kind == "request" and record.operation is not None]
    if len(asked) < _LEAST_REQUESTS:
        return None
    operation, label = asked[0].operation, asked[0].ca_identifier
    times = [record.time for record in asked if (record.operation, record.ca_identifier) == (operation, label)]
    log = np.array(times[:_MOST_OF_LOG], dtype=np.int64)
    same = (operations.operation == operation) & (exchanges.request_time != MISSING)
    if label is not None:
        same &= operations.ca_identifier == label
    rows = np.flatnonzero(same)
    of = exchanges.connection[rows]
    clients = np.stack([connections.client_high[of], connections.client_low[of]])
    _, client, counts = np.unique(clients, axis=1, return_inverse=True, return_counts=True)
    of_clients = np.split(exchanges.request_time[rows[np.argsort(client, kind="stable")]], np.cumsum(counts)[:-1])
    least = max(_LEAST_REQUESTS, round(_FIT * len(log)))
    fits = []
    for mine in of_clients:
        if len(mine) >= least:
            fit = _nearest_zone((log[:, None] - mine[None, :_MOST_OF_CLIENT]).ravel(), least)
            if fit is not None:
                fits.append(fit)
    if not fits:
        return None
    best = max(fits, key=lambda fit: fit.pairs)
    rivals = [f for f in fits if f.pairs >= _RIVAL * best.pairs and abs(f.offset - best.offset) > _TOGETHER]
    return None if rivals else best


def _nearest_zone(differences: Int64, least: int) -> _Fit | None:
    """Of the shifts at which enough pairs agree, the one nearest to a time zone's: clients ask periodically, so a shift
    by a period fits almost as well."""
    ordered = np.sort(differences)
    counts = np.searchsorted(ordered, ordered + _TOGETHER, side="right") - np.arange(len(ordered))
    enough = np.flatnonzero(counts >= max(least, int(_RIVAL * counts.max())))
    if not len(enough):
        return None
    candidates = [_fit(ordered[at : at + counts[at]]) for at in enough.tolist()]
    return min(candidates, key=lambda fit: (abs(_beside_zone(fit.offset)), -fit.pairs))


def _densest(differences: Int64) -> _Fit:
    """The shift on which the most pairs agree."""
    ordered = np.sort(differences)
    counts = np.searchsorted(ordered, ordered + _TOGETHER, side="right") - np.arange(len(ordered))
    at = int(np.argmax(counts))
    return _fit(ordered[at : at + counts[at]])


def _fit(agreeing: Int64) -> _Fit:
    return _Fit(int(np.median(agreeing)), int(agreeing[-1] - agreeing[0]), len(agreeing))


def _beside_zone(offset: int) -> int:
    """What no time zone explains of an offset, in nanoseconds."""
    if abs(offset) > _FARTHEST_ZONE + _QUARTER // 2:
        return offset
    return offset - round(offset / _QUARTER) * _QUARTER


def _skew(fit: _Fit, method: str, how: str, file: LogFile) -> Skew:
    rest = fit.offset if file.zone_known else _beside_zone(fit.offset)
    zone = (fit.offset - rest) // SECOND
    parts = [f"a time zone of {_hours(zone)} and "] if zone else []
    sentence = (
        f"The log's clock is {abs(fit.offset) / SECOND:.3f} s {'ahead of' if fit.offset >= 0 else 'behind'} the "
        f"capture's ({''.join(parts)}{rest / SECOND:+.3f} s), from {how}: "
        f"pairs {fit.pairs}, spread {fit.spread / SECOND:.3f} s."
    )
    return Skew(offset=fit.offset, zone=zone, spread=fit.spread, pairs=fit.pairs, method=method, sentence=sentence)


def _hours(seconds: int) -> str:
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}"
