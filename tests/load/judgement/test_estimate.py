"""Limits of other numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from build import ns

from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.estimate import estimate, in_words
from pcapinspect.load.model import Estimate
from pcapinspect.settings import Settings

PACES = (0.5, 0.7, 0.3, 0.6, 0.65, 0.4, 0.55, 0.5)
"""Seconds between accepts, before each pause: demand varies, and with it the time in which a limit is reached."""


def run(counts: list[int], pause: float, paces: Sequence[float] = PACES, begin: float = 0) -> Estimate | None:
    """A server that stops after each of these counts for `pause` seconds, from 1000 s on."""
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
    accepted = np.array([ns(time) for time in accepts], np.int64)
    return estimate(silences, accepted, ns(begin), Settings())


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
