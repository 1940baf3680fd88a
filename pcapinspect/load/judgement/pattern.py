"""A pattern that several pauses showed explains one that few asked in."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np

from pcapinspect.columns import Bool
from pcapinspect.load.judgement.causes import Cause, Circumstances
from pcapinspect.load.judgement.counting import SLACK, resumptions
from pcapinspect.load.judgement.silences import SHORTEST, share_lost
from pcapinspect.load.measures.traffic import UNANSWERED

CHANCE = 1e-2
"""How many stretches may be expected at the limit by chance, of SYNs lost one by one, before one is believed. That a
pause is due there is known already, so it takes less than elsewhere."""


def expected_syns(about: Circumstances, left_out: Bool, causes: Sequence[Cause]) -> Bool | None:
    """Unanswered SYNs of stretches that began just when a limit which had stopped the server before was reached again.

    Parallel to the SYN columns. None: no pause was a pause of the rate limit, so nothing is expected.
    """
    if not any(cause.cause == "rate_limit" for cause in causes):
        return None
    traffic, limit = about.traffic, about.settings.limit
    answers = traffic.answer[traffic.prompt]
    rows = np.flatnonzero((traffic.syn_state == UNANSWERED) & ~left_out)
    gap = np.searchsorted(answers, traffic.syn_time[rows], side="right")
    rows, gap = rows[gap > 0], gap[gap > 0]
    gaps, first, counts = np.unique(gap, return_index=True, return_counts=True)
    spans = traffic.syn_time[rows[first + counts - 1]] - traffic.syn_time[rows[first]]
    full = about.rates["accepts"].before_since(answers[gaps - 1], resumptions(about.silences))
    at_limit = (full >= about.enough) & (full <= limit * (1 + SLACK)) & (spans >= SHORTEST)
    lost = share_lost(traffic, about.silences, rows)
    if lost:
        at_limit &= log(1 + np.count_nonzero(at_limit)) + counts * log(lost) <= log(CHANCE)
    expected = np.zeros(len(traffic.syn_time), np.bool_)
    expected[rows[np.isin(gap, gaps[at_limit])]] = True
    return expected
