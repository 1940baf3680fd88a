"""Servers of a single attempt that was never accepted, as a scan leaves them by the thousand.

One of a kind is judged like any server; the others differ from it in their address and their times alone, and are made
from it. Of an attempt whose SYNs lie in several minutes nothing is saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.load.measures import parties
from pcapinspect.load.model import Clients, Curve, Minutes, ServerLoad
from pcapinspect.load.server import Capture, Judged
from pcapinspect.tcp.connections import REFUSED, UNANSWERED, UNDETERMINED, UNREACHABLE

Table = TypeVar("Table", Minutes, Clients)

FEWEST = 8
"""Below so many of a kind there is nothing to save."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Lone attempts of which everything but addresses and times is equal. Rows of Connections, in order."""

    pattern: int
    """The one that is judged."""
    others: Int64


def kinds_of(capture: Capture) -> list[Kind]:
    """The kinds of lone attempts that are worth it; none in a capture of one direction, or of several networks."""
    connections, syns = capture.connections, capture.syns
    if capture.quality.one_way is not None or capture.networks is not None or not len(connections):
        return []
    server = capture.parties.server
    alone = np.bincount(server)[server] == 1
    alone &= np.isin(connections.outcome, (UNANSWERED, REFUSED, UNREACHABLE, UNDETERMINED))
    alone &= connections.start // MINUTE == _last_syn(capture) // MINUTE
    alone[capture.exchanges.connection] = False
    alone &= np.bincount(syns.connection, minlength=len(connections)) == connections.syn_packets
    rows = np.flatnonzero(alone)
    traits = (connections.outcome, capture.service.rung, capture.service.fell, connections.syn_packets)
    _, kind = np.unique(np.stack([trait[rows].astype(np.int64) for trait in traits]), axis=1, return_inverse=True)
    groups = [rows[kind == number] for number in range(int(kind.max(initial=-1)) + 1)]
    return [Kind(int(group[0]), group[1:]) for group in groups if len(group) >= FEWEST]


def _last_syn(capture: Capture) -> Int64:
    last = capture.connections.start.copy()
    np.maximum.at(last, capture.syns.connection, capture.syns.time)
    return last


def left_out(capture: Capture, kinds: Sequence[Kind]) -> Bool:
    """By number of server: whether it is made from another."""
    out = np.zeros(len(capture.parties.server_shown), np.bool_)
    for kind in kinds:
        out[capture.parties.server[kind.others]] = True
    return out


def made_from(pattern: Judged, capture: Capture, kind: Kind, end: int) -> tuple[list[ServerLoad], Judged]:
    """The servers of the others, and the rows of all of them in the tables. `end`: of the capture."""
    connections, rows = capture.connections, kind.others
    start, ended = connections.start[rows], connections.end[rows]
    loads = []
    for row, first, last in zip(rows.tolist(), start.tolist(), ended.tolist(), strict=True):
        ip, port = parties.server_name(connections, row)
        loads.append(replace(pattern.load, ip=ip, port=port, first_time=first, last_time=last))
    server = capture.parties.server[rows]
    heard = np.where(connections.answer_time[rows] == MISSING, start, connections.answer_time[rows])
    names = np.empty(len(rows), object)
    names[:] = [parties.client_name(connections, row) for row in rows.tolist()]
    minutes = _repeated(pattern.minutes, server, minute=start // MINUTE * MINUTE)
    last = np.maximum(_last_syn(capture)[rows], heard)
    clients = _repeated(pattern.clients, server, client=names, first=start, last=last)
    curve = _curve(server, start, capture.settings.window * SECOND, end)
    return loads, Judged(pattern.load, minutes, clients, curve)


def _repeated(pattern: Table, server: Int64, **columns: Any) -> Table:
    """The pattern's one row for each server, but for these columns."""
    whole = {one.name: np.repeat(getattr(pattern, one.name), len(server)) for one in fields(pattern)}
    return type(pattern)(**{**whole, "server": server, **columns})


def _curve(server: Int64, start: Int64, window: int, end: int) -> Curve:
    """One attempt from its second on, and none when it leaves the window (`measures.curve`)."""
    begins, leaves = start // SECOND * SECOND, -(-(start + window) // SECOND) * SECOND
    seen = leaves <= end // SECOND * SECOND
    times = np.concatenate((begins, leaves[seen]))
    attempts = np.concatenate((np.ones(len(begins), np.int64), np.zeros(int(seen.sum()), np.int64)))
    nothing = np.zeros(len(times), np.int64)
    curve = Curve(np.concatenate((server, server[seen])), times, nothing, attempts, nothing)
    return curve.take(np.lexsort((curve.time, curve.server)))
