"""The ways of counting, against counts made by hand."""

from __future__ import annotations

import pytest

from pcapinspect.simulate import simulate
from pcapinspect.simulate.limits import RateCounter, RateLimit

SECOND = 1_000_000_000


def reached(limit: RateLimit, seconds: list[float]) -> list[bool]:
    counter = RateCounter(limit)
    return [counter.count(round(second * SECOND)) for second in seconds]


def test_a_rolling_window_forgets_what_is_a_window_old() -> None:
    limit = RateLimit(limit=3, window=60.0)
    assert reached(limit, [0, 30, 59.9]) == [False, False, True]
    assert reached(limit, [0, 30, 60]) == [False, False, False]


def test_a_fixed_window_forgets_at_its_own_minute() -> None:
    limit = RateLimit(limit=3, window=60.0, grid="fixed", phase=20.0)
    assert reached(limit, [18, 19, 20, 21, 79.9]) == [False, False, False, False, True]


def test_a_pause_clears_the_count_only_where_it_re_arms() -> None:
    for rearm in (True, False):
        counter = RateCounter(RateLimit(limit=2, rearm=rearm))
        assert [counter.count(0), counter.count(1)] == [False, True]
        counter.pause_over(2)
        assert counter.count(2) is not rearm


@pytest.mark.parametrize("name", ["storm-fixed-accepts", "storm-fixed-attempts", "storm-rolling-syns"])
def test_every_way_of_counting_comes_to_a_pause(name: str) -> None:
    (server,) = simulate(name, 2, minutes=3).truth["servers"]
    assert server["pauses"]
    assert all(pause["length"] in (15.0, None) for pause in server["pauses"])
