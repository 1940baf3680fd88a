"""Whether a server's limit of open connections was used up whenever it did not answer."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from pcapinspect.columns import Bool, Int64
from pcapinspect.load.concurrency import IOS_DEFAULT, IOS_MOST, Open
from pcapinspect.load.silences import CHANCE
from pcapinspect.load.traffic import ANSWERED, UNANSWERED, Traffic

MOSTLY = 0.9
"""Share of the answered SYNs that found room, and of the silences that ended when a connection had closed: a SYN that
passes while a place is being freed or taken is on the wrong side."""

USUALLY = 0.75
"""Share of the unanswered SYNs that met a full server: others may be lost on the way, or be full of connections that
began before the capture."""

HALF = 0.5
"""Share of a silence's SYNs that met a full server, from which that explains the silence."""

FEWEST = 3
"""Unanswered SYNs from which the number of open connections can explain them."""


@dataclass(frozen=True, slots=True)
class Fullness:
    """A connection limit that explains what was not answered."""

    limit: int
    syns: Bool
    """Parallel to the SYN columns of the Traffic: unanswered, with the limit used up."""


def used_up(traffic: Traffic, opened: Open, left_out: Bool, most: int) -> Fullness | None:
    """The connection limit (`most`, 16 or 5) that was never passed, and used up whenever a SYN was not answered.

    The share of all SYNs that met a full server says how often that happens by chance.
    """
    unanswered = np.flatnonzero((traffic.syn_state == UNANSWERED) & ~left_out)
    answered = np.flatnonzero((traffic.syn_state == ANSWERED) & ~left_out)
    limit = int(opened.curve[1].max(initial=0))
    if len(unanswered) < FEWEST or not len(answered) or limit not in (most, IOS_MOST, IOS_DEFAULT):
        return None
    full = opened.at(traffic.syn_time) >= limit
    if np.mean(full[unanswered]) < USUALLY or np.mean(~full[answered]) < MOSTLY:
        return None
    share = float(np.mean(full[np.concatenate((unanswered, answered))]))
    if np.count_nonzero(full[unanswered]) * log(share) > log(CHANCE):
        return None
    if not _freed(traffic, opened.closed, unanswered[full[unanswered]]):
        return None
    return Fullness(limit, full & (traffic.syn_state == UNANSWERED) & ~left_out)


def full_in(fullness: Fullness | None, syns: Int64) -> bool:
    """Whether most of these SYNs met a full server."""
    return fullness is not None and bool(np.mean(fullness.syns[syns]) >= HALF)


def _freed(traffic: Traffic, closed: Int64, unanswered: Int64) -> bool:
    """Whether the answers that followed unanswered SYNs came when a connection had closed."""
    answers = traffic.answer[traffic.prompt]
    gaps, place = np.unique(np.searchsorted(answers, traffic.syn_time[unanswered], side="right"), return_inverse=True)
    last = np.zeros(len(gaps), np.int64)
    last[place] = traffic.syn_time[unanswered]
    ended = gaps < len(answers)
    if not ended.any():
        return False
    until = np.searchsorted(closed, answers[gaps[ended]], side="right")
    since = np.searchsorted(closed, last[ended] - traffic.round_trip, side="left")
    return bool(np.mean(until > since) >= MOSTLY)
