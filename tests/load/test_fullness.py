"""Pauses that end when a connection closes."""

from __future__ import annotations

from build import Made, steady

from pcapinspect.load.model import ServerLoad


def full_house(room: int, rounds: int = 6, closes: bool = True) -> ServerLoad:
    """`room` connections of 8 s each; who asks while they are open is answered when they have closed."""
    made = Made()
    for turn in range(rounds):
        begin = turn * 30.0
        for number in range(room):
            made.answered(f"10.1.{turn}.{number + 1}", begin + number * 0.1, lasts=8.0 if closes else None)
        for number in range(2):
            asked = begin + 3 + number
            made.answered(f"10.2.{turn}.{number + 1}", begin + 8.0 + 0.2 * room + number, earlier=(asked, asked + 2))
    steady(made, rounds * 30.0, rounds * 30.0 + 60, 6)
    return made.analyse().servers[0]


def test_silences_of_a_full_server_are_its_connection_limit() -> None:
    server = full_house(5)
    assert {pause.cause for pause in server.pauses} == {"max_connections"}
    assert {pause.open_before for pause in server.pauses} == {5}
    assert server.verdict.cause == "max_connections"


def test_sixteen_is_a_limit_too() -> None:
    assert full_house(16).verdict.cause == "max_connections"


def test_a_number_that_is_no_limit_explains_nothing() -> None:
    server = full_house(11)
    assert "max_connections" not in {pause.cause for pause in server.pauses}
    assert server.verdict.cause != "max_connections"


def test_connections_that_do_not_close_explain_no_answer() -> None:
    assert full_house(5, rounds=1, closes=False).verdict.cause != "max_connections"
