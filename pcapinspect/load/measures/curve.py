"""The curve: rolling rate and open connections over time, thinned so that every peak stays."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.load.measures.concurrency import Open
from pcapinspect.load.measures.rates import Rate, distinct, highest
from pcapinspect.load.model import Curve

MOST_ROWS = 20_000
"""A server's curve has at most about so many rows: five hours by the second, then coarser."""


def curve_of(server: int, accepts: Rate, attempts: Rate, opened: Open, end: int) -> Curve:
    """The highest values of each second, a row where they differ from those before. `end`: of the capture.

    A row holds until the next: drawn as steps, the curve shows in every second what was true in it.
    """
    changes = [accepts.times, attempts.times, opened.opened, opened.closed]
    begin = min((int(times[0]) for times in changes if len(times)), default=0)
    step = max(1, -(-(end - begin) // (MOST_ROWS * SECOND))) * SECOND
    # What leaves the window changes the rate, too.
    changes += [accepts.times + accepts.window, attempts.times + attempts.window]
    changed = distinct(np.concatenate([_steps(times, step) for times in changes]))
    # The highest of a step need not be what it ends with: that is seen in the step after it.
    steps = distinct(np.concatenate((changed, changed + 1)))
    steps = steps[steps <= end // step]
    curve = Curve(
        server=np.full(len(steps), server),
        time=steps * step,
        accepted_60s=_highest(steps, step, accepts.times, accepts.counts, accepts.before(steps * step)),
        attempts_60s=_highest(steps, step, attempts.times, attempts.counts, attempts.before(steps * step)),
        open=_highest(steps, step, *opened.curve, opened.at(steps * step)),
    )
    values = np.stack((curve.accepted_60s, curve.attempts_60s, curve.open))
    return curve.take(np.flatnonzero(np.diff(values, prepend=-1).any(axis=0)))


def _steps(times: Int64, step: int) -> Int64:
    steps = times // step
    return steps[np.flatnonzero(np.diff(steps, prepend=steps[:1] - 1))]


def _highest(steps: Int64, step: int, times: Int64, counts: Int64, at_begin: Int64) -> Int64:
    """The highest count of each step: what it begins with, or comes to within."""
    return np.maximum(at_begin, highest(counts, times, steps * step, step))
