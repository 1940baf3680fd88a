"""What may be asked of a reading while it goes on, from a signal handler say: to end, or to tell what it has so far."""

from __future__ import annotations

import math
import time

DRAIN_SECONDS = 3.0
"""How long a pipe is read on after the reading was asked to end: a terminal sends Ctrl-C to the writer too, and what
that still has to say (tcpdump: its last buffer) comes within milliseconds, or on a busy machine within a second."""


class Silence(Exception):
    """Nothing comes for the moment. This is not the end."""


class Ended(Exception):
    """Reading was ended from outside: the rest of the source is left."""


class Control:
    """Set from any thread, or a signal handler; looked at by those who read."""

    def __init__(self) -> None:
        self._end_asked = math.inf
        self.asked = False
        """A report of what was read so far is wanted. Whoever makes it takes this back."""

    def end(self) -> None:
        """Read no file on, and no pipe beyond what its writer still has to say."""
        self._end_asked = min(self._end_asked, time.monotonic())

    def abandon(self) -> None:
        """Read nothing on."""
        self._end_asked = -math.inf

    @property
    def ended(self) -> bool:
        """Whether reading is to end."""
        return self._end_asked < math.inf

    @property
    def drained(self) -> bool:
        """Whether a pipe has had its time, too."""
        return time.monotonic() > self._end_asked + DRAIN_SECONDS
