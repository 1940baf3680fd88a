"""A silence and the range of its true length.

What bounds it are SYNs and answers as the capture saw them. Each may deceive: packets were on their way, an answer may
be a copy of one that was lost, a queue may have answered for a listener that had stopped, and on a lossy path the first
or last unanswered SYN may have been lost while the server listened. Where any of that is possible the range is wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.load.rates import distinct
from pcapinspect.load.traffic import PROMPT, Traffic

LONGEST_QUEUE = 128
"""Connections that a kernel may have accepted for a listener that stopped: beyond that the queue was not full."""

SLOW_SERVICE = 4
"""So many times the median, and a request was served late."""

MOST_COPIES = 2
"""Answers that may be copies, between two SYNs that got none: a server that listens again answers more."""

DOUBT = 1e-3
"""How many SYNs that were lost may be expected at the edges of a capture's silences before they are trimmed."""


@dataclass(frozen=True, slots=True)
class Silence:
    """One interval. Times in nanoseconds, None where the capture begins or ends within it."""

    last_answer: int | None
    """The last that the listener gave: not one of a queue in front of it, nor what may be a copy."""
    first_unanswered: int
    last_unanswered: int
    next_answer: int | None
    at_least: int
    at_most: int | None
    syns: Int64
    """Rows of the unanswered SYNs in Traffic's SYN columns, in order."""
    attempts: Int64
    """Rows of the attempts that they belong to, each once."""
    clients: int
    stalled: int
    """Connections that were accepted but not served before the silence ended: the queue in front of the listener."""
    waited: int
    """The longest that a request on one of them waited; 0 where none was served later."""

    @property
    def onset(self) -> int:
        """The last moment at which the server is known to have listened, or the first at which it did not."""
        return self.first_unanswered if self.last_answer is None else self.last_answer


@dataclass(frozen=True, slots=True)
class Pieces:
    """The stretches between answers in which SYNs were not answered."""

    gaps: Int64
    """How many answers came before each."""
    first: Int64
    counts: Int64
    """Place and number of its SYNs in `rows`."""
    rows: Int64


class Bounds:
    """Measures the silences of one server."""

    def __init__(self, traffic: Traffic, pieces: Pieces) -> None:
        self._traffic = traffic
        self._pieces = pieces
        self._trips = _trips(traffic)
        self._waiting = waiting(traffic)
        self._again = traffic.asked[traffic.prompt] > traffic.start[traffic.prompt]
        self._begun = traffic.start[traffic.prompt]
        self._answers = traffic.answer[traffic.prompt]

    def reach(self, place: int) -> tuple[int, int]:
        """The first and last stretch of the silence that a stretch belongs to.

        An answer to a SYN that was sent again may be a copy of one that was lost: the server may have taken the attempt
        when its first SYN came. Where one or two such answers are all that parts two stretches, and the attempts began
        before the silence, the server answered nobody new.
        """
        gaps = self._pieces.gaps
        low = high = place
        while high + 1 < len(gaps) and self._copies(gaps[high], gaps[high + 1], gaps[low] - 1):
            high += 1
        while low > 0 and self._copies(gaps[low - 1], gaps[low], gaps[low - 1] - 1):
            low -= 1
        return low, high

    def _copies(self, begin: int, end: int, before: int) -> bool:
        """Whether the answers `begin` to `end` may all be copies, for attempts from about the answer `before`.

        The attempt whose answer was lost may be the last that the server took: later than the last answer seen.
        """
        if before < 0 or end - begin > MOST_COPIES:
            return False
        return bool(np.all(self._again[begin:end] & (self._begun[begin:end] <= self._answers[before] + PROMPT)))

    def silence(self, reach: tuple[int, int], lost: float, silences: int) -> Silence:
        """The silence from one stretch to another. `lost`: share of SYNs lost one by one; `silences`: how many."""
        traffic, pieces = self._traffic, self._pieces
        begins = pieces.first[reach[0] : reach[1] + 1]
        ends = begins + pieces.counts[reach[0] : reach[1] + 1]
        rows = pieces.rows[begins[0] : ends[-1]]
        attempts = distinct(traffic.syn_attempt[rows])
        gap, end = int(pieces.gaps[reach[0]]), int(pieces.gaps[reach[1]])
        stalled = self._stalled(gap, int(traffic.syn_time[rows[-1]]))
        before, after = self._outer(gap - stalled - 1, end, lost > 0)
        next_answer = int(self._answers[after]) if after < len(self._answers) else None
        last_answer = int(self._answers[before]) if before >= 0 else None
        at_most = None
        if last_answer is not None and next_answer is not None:
            # The server may have given its last answer as soon as the SYN was seen.
            at_most = next_answer - int(traffic.asked[traffic.prompt[before]])
        trim = 0 if not lost else max(0, ceil(log(DOUBT / silences) / log(lost)) - 1)
        return Silence(
            last_answer=last_answer,
            first_unanswered=int(traffic.syn_time[rows[0]]),
            last_unanswered=int(traffic.syn_time[rows[-1]]),
            next_answer=next_answer,
            at_least=self._at_least(begins, self._before_answer(reach, ends), trim),
            at_most=at_most,
            syns=rows,
            attempts=attempts,
            clients=len(distinct(traffic.client[attempts])),
            stalled=stalled,
            waited=self._waited(gap - stalled, gap),
        )

    def _before_answer(self, reach: tuple[int, int], ends: Int64) -> Int64:
        """The stretches' ends without the SYNs that came after the one that was answered next: the server, which
        listened again by then, may have been full again at once."""
        traffic, pieces = self._traffic, self._pieces
        known = ends.copy()
        for place in range(reach[0], reach[1] + 1):
            gap, first = int(pieces.gaps[place]), int(pieces.first[place])
            if gap < len(traffic.prompt):
                times = traffic.syn_time[pieces.rows[first : first + int(pieces.counts[place])]]
                before = np.searchsorted(times, traffic.asked[traffic.prompt[gap]], side="left")
                known[place - reach[0]] = first + int(before)
        return known

    def _at_least(self, begins: Int64, ends: Int64, trim: int) -> int:
        """The longest stretch from its first to its last SYN, `trim` SYNs at either end left out."""
        opening, closing = begins + trim, ends - 1 - trim
        known = closing > opening
        if not known.any():
            return 0
        traffic, rows = self._traffic, self._pieces.rows
        opening, closing = rows[opening[known]], rows[closing[known]]
        # Where the capture was made is not known: a SYN may have met the server a round trip after it was seen.
        flight = self._trips[traffic.client[traffic.syn_attempt[opening]]]
        return max(0, int((traffic.syn_time[closing] - traffic.syn_time[opening] - flight).max()))

    def _outer(self, before: int, after: int, lossy: bool) -> tuple[int, int]:
        """The answers around a silence; where packets are lost, those beyond what may be copies."""
        if not lossy:
            return before, after
        for _ in range(MOST_COPIES):
            if before > 0 and self._copies(before, before + 1, before - 1):
                before -= 1
            if after < len(self._answers) and before >= 0 and self._copies(after, after + 1, before):
                after += 1
        return before, after

    def _stalled(self, gap: int, last_unanswered: int) -> int:
        """How many answers in a row before the gap the server gave without serving what they brought.

        A kernel goes on answering SYNs until the queue of a listener that stopped is full. Nobody listened there: the
        silence began before those answers.
        """
        traffic = self._traffic
        rows = traffic.prompt[max(0, gap - LONGEST_QUEUE) : gap]
        served = traffic.served[rows]
        late = self._waiting[rows] & (traffic.requested[rows] < last_unanswered)
        late &= (served == MISSING) | (served > last_unanswered)
        return int(np.argmin(late[::-1])) if not late.all() else len(rows)

    def _waited(self, begin: int, end: int) -> int:
        traffic = self._traffic
        rows = traffic.prompt[begin:end]
        served = traffic.served[rows] != MISSING
        return int((traffic.served[rows] - traffic.requested[rows])[served].max(initial=0))


def within(silences: Sequence[Silence], times: Int64) -> Bool:
    """Which of the sorted times lie in a silence, its answers' round trips included."""
    inside = np.zeros(len(times), np.bool_)
    for silence in silences:
        low = 0 if silence.last_answer is None else np.searchsorted(times, silence.last_answer - PROMPT, side="left")
        high = len(times) if silence.next_answer is None else np.searchsorted(times, silence.next_answer, side="right")
        inside[low:high] = True
    return inside


def waiting(traffic: Traffic) -> Bool:
    """Connections whose first request was served far later than usual, or not before the capture's end."""
    known = (traffic.requested != MISSING) & (traffic.served != MISSING)
    took = np.where(traffic.served != MISSING, traffic.served, traffic.end) - traffic.requested
    usual = int(np.median(took[known])) if known.any() else 0
    late: Bool = (traffic.requested != MISSING) & (took > max(PROMPT, SLOW_SERVICE * usual))
    return late


def _trips(traffic: Traffic) -> Int64:
    """The longest usual round trip of each client; of a client that was never answered, the server's."""
    trips = np.zeros(len(traffic.client_numbers), np.int64)
    answered = traffic.prompt
    np.maximum.at(trips, traffic.client[answered], traffic.answer[answered] - traffic.asked[answered])
    # Beyond twice the usual it was the server that took its time, not the path.
    return np.where(trips > 0, np.minimum(trips, 2 * traffic.round_trip), traffic.round_trip)
