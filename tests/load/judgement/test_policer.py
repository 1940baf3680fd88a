"""A bucket that is full again before each burst: which SYNs pass is known without any arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement.policer import HALF, Policer, _misjudged, policer_of


def bursts(burst: int, *, rounds: int = 20, more: int = 5, odd: int = 0) -> Policer | None:
    """Every two minutes so many SYNs in a moment that `burst` pass, and `more` do not. `odd` SYNs are dropped in
    between, though the bucket is full."""
    syns = []
    for turn in range(rounds):
        begin = turn * 120 * SECOND
        syns += [(begin + n * 1000, n < burst) for n in range(burst + more)]
        if turn < odd:
            syns.append((begin + 110 * SECOND, False))
    for again in range(rounds, odd):
        syns.append(((again - rounds) * 120 * SECOND + 115 * SECOND, False))
    syns.sort()
    return policer_of(np.array([time for time, _ in syns]), np.array([passed for _, passed in syns]))


@pytest.mark.parametrize("burst", [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128, 160, 200])
def test_a_burst_is_told_exactly(burst: int) -> None:
    """The busiest minute had as many. Of 64 rates from half to one and a half of that all explain what passed, and the
    next below and above might."""
    found = bursts(burst)
    assert found is not None
    assert (found.burst, found.misjudged) == (burst, 0)
    assert found.rates == pytest.approx((burst / 2 - burst / 63, 1.5 * burst + burst / 63))


@pytest.mark.parametrize(
    ("burst", "rounds", "more", "told"),
    [(5, 20, 1, True), (5, 19, 1, False), (1, 20, 2, True), (1, 19, 2, False)],
)
def test_twenty_dropped_and_twenty_passed_tell_a_burst(burst: int, rounds: int, more: int, told: bool) -> None:
    assert (bursts(burst, rounds=rounds, more=more) is not None) is told


@pytest.mark.parametrize(
    ("burst", "more", "odd", "told"),
    [
        (5, 5, 10, True),  # of 210 SYNs, of which a twentieth may be on the wrong side
        (5, 5, 11, False),
        (20, 1, 6, True),  # of 26 that were dropped, of which a quarter may be
        (20, 1, 7, False),
    ],
)
def test_so_many_may_be_on_the_wrong_side(burst: int, more: int, odd: int, told: bool) -> None:
    found = bursts(burst, more=more, odd=odd)
    assert (found is not None) is told
    if found is not None:
        assert found.misjudged == pytest.approx(odd / (20 * (burst + more) + odd))


@pytest.mark.parametrize(
    ("times", "passed", "wrong"),
    [
        ([0, 10, 20], [True, True, True], 0),  # a token each ten
        ([0, 4], [True, True], 1),
        ([0, 5], [True, True], 0),  # half a token is near enough, for it is then made
        ([0, 9], [True, False], 0),
        ([0, 10], [True, False], 1),
        ([0, 4, 8], [True, True, True], 2),  # who passes without a token leaves no debt
        ([0, 100, 101], [True, True, True], 1),  # one is the most that there is
        ([0, 10, 10, 10, 10], [False, False, False, False, False], 4),  # no more are counted
    ],
)
def test_which_syns_are_on_the_wrong_side_of_a_bucket(times: list[int], passed: list[bool], wrong: int) -> None:
    assert _misjudged(np.array(times), np.array(passed), 0.1, 1.0, HALF, 3) == wrong
