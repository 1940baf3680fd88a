"""The limits of the server: ways of counting to 80 a minute. How IOS counts is not public, so all ways are modelled."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pcapinspect.clock import SECOND

COUNTS = ("attempts", "syns", "accepts", "requests")
WINDOWS = ("fixed", "rolling")
REACTIONS = ("silent", "refusing")


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """So many of what is counted in a window, then a pause in which the server answers nobody."""

    limit: int = 80
    """Cisco TAC note 118734: 80 connections per minute."""
    window: float = 60.0
    pause: float = 15.0
    """Seconds for which it stops listening (the same note)."""
    counts: str = "accepts"
    """One of COUNTS: distinct attempts or SYN packets, answered or not; SYN/ACKs to new attempts; or requests read."""
    grid: str = "rolling"
    """One of WINDOWS."""
    phase: float = 0.0
    """Seconds into the calendar minute at which a fixed window begins."""
    rearm: bool = True
    """Whether the count starts at zero after a pause."""
    reaction: str = "silent"
    """One of REACTIONS: what a SYN meets in the pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which the server does not serve. Seconds from the capture's begin; `end` None: it never comes back."""

    begin: float
    end: float | None
    kind: str = "silent"
    """`silent`: as if switched off; `refusing`: every SYN gets a RST; `restart`: silent, and connections forgotten."""


class RateCounter:
    """Counts for one RateLimit."""

    def __init__(self, settings: RateLimit) -> None:
        self.settings = settings
        self._window = round(settings.window * SECOND)
        self._phase = round(settings.phase * SECOND)
        self._times: deque[int] = deque()

    def count(self, now: int) -> bool:
        """Count one at `now`. True: the limit is reached."""
        times = self._times
        times.append(now)
        if self.settings.grid == "rolling":
            begin = now - self._window
            while times[0] <= begin:
                times.popleft()
        else:
            begin = now - (now - self._phase) % self._window
            while times[0] < begin:
                times.popleft()
        return len(times) >= self.settings.limit

    def pause_over(self) -> None:
        """The server listens again."""
        if self.settings.rearm:
            self._times.clear()
