"""Who is no evidence that a server listens or not."""

from __future__ import annotations

import numpy as np
from build import Made, steady, stop

from pcapinspect.load.judgement import silences, strangers
from pcapinspect.load.judgement.strangers import Strangers
from pcapinspect.load.measures.traffic import Traffic


def traffic(made: Made, end: float = 1000.0) -> Traffic:
    return made.traffic(end)[0]


def told(made: Made) -> Strangers:
    return silences.tell_apart(traffic(made))[1]


def test_a_client_that_asks_while_others_are_answered_is_blocked() -> None:
    made = Made()
    steady(made, 0, 100, 1)
    made.unanswered("10.2.0.1", 20.5)
    made.unanswered("10.2.0.1", 60.5)
    found = told(made)
    assert len(found.blocked) == 1
    assert np.count_nonzero(found.syns) == 8


def test_a_client_that_only_asked_in_silences_is_not() -> None:
    """It gave up in each of two pauses, and was never answered: so did others, so the pauses explain it."""
    made = Made()
    for begin in (0.0, 75.0):
        steady(made, begin, begin + 60, 1)
        stop(made, begin + 60, 15, callers=30, every=0.4)
        made.unanswered("10.9.0.1", begin + 60.3)
    steady(made, 150, 200, 1)
    assert len(told(made).blocked) == 0


def test_on_a_very_lossy_path_nobody_is_blocked() -> None:
    made = Made()
    for number in range(60):
        made.answered(f"10.1.0.{number + 1}", number * 3.0, earlier=(number * 3.0 - 2.2, number * 3.0 - 1.1))
    made.unanswered("10.2.0.1", 20.5)
    assert len(told(made).blocked) == 0


def test_single_syns_that_are_never_repeated_are_lone() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(5):
        made.unanswered(f"198.51.100.{number + 1}", 10.0 + number, (0.0,))
    made.unanswered("198.51.100.9", 20.0, (0.0, 1.0))
    assert told(made).lone == 5


def test_a_syn_at_the_end_of_the_capture_may_have_been_repeated_after_it() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    made.unanswered("198.51.100.1", 57.5, (0.0,))
    whole = traffic(made, end=61.0)
    assert not strangers.lone_syns(whole, strangers.answered_clients(whole)).any()
