"""The ways of counting, against counts made by hand."""

from __future__ import annotations

from random import Random

import pytest

from pcapinspect.simulate import simulate
from pcapinspect.simulate.limits import Policer, RateCounter, RateLimit, TokenBucket

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


def test_a_restarting_window_begins_where_the_pause_ended() -> None:
    counter = RateCounter(RateLimit(limit=3, window=60.0, grid="restarting"))
    assert [counter.count(round(second * SECOND)) for second in (10, 20, 30)] == [False, False, True]
    counter.pause_over(45 * SECOND)
    # 45 to 105 is one window now: what would be two calendar minutes.
    assert [counter.count(round(second * SECOND)) for second in (58, 61, 104.9)] == [False, False, True]
    counter.pause_over(120 * SECOND)
    assert [counter.count(round(second * SECOND)) for second in (178, 179, 180.1)] == [False, False, False]


def test_a_sloppy_limit_is_drawn_anew_for_each_count_and_each_pause() -> None:
    limit = RateLimit(limit=80, sloppy=6, longer=1.5)
    counter = RateCounter(limit, Random(1))
    counts, lengths = [], []
    for _ in range(200):
        counts.append(next(number for number in range(1, 100) if counter.count(0)))
        lengths.append(counter.pause() / SECOND)
        counter.pause_over(0)
    assert (min(counts), max(counts)) == (74, 86)
    assert 15.0 <= min(lengths) < 15.1
    assert 16.4 < max(lengths) <= 16.5


def test_without_chance_a_limit_is_not_sloppy() -> None:
    counter = RateCounter(RateLimit(limit=2, sloppy=1, longer=1.0))
    assert [counter.count(0), counter.count(0)] == [False, True]
    assert counter.pause() == 15 * SECOND


def test_a_token_bucket_begins_full_and_fills_at_its_rate() -> None:
    """60 tokens a minute, burst 2: two at once, then one a second, and never more than two saved up."""
    bucket = TokenBucket(Policer(rate=60.0, burst=2))
    times = [0, 0, 0, 0.9, 1.0, 1.1, 10, 10, 10]
    taken = [bucket.take(round(second * SECOND)) for second in times]
    assert taken == [True, True, False, False, True, False, True, True, False]
