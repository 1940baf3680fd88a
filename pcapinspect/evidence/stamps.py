"""Timestamps of IOS log lines, which carry no year unless configured, and a zone's name at most."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pcapinspect.clock import SECOND
from pcapinspect.evidence.moments import ZONES, calendar

_BODY = (
    r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?P<day>\d{1,2}) (?:(?P<year>\d{4}) )?"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?"
)
STAMP = re.compile(rf"(?P<mark>[*.])?{_BODY}(?: (?P<zone>[A-Za-z][A-Za-z0-9+-]{{0,9}}))?: ?")
"""As IOS prints it: behind it stands a colon. The stamp of a relay (`Dec 31 03:14:40 host ...`) has none."""

RELAYED = re.compile(rf"{_BODY}(?= \S)")
"""Of a syslog relay; counts where the device itself stamped nothing."""

UPTIME = re.compile(r"^(?:\d{1,9}: )?(?:(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?|\d+:\d\d(?::\d\d)?): ")
"""`20w2d: `, `7:04: `, `00:00:12: `: since the start of the device, which no line tells."""

_HALF_A_YEAR = 183
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time of day and month, and how many New Years lie between the file's first stamp and it."""

    year: int | None
    roll: int
    month: str
    day: str
    clock: tuple[str, str, str]
    fraction: int
    zone: str | None
    synchronised: bool

    def time(self, base: int) -> int | None:
        """Nanoseconds, with the file's first stamp in the year `base`; None for a date which that year lacks."""
        reading = calendar(self.year or base + self.roll, self.month, self.day, *self.clock)
        if reading is None:
            return None
        return reading + self.fraction - ZONES.get((self.zone or "").upper(), 0) * SECOND


class StampReader:
    """Reads the stamps of one file, in order."""

    def __init__(self) -> None:
        self._previous: int | None = None
        self._roll = 0

    def read(self, found: re.Match[str]) -> Stamp:
        """The stamp of a match of STAMP or RELAYED. A jump over half a year is a New Year passed, forward or back."""
        said = found.groupdict()
        day_of_year = _day_of_year(found["month"], found["day"])
        if self._previous is not None and day_of_year is not None:
            if day_of_year < self._previous - _HALF_A_YEAR:
                self._roll += 1
            elif day_of_year > self._previous + _HALF_A_YEAR:
                self._roll -= 1
        self._previous = day_of_year if day_of_year is not None else self._previous
        return Stamp(
            year=int(found["year"]) if found["year"] else None,
            roll=self._roll,
            month=found["month"],
            day=found["day"],
            clock=(found["hour"], found["minute"], found["second"]),
            fraction=int((found["fraction"] or "").ljust(9, "0")),
            zone=said.get("zone"),
            synchronised=said.get("mark") is None,
        )


@lru_cache(maxsize=1024)
def _day_of_year(month: str, day: str) -> int | None:
    time = calendar(_LEAP_YEAR, month, day, "0", "0", "0")
    return (
        None if time is None else (time - (calendar(_LEAP_YEAR, "Jan", "1", "0", "0", "0") or 0)) // (86_400 * SECOND)
    )


def base_year(
    stamps: tuple[Stamp, Stamp] | None, dated: tuple[Stamp, int] | None, anchor: int | None
) -> tuple[int | None, str | None]:
    """The year of a file's first stamp, and what told it.

    `stamps` are the file's first and last; `dated` a stamp and the HTTP Date that was logged with it; `anchor` the
    capture's first time. The year is the one that brings the log nearest to them.
    """
    if stamps is None:
        return None, None
    first, last = stamps
    if first.year is not None:
        return first.year, "stamp"
    if dated is not None:
        stamp, date = dated
        return _nearest(stamp, stamp, date), "date"
    if anchor is not None:
        return _nearest(first, last, anchor), "capture"
    return None, None


def _nearest(first: Stamp, last: Stamp, target: int) -> int | None:
    """The base year for which [first, last] holds the target or is nearest to it."""
    around = 1970 + target // (31_556_952 * SECOND)
    best: tuple[int, int] | None = None
    for base in range(around - last.roll - 2, around - first.roll + 3):
        begin, end = first.time(base), last.time(base)
        if begin is None or end is None:
            continue
        distance = max(begin - target, target - end, 0)
        if best is None or distance < best[0]:
            best = distance, base
    return None if best is None else best[1]
