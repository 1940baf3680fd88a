"""Rates: how many in any window, at any time. Times are nanoseconds."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from pcapinspect.clock import MINUTE
from pcapinspect.columns import Int64
from pcapinspect.kernel import kernel
from pcapinspect.load.model import Peak, PeakMinute


def distinct(times: Int64) -> Int64:
    """The times in order, each once. Quicker than numpy's `unique` where most differ and stretches are in order."""
    times = np.sort(times, kind="stable")
    return times[np.flatnonzero(np.diff(times, prepend=times[:1] - 1))]


def in_order(values: Int64) -> bool:
    """Whether none is smaller than the one before it."""
    return bool(np.all(values[1:] >= values[:-1]))


@kernel
def count_before(times: Int64, at: Int64, inclusive: bool) -> Int64:
    """How many of `times` come before each of `at`, or (`inclusive`) not after it. Both are in order.

    `searchsorted` in one pass over both: a fifth of its time where there are as many of either.
    """
    counts = np.empty(at.size, np.int64)
    count = 0
    for place in range(at.size):
        while count < times.size and (times[count] < at[place] or (inclusive and times[count] == at[place])):
            count += 1
        counts[place] = count
    return counts


def highest(counts: Int64, times: Int64, begins: Int64, length: int) -> Int64:
    """The highest of the counts whose times lie in each interval of this length; 0 where there are none.

    `times` and `begins` are in order, and the intervals do not overlap.
    """
    first, end = np.searchsorted(times, begins), np.searchsorted(times, begins + length)
    peaks = np.zeros(len(begins), np.int64)
    some = end > first
    if some.any():
        # Every second boundary begins what lies between two intervals.
        bounds = np.column_stack((first[some], end[some])).ravel()
        peaks[some] = np.maximum.reduceat(np.append(counts, 0), bounds)[::2]
    return peaks


@kernel
def count_windows(times: Int64, window: int, anew: Int64) -> Int64:
    """How many of the sorted times lie in the window that ends at each of them, itself and its equals among them.

    A window begins no earlier than the last of the sorted times `anew` that is not later than its end.
    """
    counts = np.empty(times.size, np.int64)
    first = last = begun = 0
    while last < times.size:
        end = times[last]
        stop = last + 1
        while stop < times.size and times[stop] == end:
            stop += 1
        while begun < anew.size and anew[begun] <= end:
            begun += 1
        while first < last and (end - times[first] >= window or (begun > 0 and times[first] < anew[begun - 1])):
            first += 1
        counts[last:stop] = stop - first
        last = stop
    return counts


class Rate:
    """How often something happened within a window (nanoseconds) that ends at any time, that end included."""

    def __init__(self, times: Int64, window: int) -> None:
        self.times: Int64 = times if in_order(times) else np.sort(times, kind="stable")
        self.window = window

    @cached_property
    def counts(self) -> Int64:
        """For each of the times, how many lie in the window that it ends, with all that came at the same moment."""
        return count_windows(self.times, self.window, np.empty(0, np.int64))

    def counts_since(self, anew: Int64) -> Int64:
        """`counts`, but nothing from before the last of the sorted times `anew`, at which the count began anew."""
        return count_windows(self.times, self.window, anew)

    def before(self, at: Int64) -> Int64:
        """How many lie in the windows that end at each of `at`."""
        until = np.searchsorted(self.times, at, side="right")
        return until - np.searchsorted(self.times, at - self.window, side="right")

    def before_since(self, at: Int64, anew: Int64) -> Int64:
        """`before`, but nothing from before the last of the sorted times `anew`, at which the count began anew."""
        counts = self.before(at)
        if not len(anew):
            return counts
        last = np.searchsorted(anew, at, side="right") - 1
        since = np.searchsorted(self.times, anew, side="left")[np.maximum(last, 0)]
        until = np.searchsorted(self.times, at, side="right")
        return np.where(last >= 0, np.minimum(counts, until - since), counts)

    def peak(self) -> Peak | None:
        """The most in any window; the first one, where there are several."""
        if not len(self.times):
            return None
        last = int(np.argmax(self.counts))
        end = int(self.times[last])
        start = int(self.times[np.searchsorted(self.times, end - self.window, side="right")])
        return Peak(int(self.counts[last]), start, end)

    def first_over(self, limit: int) -> int | None:
        """The time that made it more than `limit` in a window for the first time."""
        over = np.flatnonzero(self.counts > limit)
        return int(self.times[over[0]]) if len(over) else None

    def peak_minute(self) -> PeakMinute | None:
        """The calendar minute (UTC) with the most."""
        if not len(self.times):
            return None
        minutes = self.times // MINUTE
        begins = np.flatnonzero(np.diff(minutes, prepend=minutes[0] - 1))
        counts = np.diff(begins, append=len(minutes))
        most = int(np.argmax(counts))
        return PeakMinute(int(counts[most]), int(minutes[begins[most]]) * MINUTE)
