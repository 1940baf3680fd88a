"""Timestamps of logs: what is one, and which year it lies in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pcapinspect.evidence.stamps import STAMP, UPTIME, StampReader, base_year


def ns(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9


def stamps(*texts: str):
    reader = StampReader()
    return [reader.read(STAMP.search(text + ": ")) for text in texts]


def test_an_http_date_is_no_stamp():
    assert STAMP.search("Date: Tue, 30 Dec 2014 16:14:28 GMT") is None
    assert STAMP.search("Dec 2014 16:14:28: x") is None


@pytest.mark.parametrize("text", ["20w2d: x", "7:04: x", "00:00:12: x", "1y2w: x", "3d04h: x", "000123: 20w2d: x"])
def test_uptimes(text):
    assert UPTIME.match(text)


def test_the_year_nearest_to_the_anchor():
    first, last = stamps("Dec 31 23:00:00", "Jan  1 01:00:00")
    assert base_year((first, last), None, ns(2020, 1, 1)) == (2019, "capture")
    assert base_year((first, last), None, ns(2020, 6, 1)) == (2019, "capture")
    assert base_year((first, last), None, ns(2019, 12, 31)) == (2019, "capture")
    assert base_year((first, last), None, ns(2019, 6, 1)) == (2018, "capture")


def test_what_the_log_says_goes_before_the_capture():
    (stamp,) = stamps("Jan  1 03:00:00")
    assert base_year((stamp, stamp), (stamp, ns(2014, 12, 31, 16)), ns(2026, 1, 1)) == (2015, "date")
    (dated,) = stamps("Jan  1 2011 03:00:00")
    assert base_year((dated, dated), None, ns(2026, 1, 1)) == (2011, "stamp")
    assert dated.time(2011) == ns(2011, 1, 1, 3)


def test_nothing_tells_it():
    assert base_year(None, None, ns(2026, 1, 1)) == (None, None)
    (stamp,) = stamps("Jan  1 03:00:00")
    assert base_year((stamp, stamp), None, None) == (None, None)


def test_a_late_line_of_the_old_year():
    before, after, late = stamps("Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:59.5")
    assert (before.roll, after.roll, late.roll) == (0, 1, 0)
