"""Refusals, and the stretches that they come in."""

from __future__ import annotations

from build import Made, steady

from pcapinspect.load.measures.refusals import Refusals, refusals_of


def refusals(made: Made) -> Refusals:
    return refusals_of(made.traffic()[0])


def test_a_stretch_ends_where_somebody_is_accepted() -> None:
    made = Made()
    steady(made, 0, 10, 1)
    for second in (10, 11, 12, 21, 22, 40):
        made.refused("10.2.0.1", second + 0.5)
    made.answered("10.1.0.1", 20.0)
    made.answered("10.1.0.1", 30.0)
    found = refusals(made)
    assert (found.attempts, found.stretches, found.together) == (6, 2, 5)
    assert found.longest == 2.0


def test_none_are_none() -> None:
    made = Made()
    steady(made, 0, 3, 1)
    assert refusals(made) == Refusals(0, 0, 0.0, 0)
