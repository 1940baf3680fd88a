"""Marks of SYNs that failed and of those that were served: what a middlebox, a filter or a kernel tells them apart by.

Of each attempt the first SYN that got nothing stands for what failed, and the one that was answered for what was
served: the SYNs of one attempt are alike, and count once on each side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pcapinspect.columns import MISSING, Bool, Int64, UInt64
from pcapinspect.load.measures.parties import number
from pcapinspect.load.model import ANSWERED, NO_RESPONSE, NO_RUNG, NOT_DELIVERED, RESET, Service
from pcapinspect.tcp.connections import MIDSTREAM, UNDETERMINED, Connections, Syns

ECE, CWR = 64, 128
"""Flags by which a SYN offers explicit congestion notification (RFC 3168, 6.1.1)."""

NETWORK4 = 24
"""Bits of an IPv4 address that name its network here; of IPv6 the upper half does (RFC 4291, 2.5.4)."""

_HALF = 1 << 31
"""Timestamps wrap: one is older that is less than half of the circle behind (RFC 7323, 5.2)."""


@dataclass(frozen=True, slots=True)
class Sides:
    """SYNs on either side, as rows of Syns."""

    failed: Int64
    served: Int64


def sides_of(connections: Connections, service: Service, syns: Syns, apart: Bool) -> Sides:
    """`syns`: those of these connections, `Syns.connection` their rows; `apart`: SYNs that are left out, because they
    met a pause or are of a flood."""
    order = np.lexsort((syns.time, syns.connection))
    owner = syns.connection[order]
    accepted, known = connections.synack_time, connections.outcome != UNDETERMINED
    known &= connections.outcome != MIDSTREAM
    got = (service.rung >= ANSWERED) & (service.rung != NO_RUNG)
    unserved = np.isin(service.fell, (RESET, NO_RESPONSE, NOT_DELIVERED)) & (accepted != MISSING)
    # The last SYN before the answer is the one that was answered; those before it were not, those after say nothing.
    at = np.where(connections.handshake_rtt != MISSING, accepted - connections.handshake_rtt, connections.start)
    before = (accepted[owner] == MISSING) | (syns.time[order] < at[owner])
    vain = (before | unserved[owner]) & known[owner] & ~apart[order]
    hit = (syns.time[order] >= at[owner]) & got[owner] & known[owner] & ~apart[order]
    return Sides(_first(order[vain], owner[vain]), _first(order[hit], owner[hit]))


def _first(rows: Int64, owner: Int64) -> Int64:
    """The first row of each owner; both in order."""
    return rows[np.diff(owner, prepend=-1) != 0] if len(rows) else rows


@dataclass(frozen=True, slots=True)
class Mark:
    """One way to tell SYNs apart, and which SYNs bear it."""

    kind: str
    """`ecn`, `timestamp`, `ports`, `mss`, `ttl`, `client` or `network`: the first of equals is the most telling."""
    value: int
    """The segment size or time to live; of addresses and networks, a row of Connections that has it; else 0."""
    values: int
    """How many values were looked at to choose this one."""
    borne: Bool
    """Parallel to Syns."""


def marks(connections: Connections, syns: Syns, failed: Int64) -> Iterator[Mark]:
    """Every mark that a failed SYN bears; of addresses, values and networks the one that most of them share."""
    client, shown = number(connections.client_high, connections.client_low)
    network, first = number(*_networks(connections.client_high[shown], connections.client_low[shown]))
    owner, of_failed = client[syns.connection], client[syns.connection[failed]]
    yield Mark("ecn", 0, 1, syns.flags & (ECE | CWR) == ECE | CWR)
    yield Mark("timestamp", 0, 1, _older(connections, syns, owner))
    yield Mark("ports", 0, 1, _again(client, connections)[syns.connection])
    for kind, values in (("mss", syns.mss), ("ttl", syns.ttl)):
        common, looks = _commonest(values[failed])
        yield Mark(kind, common, looks, values == common)
    common, looks = _commonest(of_failed)
    yield Mark("client", int(shown[common]), looks, owner == common)
    common, looks = _commonest(network[of_failed])
    yield Mark("network", int(shown[first[common]]), looks, network[owner] == common)


def _commonest(values: NDArray[Any]) -> tuple[int, int]:
    """The most frequent of some small numbers, and how many different ones there are."""
    counts = np.bincount(values)
    return int(counts.argmax()), int(np.count_nonzero(counts))


def _networks(high: UInt64, low: UInt64) -> tuple[UInt64, UInt64]:
    """The network of each address."""
    four = (high == 0) & (low >> np.uint64(32) == 0xFFFF)
    mask = np.where(four, np.uint64(2**64 - 2 ** (32 - NETWORK4)), np.uint64(0))
    return high, low & mask


def _older(connections: Connections, syns: Syns, owner: Int64) -> Bool:
    """SYNs whose timestamp is older than the latest one that the server accepted of their address: what a kernel with
    state of that address, or a firewall, takes for a packet of long ago. `owner`: the client of each."""
    order = np.argsort(syns.time, kind="stable")
    latest: dict[int, int] = {}
    older = np.zeros(len(syns), np.bool_)
    taken = connections.synack_time != MISSING
    for row in order[syns.tsval[order] != 0].tolist():
        connection = int(syns.connection[row])
        who, value = int(owner[row]), int(syns.tsval[row])
        if 0 < (latest.get(who, value) - value) % (1 << 32) < _HALF:
            older[row] = True
        elif taken[connection]:
            latest[who] = value
    return older


def _again(client: Int64, connections: Connections) -> Bool:
    """Attempts on the port of an earlier connection of the same client to the same server."""
    key = client * (1 << 16) + connections.client_port
    again = np.ones(len(key), np.bool_)
    again[np.unique(key, return_index=True)[1]] = False
    return again
