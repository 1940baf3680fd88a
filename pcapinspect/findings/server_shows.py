"""What the server shows of itself: accepted connections between two prints, connections stuck in SYNRCVD, who waits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pcapinspect.clock import MINUTE, iso
from pcapinspect.evidence.ownership.model import at
from pcapinspect.findings import remedies
from pcapinspect.findings.case import Case
from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.evidence.configuration_model import Accepted, Configuration, Where

LEAST_STUCK = 5
"""Connections in SYNRCVD at once from which on they may fill a listener's queue: a handshake takes an instant, and the
default of `ip http max-connections` is 5."""

HALF_OPEN = "SYNRCVD"


@dataclass(frozen=True, slots=True)
class _Rate:
    """Accepted connections between two prints of the counter."""

    per_minute: float
    sentence: str


def judge(case: Case) -> Finding | None:
    """True of a server of whose own counters something was given: rates, connections in SYNRCVD, waiting enrolments."""
    shown = case.owned.configuration
    limit = case.analysis.settings.limit * MINUTE / (case.analysis.settings.window * 1_000_000_000)
    rates = _rates(shown)
    stuck = [
        (of.where, sum(n for port, state, n in of.states if state == HALF_OPEN and port == case.load.port))
        for of in shown.tcp_states
    ]
    waiting = [(of.where, dict(of.states).get("pending", 0)) for of in shown.requests]
    sentences = [
        *(f"{rate.sentence}, against a limit of {limit:g}." for rate in rates),
        *(
            f"{plural(number, 'connection')} to port {case.load.port} stood in {HALF_OPEN} ({at(where)})."
            for where, number in stuck
        ),
        *(
            f"{plural(number, 'enrolment waits', 'enrolments wait')} to be granted ({at(where)})."
            for where, number in waiting
            if number
        ),
    ]
    if not sentences:
        return None
    most_stuck = max((number for _, number in stuck), default=0)
    peak = max((rate.per_minute for rate in rates), default=None)
    over = peak is not None and peak >= limit
    return Finding(
        id="server-shows",
        severity="warning" if over or most_stuck >= LEAST_STUCK else "info",
        title=f"{case.name} shows of itself: " + _title(peak, most_stuck, limit, waiting),
        explanation=" ".join(("Observed in show output:", *sentences)),
        server=case.name,
        figures={
            "accepted_per_minute": None if peak is None else round(peak, 1),
            "half_open_connections": most_stuck if stuck else None,
            "waiting_enrolments": max((number for _, number in waiting), default=None) if waiting else None,
        },
        not_shown=("What was refused or dropped: the counter is of accepted connections.",) if rates else (),
        remedy=_remedy(most_stuck, over=over),
    )


def _title(peak: float | None, stuck: int, limit: float, waiting: list[tuple[Where, int]]) -> str:
    if stuck >= LEAST_STUCK or (stuck and peak is None):
        return f"{plural(stuck, 'connection')} in {HALF_OPEN}"
    if peak is not None:
        where = "at or above" if peak >= limit else "below"
        return f"{peak:.0f} accepted connections a minute, {where} the limit of {limit:g}"
    number = sum(count for _, count in waiting)
    return (
        f"{plural(number, 'enrolment waits', 'enrolments wait')} to be granted"
        if number
        else f"no connection in {HALF_OPEN}"
    )


def _remedy(stuck: int, *, over: bool) -> tuple[str, ...]:
    steps = []
    if stuck >= LEAST_STUCK:
        steps.append(
            "Half-open connections that stay fill the queue of the listener (Cisco advisory cisco-sa-20100812-tcp): "
            "`show tcp brief all` again after a minute; those that are still there, `clear tcp tcb ADDRESS`."
        )
    return (*steps, remedies.LOWER_THE_LOAD) if over else tuple(steps)


def _rates(shown: Configuration) -> list[_Rate]:
    return [
        rate
        for status in shown.http_statuses
        for pair in pairwise(status.accepted)
        if (rate := _rate(*pair)) is not None
    ]


def _rate(first: Accepted, second: Accepted) -> _Rate | None:
    """None where the counter began anew, or nothing tells how far apart the prints are."""
    if first.time is None or second.time is None or second.total < first.total:
        return None
    apart = second.time.time - first.time.time
    if apart <= 0:
        return None
    rise = second.total - first.total
    per_minute = rise * MINUTE / apart
    return _Rate(
        per_minute,
        f"The server accepted {plural(rise, 'connection')} from {iso(first.time.time, digits=0)} to "
        f"{iso(second.time.time, digits=0)} ({at(second.where)}): {per_minute:.1f} a minute",
    )
