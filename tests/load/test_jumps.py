"""Pauses in which the capture's clock jumped."""

from __future__ import annotations

import numpy as np
from build import Made, ns, steady, stop

from pcapinspect.load.analyse import analyse
from pcapinspect.load.bounds import Silence
from pcapinspect.load.jumps import jumps_of, without_length
from pcapinspect.load.model import ServerLoad
from pcapinspect.load.quality import CaptureQuality
from pcapinspect.settings import Settings


def silence(last: float, following: float) -> Silence:
    none = np.empty(0, np.int64)
    whole = ns(following - last)
    return Silence(ns(last), ns(last), ns(following), ns(following), whole, whole, none, none, 1, 0, 0)


def times(*seconds: float) -> list[int]:
    return [ns(second) for second in seconds]


def test_a_step_back_shows_between_syns_in_the_order_of_the_capture() -> None:
    found = jumps_of(np.array(times(1, 2, 8, 8.5, 3.5, 4, 5, 5.001, 5.0), np.int64))
    assert found == [(ns(3.5), ns(8.5))]


def test_a_clock_that_was_set_at_last_left_years_out() -> None:
    years = 20 * 365 * 86_400.0
    assert jumps_of(np.array(times(1, 2, years), np.int64)) == [(ns(2), ns(years))]


def test_only_a_silence_that_the_jump_lies_in_loses_its_length() -> None:
    before, in_it, beside, after = silence(10, 25), silence(40, 55), silence(60, 70), silence(90, 105)
    found = without_length([before, in_it, beside, after], [(ns(50), ns(65))])
    assert [one.jumped for one in found] == [False, True, True, False]
    assert (found[1].at_least, found[1].at_most) == (0, None)
    assert found[3] == after


def stepped(back: float) -> ServerLoad:
    """Eighty accepts, a stop of 15 s, a quiet minute; the clock is set back in the middle of the stop."""
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=30, every=0.4)
    steady(made, 65.02, 125, 2)
    connections, syns = made.tables()
    syns.time[syns.time > ns(57)] -= ns(back)
    for column in ("start", "synack_time", "established_time", "answer_time", "end", "close_time", "last_syn_time"):
        values = getattr(connections, column)
        values[values > ns(57)] -= ns(back)
    exchanges, operations = made.spoken()

    quality = CaptureQuality(clock_jumps=int(back > 0))
    return analyse(connections, syns, exchanges, operations, quality, Settings()).servers[0]


def test_a_pause_with_a_step_back_claims_no_length_and_says_why() -> None:
    (pause,) = stepped(5).pauses
    assert pause.silence_at_least == 0
    assert pause.silence_at_most is None
    assert pause.confidence <= 0.6
    assert any("clock jumped" in text for text in pause.evidence_against)
    (untouched,) = stepped(0).pauses
    assert untouched.silence_at_most is not None
    assert untouched.confidence > 0.6
