"""The ways of counting, each against a server that counts so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from build import ns

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.counting import Pauses, _Way, count_models, quiet_until, resumptions
from pcapinspect.load.judgement.tolerance import reached_from
from pcapinspect.load.measures.quality import Jump
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.model import CountingModel
from pcapinspect.settings import Limits


def silence(last: float, following: float) -> Interval:
    none = np.empty(0, np.int64)
    return Interval(
        ns(last), ns(last), ns(following), ns(following), 0, ns(following - last), none, none, 1, "silence", 0, 0
    )


def models(times: list[float], *silences: Interval, limit: int = 10) -> dict[str, CountingModel]:
    rate = Rate(np.array([ns(time) for time in times], np.int64), 60 * SECOND)
    alike = np.ones(len(silences), np.bool_)
    quiet = quiet_until(rate.times, 15 * SECOND)
    pauses = Pauses(silences, alike, quiet, ())
    found = count_models({"accepts": rate}, pauses, alike, Limits(limit=limit), limit)
    assert {model.counts for model in found} == {"accepts"}
    return {model.window: model for model in found}


def test_a_rolling_minute_fits_where_ten_came_in_any_minute() -> None:
    """Two fixed minutes of five could hold them as well; counted anew, the second pause comes too soon."""
    times = [0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 71, 72, 73]
    found = models([float(t) for t in times], silence(54.0, 71.0), silence(73.0, 88.0))
    assert found["rolling"].at_onset == (10, 10)
    assert found["rolling"].fits
    assert found["rearmed"].at_onset == (10, 3)
    assert not found["rearmed"].fits


def test_a_count_that_went_on_above_the_limit_does_not_fit() -> None:
    """Ten in the first 54 s; after the pause the limit is passed at 74 s, and the next comes only at 79 s."""
    times = [0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 71, 72, 73, 74, 75, 76, 77, 78, 79]
    found = models([float(t) for t in times], silence(54.0, 71.0), silence(79.0, 94.0))
    assert found["rolling"].over_without_pause > 0
    assert not found["rolling"].fits


def test_a_second_pause_in_a_minute_comes_at_once_or_after_as_many_again() -> None:
    """A fixed minute of ten, its pause, and then: one, four, or ten more."""
    first = [60.0 + n for n in range(10)]
    for more, fits in ((1, True), (4, False), (10, True)):
        again = [90.0 + n for n in range(more)]
        found = models([*first, *again], silence(69.0, 90.0), silence(again[-1], again[-1] + 15))
        assert (found["fixed"].over_without_pause == 0) is fits


def test_counted_anew_fits_where_each_pause_comes_after_ten() -> None:
    times = [float(t) for t in [*range(10), *range(25, 35), *range(50, 60)]]
    found = models(times, silence(9.0, 25.0), silence(34.0, 50.0), silence(59.0, 75.0))
    assert found["rearmed"].at_onset == (10, 10, 10)
    assert found["rearmed"].fits


def test_a_fixed_minute_may_begin_at_any_moment() -> None:
    """Minutes that begin at :20. Nine fall in the last seconds of one, ten in the first of the next: 19 in a row."""
    times = [20 + 51 + n * 1.0 for n in range(9)] + [80 + n * 1.0 for n in range(10)]
    found = models(times, silence(89.0, 104.0))
    assert found["fixed"].at_onset[0] >= 10
    assert found["fixed"].over_without_pause == 0
    assert found["rolling"].over_without_pause > 0
    assert found["fixed"].fits
    assert not found["rolling"].fits


def test_minutes_over_the_limit_without_a_pause_speak_against_all() -> None:
    found = models([n * 2.0 for n in range(200)], silence(398.0, 413.0))
    assert all(model.over_without_pause and not model.fits for model in found.values())


def test_without_a_pause_nothing_fits() -> None:
    assert not any(model.fits for model in models([1.0, 2.0]).values())


def test_a_lossy_capture_may_miss_some_of_what_was_counted() -> None:
    assert reached_from(Limits(), 0.0) == 76
    assert reached_from(Limits(), 0.1) == 68
    assert reached_from(Limits(limit=1), 0.9) == 1


def test_resumptions_are_the_answers_after_silences() -> None:
    assert resumptions([silence(1.0, 2.0)]).tolist() == [ns(2.0)]


def test_a_fixed_minute_that_was_full_long_before_its_pause_does_not_fit() -> None:
    """Fifty in 50 s without a pause, then one: a server that counts to ten had stopped long before."""
    found = models([float(n) for n in range(50)], silence(49.0, 64.0))
    assert not found["fixed"].fits
    assert found["fixed"].over_without_pause > 0


def test_a_pause_that_nobody_met_may_lie_where_nobody_was_answered_for_as_long() -> None:
    """Ten, fifteen seconds of nothing, ten, and a pause that was met: counted anew, ten came before it."""
    times = [float(n) for n in range(10)] + [24.5 + n for n in range(10)]
    found = models(times, silence(33.5, 48.5))
    assert found["rearmed"].at_onset == (10,)
    assert found["rearmed"].fits
    assert found["rolling"].at_onset == (20,)


def storms(*counts: int, more: int = 0) -> CountingModel:
    """Every 300 s so many in as many seconds and a pause of 15 s after them; once `more` in between without one."""
    times, silences = [], []
    for turn, count in enumerate(counts):
        begin = 300.0 * turn
        times += [begin + n for n in range(count)]
        if not turn:
            times += [begin + 150 + n for n in range(more)]
        silences.append(silence(begin + count - 1, begin + count + 14))
        times.append(begin + count + 14)
    return models(times, *silences)["rolling"]


@pytest.mark.parametrize(
    ("counts", "stands", "fits"),
    [
        ((10, 10, 10, 10), True, True),
        ((10, 10, 10, 5), True, False),  # three in four
        ((10, 10, 10, 5, 5), False, False),
        ((10, 9), False, False),
    ],
)
def test_a_limit_stands_that_was_reached_at_most_of_its_pauses(
    counts: tuple[int, ...], stands: bool, fits: bool
) -> None:
    found = storms(*counts)
    assert (found.at_onset, found.stands, found.fits) == (counts, stands, fits)


@pytest.mark.parametrize(
    ("pauses", "more", "over", "stands"),
    [
        (10, 12, 1, True),  # once for ten
        (9, 12, 1, False),
        (9, 11, 0, True),  # a tenth more than ten does not pass it
    ],
)
def test_a_limit_stands_that_was_hardly_ever_passed(pauses: int, more: int, over: int, stands: bool) -> None:
    found = storms(*[10] * pauses, more=more)
    assert (found.over_without_pause, found.stands) == (over, stands)


def way(times: list[float], *silences: Interval, jumps: tuple[Jump, ...] = ()) -> _Way:
    """Accepts against a limit of ten, which eleven do not pass; minutes begin with the first second."""
    rate = Rate(np.array([ns(time) for time in sorted(times)], np.int64), 60 * SECOND)
    return _Way(rate, Pauses(silences, np.ones(len(silences), np.bool_), rate.times[:0], jumps), Limits(limit=10), 10)


MINUTES = [2.0 * n for n in range(12)] + [60.0 + 2 * n for n in range(11)] + [120.0 + 0.1 * n for n in range(12)]
"""Twelve, eleven and twelve in three minutes."""


@pytest.mark.parametrize(
    ("silences", "jumps", "full"),
    [
        ((), (), 2),
        ((silence(119.0, 119.5),), (), 2),
        ((silence(121.2, 200.0),), (), 1),  # a pause began in it
        ((silence(59.0, 120.0),), (), 0),  # one began in the first minute and ended in the last
        ((), (Jump(0, 1, ns(30), ns(130)),), 0),
        ((), (Jump(0, 1, ns(62), ns(70)),), 2),
    ],
)
def test_minutes_over_the_limit_in_which_nothing_happened(
    silences: tuple[Interval, ...], jumps: tuple[Jump, ...], full: int
) -> None:
    assert way(MINUTES, *silences, jumps=jumps)._full_minutes(0) == full


@pytest.mark.parametrize(("begin", "full"), [(0, 0), (5, 0), (6, 1), (30, 1), (50, 1), (51, 0)])
def test_where_minutes_begin_decides_which_are_full(begin: int, full: int) -> None:
    """Six from second 50 to 55, and six from 60 to 65."""
    counts = way([50.0 + n for n in range(6)] + [60.0 + n for n in range(6)])
    assert counts._full_minutes(begin * SECOND) == full
    assert way([])._full_minutes(begin * SECOND) == 0


def test_a_window_over_the_limit_counts_once_and_not_beside_a_pause_or_a_step() -> None:
    """Twelve in 24 s, far from everything; the first two after a pause were on their way."""
    times = [100.0 + 2 * n for n in range(12)]
    over = np.ones(12, np.bool_)
    assert way(times)._without_pause(over, 0) == 1
    assert way(times, silence(122.0, 130.0))._without_pause(over, 0) == 1
    assert way(times, silence(100.0, 122.0))._without_pause(over, 0) == 0
    assert way(times, silence(90.0, 118.0))._without_pause(over, 2) == 0
    assert way(times, silence(90.0, 118.0))._without_pause(over, 1) == 1
    assert way(times, jumps=(Jump(0, 1, ns(99), ns(62.5)),))._without_pause(over, 0) == 0
    assert way(times, jumps=(Jump(0, 1, ns(61.5), ns(62)),))._without_pause(over, 0) == 1
    late = silence(101.0, 200.0)
    assert way(times, replace(late, next_answer=None))._without_pause(over, 0) == 1
    assert way(times, replace(late, last_answer=ns(100), next_answer=None))._without_pause(over, 0) == 0
