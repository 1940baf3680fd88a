"""Silences: intervals in which SYNs reached a server and nobody's was answered, told apart from loss.

A server that answers anyone is not paused. So only the stretches between two of its prompt answers are looked at, and
of these only those whose unanswered SYNs cannot have been lost by chance, nor be those of parties that the server
never answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool, Int64
from pcapinspect.load.judgement import strangers
from pcapinspect.load.judgement.bounds import Bounds, Interval, Pieces, Room, within
from pcapinspect.load.judgement.strangers import Strangers
from pcapinspect.load.measures.rates import count_before, distinct
from pcapinspect.load.measures.traffic import UNANSWERED, Traffic

SHORTEST = SECOND
"""A silence shorter than the first retransmission time-out (RFC 6298, 2.1) may be a lost burst: nobody asked twice."""

CHANCE = 1e-3
"""How many silences of this many SYNs chance may be expected to make in the whole capture before one is believed."""

AROUND, THICK, CHANCE_HERE = 5, 3, 1e-2
"""Answers before and after a silence that tell how many SYNs are lost there; how many of them losses must follow for
that to be more than single ones; and how many silences of this many SYNs chance may then be expected to make."""

TRUST = 10
"""Answers that are assumed beside those seen: that networks deliver most SYNs is known before any capture."""

WORST = 0.75
"""The most that a path may lose of single SYNs: where more is missing, somebody does not answer."""

MOST_ROUNDS = 16
"""How often it is asked again whom the silences found so far excuse: an attempt is seldom sent more often."""

FEWEST_ATTEMPTS = 2
"""One attempt alone may be one client's trouble, however often it asks."""


def tell_apart(traffic: Traffic) -> tuple[list[Interval], Strangers]:
    """The silences of a server, and the parties that are no evidence for them.

    A client that was never answered, or from some time on no longer, is first left out wherever the server answered
    others in between. If its SYNs lie in silences that others suffered too, those explain it; if enough lie elsewhere,
    it is blocked.
    """
    lone = strangers.lone_syns(traffic, strangers.answered_clients(traffic))
    counted = (traffic.syn_state == UNANSWERED) & ~lone
    since = strangers.since_last_answer(traffic)
    suspects = strangers.suspects(traffic, since, counted)
    left_out = strangers.syns_of(traffic, suspects) & since
    silences = find(traffic, lone | left_out)
    blocked = np.empty(0, np.int64)
    if len(suspects):
        outside = counted & ~within(silences, traffic.syn_time)
        blocked = strangers.blocked(traffic, since, outside)
        left_out = strangers.syns_of(traffic, blocked) & since
        silences = find(traffic, lone | left_out)
    return silences, Strangers(
        syns=lone | left_out,
        flood=lone,
        blocked=blocked,
        gone=blocked[strangers.answered_clients(traffic)[blocked]],
        blocked_syns=left_out,
        lone=int(np.count_nonzero(lone)),
    )


def find(traffic: Traffic, left_out: Bool, room: Room | None = None, expected: Bool | None = None) -> list[Interval]:
    """All silences of a server, in order of time, by the SYNs that are not left out.

    `room`: of a server that was full; `expected`: SYNs that came when a pause was due. One such SYN is enough.
    """
    rows = np.flatnonzero((traffic.syn_state == UNANSWERED) & ~left_out)
    if not len(rows):
        return []
    gap = count_before(traffic.answer[traffic.prompt], traffic.syn_time[rows], inclusive=True)
    gaps, first, counts = np.unique(gap, return_index=True, return_counts=True)
    eligible = _eligible(traffic, rows, gap, gaps)
    by_room = np.zeros(len(gaps), np.bool_) if room is None else np.isin(gaps, gap[room.full[rows]])
    due = np.zeros(len(gaps), np.bool_) if expected is None else np.isin(gaps, gap[expected[rows]])
    pieces, places = Pieces(gaps, first, counts, rows), np.flatnonzero(eligible | by_room | due)
    if not len(places):
        return []
    bounds = Bounds(traffic, pieces, places, 0.0, room)
    found = [bounds.silence((place, place)) for place in places.tolist()]
    lost = share_lost(traffic, found, rows)
    if not lost:
        return found
    bounds = Bounds(traffic, pieces, places, lost, room)
    # A place that is free for a moment parts what are known to be two silences of a full server.
    reaches = _joined((place, place) if by_room[place] else bounds.reach(place) for place in places.tolist())
    return [bounds.silence(reach) for reach in reaches]


def _eligible(traffic: Traffic, rows: Int64, gap: Int64, gaps: Int64) -> Bool:
    """Which of the stretches `gaps` chance does not explain; `rows` are the unanswered SYNs, `gap` where each lies.

    An attempt that was passed over before, while others were answered, says nothing of the others by asking again:
    whatever kept it from being answered still may. What it asked in silences does not count against it.
    """
    place = count_before(gaps, gap, inclusive=False)
    attempt = traffic.syn_attempt[rows]
    asked = np.append(np.iinfo(np.int64).min, traffic.asked[traffic.prompt])
    begun_since = traffic.start[attempt] >= asked[gap]
    believed = np.zeros(len(gaps), np.bool_)
    for _ in range(MOST_ROUNDS):
        outside = ~believed[place]
        passed_over = np.full(len(traffic.start), len(asked))
        np.minimum.at(passed_over, attempt[outside], gap[outside])
        fresh = np.flatnonzero(begun_since | (gap <= passed_over[attempt]))
        more = _beyond_chance_of(traffic, rows[fresh], place[fresh], gaps)
        if np.array_equal(more, believed):
            break
        believed = more
    return believed


def _beyond_chance_of(traffic: Traffic, rows: Int64, place: Int64, gaps: Int64) -> Bool:
    """Which of the stretches `gaps` have enough of these SYNs; `place` says in which each lies."""
    size = len(gaps)
    found, first, counts = np.unique(place, return_index=True, return_counts=True)
    spans, attempts, length = np.zeros((3, size), np.int64)
    length[found] = counts
    spans[found] = traffic.syn_time[rows[first + counts - 1]] - traffic.syn_time[rows[first]]
    attempts[found] = _distinct(place, traffic.syn_attempt[rows], size)[found]
    eligible = (spans >= SHORTEST) & (attempts >= FEWEST_ATTEMPTS)
    return eligible & beyond_chance(length, eligible, len(traffic.prompt)) & _beyond_chance_here(length, gaps)


def _beyond_chance_here(counts: Int64, gaps: Int64) -> Bool:
    """Which of the runs `counts` are too long for SYNs that are dropped as often as those around them: while one of two
    listeners is down, every other SYN is, and a few in a row are no silence of both. `gaps`: answers before each."""
    hit = gaps[counts > 0]
    around = count_before(hit, gaps + AROUND, inclusive=True) - count_before(hit, gaps - AROUND, inclusive=False)
    others = around - (counts > 0)
    lost = np.minimum(WORST, (others + 1) / (2 * AROUND + 2))
    found: Bool = (others < THICK) | (log(2 * AROUND + 1) + counts * np.log(lost) <= log(CHANCE_HERE))
    return found


def _joined(reaches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Reaches that share a stretch are one; they come in order of their last stretch."""
    joined: list[tuple[int, int]] = []
    for low, high in reaches:
        while joined and joined[-1][1] >= low:
            last = joined.pop()
            low, high = min(low, last[0]), max(high, last[1])
        joined.append((low, high))
    return joined


def share_lost(traffic: Traffic, silences: Sequence[Interval], rows: Int64) -> float:
    """The share of SYNs, or of their answers, that the network or the capture lost one by one."""
    outside = int(np.count_nonzero(~within(silences, traffic.syn_time[rows])))
    share = outside / (outside + len(traffic.prompt)) if outside else 0.0
    return min(WORST, max(share, traffic.share_unseen))


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
    width = int(attempt.max()) + 1
    pairs = distinct(gap * width + attempt)
    return np.bincount(pairs // width, minlength=gaps)
