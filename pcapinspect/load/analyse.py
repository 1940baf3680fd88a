"""From connections, SYNs and exchanges to the load of every server: rates, pauses, causes and verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from pcapinspect.columns import Int64, UInt8
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.lone import kinds_of, left_out, made_from
from pcapinspect.load.measures.ladder import service_of
from pcapinspect.load.measures.operations import asked_of, count_operations
from pcapinspect.load.measures.parties import Networks, parties_of
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.measures.traffic import traffic_of
from pcapinspect.load.model import Clients, Curve, Load, Minutes, ServerLoad
from pcapinspect.load.server import Capture, judge
from pcapinspect.pki.operations import Operations
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import Connections, Syns

SEVERITY = (
    "rate_limit",
    "max_connections",
    "outage",
    "no_response",
    "refused",
    "error_responses",
    "path_mtu",
    "selective_drop",
    "stale_connections",
    "path",
    "capture",
    "loss",
    "blocked_client",
    "insufficient",
    "over_limit_unthrottled",
    "healthy",
)
"""Verdicts, the worst first: the order in which servers are shown."""

Table = TypeVar("Table", Minutes, Clients, Curve)


def analyse(
    connections: Connections,
    syns: Syns,
    exchanges: Exchanges,
    operations: Operations,
    quality: CaptureQuality,
    settings: Settings,
    networks: Networks | None = None,
    lost: UInt8 | None = None,
) -> Load:
    """The load of all servers, the worst and busiest first. `exchanges` are in the order of (connection, index).

    `networks`: where servers of several have the same address; `lost`: what of each connection was lost between two
    points.
    """
    parties = parties_of(connections, networks)
    asked = asked_of(exchanges, operations)
    bounds = _bounds(connections, syns, quality)
    service = service_of(connections, exchanges, operations, parties.server, quality, bounds[1])
    capture = Capture(connections, syns, exchanges, operations, service, asked, quality, settings, parties, networks)
    alike = kinds_of(capture) if lost is None else []
    out = left_out(capture, alike)
    traffics = traffic_of(connections, syns, exchanges, service, parties, bounds, lost, out)
    numbers = np.flatnonzero(~out).tolist()
    judged = {number: judge(capture, traffic, number) for number, traffic in zip(numbers, traffics, strict=True)}
    loads = {number: one.load for number, one in judged.items()}
    parts = list(judged.values())
    for kind in alike:
        of_kind, rows = made_from(judged[int(parties.server[kind.pattern])], capture, kind, bounds[1])
        loads.update(zip(parties.server[kind.others].tolist(), of_kind, strict=True))
        parts.append(rows)
    order = sorted(loads, key=lambda number: _rank(loads[number]))
    place = np.empty(len(loads), np.int64)
    place[order] = np.arange(len(loads))
    server = place[parties.server]
    clients = _joined(Clients, [part.clients for part in parts], place)
    asker = exchanges.connection
    return Load(
        servers=tuple(loads[number] for number in order),
        server_of_connection=server,
        service=service,
        minutes=_joined(Minutes, [part.minutes for part in parts], place),
        clients=clients.take(np.lexsort((clients.first, -clients.attempts))),
        curve=_joined(Curve, [part.curve for part in parts], place),
        operations=count_operations(asked, server[asker], parties.client[asker]),
    )


def _joined(kind: type[Table], parts: Sequence[Table], place: Int64) -> Table:
    """One table of all servers' rows, with each server's place in the Load instead of its number."""
    table = kind.concatenate(parts)
    table = replace(table, server=place[table.server])
    return table.take(np.argsort(table.server, kind="stable"))


def _rank(load: ServerLoad) -> tuple[int, int, int]:
    """A server of which nothing is known is none of the worst, unless it fell silent."""
    unknown = load.verdict.cause == "insufficient" and not load.pauses
    return len(SEVERITY) if unknown else SEVERITY.index(load.verdict.cause), -load.attempts, load.first_time


def _bounds(connections: Connections, syns: Syns, quality: CaptureQuality) -> tuple[int, int]:
    """When the capture ran: by all its packets, or by those of the connections where the files do not say."""
    if not len(connections):
        return 0, 0
    begin, end = int(connections.start.min()), int(connections.end.max())
    if len(syns):
        begin, end = min(begin, int(syns.time.min())), max(end, int(syns.time.max()))
    if quality.first_time is not None and quality.last_time is not None:
        begin, end = min(begin, quality.first_time), max(end, quality.last_time)
    return begin, end
