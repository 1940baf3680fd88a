"""The curve keeps every peak."""

from __future__ import annotations

import numpy as np
import pytest
from build import Made, ns, steady
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.clock import SECOND
from pcapinspect.load.measures import curve
from pcapinspect.load.measures.concurrency import Open
from pcapinspect.load.measures.rates import Rate


def made() -> Made:
    some = Made()
    steady(some, 0, 90, 0.6, clients=200)
    some.answered("10.2.0.1", 30.0, lasts=15.0)
    some.unanswered("10.2.0.2", 200.0)
    return some


def test_the_highest_points_are_the_peaks() -> None:
    load = made().analyse()
    found, server = load.curve, load.servers[0]
    assert server.peak_accepted_60s is not None
    assert server.concurrency is not None
    assert found.accepted_60s.max() == server.peak_accepted_60s.count == 101
    assert found.open.max() == server.concurrency.peak
    peak = found.time[found.accepted_60s.argmax()]
    assert peak <= server.peak_accepted_60s.end < peak + SECOND


def test_rates_fall_when_the_window_leaves_them_behind() -> None:
    found = made().analyse().curve
    at = {time // SECOND: rate for time, rate in zip(found.time.tolist(), found.accepted_60s.tolist(), strict=True)}
    assert at[149] <= 2
    assert at[200] == 0
    attempts = dict(zip((found.time // SECOND).tolist(), found.attempts_60s.tolist(), strict=True))
    assert attempts[200] == 1


def test_long_captures_get_coarser_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curve, "MOST_ROWS", 20)
    load = made().analyse()
    assert len(load.curve) <= 21
    assert load.servers[0].peak_accepted_60s is not None
    assert load.curve.accepted_60s.max() == load.servers[0].peak_accepted_60s.count
    assert all(time % ns(1.0) == 0 for time in load.curve.time.tolist())


TENTH = SECOND // 10

Stay = tuple[int, int]
"""Tenths of a second: when a connection was opened, and for how long it stayed open."""


def moments_of(second: int, stays: list[Stay]) -> list[int]:
    """The begin of a second, and every moment of it at which one more was open."""
    return [10 * second, *(begin for begin, _ in stays if 10 * second <= begin < 10 * second + 10)]


def open_in(second: int, stays: list[Stay]) -> int:
    """The most connections open at once within a second."""
    return max(sum(begin <= moment < begin + lasted for begin, lasted in stays) for moment in moments_of(second, stays))


def accepted_in(second: int, stays: list[Stay], window: int) -> int:
    """The most accepted within a window (tenths) that ends within a second."""
    return max(sum(moment - window < begin <= moment for begin, _ in stays) for moment in moments_of(second, stays))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from((1, 5, 20, 73))), min_size=1, max_size=25))
def test_drawn_as_steps_it_is_true_in_every_second(stays: list[Stay]) -> None:
    begun = np.array(sorted(begin for begin, _ in stays), dtype=np.int64) * TENTH
    ended = np.array(sorted(begin + lasted for begin, lasted in stays), dtype=np.int64) * TENTH
    opened = Open.__new__(Open)
    opened.opened, opened.closed = begun, ended
    rate, end = Rate(begun, 6 * SECOND), 55
    found = curve.curve_of(0, rate, rate, opened, end * SECOND)
    for second in range(min(begin for begin, _ in stays) // 10, end):
        row = int(np.searchsorted(found.time, second * SECOND, side="right")) - 1
        assert found.open[row] == open_in(second, stays), second
        assert found.accepted_60s[row] == accepted_in(second, stays, 60), second
