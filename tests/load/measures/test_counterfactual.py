"""The load without the polls for a rollover certificate that does not exist yet."""

from __future__ import annotations

from build import Made

from pcapinspect.load.model import Counterfactual


def load(polls: int, others: int) -> Counterfactual | None:
    made = Made()
    for number in range(polls):
        made.asked(made.answered("10.1.0.1", number * 0.5), "GetNextCACert", 404)
    for number in range(others):
        made.asked(made.answered("10.1.0.2", 0.2 + number * 0.5), "GetCACert")
    return made.analyse().servers[0].counterfactual


def test_without_the_polls_the_server_would_have_stayed_below_its_limit() -> None:
    found = load(polls=100, others=40)
    assert found is not None
    assert found.requests_left_out == 100
    assert found.share == 100 / 140
    assert found.peak is not None
    assert found.peak.count == 40
    assert found.below_limit


def test_with_enough_other_load_it_would_not() -> None:
    found = load(polls=10, others=100)
    assert found is not None
    assert not found.below_limit


def test_a_connection_that_also_carried_something_else_stays() -> None:
    made = Made()
    for number in range(5):
        connection = made.answered("10.1.0.1", float(number))
        made.asked(connection, "GetNextCACert", 404)
        made.asked(connection, "GetCACert")
    found = made.analyse().servers[0].counterfactual
    assert found is not None
    assert found.peak is not None
    assert found.peak.count == 5


def test_answered_polls_are_no_such_load() -> None:
    made = Made()
    made.asked(made.answered("10.1.0.1", 0.0), "GetNextCACert", 200)
    assert made.analyse().servers[0].counterfactual is None
