"""What one server was asked for, as far as the rollover goes: counted from its exchanges."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.evidence.ties import server_clock
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.measures.errors import OTHERS, refused_polls
from pcapinspect.load.measures.parties import number
from pcapinspect.pki.operations import Operations
from pcapinspect.pki.pkiclient import GET_NEXT_CA_CERT
from pcapinspect.pki.scep import FAILURE
from pcapinspect.tcp.connections import Connections

ASKED = GET_NEXT_CA_CERT

FIRST_ERROR = 400
"""4xx and 5xx alike: IOS says 404 (Cisco TAC note 118734), EJBCA 403, small servers 500 or 501; RFC 8894 names none.
An error to GetCACaps is legitimate (RFC 8894, 3.5.2) and no part of this."""

_LEAST_FOR_PERIOD = 3
"""Requests of one client: two gaps are the least that can repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one server was asked for."""

    requests: int
    """GetNextCACert."""
    errors: int
    """Of these, answered with 4xx or 5xx."""
    clients: int
    """Addresses that sent those which failed."""
    exchanges: int
    """All of the server."""
    first: int | None
    """Nanoseconds: the first and last that failed."""
    last: int | None
    period: float | None = None
    """Seconds between two such requests of one client address, median of medians; None: no address sent three."""
    other_errors: tuple[tuple[str, int], ...] = ()
    """(operation, errors) of the others, without GetCACaps, where an error is legitimate."""
    clock_skew: int | None = None
    """Nanoseconds by which the server's HTTP Date is ahead of the capture; None: no Date seen."""


def measure(connections: Connections, exchanges: Exchanges, operations: Operations) -> Demand:
    """Count the exchanges of one server. `operations` is parallel to them, `connections` is the whole table."""
    asked = operations.operation == ASKED
    failing = exchanges.status >= FIRST_ERROR
    failed = np.flatnonzero(failed_polls(exchanges, operations))
    times = exchanges.request_time[failed]
    known = times[times != MISSING]
    clients, period = _clients(connections, exchanges.connection[failed], times)
    others = Counter(
        name for name in operations.operation[failing & ~asked].tolist() if name not in (None, "GetCACaps")
    )
    rejected = int(np.count_nonzero(operations.scep_status == FAILURE))
    if rejected:
        others["PKIOperation with FAILURE inside"] = rejected
    return Demand(
        requests=int(np.count_nonzero(asked)),
        errors=len(failed),
        clients=clients,
        exchanges=len(exchanges),
        first=int(known.min()) if len(known) else None,
        last=int(known.max()) if len(known) else None,
        period=period,
        other_errors=tuple(others.most_common()),
        clock_skew=server_clock(exchanges),
    )


def failed_polls(exchanges: Exchanges, operations: Operations) -> Bool:
    """Which exchanges of one server got an error that speaks of the next CA certificate, parallel to them."""
    if not (exchanges.status >= FIRST_ERROR).any():
        return np.zeros(len(exchanges), np.bool_)
    operation = operations.operation
    others = np.zeros(len(exchanges), np.bool_)
    for name in OTHERS:
        others |= operation == name
    return refused_polls(exchanges.status, operation == ASKED, others)


def _clients(connections: Connections, of: Int64, times: Int64) -> tuple[int, float | None]:
    """How many addresses, and the period of their requests in seconds."""
    if not len(of):
        return 0, None
    client, shown = number(connections.client_high[of], connections.client_low[of])
    order = np.lexsort((times, client))
    order = order[times[order] != MISSING]
    gaps = np.diff(times[order])
    same = np.diff(client[order]) == 0
    owner, gaps = client[order][1:][same], gaps[same]
    medians = _medians(gaps[np.lexsort((gaps, owner))], np.bincount(owner))
    return len(shown), float(np.median(medians)) / SECOND if len(medians) else None


def _medians(gaps: Int64, sizes: Int64) -> NDArray[np.float64]:
    """The median of each group that is large enough: the first `sizes[0]` of the gaps, and so on, each in order."""
    begins = np.cumsum(sizes) - sizes
    enough = sizes >= _LEAST_FOR_PERIOD - 1
    begins, sizes = begins[enough], sizes[enough]
    medians: NDArray[np.float64] = (gaps[begins + (sizes - 1) // 2] + gaps[begins + sizes // 2]) / 2
    return medians
