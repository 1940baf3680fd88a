"""A pattern that several pauses showed explains one that few asked in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool
from pcapinspect.load.causes import Cause
from pcapinspect.load.counting import SLACK, count_anew
from pcapinspect.load.silences import SHORTEST, Silence
from pcapinspect.load.traffic import UNANSWERED, Traffic
from pcapinspect.settings import Settings


def expected_syns(
    traffic: Traffic, left_out: Bool, silences: Sequence[Silence], causes: Sequence[Cause], settings: Settings
) -> Bool | None:
    """Unanswered SYNs of stretches that began just when a limit which had stopped the server before was reached again.

    Parallel to the SYN columns. None: no pause was a pause of the rate limit, so nothing is expected.
    """
    if not any(cause.cause == "rate_limit" for cause in causes):
        return None
    answers = traffic.answer[traffic.prompt]
    rows = np.flatnonzero((traffic.syn_state == UNANSWERED) & ~left_out)
    gap = np.searchsorted(answers, traffic.syn_time[rows], side="right")
    rows, gap = rows[gap > 0], gap[gap > 0]
    gaps, first, counts = np.unique(gap, return_index=True, return_counts=True)
    spans = traffic.syn_time[rows[first + counts - 1]] - traffic.syn_time[rows[first]]
    resumed = np.array([s.next_answer for s in silences if s.next_answer is not None], np.int64)
    full = count_anew(traffic.accept_times, answers[gaps - 1], settings.window * SECOND, resumed)
    at_limit = (full >= settings.limit) & (full <= settings.limit * (1 + SLACK))
    expected = np.zeros(len(traffic.syn_time), np.bool_)
    expected[rows[np.isin(gap, gaps[at_limit & (spans >= SHORTEST)])]] = True
    return expected
