"""The tech note's own numbers, and every certificate of a CA's life counted one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.errors import UsageError
from pcapinspect.pki.timers import DAY, Timers, asks_at, stuck, whole_days, window


def timers(ca_lifetime: int, lifetime: int, auto_enroll: int, overlap: int) -> Timers:
    return Timers(
        ca_lifetime=ca_lifetime * DAY, lifetime=lifetime * DAY, auto_enroll=auto_enroll, overlap=overlap * DAY
    )


def test_the_notes_example():
    """Cisco TAC note 118734: a router may ask 180 days before the CA's expiry, the shadow is made 30 days before."""
    made = window(timers(1825, 600, 70, 30))
    assert made.earliest_ask == 1645 * DAY
    assert made.lead == 180 * DAY
    assert made.shadow == 1795 * DAY
    assert made.length == 150 * DAY
    assert (made.affected_from, made.affected_to) == (1225 * DAY, 1725 * DAY)
    assert whole_days(made.closing_overlap) == 180
    assert made.closing_percent == 95


def test_the_notes_remedy_closes_it():
    made = window(timers(1825, 600, 70, 365))
    assert made.length == 0
    assert made.affected_from == made.affected_to


def test_a_fleet_that_renewed_in_time():
    """Enrolled on day 0 and renewed every 420 days: the certificate of day 1260 lives 565 days."""
    assert asks_at(timers(1825, 600, 70, 30), 1260 * DAY) == int(1655.5 * DAY)


def test_a_year_of_overlap_can_be_short():
    """Real numbers: CA 3650 days, certificates 1095 days, auto-rollover 365."""
    assert window(timers(3650, 1095, 67, 365)).length == 0
    assert window(timers(3650, 1095, 66, 365)).length > 0


@given(
    ca_lifetime=st.integers(2, 400),
    lifetime=st.integers(1, 500),
    percent=st.integers(1, 100),
    overlap=st.integers(0, 400),
)
def test_against_every_day_of_the_cas_life(ca_lifetime, lifetime, percent, overlap):
    """Of all days on which a certificate can be issued that ends with the CA's: who asks first, and too early?"""
    overlap = min(overlap, ca_lifetime)
    given_timers = timers(ca_lifetime, lifetime, percent, overlap)
    made = window(given_timers)
    concerned = [d * DAY for d in range(ca_lifetime) if d + lifetime >= ca_lifetime]
    asks = {issued: asks_at(given_timers, issued) for issued in concerned}
    assert abs(min(asks.values()) - made.earliest_ask) <= 1
    assert abs(max(0, made.shadow - min(asks.values())) - made.length) <= 1
    for issued, asked in asks.items():
        if abs(asked - made.shadow) > 2:
            assert (asked < made.shadow) == (made.affected_from <= issued < made.affected_to)
    if made.length:
        closed = Timers(
            ca_lifetime=given_timers.ca_lifetime,
            lifetime=given_timers.lifetime,
            auto_enroll=percent,
            overlap=made.closing_overlap,
        )
        assert window(closed).length == 0
        if made.closing_percent is not None:
            by_percent = timers(ca_lifetime, lifetime, made.closing_percent, overlap)
            assert window(by_percent).length == 0
            if made.closing_percent > 1:
                assert window(timers(ca_lifetime, lifetime, made.closing_percent - 1, overlap)).length > 0


@pytest.mark.parametrize(("period", "most"), [(60, 80), (300, 400), (600, 800), (20, 26)])
def test_how_many_clients_the_limit_carries(period, most):
    assert stuck(1, period, 80).most_clients == most
    assert not stuck(most, period, 80).over_limit
    assert stuck(most + 1, period, 80).over_limit


def test_a_thousand_clients_every_five_minutes():
    made = stuck(1000, 300, 80)
    assert (made.per_minute, made.least_period, made.over_limit) == (200, 750, True)


@pytest.mark.parametrize("numbers", [(0, 600, 70, 0), (1825, 0, 70, 30), (1825, 600, 0, 30), (1825, 600, 101, 30)])
def test_what_are_no_timers(numbers):
    with pytest.raises(UsageError):
        timers(*numbers)


def test_an_overlap_beyond_the_cas_life():
    with pytest.raises(UsageError, match="overlap"):
        timers(100, 10, 70, 101)
