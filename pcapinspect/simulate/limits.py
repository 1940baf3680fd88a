"""The limits of a server: ways of counting to 80 a minute (how IOS counts is not public, so all ways are modelled),
a policer of SYNs, a limiter that answers with an error; and the times in which it is out of order."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from pcapinspect.clock import SECOND

COUNTS = ("attempts", "syns", "accepts", "requests")
WINDOWS = ("fixed", "rolling", "restarting")


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
    """One of WINDOWS; `restarting`: fixed windows, the first of which begins anew where a pause ends."""
    phase: float = 0.0
    """Seconds into the calendar minute at which a fixed window begins."""
    rearm: bool = True
    """Whether the count starts at zero after a pause."""
    reaction: str = "silent"
    """What a SYN meets in the pause: `silent`, `refusing`, `icmp`, `drop` or `abort` (see `record.FORMS`)."""
    sloppy: int = 0
    """By how much each count to the limit may be off, up or down."""
    longer: float = 0.0
    """Seconds by which a pause may be longer."""


OUTAGES = {
    "silent": ("outage", "silent"),
    "restart": ("outage", "silent"),
    "icmp": ("outage", "icmp"),
    "refusing": ("refused", "refusing"),
    "hang": ("no_response", "hang"),
    "drop": ("no_response", "drop"),
    "shut": ("no_response", "shut"),
    "gateway": ("error_responses", None),
}
"""Kinds of outages: the cause in the design's words, and how the server reacts (see `record.FORMS`).

`silent`: as if switched off. `restart`: silent, and connections forgotten. `icmp`: the last router says that the host
cannot be reached. `refusing`: nothing listens. `hang`: the application answers no request. `drop`, `shut`: a proxy
accepts for a server that is gone, with an open window or one of 0. `gateway`: a proxy answers all with 502."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which the server does not serve. Seconds from the capture's begin; `end` None: it never comes back."""

    begin: float
    end: float | None
    kind: str = "silent"
    """A key of OUTAGES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policer:
    """A token bucket that drops SYNs without a token, in silence."""

    rate: float = 80.0
    """Tokens a minute."""
    burst: int = 5
    """Tokens that the bucket holds; it begins full. 5 is the default of nftables' `limit`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLimit:
    """So many requests in a rolling window are served; the others get an error at once."""

    status: int = 503
    limit: int = 30
    window: float = 60.0


class TokenBucket:
    """The tokens of one Policer."""

    def __init__(self, settings: Policer) -> None:
        self._settings = settings
        self._tokens = float(settings.burst)
        self._filled: int | None = None

    def take(self, now: int) -> bool:
        """Whether there is a token for a packet at `now` (nanoseconds); it is taken."""
        if self._filled is not None:
            grown = (now - self._filled) / SECOND * self._settings.rate / 60
            self._tokens = min(self._settings.burst, self._tokens + grown)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class RateCounter:
    """Counts for one RateLimit; `rng` decides what is sloppy about it."""

    def __init__(self, settings: RateLimit, rng: Random | None = None) -> None:
        self.settings = settings
        self._rng = rng
        self._window = round(settings.window * SECOND)
        self._phase = round(settings.phase * SECOND)
        self._times: deque[int] = deque()
        self._limit = self._drawn_limit()

    def _drawn_limit(self) -> int:
        sloppy = self.settings.sloppy
        if self._rng is None or not sloppy:
            return self.settings.limit
        return self.settings.limit + self._rng.randint(-sloppy, sloppy)

    def pause(self) -> int:
        """How long the pause that begins is, in nanoseconds."""
        longer = self._rng.random() * self.settings.longer if self._rng and self.settings.longer else 0.0
        return round((self.settings.pause + longer) * SECOND)

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
        return len(times) >= self._limit

    def pause_over(self, now: int) -> None:
        """The server listens again at `now`."""
        if self.settings.rearm:
            self._times.clear()
        if self.settings.grid == "restarting":
            self._phase = now
        self._limit = self._drawn_limit()
