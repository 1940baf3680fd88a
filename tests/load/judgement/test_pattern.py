"""A limit that stopped the server before explains a silence that one attempt met."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from build import IOS_SYNS, Made, steady, stop


def after_a_storm(accepts_again: int, losses: int = 0, asked: Sequence[float] = IOS_SYNS) -> list[str]:
    """Eighty accepts and a stop of 15 s; then so many more, and one attempt that is not answered though it asked so
    often. Some SYNs are lost elsewhere."""
    made = Made()
    steady(made, 0, 50, 50 / 80)
    for number in range(losses):
        made.answered(f"10.8.0.{number + 1}", 4.3 + number * 1.5, earlier=(2.3 + number * 1.5,))
    stop(made, 50, 15, callers=30, every=0.4)
    waiting = sum(1 for connection in made.connections if connection.get("synack_time", 0) >= 65 * 10**9)
    steady(made, 66.5, 66.5 + (accepts_again - waiting) * 0.5, 0.5, clients=200)
    end = 66.5 + (accepts_again - waiting) * 0.5
    made.unanswered("10.9.0.1", end, asked)
    steady(made, end + 14.6, end + 80, 3)
    return [pause.cause for pause in made.analyse().servers[0].pauses]


def test_at_the_limit_one_attempt_is_enough() -> None:
    assert after_a_storm(80) == ["rate_limit", "rate_limit"]


@pytest.mark.parametrize(("again", "pauses"), [(75, 1), (76, 2), (88, 2), (89, 1)])
def test_the_limit_is_reached_but_for_a_twentieth_and_a_tenth(again: int, pauses: int) -> None:
    assert after_a_storm(again) == ["rate_limit"] * pauses


def test_far_from_the_limit_it_is_not() -> None:
    assert after_a_storm(60) == ["rate_limit"]


def test_what_loss_makes_likely_is_not_expected() -> None:
    """Two SYNs at the limit: believed of a path without loss, not where one in eight is lost."""
    assert after_a_storm(80, asked=(0, 2)) == ["rate_limit", "rate_limit"]
    assert after_a_storm(80, losses=28, asked=(0, 2)) == ["rate_limit"]
