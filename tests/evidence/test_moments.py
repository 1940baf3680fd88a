"""Times that devices show, and the zones that they name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pcapinspect.evidence.moments import HOUR, ZONES, calendar, http_date, shown_moment, zone_offsets


def ns(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("text", "time", "known"),
    [
        ("12:58:34 UTC Jan 4 2025", ns(2025, 1, 4, 12, 58, 34), True),
        ("end   date: 00:00:00 CET Nov 9 2028", ns(2028, 11, 8, 23), True),
        ("09:17:52.123 EDT Wed Jun 22 2022", ns(2022, 6, 22, 13, 17, 52), True),
        ("09:17:52 PHL Jun 22 2022", ns(2022, 6, 22, 9, 17, 52), False),
        ("23:59:60 UTC Dec 31 2016", ns(2016, 12, 31, 23, 59, 59), True),
    ],
)
def test_what_show_commands_print(text, time, known):
    moment = shown_moment(text)
    assert (moment.time, moment.zone_known) == (time, known)


@pytest.mark.parametrize("text", ["", "12:58:34 UTC Foo 4 2025", "12:58:34 UTC Feb 30 2025", "25:00:00 UTC Jan 4 2025"])
def test_what_is_no_time(text):
    assert shown_moment(text) is None


@pytest.mark.parametrize(
    ("lines", "name", "offset"),
    [
        (["clock timezone EST -5"], "EST", -5 * HOUR),
        (["clock timezone HOME 10 0"], "HOME", 10 * HOUR),
        (["clock timezone NFT -3 30"], "NFT", -3 * HOUR - 1800),
        (["clock timezone CET 1", "clock summer-time SUMMER recurring"], "SUMMER", 2 * HOUR),
        (
            ["clock timezone LH 10 30", "clock summer-time LHDT recurring 1 Sun Oct 2:00 1 Sun Apr 2:00 30"],
            "LHDT",
            11 * HOUR,
        ),
        (["clock timezone BAD x"], "BAD", None),
        (["clock timezone FAR 9999"], "FAR", None),
    ],
)
def test_zones_of_the_configuration(lines, name, offset):
    assert zone_offsets(lines).get(name) == offset


def test_ambiguous_names_are_unknown():
    assert not {"CST", "IST", "BST", "MST"} & set(ZONES)


def test_http_dates():
    assert http_date("Tue, 30 Dec 2014 16:14:28 GMT") == ns(2014, 12, 30, 16, 14, 28)
    assert http_date("Tuesday, 30-Dec-14 16:14:28 GMT") == ns(2014, 12, 30, 16, 14, 28)
    assert http_date("Tue, 30 Dec 2014 17:14:28 +0100") == ns(2014, 12, 30, 16, 14, 28)
    for text in (
        "",
        "yesterday",
        "Tue, 99 Dec 2014 16:14:28 GMT",
        "Tue, 30 Dec 99999999 16:14:28 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "9" * 5000,
    ):
        assert http_date(text) is None


def test_dates_that_do_not_exist():
    assert calendar(2023, "Feb", "29", "0", "0", "0") is None
    assert calendar(0, "Jan", "1", "0", "0", "0") is None


def test_dates_that_64_bits_of_nanoseconds_cannot_hold():
    assert calendar(9999, "Dec", "31", "23", "59", "59") is None
    assert calendar(1, "Jan", "1", "0", "0", "0") is None
    assert calendar(2261, "Dec", "31", "23", "59", "59") == ns(2261, 12, 31, 23, 59, 59)
