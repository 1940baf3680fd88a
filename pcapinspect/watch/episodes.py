"""What happens while a server is watched: one event at the beginning of an episode, and one at its end.

Events are found in the packets, at the times of the packets that make them, so that a capture which is read again
gives the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pcapinspect.address import endpoint
from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.model import Pause
from pcapinspect.watch.reading import Reading

NEAR = 0.75
"""Share of the limit from which `near` is said."""

NEAR_OVER = 0.6
"""Share below which it is over: a rate that trembles around a threshold makes one event."""

KINDS = ("near", "over", "pause-begins", "pause-ends", "served-again", "source-silent")

SILENT_SECONDS = 60
"""Without any packet of the source, from which it is said to be silent: some router polls within a minute."""


@dataclass(frozen=True, slots=True)
class Event:
    """One of KINDS. Times in nanoseconds."""

    kind: str
    time: int
    server: str
    """`192.0.2.80:80`; empty for an event of the source."""
    sentence: str
    first: int = 0
    """Begin of the packets that show it, and their end."""
    last: int = 0


@dataclass(slots=True)
class _Told:
    """How far the events of a server have been said: times, 0 for never."""

    last: dict[str, int] = field(default_factory=dict)
    counted: int = 0
    """The last accept of which the count was looked at."""
    armed: dict[str, bool] = field(default_factory=dict)
    """Whether a count has been low since it was last said that it is high, by kind."""

    def running(self) -> int | None:
        """Begin of a pause of which the end was not said."""
        begin = self.last.get("pause-begins", 0)
        return begin if begin > self.last.get("pause-ends", 0) else None


class Episodes:
    """Finds events in readings; each is given once."""

    def __init__(self, begin: int = 0) -> None:
        """`begin`: only what happens from then on is new; before, a process that was stopped has said it."""
        self._begin = begin
        self._servers: dict[tuple[str, int], _Told] = {}

    def of(self, reading: Reading) -> list[Event]:
        """The events that this reading shows for the first time, in the order of time."""
        told = self._servers.setdefault((reading.ip, reading.port), _Told())
        running = told.running()
        if running is not None and not any(_reaches(pause, running) for pause in reading.pauses):
            told.last["pause-ends"] = running  # more packets showed that it was none
        events = []
        for event in sorted((*_rates(reading, told), *_pauses(reading, running)), key=lambda event: event.time):
            if event.time <= told.last.get(event.kind, self._begin):
                continue
            if event.kind == "pause-begins" and told.running() is not None:
                continue  # the same pause, whose begin is known better now
            if event.kind in ("pause-ends", "served-again") and event.first < self._begin:
                continue
            told.last[event.kind] = event.time
            events.append(event)
        return events


def _reaches(pause: Pause, time: int) -> bool:
    """Whether a pause goes on at this time or later."""
    return pause.next_answer is None or pause.next_answer > time


def _rates(reading: Reading, told: _Told) -> Iterator[Event]:
    """`near` and `over`, at the accept that made it so. Of accepts that are new: for older ones, less and less of
    the window before them is held."""
    window = reading.window * SECOND
    first = int(np.searchsorted(reading.accepts, told.counted, side="right"))
    counts = Rate(reading.accepts, window).counts[first:]
    for kind, threshold, over in (("near", NEAR, NEAR_OVER), ("over", 1.0, NEAR)):
        places, told.armed[kind] = risings(
            counts, threshold * reading.limit, over * reading.limit, armed=told.armed.get(kind, True)
        )
        for place in places:
            time, count = int(reading.accepts[first + place]), int(counts[place])
            sentence = f"{count} connections accepted in {reading.window} s, of {reading.limit}."
            yield Event(kind, time, endpoint(reading.ip, reading.port), sentence, time - window, time)
    if len(counts):
        told.counted = int(reading.accepts[-1])


def risings(counts: Int64, threshold: float, over: float, *, armed: bool) -> tuple[list[int], bool]:
    """Where a count reaches the threshold, having been below `over` since it last did; and whether it was since.

    Just before an accept the count is one less than with it: so low it fell in between.
    """
    found = []
    for place in np.flatnonzero((counts >= threshold) | (counts - 1 < over)).tolist():
        armed = armed or counts[place] - 1 < over
        if armed and counts[place] >= threshold:
            found.append(place)
            armed = False
    return found, armed


def _pauses(reading: Reading, running: int | None) -> Iterator[Event]:
    """`running`: begin of the pause that was said to have begun, which may be longer ago than the packets are held."""
    for pause in reading.pauses:
        begin = pause.first_unanswered
        if running is not None and _reaches(pause, running):
            begin = min(begin, running)
        first = begin if pause.last_answer is None else pause.last_answer
        yield Event(
            "pause-begins",
            begin,
            endpoint(reading.ip, reading.port),
            f"Nobody is served since then: {pause.unanswered_attempts} attempts of {pause.clients} clients so far.",
            first,
            pause.last_unanswered,
        )
        if pause.next_answer is not None:
            lasted = (pause.next_answer - begin) / SECOND
            yield Event(
                "pause-ends",
                pause.next_answer,
                endpoint(reading.ip, reading.port),
                f"The server serves again, after {lasted:.1f} s; {pause.unanswered_attempts} attempts met the pause.",
                first,
                pause.next_answer,
            )
            place = int(np.searchsorted(reading.responses, pause.next_answer))
            if place < len(reading.responses):
                response = int(reading.responses[place])
                yield Event(
                    "served-again",
                    response,
                    endpoint(reading.ip, reading.port),
                    "A request got its response again.",
                    first,
                    response,
                )
