"""Rates: how many in any window, at any time. All columns are sorted nanoseconds."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import MINUTE
from pcapinspect.columns import Int64
from pcapinspect.load.model import Peak, PeakMinute


def count_before(times: Int64, at: Int64, window: int) -> Int64:
    """How many of `times` lie in the window that ends at each of `at`: later than `at - window`, not later than `at`."""
    until = np.searchsorted(times, at, side="right")
    return until - np.searchsorted(times, at - window, side="right")


def rolling(times: Int64, window: int) -> Int64:
    """For each of `times`, how many lie in the window that it ends, itself among them and those at the same time."""
    return count_before(times, times, window)


def peak(times: Int64, window: int) -> Peak | None:
    """The most in any window; the first one, where there are several."""
    if not len(times):
        return None
    counts = rolling(times, window)
    last = int(np.argmax(counts))
    count = int(counts[last])
    end = int(times[last])
    start = int(times[np.searchsorted(times, end - window, side="right")])
    return Peak(count, start, end)


def peak_minute(times: Int64) -> PeakMinute | None:
    """The calendar minute (UTC) with the most."""
    if not len(times):
        return None
    minutes, counts = np.unique(times // MINUTE, return_counts=True)
    most = int(np.argmax(counts))
    return PeakMinute(int(counts[most]), int(minutes[most]) * MINUTE)


def first_over(times: Int64, window: int, limit: int) -> int | None:
    """The time that made it more than `limit` in a window for the first time."""
    over = np.flatnonzero(rolling(times, window) > limit)
    return int(times[over[0]]) if len(over) else None
