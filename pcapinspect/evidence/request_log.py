"""Requests that a CA or RA says it received: how many in which time, by its own clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.columns import Int64
from pcapinspect.evidence.log_clock import ClockReading


@dataclass(frozen=True, slots=True)
class RequestTimes:
    """Of one server: every request that its debug tells, also those beyond the records that are kept."""

    device: str | None
    times: Int64
    """Nanoseconds by the clock of its log, ascending; from an unknown midnight where nothing tells the year."""
    dated: bool

    @classmethod
    def of(cls, clock: ClockReading, base: int | None) -> RequestTimes:
        """`base`: the year of the clock's first stamp."""
        begins = [day.begin(base) for day in clock.request_days]
        dated = None not in begins
        within = np.array(clock.requests, np.int64)
        if not dated:
            days = {day: number for number, day in enumerate(dict.fromkeys(clock.request_days))}
            begins = [days[day] * 1440 * MINUTE for day in clock.request_days]
        return cls(clock.device, np.sort(within + np.array(begins, np.int64)), dated)

    def busiest(self, window: int) -> tuple[int, int]:
        """The most requests within `window` seconds, and when the first of them came."""
        until = np.searchsorted(self.times, self.times + window * SECOND, side="left")
        counts = until - np.arange(len(self.times))
        most = int(np.argmax(counts))
        return int(counts[most]), int(self.times[most])

    def minutes(self) -> tuple[Int64, Int64]:
        """Calendar minutes with a request, and how many each has."""
        minutes, counts = np.unique(self.times // MINUTE * MINUTE, return_counts=True)
        return minutes, counts.astype(np.int64)
