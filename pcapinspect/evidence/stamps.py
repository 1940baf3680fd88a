"""Time stamps of log lines: the device's own and the relay's before it, in the forms in which they are met.

IOS stamps carry no year unless configured, and a zone's name at most; relays put a stamp of their own clock, and the
name of the device, before the line that they got.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pcapinspect.clock import SECOND
from pcapinspect.evidence.exported_line import line_of
from pcapinspect.evidence.moments import MONTHS, ZONES, calendar_day

_CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
_MONTH_DAY = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?P<day>\d{1,2})"
_ZONE = r"(?: (?!(?:PKI|TCP|HTTP|SCEP|AAA)\b)(?P<zone>[A-Za-z]{1,7}(?:[+-]\d{1,2})?|[+-]\d\d(?:\d\d)?))?"
_PRIORITY = r"(?:<\d{1,3}>)?"
_NUMBERS = r"(?:(?:\d{1,9}|(?P<origin>[A-Za-z0-9][\w.-]{0,62})) ?: ){0,4}"
"""Sequence numbers, and the name that `logging origin-id` adds."""

DEVICE = re.compile(rf"{_PRIORITY}{_NUMBERS}(?P<mark>[*.])?{_MONTH_DAY} (?:(?P<year>\d{{4}}) )?{_CLOCK}{_ZONE}: ?")
"""As IOS prints it: behind it stands a colon. The stamp of a relay (`Dec 31 03:14:40 host ...`) has none."""

DEVICE_ISO = re.compile(
    rf"{_PRIORITY}{_NUMBERS}(?P<mark>[*.])?(?P<year>\d{{4}})-(?P<number>\d\d)-(?P<day>\d\d)[ T]{_CLOCK}"
    rf"(?P<offset>Z|[+-]\d\d:?\d\d)?{_ZONE}: "
)

TRACE = re.compile(
    rf"(?P<year>\d{{4}})/(?P<number>\d\d)/(?P<day>\d\d) {_CLOCK} \{{[\w-]{{1,40}}\}}\{{\d{{1,5}}\}}: "
    r"\[[\w-]{1,40}\] \[[\d:, ]{1,30}\]: (?:(?:UUID|ra|TID): ?\w{1,40},? ){0,3}\(\w{1,10}\): ?"
)
"""Decoded binary trace of IOS XE: `2025/06/09 18:56:14.446143266 {iosrp_R0-0}{255}: [pki] [16352]: (ERR): ...`; some
releases write `UUID: 0, ra: 0, TID: 0` before the level."""

WITHIN = re.compile(
    rf"(?P<mark>[*.])?{_MONTH_DAY} (?:(?P<year>\d{{4}}) )?{_CLOCK}{_ZONE}: ?",
)
"""The device's stamp anywhere in a line: lines run together where their ends are lost."""

_OPEN, _CLOSE = r"\"?\[?", r"\]?\"?[ \t,;|]+"
"""Around a relay's stamp: quotes of a table, brackets of a terminal that stamps what it logs."""

_SYSLOG = re.compile(rf"{_PRIORITY}{_MONTH_DAY} (?:(?P<year>\d{{4}}) )?{_CLOCK}[ \t]+")
"""RFC 3164."""

_YEAR_FIRST = re.compile(rf"{_PRIORITY}(?P<year>\d{{4}}) {_MONTH_DAY} {_CLOCK}(?: [A-Z]{{3,4}})?:?[ \t]+")

_CTIME = re.compile(
    rf"{_PRIORITY}{_OPEN}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) {_MONTH_DAY} {_CLOCK}{_ZONE}(?: (?P<year>\d{{4}}))?:?{_CLOSE}"
    rf"{_PRIORITY}"
)
"""C's `Mon Mar  2 08:02:09 2026`: terminals and TFTP servers that log."""

_DAY_FIRST = re.compile(
    rf"{_PRIORITY}{_OPEN}(?P<day>\d{{1,2}})[ /-](?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /-]"
    rf"(?:(?P<year>\d{{4}})[ :])?{_CLOCK}(?: (?P<offset>[+-]\d{{4}}))?{_CLOSE}"
)
"""`02/Mar/2026:08:02:09 +0000`, `2 Mar 2026 08:02:09`."""

_ISO = re.compile(
    rf"{_PRIORITY}(?:1 )?{_OPEN}(?P<year>\d{{4}})[-/](?P<number>\d\d)[-/](?P<day>\d\d)[ \tT]{_CLOCK} ?"
    rf"(?P<offset>Z|[+-]\d\d:?\d\d)?(?:{_CLOSE}|\]?\"?$)"
)
"""RFC 5424, rsyslog, Kiwi, Splunk."""

_KIBANA = re.compile(rf"\"?{_MONTH_DAY}, (?P<year>\d{{4}}) @ {_CLOCK}\"?[ \t,]+")

_AMERICAN = re.compile(
    r"\"?(?P<number>\d{1,2})[/-](?P<day>\d{1,2})[/-](?P<year>\d{4}|\d\d)[ \t](?P<clock>\d{1,2}:\d\d:\d\d)"
    rf"(?:\.(?P<fraction>\d{{1,9}}))?(?: (?P<half>[AP]M))?(?: (?P<offset>[+-]\d{{4}}))?{_CLOSE}"
)
"""Splunk's `03/01/2026 10:00:05.000` and `3/1/26 10:00:05.000 AM`, Kiwi's `03-01-2026<tab>10:00:05`."""

_EPOCH = re.compile(r"\"?(?P<epoch>[12]\d{9})(?:\.(?P<fraction>\d{1,9})|(?P<milliseconds>\d{3}))?\"?[ \t,]+")

_RELAYS = (_SYSLOG, _ISO, _YEAR_FIRST, _CTIME, _DAY_FIRST, _KIBANA, _AMERICAN, _EPOCH)

_FACILITY = re.compile(r"\"?(?:local\d|kern|user|daemon|syslog|auth)[.,|]\"?\w{1,10}\"?[ \t,|]+", re.I)
"""Kiwi's `Local7.Error`."""

_HOST = re.compile(
    r"\"?(?:host=)?(?P<host>[A-Za-z0-9](?:[\w.-]|:(?=[0-9A-Fa-f:])){0,62})\"?(?P<colon> ?: ?)?[ \t,|]+\"?(?P<rest>.*)$"
)
_STRUCTURED = re.compile(r"(?P<app>\S{1,48}) (?P<process>\S{1,128}) (?P<message>\S{1,32}) (?:-|\[[^\]]{0,512}\]) ?")
"""What RFC 5424 has between the host and the message."""

_AFTER_HOST = re.compile(
    r"(?:[A-Z][A-Z0-9_]{1,30}: |\d{1,9}: |: |- |%|\d{4}[-/]\d\d"
    r"|[*.]?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) )"
)
_SEQUENCE = re.compile(r"(?:\d{1,9} ?: ?|: ){1,3}")

UPTIME = re.compile(r"^(?:\d{1,9}: )?(?:(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?|\d+:\d\d(?::\d\d)?): ")
"""`20w2d: `, `7:04: `, `00:00:12: `: since the start of the device, which no line tells."""

_HALF_A_YEAR = 6
"""Months: a jump over more is a New Year passed."""


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, and how many New Years lie between the clock's first stamp and it."""

    year: int | None
    roll: int
    month: int
    day: int

    def begin(self, base: int | None) -> int | None:
        """Nanoseconds of its begin, with the clock's first stamp in the year `base`; None for a day that is not."""
        if self.year is not None:
            return calendar_day(self.year, self.month, self.day)
        return None if base is None else calendar_day(base + self.roll, self.month, self.day)


class Stamp(NamedTuple):
    """A time as a line has it. A tuple, as heads of lines are."""

    day: Day
    since_midnight: int
    """Nanoseconds, as the clock reads."""
    zone: str | None = None
    offset: int | None = None
    """Seconds east of Greenwich, where the stamp says them as a number."""
    synchronised: bool = True

    def time(self, base: int | None, zones: Mapping[str, int] = ZONES) -> int | None:
        """Nanoseconds UTC, with the clock's first stamp in the year `base`; as if in UTC where no zone is known."""
        begin = self.day.begin(base)
        return None if begin is None else begin + self.utc(zones)

    def utc(self, zones: Mapping[str, int] = ZONES) -> int:
        """Nanoseconds from the day's midnight in UTC: below 0 or beyond a day where the zone moves it."""
        east = self.offset if self.offset is not None else zones.get((self.zone or "").upper(), 0)
        return self.since_midnight - east * SECOND


@dataclass(slots=True)
class StampReader:
    """Reads the stamps of one clock, in order."""

    _month: int | None = None
    _roll: int = 0

    def read(self, found: re.Match[str]) -> Stamp:
        """The stamp of a match. A jump over half a year is a New Year passed, forward or back."""
        said = found.groupdict()
        if said.get("epoch"):
            return _of_epoch(said)
        month = MONTHS[said["month"]] if said.get("month") else int(said["number"])
        year = _year(said.get("year"))
        if self._month is not None and year is None:
            self._roll += (month < self._month - _HALF_A_YEAR) - (month > self._month + _HALF_A_YEAR)
        self._month = month
        zone = said.get("zone")
        # `clock timezone -03 -3`: a zone may be called by its offset
        offset = said.get("offset") or (zone if zone and zone[0] in "+-" else None)
        return Stamp(
            day=_day(year, self._roll if year is None else 0, month, int(said["day"])),
            since_midnight=_since_midnight(said["clock"], said.get("half")) + _nanoseconds(said["fraction"]),
            zone=None if offset else zone,
            offset=_offset(offset),
            synchronised=said.get("mark") is None,
        )


@lru_cache(maxsize=4096)
def _day(year: int | None, roll: int, month: int, day: int) -> Day:
    """One object a day: a log has millions of lines and few days."""
    return Day(year, roll, month, day)


def _year(text: str | None) -> int | None:
    """Of four digits, or two of this century."""
    if not text:
        return None
    return int(text) if len(text) > 2 else 2000 + int(text)


def _nanoseconds(fraction: str | None) -> int:
    return int((fraction or "").ljust(9, "0"))


def _since_midnight(clock: str, half: str | None) -> int:
    """A leap second is read as the second before it."""
    hour, minute, second = int(clock[:-6]), int(clock[-5:-3]), min(int(clock[-2:]), 59)
    if half:
        hour = hour % 12 + 12 * (half == "PM")
    return ((hour * 60 + minute) * 60 + second) * SECOND


def _offset(text: str | None) -> int | None:
    """Seconds east of `Z`, `+01:00`, `+0100` or `+01`."""
    if text is None:
        return None
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "")
    return (int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60) * (-1 if text[0] == "-" else 1)


def _of_epoch(said: Mapping[str, str | None]) -> Stamp:
    seconds = int(said["epoch"] or 0)
    days, rest = divmod(seconds, 86_400)
    year, month, day = _civil(days)
    fraction = said["milliseconds"] or said["fraction"]
    return Stamp(_day(year, 0, month, day), rest * SECOND + _nanoseconds(fraction), offset=0)


@lru_cache(maxsize=4096)
def _civil(days: int) -> tuple[int, int, int]:
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(days * 86_400, UTC)
    return at.year, at.month, at.day


class Head(NamedTuple):
    """What stands before a line's text. A tuple: one is made for each of millions of lines."""

    text: str
    """The line behind it."""
    device: re.Match[str] | None = None
    """Match of the device's own stamp."""
    relay: re.Match[str] | None = None
    host: str | None = None
    """Who sent the line, as the relay or the line itself says."""


def read_head(line: str) -> Head:
    """Takes the stamps off a line. A line without any is its own text."""
    for form in (DEVICE, TRACE, DEVICE_ISO):
        if found := form.match(line):
            return Head(line[found.end() :], found, host=None if form is TRACE else found["origin"])
    for form in _RELAYS:
        if found := form.match(line):
            return _relayed(line[found.end() :], found)
    if line.startswith("{"):
        exported = line_of(line)
        return read_head(exported) if exported else Head(line)
    return Head(line)


def _relayed(rest: str, relay: re.Match[str]) -> Head:
    """Behind a relay's stamp: perhaps a facility, the host, what RFC 5424 adds, numbers, and the device's stamp."""
    if facility := _FACILITY.match(rest):
        rest = rest[facility.end() :]
    host = None
    if (named := _HOST.match(rest)) and _is_host(named):
        host, rest = named["host"], named["rest"]
        if structured := _STRUCTURED.match(rest):
            rest = rest[structured.end() :]
    for form in (DEVICE, DEVICE_ISO):
        if found := form.match(rest):
            return Head(rest[found.end() :], found, relay, host or found["origin"])
    if numbers := _SEQUENCE.match(rest):
        rest = rest[numbers.end() :]
    return Head(rest, None, relay, host)


def _is_host(named: re.Match[str]) -> bool:
    """Whether a word behind a relay's stamp is a name, and not the begin of the message."""
    host = named["host"]
    if host.isdigit():
        return False  # a sequence number
    told = any(sign.isdigit() for sign in host) or "." in host or "-" in host
    if named["colon"] is not None:
        return told
    return told or _AFTER_HOST.match(named["rest"]) is not None or _STRUCTURED.match(named["rest"]) is not None


def base_year(
    stamps: tuple[Stamp, Stamp] | None, dated: tuple[Stamp, int] | None, anchor: int | None
) -> tuple[int | None, str | None]:
    """The year of a clock's first stamp, and what told it.

    `stamps` are the first and last; `dated` a stamp and the HTTP Date that was logged with it; `anchor` the capture's
    first time. The year is the one that brings the log nearest to them.
    """
    if stamps is None:
        return None, None
    first, last = stamps
    if first.day.year is not None:
        return first.day.year, "stamp"
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
    for base in range(around - last.day.roll - 2, around - first.day.roll + 3):
        begin, end = first.time(base), last.time(base)
        if begin is None or end is None:
            continue
        distance = max(begin - target, target - end, 0)
        if best is None or distance < best[0]:
            best = distance, base
    return None if best is None else best[1]
