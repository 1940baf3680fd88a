"""Limits of other numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from build import ns

from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.estimate import _by_timer, _common_length, _regular, estimate, in_words
from pcapinspect.load.model import Estimate
from pcapinspect.settings import Settings

PACES = (0.5, 0.7, 0.3, 0.6, 0.65, 0.4, 0.55, 0.5)
"""Seconds between accepts, before each pause: demand varies, and with it the time in which a limit is reached."""


def lasting(at_least: float, at_most: float, onset: float = 100.0) -> Interval:
    """A silence of so many seconds, in which the first asked after 0.2 s and the last 0.3 s before it ended."""
    none = np.empty(0, np.int64)
    end = onset + at_most
    return Interval(
        ns(onset),
        ns(onset + 0.2),
        ns(end - 0.3),
        ns(end),
        ns(at_least),
        ns(at_most),
        none,
        none,
        1,
        "silence",
        0,
        0,
    )


def run(
    counts: list[int],
    pause: float,
    paces: Sequence[float] = PACES,
    begin: float = 0,
    *,
    then: int = 0,
    settings: Settings | None = None,
) -> Estimate | None:
    """A server that stops after each of these counts for `pause` seconds, from 1000 s on, and `then` goes on."""
    none = np.empty(0, np.int64)
    accepts: list[float] = []
    silences = []
    now = 1000.0
    for count, spacing in zip(counts, paces, strict=False):
        accepts += [now + n * spacing for n in range(count)]
        last = accepts[-1]
        now = last + pause + 0.1
        bounds = ns(pause - 0.4), ns(pause + 0.2)
        silences.append(
            Interval(ns(last), ns(last + 0.2), ns(now - 0.3), ns(now), *bounds, none, none, 1, "silence", 0, 0)
        )
    accepts += [now + n * 0.5 for n in range(then)]
    accepted = np.array([ns(time) for time in accepts], np.int64)
    return estimate(silences, accepted, ns(begin), settings or Settings())


def test_another_limit_and_pause_show() -> None:
    found = run([40] * 8, pause=10.0)
    assert found is not None
    assert (found.limit, found.limit_anew) == (40, None)
    assert in_words(found, Settings())[0].startswith("40 connections in ")
    assert found.pause is not None
    assert found.pause[0] <= 10 <= found.pause[1]
    assert "40 connections" in found.sentence


def test_two_counts_that_fit_are_both_said() -> None:
    """Forty after each pause, all in the minute before: a limit of forty, counted anew, or of eighty, counted on."""
    found = run([40] * 8, pause=10.0, paces=[0.52, 0.58, 0.52, 0.55, 0.58, 0.53, 0.57, 0.52], begin=1000)
    assert found is not None
    assert (found.limit, found.limit_anew) == (80, 40)
    assert in_words(found, Settings())[0] == "80 or about 40 connections in 60 s"
    assert "about 80 connections in 60 s if the count goes on" in found.sentence
    assert "about 40 if it begins anew after each (both fit)" in found.sentence


def test_what_the_settings_say_anyway_is_not_estimated() -> None:
    assert run([80] * 6, pause=15.0) is None
    assert in_words(None, Settings()) == ("80 connections in 60 s", "15 s")


def test_counts_that_differ_as_chance_has_it_are_no_limit() -> None:
    found = run([31, 52, 25, 44, 61, 38], pause=10.0)
    assert found is not None
    assert found.limit is None
    assert found.pause is not None


def test_pauses_that_come_by_the_clock_are_no_limit() -> None:
    """Every 30 s, whatever is asked: equal counts say no more than equal times."""
    found = run([60, 61, 60, 59, 60, 60], pause=10.0, paces=[30 / 60] * 6)
    assert found is not None
    assert found.limit is None


def test_two_pauses_are_too_few() -> None:
    assert run([40, 40], pause=10.0) is None


@pytest.mark.parametrize(
    ("counts", "begin", "limit"),
    [
        ([40] * 3, 0, None),  # alike by chance as often as one in five
        ([40] * 4, 0, 40),
        ([40] * 4, 1000, None),  # what came before the first is not known: three are left
        ([40] * 5, 1000, 40),
        ([40, 41, 41, 40, 40], 0, 40),
    ],
)
def test_so_many_alike_are_no_chance(counts: list[int], begin: float, limit: int | None) -> None:
    found = run(counts, pause=10.0, begin=begin)
    known = "the settings say 80, 60 s and 15 s."
    if limit is None:
        assert found == Estimate(
            None, None, (9.6, 10.2), f"In this capture 9.6 to 10.2 s fits the length of most of them; {known}"
        )
    else:
        assert found == Estimate(
            limit,
            60.0,
            (9.6, 10.2),
            f"In this capture pauses begin after about {limit} connections in 60 s and 9.6 to 10.2 s fits the length "
            f"of most of them; {known}",
        )


@pytest.mark.parametrize(
    ("counts", "regular"),
    [
        # 16 tries * 5 * (3 / sqrt(2 pi 40)) ** 4 = 0.1026 and, for a mean of 41, 0.0977
        ([39, 40, 41, 40, 40], False),
        ([40, 41, 42, 41, 41], True),
        ([1] * 12, False),  # one each time is no count
        ([2] * 12, True),
    ],
)
def test_counts_closer_than_those_of_independent_arrivals(counts: list[int], regular: bool) -> None:
    assert _regular(np.array(counts)) is regular


@pytest.mark.parametrize(
    ("window", "paces"),
    [
        (10, (0.16, 0.2, 0.23, 0.18, 0.21, 0.17)),
        (20, (0.27, 0.42, 0.48, 0.35, 0.3, 0.45)),
        (30, (0.53, 0.7, 0.74, 0.58, 0.65, 0.61)),
        (60, (0.8, 1.4, 1.0, 1.2, 0.9, 1.1)),
        (90, (1.6, 2.2, 1.9, 2.0, 1.7, 2.1)),
        (120, (2.35, 2.9, 2.6, 2.8, 2.4, 2.7)),
        (300, (3.2, 7.0, 5.0, 4.0, 6.0, 3.5)),
    ],
)
def test_the_shortest_window_that_holds_the_count_is_told(window: int, paces: tuple[float, ...]) -> None:
    """Forty, which take longer than every shorter window; 5 s are asked for."""
    found = run([40] * 6, pause=10.0, paces=paces, settings=Settings(window=5))
    assert found is not None
    assert (found.limit, found.window) == (40, float(window))


@pytest.mark.parametrize(("pause", "usual"), [(15.85, True), (15.95, False), (14.35, True), (14.25, False)])
def test_half_a_second_beside_the_settings_is_theirs(pause: float, usual: bool) -> None:
    """The ranges reach from 0.4 s below to 0.2 s above."""
    assert (run([80] * 6, pause=pause) is None) is usual


@pytest.mark.parametrize(("count", "usual"), [(77, False), (78, True), (82, True), (83, False)])
def test_two_more_or_less_than_the_limit_is_the_limit(count: int, usual: bool) -> None:
    found = run([count] * 6, pause=15.0, paces=(0.5, 0.7, 0.3, 0.6, 0.65, 0.4))
    assert (found is None) is usual
    if found is not None:
        assert found.limit == count


@pytest.mark.parametrize(("more", "limit"), [(15, 40), (16, None)])
def test_a_limit_that_is_passed_more_than_seldom_is_none(more: int, limit: int | None) -> None:
    """Reached at eight pauses, and at the last by 40 + `more` accepts without one: three times as often is the most."""
    found = run([40] * 8, pause=10.0, then=40 + more)
    assert found is not None
    assert found.limit == limit


@pytest.mark.parametrize(
    ("lengths", "common"),
    [
        ([(9, 11)] * 9 + [(1, 2)], (9.0, 11.0)),  # one in ten may be two in one go
        ([(9, 11)] * 8 + [(1, 2)], None),
        ([(9, 11)] * 8 + [(20, 21)] * 2, (9.0, 11.0)),
        ([(9, 11)] * 7 + [(20, 21)] * 3, None),
        ([(9, 11), (10, 12), (8, 10.5), (11, 11.5)], None),
        ([(9, 11), (10, 12), (8, 10.5), (10.4, 11.5)], (10.4, 10.5)),
    ],
)
def test_the_length_that_most_share(lengths: list[tuple[float, float]], common: tuple[float, float] | None) -> None:
    assert _common_length([lasting(*one) for one in lengths]) == common


@pytest.mark.parametrize(
    ("times", "counts", "by_timer"),
    [
        # A pace of one a second. How far the times must lie apart: 1.5, 2.1, 3.5 and 4.1 s.
        ((38.75, 39.75, 40.75), (40, 40, 40, 40), True),
        ((38.45, 39.75, 41.05), (40, 40, 40, 40), False),
        ((37.75, 39.75, 41.75), (40, 41, 40, 41), True),
        ((37.45, 39.75, 42.05), (40, 41, 40, 41), False),
        ((39.75, 39.75), (40, 40, 40), False),  # two times tell nothing
    ],
)
def test_silences_as_regular_by_the_clock_as_by_the_count(
    times: tuple[float, ...], counts: tuple[int, ...], by_timer: bool
) -> None:
    """So long after the server answered again it was silent again, known to half a second."""
    onset, silences = 100.0, []
    for after in (*times, 0):
        silences.append(lasting(10, 10, onset))
        onset += 10 + after
    assert _by_timer(silences, np.array(counts)) is by_timer
