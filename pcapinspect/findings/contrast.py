"""What failed attempts share and served ones lack: a mark by which something on the way tells them apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, lgamma, log

import numpy as np

from pcapinspect.address import text_of
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite, keys
from pcapinspect.findings.figures import listed, percent
from pcapinspect.findings.finding import Finding
from pcapinspect.load.measures.marks import NETWORK4, Mark, Sides, marks, sides_of
from pcapinspect.tcp.connections import Connections, Syns

FEWEST = 8
"""Failed and served attempts from which a contrast is looked for: below, Fisher's test cannot reach BY_CHANCE."""

MOST, FEW = 0.8, 0.2
"""Shares of those that failed and of those that were served which bear the mark: a contrast that is worth a finding
holds for most of the one side and for few of the other."""

BY_CHANCE = 0.001
"""Probability of such a contrast among attempts that fail at random, times the number of looks (Bonferroni)."""

MEANS = {
    "ecn": "offer explicit congestion notification (ECE and CWR are set)",
    "timestamp": "carry a TCP timestamp that is older than one which the server accepted of the same address before",
    "ports": "come from a port that the same client has used before",
    "mss": "offer a maximum segment size of {value}",
    "ttl": "arrive with a time to live of {value}",
    "client": "come from {value}",
    "network": "come from {value}",
    "first": "are the first SYN of their attempt",
}

SAYS = {
    "ecn": "a middlebox or filter drops or rejects SYNs with ECN bits (RFC 3168, 6.1.1.1); loss does not look at flags",
    "timestamp": "several hosts behind one address, whose clocks differ, and a server or firewall that takes the older "
    "timestamps for old packets (PAWS, `tcp_tw_recycle`)",
    "ports": "the server, or a firewall, still holds the connection before on these ports",
    "mss": "something tells SYNs apart by this option, or by the path that sets it",
    "ttl": "they come by another path, or from another kind of system",
    "client": "it is this address that fails, not the server",
    "network": "it is this network, or the way to it, that fails",
    "first": "something answers repeated SYNs only, as greylists and some protections from floods do",
}


@dataclass(frozen=True, slots=True)
class Contrast:
    """Attempts that bear a mark, of those that failed and of those that were served."""

    mark: Mark
    failed: int
    of_failed: int
    served: int
    of_served: int
    by_chance: float

    @property
    def tells(self) -> bool:
        """Whether the mark tells them apart."""
        return is_clear(self.failed, self.of_failed, self.served, self.of_served) and self.by_chance < BY_CHANCE


def is_clear(failed: int, of_failed: int, served: int, of_served: int) -> bool:
    """Whether most that failed bear a mark, and few that were served."""
    return failed >= MOST * of_failed and served <= FEW * of_served


def judge(case: Case) -> Finding | None:
    """True of a server of which certain SYNs fail and others do not, pauses and floods apart."""
    connections, syns = case.connections, _syns(case)
    apart = case.in_pause(syns.time) | case.flood[syns.connection]
    sides = sides_of(connections, case.service, syns, apart)
    if min(len(sides.failed), len(sides.served)) < FEWEST:
        return None
    found = [one for one in (_held(mark, sides) for mark in marks(connections, syns, sides.failed)) if one.tells]
    first = _first_only(connections, syns, apart)
    found += [first] if first is not None and not found else []
    if not found:
        return None
    return _finding(case, syns, sides, found, connections)


def _finding(case: Case, syns: Syns, sides: Sides, found: list[Contrast], connections: Connections) -> Finding:
    best = found[0]
    told = [_words(one.mark, connections) for one in found]
    shown = cite(keys(syns.file[sides.failed], syns.frame[sides.failed]))
    counts = f"{best.failed:,} of {best.of_failed:,} that failed and {best.served:,} of {best.of_served:,}"
    also = f" They also {listed(told[1:])}." if told[1:] else ""
    return Finding(
        id="contrast",
        severity="warning",
        title=f"What fails at {case.name} has a mark: these SYNs {told[0]}",
        explanation=(
            f"Observed: {counts} that were served {told[0]}.{also} Among attempts that fail at random that would be "
            f"with a probability of {max(best.by_chance, 1e-99):.1g}, all looks counted. Inferred: "
            f"{SAYS[best.mark.kind]}."
        ),
        server=case.name,
        figures={
            "mark": best.mark.kind,
            "failed_with_it": best.failed,
            "failed": best.of_failed,
            "served_with_it": best.served,
            "served": best.of_served,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=0.9,
        not_shown=("Where on the way they are told apart: a capture at the server shows whether they arrive.",),
        remedy=(
            "Capture at the server and before it, and compare which of these SYNs arrive: firewalls, NAT and load "
            f"balancers between. Compare a client of either side: here {percent(best.failed, best.of_failed)} against "
            f"{percent(best.served, best.of_served)} bear the mark.",
        ),
        start=int(syns.time[sides.failed].min()),
        end=int(syns.time[sides.failed].max()),
    )


def _syns(case: Case) -> Syns:
    """The SYNs of the server, with the rows of `case.connections`."""
    rows = case.grouping.syns.of_all(case.connection_rows)
    syns = case.analysis.syns.take(rows)
    return replace(syns, connection=np.searchsorted(case.connection_rows, syns.connection))


def _held(mark: Mark, sides: Sides) -> Contrast:
    failed, served = mark.borne[sides.failed], mark.borne[sides.served]
    counts = int(failed.sum()), len(failed), int(served.sum()), len(served)
    by_chance = min(1.0, len(MEANS) * mark.values * fisher(*counts)) if is_clear(*counts) else 1.0
    return Contrast(mark, *counts, by_chance)


def _first_only(connections: Connections, syns: Syns, apart: Bool) -> Contrast | None:
    """First SYNs that are never answered where second ones are."""
    order = np.lexsort((syns.time, syns.connection))
    owner = syns.connection[order]
    first = np.flatnonzero(np.diff(owner, prepend=-1) != 0)
    second = first[connections.syn_packets[owner[first]] > 1] + 1
    accepted = connections.synack_time
    at = np.where(connections.handshake_rtt != MISSING, accepted - connections.handshake_rtt, MISSING)

    def answered(places: Int64) -> tuple[int, int]:
        places = places[~apart[order[places]]]
        row = owner[places]
        return int(np.count_nonzero((at[row] != MISSING) & (syns.time[order[places]] == at[row]))), len(places)

    (once, firsts), (twice, seconds) = answered(first), answered(second)
    if twice < FEWEST:
        return None
    vain, counts = firsts - once, (firsts - once, firsts - once + seconds - twice, once, once + twice)
    by_chance = min(1.0, len(MEANS) * fisher(*counts))
    found = Contrast(Mark("first", 0, 1, np.empty(0, np.bool_)), *counts, by_chance)
    return found if found.tells and vain >= MOST * firsts else None


def _words(mark: Mark, connections: Connections) -> str:
    value = f"{mark.value:,}"
    if mark.kind == "mss" and not mark.value:
        return "offer no maximum segment size"
    if mark.kind in ("client", "network"):
        value = text_of(connections.client_high[mark.value], connections.client_low[mark.value])
        if mark.kind == "network":
            value = f"the /{NETWORK4 if '.' in value else 64} of {value}"
    return MEANS[mark.kind].format(value=value)


def fisher(failed: int, of_failed: int, served: int, of_served: int) -> float:
    """Probability that as many or more of the failed bear a mark that `failed + served` bear in all, where it makes no
    difference: Fisher's exact test, one-sided."""
    marked, whole = failed + served, of_failed + of_served
    most = min(marked, of_failed)
    base = _ways(whole, of_failed)
    tail = (exp(_ways(marked, k) + _ways(whole - marked, of_failed - k) - base) for k in range(failed, most + 1))
    return min(1.0, sum(tail))


def _ways(of: int, choose: int) -> float:
    """Logarithm of the binomial coefficient."""
    if choose < 0 or choose > of:
        return -float("inf")
    return lgamma(of + 1) - lgamma(choose + 1) - lgamma(of - choose + 1) if of else log(1)
