"""Times as IOS writes them, and the time zones that it names.

IOS prints a zone's name, never its offset, and the name is whatever `clock timezone` was given. So an offset is known
where the configuration tells it, or for names that mean one thing everywhere; else the time is read as if it were UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from pcapinspect.clock import SECOND

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}

HOUR = 3600

_YEARS = range(1678, 2262)
"""Those whose nanoseconds 64 bits hold: columns of times cannot hold others."""

ZONES: Mapping[str, int] = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "WET": 0,
    "CET": HOUR,
    "MET": HOUR,
    "CEST": 2 * HOUR,
    "EET": 2 * HOUR,
    "EEST": 3 * HOUR,
    "MSK": 3 * HOUR,
    "JST": 9 * HOUR,
    "AEST": 10 * HOUR,
    "AEDT": 11 * HOUR,
    "NZST": 12 * HOUR,
    "NZDT": 13 * HOUR,
    "EST": -5 * HOUR,
    "EDT": -4 * HOUR,
    "CDT": -5 * HOUR,
    "MDT": -6 * HOUR,
    "PST": -8 * HOUR,
    "PDT": -7 * HOUR,
}
"""Seconds east of Greenwich. Not here: CST, IST, BST, MST and others that have several meanings."""

_SHOWN = re.compile(
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.\d+)?\s+(?P<zone>[A-Za-z][\w+-]*)\s+"
    r"(?:[A-Z][a-z]{2}\s+)?(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+(?P<year>\d{4})"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that a device shows."""

    time: int
    """Nanoseconds UTC; of the clock's reading taken as UTC where the zone is not known."""
    zone: str
    zone_known: bool


def shown_moment(text: str, zones: Mapping[str, int] = ZONES) -> Moment | None:
    """A time as show commands print it: `12:58:34 UTC Jan 4 2025`. None where the text holds none."""
    found = _SHOWN.search(text)
    if found is None:
        return None
    reading = calendar(found["year"], found["month"], found["day"], found["hour"], found["minute"], found["second"])
    if reading is None:
        return None
    offset = zones.get(found["zone"].upper())
    return Moment(reading - (offset or 0) * SECOND, found["zone"], offset is not None)


def calendar(year: str | int, month: str, day: str, hour: str, minute: str, second: str) -> int | None:
    """Nanoseconds of a calendar time taken as UTC; None for a date that does not exist, or not in _YEARS."""
    number = MONTHS.get(month)
    if number is None or int(year) not in _YEARS:
        return None
    try:
        # a leap second is read as the second before it
        at = datetime(int(year), number, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
    except ValueError:
        return None
    return int(at.timestamp()) * SECOND


@lru_cache(maxsize=4096)
def calendar_day(year: int, month: int, day: int) -> int | None:
    """Nanoseconds of a day's begin in UTC; None for a day that does not exist, or not in _YEARS."""
    if year not in _YEARS:
        return None
    try:
        at = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    return int(at.timestamp()) * SECOND


def http_date(text: str) -> int | None:
    """Nanoseconds of an HTTP `Date`; None where it is none, or not in _YEARS."""
    try:
        at = parsedate_to_datetime(text[:64])
    except (ValueError, IndexError, OverflowError):
        return None
    if at.year not in _YEARS:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return int(at.timestamp()) * SECOND


def zone_offsets(lines: list[str]) -> Mapping[str, int]:
    """ZONES, with what `clock timezone NAME HOURS [MINUTES]` and `clock summer-time NAME ... [OFFSET]` say.

    A summer-time begins at the zone's own offset, plus 60 minutes where it names no other.
    """
    offsets = dict(ZONES)
    base = 0
    for line in lines:
        words = line.replace('"', "").split()
        if len(words) < 4 or words[0] != "clock":
            continue
        if "timezone".startswith(words[1]):
            hours, minutes = _whole(words[3]), _whole(words[4]) if len(words) > 4 else 0
            if hours is not None and abs(hours) <= 23:
                base = hours * HOUR + (minutes or 0) * 60 * (-1 if words[3].startswith("-") else 1)
                offsets[words[2].upper()] = base
        elif "summer-time".startswith(words[1]):
            last = _whole(words[-1]) if len(words) > 5 and ":" in words[-2] else None
            offsets[words[2].upper()] = base + (60 if last is None else last) * 60
    return offsets


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?\d{1,4}", text) else None
