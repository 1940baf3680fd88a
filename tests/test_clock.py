"""Times at the edge: nanoseconds kept, zones right, bad input refused."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.clock import SECOND, between, iso, parse_iso, zone
from pcapinspect.errors import UsageError


def test_iso_keeps_nanoseconds() -> None:
    # 1795426305 is 2026-11-23T09:31:45Z (date -u -d @1795426305).
    assert iso(1795426305 * SECOND + 588_643_001) == "2026-11-23T09:31:45.588643001Z"


def test_iso_in_a_zone_carries_its_offset_on_both_sides_of_a_clock_change() -> None:
    berlin = zone("Europe/Berlin")
    before = 1792889999 * SECOND  # 2026-10-25T00:59:59Z, the last second of summer time
    assert iso(before, berlin, digits=0) == "2026-10-25T02:59:59+02:00"
    assert iso(before + SECOND, berlin, digits=0) == "2026-10-25T02:00:00+01:00"


def test_times_before_1970_are_times() -> None:
    assert iso(-1) == "1969-12-31T23:59:59.999999999Z"


@given(st.integers(min_value=-(2**62), max_value=2**62))
def test_parse_undoes_iso(ns: int) -> None:
    assert parse_iso(iso(ns)) == ns


def test_parse_takes_offsets_and_assumes_utc() -> None:
    assert parse_iso("2026-11-23T10:31:45.5+01:00") == parse_iso("2026-11-23 09:31:45.500")


def test_unknown_zone_is_a_usage_error() -> None:
    assert zone("utc") is UTC
    with pytest.raises(UsageError, match="Mars/Olympus"):
        zone("Mars/Olympus")


def test_a_range_whose_ends_read_alike_is_one_length() -> None:
    assert between(9.96, 10.02) == "10.0 s"
    assert between(10.04, 10.06) == "10.0 to 10.1 s"
