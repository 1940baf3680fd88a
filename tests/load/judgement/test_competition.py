"""The causes compete: what each explains, what is said beside it, and what it takes for a verdict."""

from __future__ import annotations

import pytest
from build import Made, steady, stop

from pcapinspect.load.model import Verdict


def verdict(made: Made) -> Verdict:
    return made.analyse().servers[0].verdict


def refusals(made: Made, number: int, begin: float) -> None:
    for n in range(number):
        made.refused(f"10.3.{n // 250}.{n % 250 + 1}", begin + n * 2.0)


def test_the_verdict_explains_all_where_nothing_else_fell() -> None:
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=40, every=0.4)
    steady(made, 65.02, 120, 1)
    found = verdict(made)
    assert (found.cause, found.explains, found.also) == ("rate_limit", 1.0, ())


def test_what_else_fell_is_named_with_its_share() -> None:
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=40, every=0.4)
    steady(made, 65.02, 200, 1)
    refusals(made, 10, 100.3)
    found = verdict(made)
    assert found.cause == "rate_limit"
    assert found.explains is not None
    (other,) = found.also
    assert other.cause == "refused"
    assert other.share == pytest.approx(1 - found.explains, abs=0.002)
    assert other.sentence.startswith("The server refused 10 of ")
    assert other.sentence in found.evidence_against


@pytest.mark.parametrize(("refused", "cause"), [(5, "healthy"), (6, "refused")])
def test_a_twentieth_of_the_attempts_makes_a_server_one_that_refuses(refused: int, cause: str) -> None:
    made = Made()
    steady(made, 0, 206, 206 / 103)
    refusals(made, refused, 3.5)
    found = verdict(made)
    assert found.cause == cause
    if cause == "healthy":
        assert [one.cause for one in found.also] == ["refused"]
        assert found.explains is None


def test_half_of_what_fell_must_be_explained_for_a_headline_alone() -> None:
    """Clients that are turned away, a server that refuses, and a pause, each about a third of it."""
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=14, every=0.9)
    steady(made, 65.02, 400, 1)
    refusals(made, 12, 100.3)
    for number in range(3):
        for turn in range(4):
            made.unanswered(f"10.8.0.{number + 1}", 120.4 + number * 7 + turn * 60)
    found = verdict(made)
    assert found.explains is not None
    assert found.explains < 0.5
    assert "That explains" in found.sentence
    assert {found.cause, *(one.cause for one in found.also)} == {"rate_limit", "refused", "blocked_client"}


def test_a_client_is_blocked_from_a_moment_on() -> None:
    """Served every 20 s for two minutes, and never again while others are."""
    made = Made()
    steady(made, 0, 300, 2)
    for number in range(6):
        made.answered("10.9.0.1", 1 + number * 20.0)
    for number in range(4):
        made.unanswered("10.9.0.1", 125 + number * 30.0)
    found = verdict(made)
    assert found.cause == "blocked_client"
    assert "All had been served before; the first is not from 1970-01-01T00:02:05Z on." in found.sentence


def test_nothing_is_told_by_halves_of_a_server_that_is_well() -> None:
    made = Made()
    steady(made, 0, 100, 2)
    found = verdict(made)
    assert (found.cause, found.confidence, found.explains, found.also) == ("healthy", 0.95, None, ())
    assert found.sentence == "The server answered whoever asked, at most 30 times in 60 s."


@pytest.mark.parametrize(("attempts", "confidence"), [(19, 0.85), (20, 0.95)])
def test_many_attempts_make_it_sure(attempts: int, confidence: float) -> None:
    made = Made()
    steady(made, 0, attempts * 2.0, 2)
    assert verdict(made).confidence == confidence


@pytest.mark.parametrize(("attempts", "cause"), [(4, "insufficient"), (5, "healthy")])
def test_few_attempts_say_nothing(attempts: int, cause: str) -> None:
    made = Made()
    steady(made, 0, attempts * 2.0, 2)
    found = verdict(made)
    assert found.cause == cause
    if cause == "insufficient":
        assert found.sentence == "4 attempts in the capture: too few to judge the server by."


@pytest.mark.parametrize(("unanswered", "cause"), [(4, "healthy"), (5, "no_response")])
def test_a_twentieth_without_a_response_is_told(unanswered: int, cause: str) -> None:
    made = Made()
    for number in range(100):
        connection = made.answered(f"10.1.0.{number + 1}", number * 2.0, lasts=5.0)
        hung = number % 20 == 7 and number // 20 < unanswered
        made.asked(connection, "GetCACert", None if hung else 200)
        if hung:  # the server acknowledged the request, and sent nothing
            made.connections[connection] |= {"sent_up": 150, "acked_up": 150, "sent_down": 0, "bytes_down": 0}
    found = verdict(made)
    assert found.cause == cause
    if cause == "no_response":
        assert found.sentence == "The server accepted 100 attempts and did not answer 5 of them (5 %)."


@pytest.mark.parametrize(
    ("status", "errors", "cause"),
    [(503, 4, "healthy"), (503, 5, "error_responses"), (500, 49, "healthy"), (500, 50, "error_responses")],
)
def test_overload_is_told_before_other_errors(status: int, errors: int, cause: str) -> None:
    made = Made()
    for number in range(100):
        connection = made.answered(f"10.1.0.{number + 1}", number * 2.0)
        made.asked(connection, "PKIOperation", status if number % 100 < errors else 200)
    found = verdict(made)
    assert found.cause == cause
    if cause == "error_responses":
        assert f"{errors} of 100 answered attempts ({errors} %) got" in found.sentence


@pytest.mark.parametrize(("share", "cause"), [(89, "healthy"), (90, "error_responses")])
def test_polls_for_what_is_not_there_name_a_server_only_where_they_are_nearly_all(share: int, cause: str) -> None:
    made = Made()
    for number in range(100):
        connection = made.answered(f"10.1.0.{number + 1}", number * 2.0)
        poll = number < share
        made.asked(connection, "GetNextCACert" if poll else "GetCACert", 404 if poll else 200)
    assert verdict(made).cause == cause
