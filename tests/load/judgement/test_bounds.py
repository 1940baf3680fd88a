"""The range of a silence's length where packets deceive."""

from __future__ import annotations

import numpy as np
import pytest
from build import Made, ns, steady, stop

from pcapinspect.load.judgement.bounds import waiting, within
from pcapinspect.load.judgement.silences import tell_apart
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import Pause


def traffic(made: Made) -> Traffic:
    return made.traffic()[0]


def pause(made: Made) -> Pause:
    (one,) = made.analyse().servers[0].pauses
    return one


def test_syns_and_answers_on_their_way_are_allowed_for() -> None:
    """Half a second each way: the SYN seen at 100.1 s met the server later, the answer at 99.9 s was given earlier."""
    made = Made()
    steady(made, 0, 99, 0.9, rtt=0.8)
    stop(made, 100, 15)
    steady(made, 115.02, 150, 0.9, rtt=0.8)
    found = pause(made)
    assert found.last_answer is not None
    assert found.next_answer is not None
    assert found.silence_at_least < found.last_unanswered - found.first_unanswered
    assert found.silence_at_most is not None
    assert found.silence_at_most >= found.next_answer - found.last_answer


def test_on_a_lossy_path_the_first_and_last_syns_may_have_been_lost() -> None:
    """SYNs at 99.5 s and 115.3 s are lost while the server listens: the stop from 100 to 115 s is no longer for it."""
    made = Made()
    steady(made, 0, 99.3, 0.9)
    for number in range(8):
        made.answered(f"10.3.0.{number + 1}", 12.0 + number * 10, earlier=(10.0 + number * 10,))
    made.unanswered("10.3.1.1", 99.5, (0.0, 2.0))
    stop(made, 100, 15)
    made.unanswered("10.3.1.2", 113.3, (0.0, 2.0, 6.0))
    steady(made, 115.5, 150, 0.9)
    found = pause(made)
    assert found.last_unanswered - found.first_unanswered > 0
    assert found.silence_at_least <= ns(15)
    assert found.silence_at_most is not None
    assert found.silence_at_most >= ns(15)


def test_within_is_all_times_of_the_silences() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    stop(made, 60, 15)
    steady(made, 75.02, 100, 1)
    found, _ = tell_apart(traffic(made))
    times = np.array([ns(50.0), ns(62.0), ns(74.0), ns(90.0)], np.int64)
    assert within(found, times).tolist() == [False, True, True, False]
    assert within([], times).tolist() == [False] * 4


def test_requests_wait_when_they_take_far_longer_than_usual() -> None:
    made = Made()
    for number in range(20):
        made.asked(made.answered("10.1.0.1", number * 2.0), "GetCACert")
    slow = made.answered("10.1.0.2", 41.0, lasts=12.0)
    made.asked(slow, "GetCACert", response_time=52.0)
    assert np.flatnonzero(waiting(traffic(made))).tolist() == [20]


def test_who_came_after_the_next_that_was_answered_does_not_make_a_silence_longer() -> None:
    """A server with room for one: it takes a SYN seen at 107.5 s, and so has none for that of 107.8 s, before its
    answer of 108 s is seen."""
    made = Made()
    steady(made, 0, 99, 0.9, rtt=0.5)
    for number in range(12):
        made.unanswered(f"10.1.0.{number + 1}", 100 + number * 0.5, offsets=(0,))
    made.unanswered("10.1.0.20", 107.8, offsets=(0,))
    steady(made, 107.5, 140, 0.9, rtt=0.5)
    found = pause(made)
    assert found.silence_at_least <= ns(5.5)
    assert found.last_unanswered == ns(107.8)


@pytest.mark.parametrize(("losses", "pauses"), [(0, 2), (3, 1)])
def test_the_last_that_was_taken_may_have_come_long_after_the_last_answer(losses: int, pauses: int) -> None:
    """It is taken at 99.99 s, the answer is lost; at 101.99 s it gets a copy, while the server is stopped. That this
    parts no pause is believed where other SYNs are lost, too; the ranges are true in any case."""
    made = Made()
    steady(made, 0, 98, 2)
    for number in range(losses):
        made.answered(f"10.3.1.{number + 1}", 13.0 + number * 20, earlier=(11.0 + number * 20,))
    made.answered("10.3.0.1", 101.99, earlier=(99.99,))
    stop(made, 100, 15, callers=30)
    steady(made, 115.02, 150, 0.5)
    found = made.analyse().servers[0].pauses
    assert len(found) == pauses
    for one in found:
        assert one.silence_at_least <= ns(15)
        assert one.silence_at_most is not None
        assert ns(15) <= one.silence_at_most <= ns(20)


def test_an_answer_that_may_be_a_copy_ends_no_silence_and_begins_none() -> None:
    """Copies at 100.8 and 114.8 s, the only answers while the server is stopped. The path loses other SYNs, too."""
    made = Made()
    steady(made, 0, 98, 2)
    for number in range(4):
        made.answered(f"10.3.1.{number + 1}", 13.0 + number * 20, earlier=(11.0 + number * 20,))
    made.answered("10.3.0.1", 100.8, earlier=(98.8,))
    made.answered("10.3.0.2", 114.8, earlier=(98.9, 100.9, 106.9))
    stop(made, 101, 13.5, callers=6, every=2)
    steady(made, 115.02, 150, 0.5)
    found = pause(made)
    assert found.last_answer == ns(96.01)
    assert found.next_answer == ns(115.03)
    assert found.silence_at_least <= ns(13.5)


def test_who_asked_in_the_last_pause_was_not_taken_before_it_ended() -> None:
    """The server answers only callers of the first pause, and pauses again at once: their earlier SYNs lie in it."""
    made = Made()
    steady(made, 0, 100, 1)
    stop(made, 100, 15, callers=20, every=0.5)
    stop(made, 119, 15, callers=20, every=0.5)
    steady(made, 134.02, 160, 1)
    for found in made.analyse().servers[0].pauses:
        assert found.silence_at_most is not None
        assert found.silence_at_least <= ns(15)
        assert ns(15) <= found.silence_at_most <= ns(17)
