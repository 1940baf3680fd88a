"""What is a silence of the server, and what is not."""

from __future__ import annotations

import numpy as np
import pytest
from build import IOS_SYNS, Made, ns, steady, stop
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement.silences import beyond_chance
from pcapinspect.load.model import Pause


def pauses(made: Made) -> tuple[Pause, ...]:
    return made.analyse().servers[0].pauses


@given(st.floats(3.0, 90.0), st.integers(8, 40), st.floats(0.3, 2.0))
@settings(max_examples=40, deadline=None)
def test_the_true_length_of_a_stop_lies_in_the_range(length: float, callers: int, every: float) -> None:
    made = Made()
    steady(made, 0, 100, 0.9)
    stop(made, 100, length, callers, every)
    steady(made, 100.02 + length, 140 + length, 0.9)
    found = pauses(made)
    assert len(found) == 1
    assert found[0].silence_at_least <= ns(length)
    assert found[0].silence_at_most is not None
    assert found[0].silence_at_most >= ns(length - 0.9)


def test_one_lost_syn_is_no_silence() -> None:
    made = Made()
    steady(made, 0, 100, 0.9)
    made.answered("10.2.0.1", 52.0, earlier=(50.0,))
    assert pauses(made) == ()


def test_one_attempt_that_asks_again_and_again_is_no_silence() -> None:
    made = Made()
    steady(made, 0, 40, 2)
    made.unanswered("10.2.0.1", 45)
    steady(made, 70, 110, 2)
    assert pauses(made) == ()


def test_those_who_were_passed_over_are_no_silence_when_nobody_new_asks() -> None:
    """A quarter is never answered, whoever asks; then nobody new does, and only they ask again, to the end."""
    made = Made()
    for number in range(1600):
        client = f"10.1.{number % 397 // 200}.{number % 397 % 200 + 1}"
        if number % 4:
            made.answered(client, number * 0.025)
        else:
            made.unanswered(client, number * 0.025)
    server = made.analyse().servers[0]
    assert server.pauses == ()
    assert server.verdict.cause not in ("rate_limit", "max_connections", "outage")


def test_those_who_asked_in_a_silence_count_in_the_next() -> None:
    """The server answers four after five seconds, and stops again: few new ask, but all who still wait do."""
    made = Made()
    steady(made, 0, 100, 0.9)
    for number in range(20):
        made.unanswered(f"10.1.0.{number + 1}", 100 + number * 0.2, offsets=(0, 1, 3, 8, 9, 10))
    for number in range(4):
        made.answered(f"10.3.0.{number + 1}", 106 + number * 0.2)
    steady(made, 118, 140, 0.9)
    assert [pause.unanswered_attempts for pause in pauses(made)] == [20, 20]


def test_a_server_that_answers_anyone_is_not_silent() -> None:
    """Five blocked clients ask all the time, and one other is answered now and then."""
    made = Made()
    for start in range(0, 120, 20):
        for number in range(5):
            made.unanswered(f"10.2.0.{number + 1}", start + number)
    steady(made, 0, 140, 7)
    server = made.analyse().servers[0]
    assert server.pauses == ()
    assert server.verdict.cause == "blocked_client"


def test_silence_because_nobody_asked_is_none() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    steady(made, 100, 160, 1)
    assert pauses(made) == ()


def test_a_flood_of_single_syns_is_no_silence() -> None:
    made = Made()
    for number in range(600):
        made.unanswered(f"198.51.{number // 250}.{number % 250 + 1}", 20 + number * 0.05, (0.0,))
    steady(made, 0, 100, 6)
    server = made.analyse().servers[0]
    assert server.pauses == ()
    assert server.verdict.cause == "healthy"


def test_a_silence_at_the_end_of_the_capture_has_no_upper_bound() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(6):
        made.unanswered(f"10.2.0.{number + 1}", 60.5 + number)
    (pause,) = pauses(made)
    assert pause.next_answer is None
    assert pause.silence_at_most is None
    assert pause.silence_at_least > 10 * SECOND


def test_a_silence_at_the_begin_of_the_capture_has_no_last_answer() -> None:
    made = Made()
    stop(made, 0, 10)
    steady(made, 10.02, 80, 1)
    (pause,) = pauses(made)
    assert pause.last_answer is None
    assert pause.silence_at_most is None


def test_a_copy_of_a_lost_answer_does_not_part_a_silence() -> None:
    """A SYN before the stop was answered, the answer lost; its next SYN gets a copy while the server is stopped."""
    made = Made()
    steady(made, 0, 100, 0.5)
    made.answered("10.3.0.2", 42, earlier=(40,))
    made.answered("10.3.0.1", 101.4, earlier=(99.4,))
    stop(made, 100, 15, callers=30)
    steady(made, 115.02, 150, 0.5)
    (pause,) = pauses(made)
    assert pause.silence_at_least <= ns(15)
    assert pause.silence_at_most is not None
    assert pause.silence_at_most >= ns(15)


def test_a_queue_that_accepts_for_a_stopped_listener_does_not_shorten_the_silence() -> None:
    """Two connections are accepted after the stop at 100 s, and served when it ends."""
    made = Made()
    for number in range(100):
        connection = made.answered(f"10.1.0.{number + 1}", number * 1.0)
        made.asked(connection, "GetNextCACert", 404)
    for number in range(2):
        connection = made.answered(f"10.3.0.{number + 1}", 100.3 + number * 0.2, lasts=15.0)
        made.asked(connection, "GetNextCACert", 404, response_time=115.001)
    stop(made, 100.6, 14.4)
    steady(made, 115.02, 150, 1)
    (pause,) = pauses(made)
    assert pause.last_answer == ns(99.01)
    assert pause.silence_at_most is not None
    assert pause.silence_at_most >= ns(15)


@pytest.mark.parametrize("lost", [0.02, 0.1, 0.3])
def test_random_loss_is_no_silence(lost: float) -> None:
    random = np.random.default_rng(7)
    made = Made()
    for number in range(800):
        start = number * 0.7
        losses = []
        for offset in IOS_SYNS:
            if random.random() >= lost:
                made.answered(f"10.1.{number // 250}.{number % 250 + 1}", start + offset, earlier=losses)
                break
            losses.append(start + offset)
    server = made.analyse().servers[0]
    assert server.pauses == ()
    assert server.verdict.cause in ("selective_drop", "over_limit_unthrottled")  # nothing but SYNs was lost


def test_runs_that_chance_makes_are_not_believed() -> None:
    """With one answer in two lost, runs of six are to be expected in a thousand; a run of forty is not."""
    counts = np.array([1] * 250 + [2] * 125 + [3] * 60 + [6] * 8 + [40])
    eligible = np.ones(len(counts), np.bool_)
    assert beyond_chance(counts, eligible, 1000).tolist() == [False] * (len(counts) - 1) + [True]


@given(st.integers(-(10**9), 10**9))
@settings(max_examples=10, deadline=None)
def test_the_clock_does_not_matter(shift: int) -> None:
    plain, shifted = Made(), Made()
    for made, begin in ((plain, 0.0), (shifted, float(shift))):
        steady(made, begin, begin + 60, 0.7)
        stop(made, begin + 60, 15)
        steady(made, begin + 75.02, begin + 100, 0.7)
    (one,), (other,) = pauses(plain), pauses(shifted)
    assert other.first_unanswered - one.first_unanswered == ns(float(shift))
    assert (one.silence_at_least, one.silence_at_most) == (other.silence_at_least, other.silence_at_most)
    assert (one.cause, one.confidence, one.unanswered_syns) == (other.cause, other.confidence, other.unanswered_syns)
