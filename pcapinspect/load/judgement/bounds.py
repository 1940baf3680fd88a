"""An interval in which nobody was served, and the range of its true length, by SYNs that were not answered.

What bounds it are SYNs and answers as the capture saw them. Each may deceive: packets were on their way, a queue may
have answered for a listener that had stopped, and on a lossy path the first or last unanswered SYN may have been lost
while the server listened. And an answer may be a copy of one that was lost: it proves that the server listened at some
time since it may have taken the attempt, by any SYN that is not known to have been in vain, and not when the answer
came. Where any of that is possible the range is wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.load.measures.rates import distinct
from pcapinspect.load.measures.traffic import PROMPT, Traffic
from pcapinspect.tcp.connections import REFUSED, UNREACHABLE

FORMS = ("silence", "reset", "icmp", "waiting", "mixed")
"""Ways of not being served: no answer to the SYN, a RST, an ICMP error, accepted and not answered, several of these."""

MOSTLY_OF_A_FORM = 0.9
"""Share of the attempts from which an interval has their form: one SYN may be lost beside many that got a RST."""

LONGEST_QUEUE = 128
"""Connections that a kernel may have accepted for a listener that stopped: beyond that the queue was not full."""

SLOW_SERVICE = 4
"""So many times the median, and a request was served late."""

DOUBT = 1e-3
"""How many SYNs that were lost may be expected at the edges of a capture's silences before they are trimmed."""


@dataclass(frozen=True, slots=True)
class Interval:
    """In which nobody who asked was served. Times in nanoseconds, None where the capture begins or ends within it;
    `at_most` also where its clock jumped."""

    last_answer: int | None
    """The last that the listener gave: not one of a queue in front of it, nor what may be a copy."""
    first_unanswered: int
    last_unanswered: int
    """SYNs, or requests of connections that were accepted."""
    next_answer: int | None
    at_least: int
    at_most: int | None
    syns: Int64
    """Rows of the unanswered SYNs in Traffic's SYN columns, in order."""
    attempts: Int64
    """Rows of the attempts that nobody served, each once."""
    clients: int
    form: str
    """How they were not: one of FORMS."""
    stalled: int
    """Connections that were accepted but not served before the silence ended: the queue in front of the listener."""
    waited: int
    """The longest that a request on one of them waited; 0 where none was served later."""
    jumped: bool = False
    """The capture's clock jumped during it: it may have been longer by any time."""

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


@dataclass(frozen=True, slots=True)
class Room:
    """Of a server that takes only so many connections at once."""

    full: Bool
    """Parallel to the SYN columns: came when it was full, and was not answered."""
    freed: Int64
    """When a connection closed, in order."""


class Bounds:
    """Measures the silences of one server, which lie at some `places` of the `pieces`.

    `lost`: share of SYNs lost one by one.
    """

    def __init__(self, traffic: Traffic, pieces: Pieces, places: Int64, lost: float, room: Room | None) -> None:
        self._traffic = traffic
        self._pieces = pieces
        self._room = room
        self._trim = 0 if not lost else max(0, ceil(log(DOUBT / len(places)) / log(lost)) - 1)
        self._trips = _trips(traffic)
        self._waiting = waiting(traffic)
        self._answers = traffic.answer[traffic.prompt]
        self._taken = self._earliest_taken(places)
        self._fresh = np.flatnonzero(self._taken == traffic.asked[traffic.prompt])

    def _earliest_taken(self, places: Int64) -> Int64:
        """When the server may have taken the attempt of each prompt answer: at its first SYN that was not in vain."""
        traffic, pieces = self._traffic, self._pieces
        in_vain = np.zeros(len(traffic.syn_time), np.bool_) if self._room is None else self._room.full.copy()
        for place in places.tolist():
            begin, end = self._surely(place)
            # Of the outermost, the one itself may have been taken just before or after, and its answer lost.
            in_vain[pieces.rows[begin + 1 : max(begin, end - 1)]] = True
        rows = np.flatnonzero(~in_vain)[::-1]
        taken = traffic.asked.copy()
        # Of several values for one attempt the last stays, and these go back in time.
        taken[traffic.syn_attempt[rows]] = traffic.syn_time[rows]
        return np.minimum(taken, traffic.asked)[traffic.prompt]

    def _surely(self, place: int) -> tuple[int, int]:
        """Which of the `rows` of a stretch met the silence: not the outer ones, which may have been lost."""
        first, count = int(self._pieces.first[place]), int(self._pieces.counts[place])
        attempts = self._traffic.syn_attempt[self._pieces.rows[first : first + count]]
        # What got a RST or an ICMP error was not lost.
        trim = 0 if bool(np.all(self._traffic.turned_away[attempts] != MISSING)) else self._trim
        begin = first + trim
        return begin, max(begin, self._before_answer(place) - trim)

    def reach(self, place: int) -> tuple[int, int]:
        """The first and last stretch of the silence that a stretch belongs to: nothing proves that the server listened
        between them, for all answers that part them may be copies."""
        gaps = self._pieces.gaps
        low = high = place
        while high + 1 < len(gaps) and self._copies(gaps[high], gaps[high + 1], low):
            high += 1
        while low > 0 and self._copies(gaps[low - 1], gaps[low], low - 1):
            low -= 1
        return low, high

    def _copies(self, begin: int, end: int, place: int) -> bool:
        """Whether the server may have taken the attempts of the answers `begin` to `end` before the stretch began."""
        return bool(np.all(self._taken[begin:end] <= self._begun(place)))

    def _begun(self, place: int) -> int:
        """When the silence had begun, if the stretch is of one: its first SYN that was not lost had met the server.

        Where the capture was made is not known: a SYN may have met the server a round trip after it was seen.
        """
        first, count = int(self._pieces.first[place]), int(self._pieces.counts[place])
        row = self._pieces.rows[first + min(self._trim, count - 1)]
        traffic = self._traffic
        return int(traffic.syn_time[row] + self._trips[traffic.client[traffic.syn_attempt[row]]])

    def silence(self, reach: tuple[int, int]) -> Interval:
        """The silence from one stretch to another."""
        traffic, pieces = self._traffic, self._pieces
        low, high = reach
        rows = pieces.rows[pieces.first[low] : pieces.first[high] + pieces.counts[high]]
        attempts = distinct(traffic.syn_attempt[rows])
        gap = int(pieces.gaps[low])
        stalled = self._stalled(gap, int(traffic.syn_time[rows[-1]]))
        before, after = self._last_proof(gap - stalled), self._first_proof(int(pieces.gaps[high]), low)
        next_answer = int(self._answers[after]) if after < len(self._answers) else None
        last_answer = int(self._answers[before]) if before >= 0 else None
        at_most = None
        if last_answer is not None and next_answer is not None:
            # The server may have given its last answer as soon as the SYN was seen.
            at_most = next_answer - int(self._taken[before])
        return Interval(
            last_answer=last_answer,
            first_unanswered=int(traffic.syn_time[rows[0]]),
            last_unanswered=int(traffic.syn_time[rows[-1]]),
            next_answer=next_answer,
            at_least=max(self._at_least(place) for place in range(low, high + 1)),
            at_most=at_most,
            syns=rows,
            attempts=attempts,
            clients=len(distinct(traffic.client[attempts])),
            form=form_of(traffic, attempts, stalled),
            stalled=stalled,
            waited=self._waited(gap - stalled, gap),
        )

    def _last_proof(self, before: int) -> int:
        """The last of so many answers that was no copy; -1: there is none."""
        place = int(np.searchsorted(self._fresh, before)) - 1
        return int(self._fresh[place]) if place >= 0 else -1

    def _first_proof(self, after: int, place: int) -> int:
        """The first answer from this one on to an attempt that was not taken before the silence."""
        begun = self._begun(place)
        while after < len(self._taken) and self._taken[after] <= begun:
            after += 1
        return after

    def _before_answer(self, place: int) -> int:
        """The end of the stretch in `rows`, without the SYNs that came after the one that was answered next: the
        server, which listened again by then, may have been full again at once."""
        traffic, pieces = self._traffic, self._pieces
        gap, first, count = (int(column[place]) for column in (pieces.gaps, pieces.first, pieces.counts))
        if gap == len(traffic.prompt):
            return first + count
        times = traffic.syn_time[pieces.rows[first : first + count]]
        return first + int(np.searchsorted(times, traffic.asked[traffic.prompt[gap]], side="left"))

    def _at_least(self, place: int) -> int:
        """From the first to the last SYN of the stretch that met the silence.

        A full server has room whenever a connection closes, for a moment: if the answer to who took it then was lost,
        the stretch is of two silences.
        """
        begin, end = self._surely(place)
        if end - begin < 2:
            return 0
        traffic, rows = self._traffic, self._pieces.rows[begin:end]
        times = traffic.syn_time[rows]
        if self._room is None or not self._room.full[rows].any():
            return max(0, int(times[-1]) - self._begun(place))
        turn = np.searchsorted(self._room.freed, times)
        first = np.flatnonzero(np.diff(turn, prepend=turn[0] - 1))
        last = np.append(first[1:], len(times)) - 1
        met = times[first] + self._trips[traffic.client[traffic.syn_attempt[rows[first]]]]
        return max(0, int((times[last] - met).max()))

    def _stalled(self, gap: int, last_unanswered: int) -> int:
        """How many answers in a row before the gap the server gave without serving what they brought.

        A kernel goes on answering SYNs until the queue of a listener that stopped is full. Nobody listened there: the
        silence began before those answers.
        """
        traffic = self._traffic
        rows = traffic.prompt[max(0, gap - LONGEST_QUEUE) : gap][::-1]
        served, requested = traffic.served[rows], traffic.requested[rows]
        unserved = (served == MISSING) | (served > last_unanswered)
        late = self._waiting[rows] & (requested < last_unanswered) & unserved
        # Whose request is not in the capture, it may have waited as well: that says nothing.
        ends = np.flatnonzero(~late & ~(unserved & (requested == MISSING)))
        waited = np.flatnonzero(late[: ends[0]] if len(ends) else late)
        return int(waited[-1]) + 1 if len(waited) else 0

    def _waited(self, begin: int, end: int) -> int:
        traffic = self._traffic
        rows = traffic.prompt[begin:end]
        served = traffic.served[rows] != MISSING
        return int((traffic.served[rows] - traffic.requested[rows])[served].max(initial=0))


def form_of(traffic: Traffic, attempts: Int64, stalled: int) -> str:
    """The form that most of the attempts have whose SYNs were not answered, and of the `stalled` beside them."""
    outcome = traffic.outcome[attempts]
    counts = {
        "reset": int(np.count_nonzero(outcome == REFUSED)),
        "icmp": int(np.count_nonzero(outcome == UNREACHABLE)),
        "waiting": stalled,
    }
    counts["silence"] = len(attempts) - counts["reset"] - counts["icmp"]
    form = max(counts, key=lambda one: counts[one])
    return form if counts[form] >= MOSTLY_OF_A_FORM * sum(counts.values()) else "mixed"


def within(silences: Sequence[Interval], times: Int64) -> Bool:
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
