"""Clients that are never answered while the server answers others: an access list or a path, not the server's state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pcapinspect.address import text_of
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import listed, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.load.judgement.strangers import FEWEST_SYNS
from pcapinspect.load.measures.parties import number
from pcapinspect.tcp.connections import UNANSWERED

BY_CHANCE = 0.01
"""A client is told when loss at random would leave one such client in fewer than one of a hundred captures."""

MOST_CONFIDENT = 0.99
"""A block can never be told from a path that lost every packet."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Clients without an answer, and the attempts that show it."""

    clients: tuple[str, ...]
    attempts: Int64
    """Row numbers of their unanswered attempts, pauses of the server apart."""
    syns: int
    others_lost: float
    """Share of the other clients' SYNs that got no answer."""
    by_chance: float
    """Probability that loss alone leaves a client without an answer for as many SYNs as the least of these sent."""


def judge(case: Case) -> Finding | None:
    """True of a server that leaves some clients without any answer, outside its pauses."""
    if case.load.unanswered == 0 or case.load.established == 0:
        return None
    blocked = _blocked(case)
    if blocked is None:
        return None
    shown = cite(case.syn_frames(blocked.attempts))
    times = case.analysis.connections
    return Finding(
        id="client-blocked",
        severity="warning",
        title=f"{case.name} never answered {plural(len(blocked.clients), 'client')}, while it answered others",
        explanation=(
            f"Observed: {plural(blocked.syns, 'SYN')} of {listed(list(blocked.clients))} got no answer, and between "
            "them the server answered other clients. Inferred: these clients are blocked or have no path. Of the other "
            f"clients' SYNs {blocked.others_lost:.1%} went unanswered; such loss would leave a client like these "
            f"with a probability of {blocked.by_chance:.2g}."
        ),
        server=case.name,
        figures={
            "clients": len(blocked.clients),
            "attempts": len(blocked.attempts),
            "syns": blocked.syns,
            "others_unanswered_share": round(blocked.others_lost, 4),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=round(min(MOST_CONFIDENT, 1 - blocked.by_chance), 2),
        not_shown=(
            "What drops them: an access list, a policer, a firewall, or the way there or back.",
            "Whether they are routers at all: a scanner that the server ignores looks the same.",
        ),
        remedy=(
            "On the server: `show ip http server status` (access class), `show ip access-lists`, "
            "`show policy-map control-plane`, and the route back to these clients.",
        ),
        start=int(times.start[blocked.attempts].min()),
        end=int(times.last_syn_time[blocked.attempts].max()),
    )


def _blocked(case: Case) -> Blocked | None:
    """FEWEST_SYNS unanswered SYNs outside pauses, others answered between them, and more than chance would leave so."""
    rows = case.connection_rows
    own = case.connections
    client, shown = number(own.client_high, own.client_low)
    answered_rows = own.answer_time != MISSING
    answered = np.bincount(client[answered_rows], minlength=len(shown)) > 0
    asked = (own.outcome == UNANSWERED) & ~case.in_pause(own.start)
    syns = np.bincount(client[asked], weights=own.syn_packets[asked], minlength=len(shown)).astype(np.int64)
    lost = _lost(own.syn_packets, answered_rows, answered[client] & ~case.in_pause(own.start))
    by_chance = lost ** syns.astype(np.float64) * len(shown)
    answers = np.sort(own.answer_time[answered_rows])
    found = []
    for candidate in np.flatnonzero(~answered & (syns >= FEWEST_SYNS) & (by_chance < BY_CHANCE)).tolist():
        mine = asked & (client == candidate)
        first, last = own.start[mine].min(), own.last_syn_time[mine].max()
        if np.searchsorted(answers, last) > np.searchsorted(answers, first):
            found.append(candidate)
    if not found:
        return None
    return Blocked(
        clients=tuple(text_of(own.client_high[shown[one]], own.client_low[shown[one]]) for one in found),
        attempts=rows[asked & np.isin(client, found)],
        syns=int(syns[found].sum()),
        others_lost=lost,
        by_chance=float(by_chance[found].max()),
    )


def _lost(syn_packets: NDArray[np.integer], answered: Bool, of: Bool) -> float:
    """Share of SYNs without an answer, over the attempts `of` clients that are answered at times.

    One more of each than was seen: no number of answers shows that none is ever lost (Laplace's rule of succession).
    """
    syns = int(syn_packets[of].sum())
    return (syns - int(np.count_nonzero(answered & of)) + 1) / (syns + 2)
