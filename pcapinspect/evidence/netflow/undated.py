"""Flows without a date, as a router's cache lists them: dials and their ends are counted, and no time is told.

A flow monitor gives times of day: they tell rates, but not on which day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.address import text_of
from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.evidence.netflow.attempts import attempts_of
from pcapinspect.evidence.netflow.model import Flows
from pcapinspect.evidence.netflow.sampling import of_sample, sampled_servers
from pcapinspect.evidence.netflow.verdict import Dials, of_dials
from pcapinspect.load.model import Verdict
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import (
    ESTABLISHED,
    HALF_OPEN,
    MIDSTREAM,
    REFUSED,
    UNANSWERED,
    UNDETERMINED,
    Connections,
)

DAY = 86_400 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class UndatedServer:
    """One server in flows without a date."""

    ip: str
    port: int
    attempts: int
    established: int
    half_open: int
    unanswered: int
    refused: int
    undetermined: int
    midstream: int
    clients: int
    busiest: int | None
    """Answered dials that began within the window of the limit, at most, by times of day; None: the flows have none."""
    verdict: Verdict


def undated_servers(flows: Flows, settings: Settings) -> tuple[UndatedServer, ...]:
    """The servers of the flows, those with the most unanswered dials first."""
    # Within a cache's day the time of day orders flows; without one all flows of a 4-tuple are one dial.
    at = np.where(flows.clock == MISSING, 0, flows.clock)
    table, _ = attempts_of(replace(flows, start=at, end=at), settings.ports, settings.servers)
    has_clock = bool(len(flows)) and bool((flows.clock != MISSING).all())
    sampled = sampled_servers(flows, settings.ports)
    found = []
    keys = np.stack([table.server_high, table.server_low, table.server_port.astype(np.uint64)], axis=1)
    for key in np.unique(keys, axis=0):
        own = table.take((keys == key).all(axis=1))
        name = text_of(key[0], key[1]), int(key[2])
        counts = np.bincount(own.outcome, minlength=256)
        busiest = _busiest(own, settings.window) if has_clock else None
        dials = Dials(
            attempts=len(own) - int(counts[MIDSTREAM]),
            unanswered=int(counts[UNANSWERED]),
            refused=int(counts[REFUSED]),
            undetermined=int(counts[UNDETERMINED]),
            busiest=busiest,
            over_limit=(busiest or 0) > settings.limit,
        )
        sample = sampled.get(name)
        verdict = of_sample(sample, dials.attempts) if sample else of_dials(dials, settings)
        found.append(
            UndatedServer(
                ip=name[0],
                port=name[1],
                attempts=dials.attempts,
                established=int(counts[ESTABLISHED]),
                half_open=int(counts[HALF_OPEN]),
                unanswered=dials.unanswered,
                refused=dials.refused,
                undetermined=dials.undetermined,
                midstream=int(counts[MIDSTREAM]),
                clients=len(np.unique(np.stack([own.client_high, own.client_low]), axis=1).T),
                busiest=busiest,
                verdict=verdict,
            )
        )
    return tuple(sorted(found, key=lambda server: (-server.unanswered, -server.attempts)))


def _busiest(table: Connections, window: float) -> int:
    """The most answered dials that began within the window, by the time of day, over midnight too."""
    answered: Int64 = np.sort(table.start[np.isin(table.outcome, (ESTABLISHED, HALF_OPEN))])
    if not len(answered):
        return 0
    twice = np.concatenate([answered, answered + DAY])
    until = np.searchsorted(twice, answered + int(window * SECOND), side="right")
    return int((until - np.arange(len(answered))).max())
