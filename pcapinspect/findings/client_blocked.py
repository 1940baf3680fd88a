"""Clients that are never answered while the server answers others: an access list or a path, not the server's state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.address import text_of
from pcapinspect.columns import MISSING, Int64
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import listed, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.load.parties import number
from pcapinspect.load.strangers import FEWEST_SYNS
from pcapinspect.tcp.connections import UNANSWERED

MOST_CONFIDENT = 0.99
"""A block can never be told from a path that lost every packet."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Clients without an answer, and the attempts that show it."""

    clients: tuple[str, ...]
    attempts: Int64
    """Row numbers of their unanswered attempts, pauses of the server apart."""
    syns: int
    fewest_syns: int
    """Of any one of the clients."""
    others_lost: float
    """Share of the other clients' SYNs that got no answer, between 0 and 1 and never quite either."""


def judge(case: Case) -> Finding | None:
    """True of a server that leaves some clients without any answer, outside its pauses."""
    if case.load.unanswered == 0 or case.load.established == 0:
        return None
    blocked = _blocked(case)
    if blocked is None:
        return None
    shown = cite(case.syn_frames(blocked.attempts))
    by_chance = blocked.others_lost**blocked.fewest_syns
    times = case.analysis.connections
    return Finding(
        id="client-blocked",
        severity="warning",
        title=f"{case.name} never answered {plural(len(blocked.clients), 'client')}, while it answered others",
        explanation=(
            f"Observed: {plural(blocked.syns, 'SYN')} of {listed(list(blocked.clients))} got no answer, and between "
            "them the server answered other clients. Inferred: these clients are blocked or have no path. Of the other "
            f"clients' SYNs {blocked.others_lost:.1%} went unanswered; were that all, {blocked.fewest_syns} in a row "
            f"would do so with a probability of {by_chance:.2g}."
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
        display_filter=shown.display_filter,
        confidence=round(min(MOST_CONFIDENT, 1 - by_chance), 2),
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
    """The rule of load.strangers: FEWEST_SYNS unanswered SYNs outside pauses, others answered between them."""
    rows = case.connection_rows
    own = case.connections
    client, shown = number(own.client_high, own.client_low)
    answered = np.bincount(client[own.answer_time != MISSING], minlength=len(shown)) > 0
    asked = (own.outcome == UNANSWERED) & ~case.in_pause(own.start)
    syns = np.bincount(client[asked], weights=own.syn_packets[asked], minlength=len(shown)).astype(np.int64)
    answers = np.sort(own.answer_time[own.answer_time != MISSING])
    found = []
    for candidate in np.flatnonzero(~answered & (syns >= FEWEST_SYNS)).tolist():
        mine = asked & (client == candidate)
        first, last = own.start[mine].min(), own.last_syn_time[mine].max()
        if np.searchsorted(answers, last) > np.searchsorted(answers, first):
            found.append(candidate)
    if not found:
        return None
    mine = asked & np.isin(client, found)
    others = ~np.isin(client, found) & ~case.in_pause(own.start)
    others_syns = int(own.syn_packets[others].sum())
    others_unanswered = int(own.syn_packets[others & (own.outcome == UNANSWERED)].sum())
    return Blocked(
        clients=tuple(text_of(own.client_high[shown[number]], own.client_low[shown[number]]) for number in found),
        attempts=rows[mine],
        syns=int(syns[found].sum()),
        fewest_syns=int(syns[found].min()),
        # One more of each: no finite number of answers shows that none is ever lost (Laplace's rule of succession).
        others_lost=(others_unanswered + 1) / (others_syns + 2),
    )
