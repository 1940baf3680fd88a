"""`show crypto pki timers [detail]`."""

from __future__ import annotations

import re

from pcapinspect.clock import parse_iso
from pcapinspect.evidence.configuration_model import Timer, Where
from pcapinspect.pki.timers import DAY

_GROUP = re.compile(r"^(?P<group>(?:PKI|Expiry Alert|CRL|Trustpool|CS) Timers)$")
_ROW = re.compile(
    r"^\|\s*(?:(?P<days>\d{1,6})d)?\s{0,2}(?:(?:(?P<hours>\d{1,6}):)?(?P<minutes>\d{1,6}):)?"
    r"(?P<seconds>\d{1,9}(?:\.\d{1,9})?)(?![\w.])\s*"
    r"(?:\((?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z)\))?\s*(?P<name>\S.*)?$"
)
"""The hour is padded to two columns: `|1094d 5:54:30.569`."""

_NAMES = (
    "SESSION CLEANUP",
    "CONNECT RETRY",
    "CS CRL UPDATE",
    "CS SHADOW CERT GENERATION",
    "CS CERT EXPIRE",
    "CRL UPDATE",
    "CRL EXPIRE",
    "CRL auto-download retry timer",
    "ER EXPIRE",
    "RENEW",
    "SHADOW",
    "POLL",
    "TRUSTPOOL",
)


class Timers:
    """Rows of timers; the first of a group has no name, it repeats the group's next."""

    def __init__(self) -> None:
        self._timers: list[Timer] = []
        self._group = ""

    def begins(self, text: str, _where: Where, /) -> bool:
        found = _GROUP.match(text)
        if found is not None:
            self._group = found["group"]
        return found is not None

    def take(self, text: str, where: Where, /) -> bool:
        found = _ROW.match(text)
        if found is None:
            return False
        if found["name"] is not None:
            name, subject = _named(found["name"].strip()[:120])
            self._timers.append(
                Timer(
                    group=self._group,
                    name=name,
                    subject=subject,
                    remaining=_remaining(found),
                    time=_time(found["time"]),
                    where=where,
                )
            )
        return True

    def found(self) -> tuple[Timer, ...]:
        return tuple(self._timers)


def _remaining(found: re.Match[str]) -> float:
    whole = int(found["days"] or 0) * DAY + int(found["hours"] or 0) * 3600 + int(found["minutes"] or 0) * 60
    return whole + float(found["seconds"])


def _time(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_iso(text)
    except ValueError:
        return None


def _named(text: str) -> tuple[str, str | None]:
    for name in _NAMES:
        if text == name or text.startswith(name + " "):
            return name, text[len(name) :].strip() or None
    name, bracket, subject = text.partition("(")
    return (name, subject.rstrip(")")) if bracket else (text, None)
