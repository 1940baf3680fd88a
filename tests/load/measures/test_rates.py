"""Counts in windows, against counting one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.load.measures.rates import Rate, count_before, distinct, highest

TIMES = st.lists(st.integers(0, 200), max_size=60)


def column(times: list[int]) -> np.ndarray:
    return np.array(times, np.int64)


@given(TIMES, st.integers(1, 90))
def test_counts_are_those_of_the_window_that_each_time_ends(times: list[int], window: int) -> None:
    rate = Rate(column(times), window)
    assert rate.counts.tolist() == [sum(t - window < other <= t for other in times) for t in sorted(times)]


@given(TIMES, st.lists(st.integers(-50, 300), max_size=9), st.lists(st.integers(0, 200), max_size=4).map(sorted))
def test_before_since_forgets_what_came_before_the_last_new_begin(
    times: list[int], at: list[int], anew: list[int]
) -> None:
    def expected(end: int) -> int:
        since = max((begin for begin in anew if begin <= end), default=-1)
        return sum(end - 60 < t <= end and t >= since for t in times)

    rate = Rate(column(times), 60)
    assert rate.before_since(column(at), column(anew)).tolist() == [expected(end) for end in at]
    assert rate.counts_since(column(anew)).tolist() == [expected(time) for time in sorted(times)]


def test_the_peak_is_the_first_fullest_window() -> None:
    rate = Rate(column([0, 10 * SECOND, 59 * SECOND, 60 * SECOND, 119 * SECOND]), 60 * SECOND)
    peak = rate.peak()
    assert peak is not None
    # 0 s is not within the 60 s that end at 60 s: a window holds one of two accepts a minute apart.
    assert (peak.count, peak.start, peak.end) == (3, 0, 59 * SECOND)


def test_the_limit_is_first_passed_by_the_accept_after_it() -> None:
    rate = Rate(column([n * SECOND for n in range(100)]), 60 * SECOND)
    assert rate.first_over(59) == 59 * SECOND
    assert rate.first_over(60) is None


def test_the_peak_minute_is_a_calendar_minute() -> None:
    minute = Rate(column([MINUTE - 1, MINUTE, MINUTE + 1, 3 * MINUTE]), MINUTE).peak_minute()
    assert minute is not None
    assert (minute.count, minute.minute) == (2, MINUTE)


def test_nothing_has_no_peak() -> None:
    nothing = Rate(column([]), 60)
    assert nothing.peak() is None
    assert nothing.peak_minute() is None
    assert nothing.first_over(0) is None


@given(TIMES)
def test_distinct_times_are_sorted_and_once(times: list[int]) -> None:
    assert distinct(column(times)).tolist() == sorted(set(times))


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 9)), max_size=30).map(sorted), st.integers(1, 10))
def test_highest_is_the_highest_within_each_interval(pairs: list[tuple[int, int]], length: int) -> None:
    times, counts = column([t for t, _ in pairs]), column([c for _, c in pairs])
    begins = column(list(range(0, 100, 10)))
    expected = [max((c for t, c in pairs if b <= t < b + length), default=0) for b in begins.tolist()]
    assert highest(counts, times, begins, length).tolist() == expected


@given(st.lists(st.integers(0, 20)), st.lists(st.integers(0, 20)))
def test_count_before_counts_what_is_smaller(times: list[int], at: list[int]) -> None:
    moments, asked = (np.array(sorted(values), np.int64) for values in (times, at))
    counts = [sum(time < moment for time in times) for moment in sorted(at)]
    assert count_before(moments, asked, inclusive=False).tolist() == counts
    counts = [sum(time <= moment for time in times) for moment in sorted(at)]
    assert count_before(moments, asked, inclusive=True).tolist() == counts
