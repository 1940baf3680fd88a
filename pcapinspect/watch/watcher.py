"""The loop's state: packets in, readings and events out, by the tracker and the judgement of `analyze`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from pcapinspect.clock import SECOND
from pcapinspect.findings.analysis import Analysis
from pcapinspect.packets.live import LivePackets
from pcapinspect.pipeline import Evidence, follow
from pcapinspect.settings import Settings
from pcapinspect.watch.episodes import SILENT_SECONDS, Episodes, Event
from pcapinspect.watch.held import Held, slices
from pcapinspect.watch.reading import Reading, readings_of

WINDOWS = 3
"""Windows of the limit that a reading looks back: one to count in, one to compare with, one before a pause."""

PAUSES = 2
"""And so many pauses."""

SLICE = 10 * SECOND
"""What was recorded earlier is taken in pieces of this length, each with its reading: nothing is passed over."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was seen at one time."""

    now: int
    readings: tuple[Reading, ...]
    events: tuple[Event, ...]


class Watcher:
    """Takes packets as they come."""

    def __init__(self, settings: Settings, horizon: int, begin: int = 0) -> None:
        """`horizon`: nanoseconds that are held; `begin`: events before it were said by the run before this one."""
        self.settings = settings
        self.held = Held(horizon, settings.ports)
        self._look_back = (WINDOWS * settings.window + PAUSES * settings.pause) * SECOND
        self._episodes = Episodes(begin)
        self._last = 0
        self._arrived = time.monotonic()
        self._silent = False

    def take(self, part: LivePackets) -> Iterator[Moment]:
        """Takes in what came, in pieces of which each has its moment."""
        for piece in slices(part, SLICE):
            self.held.add(piece)
            self._last = max(self._last, int(piece.packets.time[-1]))
            self._arrived = time.monotonic()
            self._silent = False
            yield self.moment()

    @property
    def empty(self) -> bool:
        """Whether nothing is held."""
        return self.held.begin is None

    @property
    def now(self) -> int:
        """Time on the capture's clock: of its last packet, and what has gone by since it came."""
        return self._last + int((time.monotonic() - self._arrived) * SECOND)

    def moment(self) -> Moment:
        """What is to be seen now."""
        now = self.now
        if self.empty:
            return Moment(now, (), tuple(self._silence(now)))
        analysis = self.analysis(now - self._look_back)
        readings = readings_of(analysis, now)
        events = [event for reading in readings for event in self._episodes.of(reading)]
        return Moment(now, readings, (*events, *self._silence(now)))

    def _silence(self, now: int) -> Iterator[Event]:
        if not self._silent and self._last and now - self._last > SILENT_SECONDS * SECOND:
            self._silent = True
            yield Event("source-silent", now, "", f"No packet has come for {SILENT_SECONDS} s.")

    def analysis(self, since: int | None = None) -> Analysis:
        """The analysis of what is held, from `since` on."""
        return follow(self.held.since(since), self.settings, Evidence())
