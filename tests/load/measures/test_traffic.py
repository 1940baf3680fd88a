"""Which SYNs were answered, and by what."""

from __future__ import annotations

import numpy as np
from build import Made, ns, steady

from pcapinspect.columns import MISSING
from pcapinspect.load.measures.traffic import ANSWERED, UNANSWERED, UNKNOWN, Traffic


def traffic(made: Made, end: float = 1000.0) -> Traffic:
    return made.traffic(end)[0]


def test_only_the_syn_before_the_answer_was_answered() -> None:
    made = Made()
    made.answered("10.1.0.1", 107.0, earlier=(100.0, 101.0, 103.0))
    assert traffic(made).syn_state.tolist() == [UNANSWERED, UNANSWERED, UNANSWERED, ANSWERED]


def test_a_syn_that_was_sent_again_before_a_slow_answer_was_answered() -> None:
    """A path of 1.2 s: the answer cannot be to the SYN of 0.2 s ago, nor was the first one lost."""
    made = Made()
    steady(made, 0, 50, 5, rtt=1.2)
    made.answered("10.1.0.9", 101.0, earlier=(100.0,), rtt=0.2)
    states = traffic(made).syn_state
    assert states.tolist() == [ANSWERED] * 12


def test_an_answer_after_seconds_is_late_and_proves_nothing() -> None:
    made = Made()
    steady(made, 0, 100, 5)
    made.answered("10.1.0.2", 110.0, rtt=6.0)
    found = traffic(made)
    assert found.syn_state.tolist() == [ANSWERED] * 20 + [UNANSWERED]
    assert found.prompt.tolist() == list(range(20))


def test_the_capture_may_end_before_an_answer() -> None:
    made = Made()
    made.unanswered("10.1.0.1", 100.0, (0.0, 2.0))
    assert traffic(made, end=102.5).syn_state.tolist() == [UNANSWERED, UNKNOWN]


def test_an_established_connection_was_answered_even_if_the_synack_is_not_captured() -> None:
    made = Made()
    made.answered("10.1.0.1", 100.0, synack_captured=False)
    found = traffic(made)
    assert found.syn_state.tolist() == [ANSWERED]
    assert found.answer.tolist() == [ns(100.01)]
    assert found.accepted.tolist() == [True]


def test_a_refused_attempt_was_turned_away() -> None:
    made = Made()
    made.refused("10.1.0.1", 100.0)
    found = traffic(made)
    assert found.syn_state.tolist() == [UNANSWERED]
    assert found.turned_away.tolist() == [ns(100.01)]
    assert found.answer.tolist() == [MISSING]
    assert found.accepted.tolist() == [False]
    assert len(found.accept_times) == 0


def test_each_server_gets_its_own_rows() -> None:
    made = Made()
    made.answered("10.1.0.1", 100.0, server="10.0.0.80")
    made.unanswered("10.1.0.1", 101.0, server="10.0.0.81")
    made.answered("10.1.0.2", 102.0, server="10.0.0.80")
    both = made.traffic()
    assert [one.numbers.tolist() for one in both] == [[0, 2], [1]]
    assert [len(one.syn_time) for one in both] == [2, 4]
    assert np.array_equal(both[1].client_numbers, [0])
