"""A limit that stopped the server before explains a silence that one attempt met."""

from __future__ import annotations

from build import Made, steady, stop


def after_a_storm(accepts_again: int) -> list[str]:
    """Eighty accepts and a stop of 15 s; then so many more, and one attempt that is not answered for 14 s."""
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=30, every=0.4)
    waiting = sum(1 for connection in made.connections if connection.get("synack_time", 0) >= 65 * 10**9)
    steady(made, 66.5, 66.5 + (accepts_again - waiting) * 0.5, 0.5, clients=200)
    end = 66.5 + (accepts_again - waiting) * 0.5
    made.unanswered("10.9.0.1", end)
    steady(made, end + 14.6, end + 80, 3)
    return [pause.cause for pause in made.analyse().servers[0].pauses]


def test_at_the_limit_one_attempt_is_enough() -> None:
    assert after_a_storm(80) == ["rate_limit", "rate_limit"]


def test_far_from_the_limit_it_is_not() -> None:
    assert after_a_storm(60) == ["rate_limit"]
