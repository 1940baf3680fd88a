"""The curve: rolling rate and open connections over time, thinned so that every peak stays."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.load.concurrency import Open
from pcapinspect.load.model import Curve
from pcapinspect.load.rates import count_before
from pcapinspect.load.traffic import Traffic

MOST_ROWS = 20_000
"""A server's curve has at most about so many rows: five hours by the second, then coarser."""


def curve_of(server: int, traffic: Traffic, opened: Open, window: int) -> Curve:
    """One row a second in which something changed, with the highest values of that second. `window`: nanoseconds."""
    accepts, attempts = traffic.accept_times, traffic.attempt_times
    changes = (accepts, accepts + window, attempts, attempts + window, opened.opened, opened.closed)
    times = np.unique(np.concatenate([*changes]))
    times = times[times <= max(traffic.end, int(accepts[-1]) if len(accepts) else 0)]
    if not len(times):
        return Curve.empty()
    step = max(1, -(-(int(times[-1]) - int(times[0])) // (MOST_ROWS * SECOND))) * SECOND
    bins = times // step
    begins = np.flatnonzero(np.diff(bins, prepend=bins[0] - 1))

    def highest(counts: Int64) -> Int64:
        return np.maximum.reduceat(counts, begins)

    return Curve(
        server=np.full(len(begins), server),
        time=bins[begins] * step,
        accepted_60s=highest(count_before(accepts, times, window)),
        attempts_60s=highest(count_before(attempts, times, window)),
        open=highest(opened.at(times)),
    )
