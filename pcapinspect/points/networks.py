"""Networks that merely share addresses, side by side in one set of tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

import numpy as np

from pcapinspect.columns import MISSING, Int64
from pcapinspect.http.exchanges import Exchanges, HttpQuality
from pcapinspect.pki.facts import Capabilities, PkiFacts, Place, Requester, ServerCertificate, Transaction
from pcapinspect.pki.followed import Followed
from pcapinspect.pki.operations import Operations
from pcapinspect.tcp.connections import Connections, Syns, TcpQuality
from pcapinspect.tcp.result import TcpResult

Seen = TypeVar("Seen", ServerCertificate, Capabilities, Requester, Transaction)


def side_by_side(networks: Sequence[Followed]) -> Followed:
    """The tables of all networks, one after the other; numbers of connections count on."""
    if len(networks) == 1:
        return networks[0]
    counts = [len(network.tcp.connections) for network in networks]
    firsts = [sum(counts[:place]) for place in range(len(counts))]
    numbered = list(zip(networks, firsts, strict=True))
    syns = [replace(n.tcp.syns, connection=n.tcp.syns.connection + first) for n, first in numbered]
    exchanges = [replace(n.exchanges, connection=n.exchanges.connection + first) for n, first in numbered]
    return Followed(
        TcpResult(
            Connections.concatenate([network.tcp.connections for network in networks]),
            Syns.concatenate(syns),
            TcpQuality(**_summed([asdict(network.tcp.quality) for network in networks])),
        ),
        Exchanges.concatenate(exchanges),
        Operations.concatenate([network.operations for network in networks]),
        HttpQuality(**_summed([asdict(network.http_quality) for network in networks])),
        _facts([_facts_moved(network.facts, first) for network, first in numbered]),
    )


def with_files(followed: Followed, numbers: Int64) -> Followed:
    """The same, with other numbers for the files."""
    if np.array_equal(numbers, np.arange(len(numbers))):
        return followed
    connections, syns, exchanges = followed.tcp.connections, followed.tcp.syns, followed.exchanges
    short = numbers.astype(np.uint16)
    moved = replace(connections, file=short[connections.file], synack_file=_named(connections.synack_file, numbers))
    tcp = replace(followed.tcp, connections=moved, syns=replace(syns, file=short[syns.file]))
    exchanges = replace(
        exchanges,
        request_file=_named(exchanges.request_file, numbers),
        response_file=_named(exchanges.response_file, numbers),
    )
    return replace(followed, tcp=tcp, exchanges=exchanges, facts=_facts_moved(followed.facts, 0, numbers))


def _named(files: Int64, numbers: Int64) -> Int64:
    return np.where(files == MISSING, MISSING, numbers[np.where(files == MISSING, 0, files)])


def _summed(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in counts:
        total.update(part)
    return dict(total)


def _facts_moved(facts: PkiFacts, first: int, numbers: Int64 | None = None) -> PkiFacts:
    def place(old: Place) -> Place:
        file = old.file if numbers is None or old.file == MISSING else int(numbers[old.file])
        return replace(old, connection=old.connection + first, file=file)

    def moved(seen: Sequence[Seen]) -> tuple[Seen, ...]:
        return tuple(replace(one, first=place(one.first)) for one in seen)

    return replace(
        facts,
        certificates=moved(facts.certificates),
        capabilities=moved(facts.capabilities),
        requesters=moved(facts.requesters),
        transactions=moved(facts.transactions),
    )


def _facts(parts: Sequence[PkiFacts]) -> PkiFacts:
    whole: dict[str, Any] = {}
    for part in parts:
        for name in PkiFacts.__slots__:
            value = getattr(part, name)
            whole[name] = whole[name] + value if name in whole else value
    return PkiFacts(**whole)
