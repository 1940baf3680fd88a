"""The stamps of one clock, while a log is read: its years, its zones, its first and last."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from pcapinspect.evidence.log_model import Clock
from pcapinspect.evidence.moments import ZONES
from pcapinspect.evidence.stamps import Day, Stamp, StampReader, base_year

MOST_ZONES = 16
"""Names of zones that are told of a clock."""


@dataclass(slots=True, eq=False)
class ClockReading:
    """A device's stamps in one file, or those of the relay."""

    number: int
    device: str | None
    relay: bool
    zones: Mapping[str, int]
    zones_path: str | None
    """The configuration that defines some of them."""
    reader: StampReader = field(default_factory=StampReader)
    first: Stamp | None = None
    dated: tuple[Stamp, int] | None = None
    """A stamp, and the HTTP Date that was logged with it."""
    records: int = 0
    requests: array[int] = field(default_factory=lambda: array("q"))
    """Requests that a server received: nanoseconds of the day ..."""
    request_days: list[Day] = field(default_factory=list)
    """... and the days, parallel."""
    _month: str | None = None
    _latest: re.Match[str] | None = None
    _names: set[str] = field(default_factory=set)
    _without_zone: bool = False

    def see(self, found: re.Match[str]) -> None:
        """A line's stamp. Of most lines nobody asks the time: read where a month begins: perhaps another year's."""
        month = found["month"] if "month" in found.re.groupindex else None
        if self.first is None or month != self._month:
            self._month = month
            stamp = self.read(found)
            self.first = self.first or stamp
        self._latest = found

    def read(self, found: re.Match[str]) -> Stamp:
        """The stamp of a match; its zone is remembered."""
        stamp = self.reader.read(found)
        if stamp.zone is not None:
            if len(self._names) < MOST_ZONES:
                self._names.add(stamp.zone.upper())
        elif stamp.offset is None:
            self._without_zone = True
        return stamp

    def close(self, file: int, anchor: int | None) -> tuple[Clock, int | None]:
        """The clock, and the year of its first stamp."""
        last = self.read(self._latest) if self._latest is not None else None
        stamps = (self.first, last) if self.first is not None and last is not None else None
        base, year_from = base_year(stamps, self.dated, anchor)
        known = not self._without_zone and all(name in self.zones for name in self._names)
        defined = any(self.zones.get(name) != ZONES.get(name) for name in self._names)
        clock = Clock(
            file=file,
            device=self.device,
            relay=self.relay,
            records=self.records,
            first=self.first.time(base, self.zones) if self.first else None,
            last=last.time(base, self.zones) if last else None,
            year_from=year_from,
            zones=tuple(sorted(self._names)),
            zone_known=stamps is not None and known,
            zones_from=self.zones_path if defined else None,
        )
        return clock, base
