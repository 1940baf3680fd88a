"""What became of a trouble, from sides made by hand; chances against sums of binomial terms worked out by hand."""

from __future__ import annotations

import pytest

from pcapinspect.compare.change import _Rate, change_of
from pcapinspect.compare.side import Side

RUNGS = ("dialled", "accepted", "asked", "answered", "succeeded")


def side(
    *,
    attempts: int,
    failed: int = 0,
    errors: int = 0,
    unknown: int = 0,
    loads: tuple[int, ...] = (),
    at_pauses: tuple[int, ...] = (),
    clients: int = 0,
) -> Side:
    served = attempts - unknown - failed - errors
    return Side(
        address="192.0.2.80:80",
        cause="rate_limit" if at_pauses else "healthy",
        sentence="The sentence.",
        observed=60.0 * len(loads),
        attempts=attempts,
        rungs=dict.fromkeys(RUNGS, served + errors) | {"succeeded": served},
        unknown=unknown,
        peak_accepted=0,
        minutes_over_limit=0,
        pauses=len(at_pauses),
        pauses_of_a_limit=len(at_pauses),
        paused=15.0 * len(at_pauses),
        attempts_by_minute=loads,
        starts=tuple(range(len(loads))),
        accepted_by_minute=loads,
        load_at_pauses=at_pauses,
        operations={},
        latency=None,
        poll_periods={f"192.0.2.{number}": None for number in range(clients)},
    )


BEFORE = side(attempts=2_400, failed=300, loads=(120,) * 20, at_pauses=(120,) * 12)


def test_none_at_the_same_load_proves():
    change = change_of(BEFORE, side(attempts=2_360, loads=(118,) * 20))
    assert change.verdict == "removed"
    assert change.sentence == ("The pauses are gone: 12 pauses in 20 loaded minutes before, 0 in 20 after.")
    assert "about 12.0 pauses would have come" in " ".join(change.reasons)


def test_none_at_a_sixth_of_the_load_proves_nothing():
    change = change_of(BEFORE, side(attempts=400, loads=(20,) * 20))
    assert change.verdict == "not tested"
    assert "load was too low" in change.sentence


def test_the_same_clients_that_ask_less_are_the_outcome_of_a_remedy():
    before = side(attempts=2_400, failed=300, loads=(120,) * 20, at_pauses=(120,) * 12, clients=100)
    change = change_of(before, side(attempts=400, loads=(20,) * 20, clients=80))
    assert change.verdict == "removed"
    assert "at most 120 attempts in a minute before, 20 after. At the former load it was not tested" in change.sentence
    assert change_of(before, side(attempts=400, loads=(20,) * 20, clients=79)).verdict == "not tested"
    # Four minutes in which 2.4 pauses would have come are too short a look.
    assert change_of(before, side(attempts=80, loads=(20,) * 4, clients=100)).verdict == "not tested"


def test_the_border_between_too_few_loaded_minutes_and_enough():
    # 12 pauses in 20 minutes: 5 minutes let 3 be expected, 4 let 2.4.
    assert change_of(BEFORE, side(attempts=600, loads=(120,) * 5)).verdict == "removed"
    assert change_of(BEFORE, side(attempts=480, loads=(120,) * 4)).verdict == "not tested"


def test_a_minute_counts_from_nine_tenths_of_the_load_of_the_pauses():
    assert change_of(BEFORE, side(attempts=2_160, loads=(108,) * 20)).verdict == "removed"
    assert change_of(BEFORE, side(attempts=2_140, loads=(107,) * 20)).verdict == "not tested"


def test_fewer_pauses_than_chance_explains():
    assert (
        change_of(BEFORE, side(attempts=2_400, failed=40, loads=(120,) * 20, at_pauses=(120,) * 2)).verdict == "reduced"
    )
    assert (
        change_of(BEFORE, side(attempts=2_400, failed=290, loads=(120,) * 20, at_pauses=(120,) * 10)).verdict
        == "unchanged"
    )


def test_more_pauses_than_chance_explains():
    worse = side(attempts=2_400, failed=300, loads=(120,) * 20, at_pauses=(120,) * 24)
    assert change_of(BEFORE, worse).verdict == "worse"


def test_pauses_that_went_while_more_attempts_fail_are_no_success():
    change = change_of(BEFORE, side(attempts=2_400, failed=900, loads=(120,) * 20))
    assert change.verdict == "worse"
    assert "300 of 2,400 attempts got no answer before, 900 of 2,400 after" in change.sentence


def test_a_limit_that_shows_for_the_first_time():
    clean = side(attempts=2_400, loads=(120,) * 20)
    limited = side(attempts=2_400, loads=(120,) * 20, at_pauses=(120,) * 3)
    assert change_of(clean, limited).verdict == "worse"


def test_two_clean_weeks():
    assert change_of(side(attempts=5_000), side(attempts=4_000)).verdict == "unchanged"


def test_failures_without_pauses():
    broken = side(attempts=1_000, failed=100)
    assert change_of(broken, side(attempts=1_000)).verdict == "removed"
    assert change_of(broken, side(attempts=20)).verdict == "not tested"
    assert change_of(broken, side(attempts=1_000, failed=50)).verdict == "reduced"
    assert change_of(broken, side(attempts=1_000, failed=95)).verdict == "unchanged"
    assert change_of(broken, side(attempts=1_000, failed=150)).verdict == "worse"
    assert change_of(broken, side(attempts=0)).verdict == "not tested"


def test_errors_are_held_against_what_was_answered():
    polls = side(attempts=1_000, failed=200, errors=700)
    change = change_of(polls, side(attempts=1_000, failed=200, errors=40))
    assert change.verdict == "unchanged"  # as many get no answer, which is the worse
    assert "700 of 800 attempts that were answered got an error before, 40 of 800 after" in " ".join(change.reasons)
    fine = side(attempts=1_000, errors=100)
    assert change_of(fine, side(attempts=1_000)).verdict == "removed"
    assert change_of(fine, side(attempts=1_000, errors=200)).verdict == "worse"


def test_what_the_capture_cannot_tell_is_left_out():
    before, after = side(attempts=1_000, failed=100, unknown=0), side(attempts=1_000, failed=50, unknown=500)
    assert change_of(before, after).verdict == "unchanged"  # 10 % of what is known on either side


@pytest.mark.parametrize(
    ("rate", "fewer", "more"),
    [
        # (1 + 14 + 91) / 2 ** 14, and 1 - (1 + 14) / 2 ** 14
        (_Rate(12, 20, 2, 20), 0.0064697265625, 0.99908447265625),
        # 0.8 ** 12
        (_Rate(12, 80, 0, 20), 0.068719476736, 1.0),
        (_Rate(0, 10, 0, 10), 1.0, 1.0),
        (_Rate(5, 10, 0, 0), 1.0, 1.0),
    ],
)
def test_chances(rate, fewer, more):
    assert rate.fewer_by_chance() == pytest.approx(fewer, rel=1e-9)
    assert rate.more_by_chance() == pytest.approx(more, rel=1e-9)


def test_chances_of_many_attempts_are_numbers():
    rate = _Rate(100_000, 1_000_000, 101_500, 1_000_000)
    assert 0.0003 < rate.more_by_chance() < 0.0007  # normal: 1,500 / sqrt(201,500) = 3.34 deviations, 0.00042
