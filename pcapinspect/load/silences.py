"""Silences: intervals in which SYNs reached a server and nobody's was answered, told apart from loss.

A server that answers anyone is not paused. So only the stretches between two of its prompt answers are looked at, and
of these only those whose unanswered SYNs cannot have been lost by chance, nor be those of parties that the server
never answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.load import strangers
from pcapinspect.load.rates import distinct
from pcapinspect.load.strangers import Strangers
from pcapinspect.load.traffic import PROMPT, UNANSWERED, Traffic

SHORTEST = SECOND
"""A silence shorter than the first retransmission time-out (RFC 6298, 2.1) may be a lost burst: nobody asked twice."""

CHANCE = 1e-3
"""How many silences of this many SYNs chance may be expected to make in the whole capture before one is believed."""

TRUST = 10
"""Answers that are assumed beside those seen: that networks deliver most SYNs is known before any capture."""

LONGEST_QUEUE = 128
"""Connections that a kernel may have accepted for a listener that stopped: beyond that the queue was not full."""

SLOW_SERVICE = 4
"""So many times the median, and a request was served late."""

MOST_COPIES = 2
"""Answers that may be copies, between two SYNs that got none: a server that listens again answers more."""

WORST = 0.75
"""The most that a path may lose of single SYNs: where more is missing, somebody does not answer."""

FEWEST_ATTEMPTS = 2
"""One attempt alone may be one client's trouble, however often it asks."""


@dataclass(frozen=True, slots=True)
class Silence:
    """One interval. Times in nanoseconds, None where the capture begins or ends within it."""

    last_answer: int | None
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


def find(traffic: Traffic, left_out: Bool, explained: Bool | None = None) -> list[Silence]:
    """All silences of a server, in order of time, by the SYNs that are not left out.

    `explained`: SYNs of which it is known why nobody could be answered; one of them is enough.
    """
    answers = traffic.answer[traffic.prompt]
    rows = np.flatnonzero((traffic.syn_state == UNANSWERED) & ~left_out)
    if not len(rows):
        return []
    gap = np.searchsorted(answers, traffic.syn_time[rows], side="right")
    gaps, first, counts = np.unique(gap, return_index=True, return_counts=True)
    spans = traffic.syn_time[rows[first + counts - 1]] - traffic.syn_time[rows[first]]
    attempts = _distinct(gap, traffic.syn_attempt[rows], len(answers) + 1)[gaps]
    eligible = (spans >= SHORTEST) & (attempts >= FEWEST_ATTEMPTS)
    eligible &= beyond_chance(counts, eligible, len(answers))
    if explained is not None:
        eligible |= np.isin(gaps, gap[explained[rows]])
    pieces = _Pieces(gaps, first, counts, rows)
    trips, late = _trips(traffic), waiting(traffic)
    by_chance = eligible if explained is None else eligible & ~np.isin(gaps, gap[explained[rows]])
    places = np.flatnonzero(eligible).tolist()
    reaches = [_reach(traffic, gaps, place) if by_chance[place] else (place, place) for place in places]
    return [_silence(traffic, pieces, reach, trips, late) for reach in dict.fromkeys(reaches)]


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The stretches between answers in which SYNs were not answered."""

    gaps: Int64
    """How many answers came before each."""
    first: Int64
    counts: Int64
    """Place and number of its SYNs in `rows`."""
    rows: Int64


def _reach(traffic: Traffic, gaps: Int64, place: int) -> tuple[int, int]:
    """The first and last stretch of the silence that a stretch belongs to.

    An answer to a SYN that was sent again may be a copy of one that was lost: the server may have taken the attempt
    when its first SYN came. Where one or two such answers are all that parts two stretches, and the attempts began
    before the silence, the server answered nobody new.
    """
    low = high = place
    while high + 1 < len(gaps) and _copies(traffic, gaps[high], gaps[high + 1], gaps[low] - 1):
        high += 1
    while low > 0 and _copies(traffic, gaps[low - 1], gaps[low], gaps[low - 1] - 1):
        low -= 1
    return low, high


def _copies(traffic: Traffic, begin: int, end: int, before: int) -> bool:
    """Whether the answers `begin` to `end` may all be copies, for attempts that began before the answer `before`."""
    if before < 0 or end - begin > MOST_COPIES:
        return False
    rows = traffic.prompt[begin:end]
    again = traffic.asked[rows] > traffic.start[rows]
    return bool(np.all(again & (traffic.start[rows] <= traffic.answer[traffic.prompt[before]])))


def beyond_chance(counts: Int64, eligible: Bool, answered: int) -> Bool:
    """Which runs of unanswered SYNs are too long for SYNs lost one by one.

    `counts` are the lengths of the runs between answers that have any, `answered` is the number of answers. Were SYNs
    lost one by one, with probability p, then a share p of the answers would be followed by a loss, and of `answered`
    runs answered * p^k would have k SYNs or more. What is a silence is no loss: it is taken out, and the rest is judged
    again, until nothing changes, so that long pauses do not hide short ones.
    """
    believed = np.zeros(len(counts), np.bool_)
    runs = answered + 1 + TRUST
    while True:
        lost = min(WORST, (np.count_nonzero(~believed) + 1) / runs)
        more = ~believed & eligible & (log(runs) + counts * log(lost) <= log(CHANCE))
        if not more.any():
            return believed
        believed |= more


def _distinct(gap: Int64, attempt: Int64, gaps: int) -> Int64:
    """How many distinct attempts each gap has."""
    if not len(gap):
        return np.zeros(gaps, np.int64)
    width = int(attempt.max()) + 1
    pairs = distinct(gap * width + attempt)
    return np.bincount(pairs // width, minlength=gaps)


def _silence(traffic: Traffic, pieces: _Pieces, reach: tuple[int, int], trips: Int64, waiting: Bool) -> Silence:
    begins = pieces.first[reach[0] : reach[1] + 1]
    ends = begins + pieces.counts[reach[0] : reach[1] + 1]
    rows = pieces.rows[begins[0] : ends[-1]]
    gap, end = int(pieces.gaps[reach[0]]), int(pieces.gaps[reach[1]])
    attempts = distinct(traffic.syn_attempt[rows])
    stalled = _stalled(traffic, waiting, gap, int(traffic.syn_time[rows[-1]]))
    before = traffic.prompt[gap - stalled - 1] if gap > stalled else None
    after = traffic.prompt[end] if end < len(traffic.prompt) else None
    last_answer = None if before is None else int(traffic.answer[before])
    next_answer = None if after is None else int(traffic.answer[after])
    # Where the capture was made is not known: a SYN may have met the server a round trip after it was seen, and the
    # server may have given its last answer a round trip before that was seen.
    opening, closing = pieces.rows[begins], pieces.rows[ends - 1]
    flight = trips[traffic.client[traffic.syn_attempt[opening]]]
    spans = traffic.syn_time[closing] - traffic.syn_time[opening] - flight
    at_most = None
    if before is not None and next_answer is not None:
        at_most = next_answer - int(traffic.asked[before])
    return Silence(
        last_answer=last_answer,
        first_unanswered=int(traffic.syn_time[rows[0]]),
        last_unanswered=int(traffic.syn_time[rows[-1]]),
        next_answer=next_answer,
        at_least=max(0, int(spans.max())),
        at_most=at_most,
        syns=rows,
        attempts=attempts,
        clients=len(np.unique(traffic.client[attempts])),
        stalled=stalled,
        waited=_waited(traffic, traffic.prompt[gap - stalled : gap]),
    )


def _stalled(traffic: Traffic, waiting: Bool, gap: int, last_unanswered: int) -> int:
    """How many answers in a row before the gap the server gave without serving what they brought.

    A kernel goes on answering SYNs until the queue of a listener that stopped is full. Nobody listened there: the
    silence began before those answers.
    """
    rows = traffic.prompt[max(0, gap - LONGEST_QUEUE) : gap]
    served = traffic.served[rows]
    late = waiting[rows] & (traffic.requested[rows] < last_unanswered)
    late &= (served == MISSING) | (served > last_unanswered)
    return int(np.argmin(late[::-1])) if not late.all() else len(rows)


def _waited(traffic: Traffic, rows: Int64) -> int:
    served = traffic.served[rows] != MISSING
    return int((traffic.served[rows] - traffic.requested[rows])[served].max(initial=0))


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


def tell_apart(traffic: Traffic) -> tuple[list[Silence], Strangers]:
    """The silences of a server, and the parties that are no evidence for them.

    A client that was never answered is first left out wherever the server answered others in between. If its SYNs lie
    in silences that others suffered too, those explain it; if enough lie elsewhere, it is blocked.
    """
    answered = strangers.answered_clients(traffic)
    lone = strangers.lone_syns(traffic, answered)
    counted = (traffic.syn_state == UNANSWERED) & ~lone
    suspects = strangers.suspects(traffic, answered, np.flatnonzero(counted))
    silences = find(traffic, lone | strangers.syns_of(traffic, suspects))
    if not len(suspects):
        return silences, Strangers(lone, suspects, int(np.count_nonzero(lone)))
    outside = counted & ~within(silences, traffic.syn_time)
    blocked = strangers.blocked(traffic, answered, outside)
    left_out = lone | strangers.syns_of(traffic, blocked)
    return find(traffic, left_out), Strangers(left_out, blocked, int(np.count_nonzero(lone)))


def within(silences: Sequence[Silence], times: Int64) -> Bool:
    """Which times lie in a silence, its answers' round trips included."""
    inside = np.zeros(len(times), np.bool_)
    for silence in silences:
        low = 0 if silence.last_answer is None else np.searchsorted(times, silence.last_answer - PROMPT, side="left")
        high = len(times) if silence.next_answer is None else np.searchsorted(times, silence.next_answer, side="right")
        inside[low:high] = True
    return inside
