"""How near counts and lengths must come: a pair just below and just above each border."""

from __future__ import annotations

import pytest

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement.tolerance import closeness, passed_from, reached_from
from pcapinspect.settings import Limits

LIMITS = Limits()


@pytest.mark.parametrize(
    ("at_least", "at_most", "alike", "expected"),
    [
        (15.5, 16.0, 1, 1.0),  # within the timer
        (15.6, 16.0, 1, 0.9),
        (16.4, 17.0, 1, 0.1),
        (16.5, 17.0, 1, 0.0),  # a second beyond it is nothing like it, for one
        (16.5, 17.0, 2, 0.0),
        (16.5, 17.0, 3, 0.6),  # several say more
        (17.9, 19.0, 3, 0.04),
        (18.0, 19.0, 3, 0.0),
        (2.0, 14.5, 1, 1.0),
        (2.0, 14.0, 1, 0.5),
        (2.0, 13.5, 1, 0.0),
        (2.0, 13.5, 3, 0.6),
        (2.0, None, 1, 1.0),
    ],
)
def test_the_distance_from_the_pause_is_the_doubt(
    at_least: float, at_most: float | None, alike: int, expected: float
) -> None:
    most = None if at_most is None else round(at_most * SECOND)
    assert closeness(LIMITS, round(at_least * SECOND), most, alike) == pytest.approx(expected)


def test_another_pause_has_its_own_distance() -> None:
    assert closeness(Limits(pause=30), 31 * SECOND, 32 * SECOND, 1) == pytest.approx(0.75)


@pytest.mark.parametrize(("lost", "reached"), [(0.0, 76), (0.05, 72), (0.9, 3), (1.0, 1)])
def test_what_the_capture_lost_is_missing_from_the_count(lost: float, reached: int) -> None:
    assert reached_from(LIMITS, lost) == reached


def test_a_count_passes_the_limit_by_more_than_what_was_on_its_way() -> None:
    assert passed_from(LIMITS) == 88.0
