"""A pattern that several pauses showed explains one that few asked in."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool
from pcapinspect.load.judgement.counting import resumptions
from pcapinspect.load.judgement.evidence import Evidence, PauseCause
from pcapinspect.load.judgement.silences import SHORTEST, share_lost
from pcapinspect.load.judgement.tolerance import TIMER, passed_from
from pcapinspect.load.measures.traffic import UNANSWERED

CHANCE = 1e-2
"""How many stretches may be expected at the limit by chance, of SYNs lost one by one, before one is believed. That a
pause is due there is known already, so it takes less than elsewhere."""


def expected_syns(about: Evidence, causes: Sequence[PauseCause]) -> Bool | None:
    """Unanswered SYNs of stretches that began just when a limit which had stopped the server before was reached again.

    Parallel to the SYN columns. None: no pause was a pause of the rate limit, so nothing is expected.
    """
    if not any(cause.cause == "rate_limit" for cause in causes):
        return None
    traffic, left_out = about.traffic, about.strangers.syns
    answers = traffic.answer[traffic.prompt]
    rows = np.flatnonzero((traffic.syn_state == UNANSWERED) & ~left_out)
    gap = np.searchsorted(answers, traffic.syn_time[rows], side="right")
    rows, gap = rows[gap > 0], gap[gap > 0]
    gaps, first, counts = np.unique(gap, return_index=True, return_counts=True)
    spans = traffic.syn_time[rows[first + counts - 1]] - traffic.syn_time[rows[first]]
    full = about.rates["accepts"].before_since(
        answers[gaps - 1], resumptions([p for p, fits in zip(about.pauses, about.fitting, strict=True) if fits])
    )
    # A burst that lasts no second is seen well enough where the server is silent for the whole pause around it.
    whole = np.append(answers, traffic.end)[gaps] - answers[gaps - 1] >= about.limits.pause * SECOND - TIMER
    at_limit = (full >= about.enough) & (full <= passed_from(about.limits)) & ((spans >= SHORTEST) | whole)
    lost = share_lost(traffic, about.pauses, rows)
    if lost:
        at_limit &= log(1 + np.count_nonzero(at_limit)) + counts * log(lost) <= log(CHANCE)
    expected = np.zeros(len(traffic.syn_time), np.bool_)
    expected[rows[np.isin(gap, gaps[at_limit])]] = True
    return expected
