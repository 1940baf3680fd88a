"""The simulator's clock and its agenda: what happens next, in order of time, then of entry."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count


class Schedule:
    """Runs actions at their times. Times are integer nanoseconds since 1970."""

    def __init__(self, start: int) -> None:
        self.now = start
        self._agenda: list[tuple[int, int, Callable[..., None], tuple[object, ...]]] = []
        self._numbers = count()

    def at(self, time: int, action: Callable[..., None], *arguments: object) -> None:
        """Have `action(*arguments)` done at `time`, or now when that has passed."""
        heappush(self._agenda, (max(time, self.now), next(self._numbers), action, arguments))

    def after(self, delay: int, action: Callable[..., None], *arguments: object) -> None:
        """Have `action(*arguments)` done `delay` nanoseconds from now."""
        self.at(self.now + delay, action, *arguments)

    def run(self, until: int) -> None:
        """Do everything that is due up to and including `until`."""
        agenda = self._agenda
        while agenda and agenda[0][0] <= until:
            self.now, _, action, arguments = heappop(agenda)
            action(*arguments)
        self.now = until
