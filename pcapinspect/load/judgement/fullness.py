"""Whether a server's limit of open connections was used up whenever it did not answer.

A server that is full answers nobody, and one that is not answers everybody. So a limit parts the SYNs by how many
connections were open when they came: from it on none is answered, below it all are. Where the capture lacks packets,
that number is not known well, and the parting less clear.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.load.judgement.bounds import Room
from pcapinspect.load.judgement.silences import CHANCE
from pcapinspect.load.measures.concurrency import IOS_DEFAULT, IOS_MOST, Open
from pcapinspect.load.measures.rates import count_before, distinct
from pcapinspect.load.measures.traffic import ANSWERED, UNANSWERED, Traffic

MOSTLY = 0.9
"""Share of the answered SYNs that found room, and of the silences that ended when a connection had closed: a SYN that
passes while a place is being freed or taken is on the wrong side."""

USUALLY = 0.75
"""Share of the unanswered SYNs that met a full server: others may be lost on the way, or be full of connections that
began before the capture. Where the capture lacks packets, MOSTLY is not to be had either, and this must do."""

PARTLY = 0.5
"""The same, where it was full too often for chance: on a lossy path a server holds connections that the capture saw
close, for it still waits for packets that were lost."""

HALF = 0.5
"""Share of a silence's SYNs that met a full server, from which that explains the silence; and of the connections in it
that waited to be read, from which they are a queue."""

MOST_DROPPED, HARDLY_DROPPED = 0.5, 0.02
"""Shares of the SYNs that are dropped from a limit on, and below it, at which a limit with a queue in front parts them:
measured in the lab are 80 to 86 % and none (Apache and haproxy)."""

LOWEST_BY_SHARE = 3
"""One or two open connections say only that somebody was being served."""

FEWEST = 3
"""Unanswered SYNs from which the number of open connections can explain them."""

FEWEST_TIMES = 5
"""How often a server must have been full for the number to be taken for a limit that nobody named: connections that
hang while a server is down are a number, too, but hardly the same one five times."""


@dataclass(frozen=True, slots=True)
class Fullness:
    """A connection limit that explains what was not answered."""

    limit: int
    room: Room
    estimated: bool
    """The limit is neither IOS's nor given: the capture suggests it."""
    exact: bool
    """It was never passed, and the capture holds the begins and ends of the connections."""
    dropped_full: float
    """Share of the SYNs that were not answered with so many connections open or more."""
    dropped_free: float
    """The same with fewer."""


class _Parting:
    """How many connections were open when each SYN came that was answered, and each that was not."""

    def __init__(self, traffic: Traffic, opened: Open, left_out: Bool) -> None:
        self.traffic = traffic
        self.opened = opened
        self.unanswered = np.flatnonzero((traffic.syn_state == UNANSWERED) & ~left_out)
        self.answered = np.flatnonzero((traffic.syn_state == ANSWERED) & ~left_out)
        self.open = self._met()
        self.asked = np.sort(traffic.asked[traffic.prompt])
        self.most = int(opened.curve[1].max(initial=0))
        self.exact = not opened.presumed and not traffic.share_unseen

    def _met(self) -> Int64:
        """How many places had been taken before each SYN: by SYNs that were answered, for those came in this order."""
        traffic = self.traffic
        was_open = traffic.opened != MISSING
        asked = np.where(traffic.asked != MISSING, traffic.asked, traffic.opened)[was_open]
        taken = np.sort(np.minimum(asked, traffic.opened[was_open]))
        closed = count_before(self.opened.closed, traffic.syn_time, inclusive=True)
        return count_before(taken, traffic.syn_time, inclusive=False) - closed

    def clearest(self) -> int:
        """The limit that parts the SYNs most clearly: without exception, Youden's J is 1."""
        turned_away, let_in = self._share_full(self.unanswered), self._share_full(self.answered)
        return 1 + int(np.argmax((turned_away - let_in)[1:]))

    def _share_full(self, syns: Int64) -> NDArray[np.float64]:
        """For each limit from 0 to `most`, the share of these SYNs that met so many open connections or more."""
        met = np.bincount(np.clip(self.open[syns], 0, self.most), minlength=self.most + 1)
        return np.cumsum(met[::-1])[::-1] / len(syns)

    def parted(self, limit: int) -> bool:
        """Whether the limit parts the SYNs, but for few; and they come too often on the right side for chance."""
        full = self.open >= limit
        met = np.mean(full[self.unanswered])
        if met < PARTLY or (met < USUALLY and not self.often(limit)):
            return False
        if np.mean(~full[self.answered]) < (MOSTLY if self.exact else USUALLY):
            return False
        share = float(np.mean(full[np.concatenate((self.unanswered, self.answered))]))
        turned_away = self.unanswered[full[self.unanswered]]
        return len(turned_away) * log(share) <= log(CHANCE) and self._freed(turned_away)

    def by_share(self, limit: int) -> bool:
        """Whether hardly any SYN was dropped below the limit and most were from it on: a queue in front of a server
        that is full takes one more whenever it has moved on, so the border is not exact."""
        above, below = self.dropped(limit)
        if above < MOST_DROPPED or below > HARDLY_DROPPED or not self.often(limit):
            return False
        let_in = int(np.count_nonzero(self.open[self.answered] < limit))
        share = len(self.answered) / (len(self.answered) + len(self.unanswered))
        turned_away = self.unanswered[self.open[self.unanswered] >= limit]
        return log(self.most) + let_in * log(share) <= log(CHANCE) and self._freed(turned_away)

    def dropped(self, limit: int) -> tuple[float, float]:
        """Share of the SYNs that were not answered when it was reached, and when not."""
        full = self.open >= limit
        turned_away, let_in = full[self.unanswered], full[self.answered]
        above = int(np.count_nonzero(turned_away)), int(np.count_nonzero(let_in))
        below = len(turned_away) - above[0], len(let_in) - above[1]
        return above[0] / max(1, sum(above)), below[0] / max(1, sum(below))

    def _freed(self, turned_away: Int64) -> bool:
        """Whether a connection had closed whenever a SYN was answered after some that were not."""
        trip, closed = self.traffic.round_trip, self.opened.closed
        when = self.traffic.syn_time[turned_away]
        turn = self._turn(when)
        last = np.append(np.flatnonzero(np.diff(turn)), len(turn) - 1)
        gaps, last = turn[last], when[last]
        ended = gaps < len(self.asked)
        if not ended.any():
            return False
        until = np.searchsorted(closed, self.asked[gaps[ended]] + trip, side="right")
        since = np.searchsorted(closed, last[ended] - trip, side="left")
        return bool(np.mean(until > since) >= (MOSTLY if self.exact else USUALLY))

    def _turn(self, when: Int64) -> Int64:
        """How many SYNs had been answered before: what lies between two of them is one silence of the server."""
        return np.searchsorted(self.asked, when, side="right")

    def often(self, limit: int) -> bool:
        """Whether the server was full so often that other reasons for its silences hardly met just this number.

        Of one silence all SYNs meet the same number: only silences count, and how often a SYN finds so many open that
        is answered. Any number could have been the one.
        """
        full = self.open >= limit
        times = len(distinct(self._turn(self.traffic.syn_time[self.unanswered[full[self.unanswered]]])))
        share = (np.count_nonzero(full[self.answered]) + 1) / (len(self.answered) + 2)
        return times >= FEWEST_TIMES and log(self.most) + times * log(share) <= log(CHANCE)


def used_up(traffic: Traffic, opened: Open, left_out: Bool, most: int) -> Fullness | None:
    """The connection limit that was used up whenever a SYN was not answered, and never passed.

    `most`, 16 and 5 are believed of fewer silences than a number that only the capture suggests.
    """
    tested = _Parting(traffic, opened, left_out)
    if len(tested.unanswered) < FEWEST or not len(tested.answered) or not tested.most:
        return None
    known = (most, IOS_MOST, IOS_DEFAULT)
    for limit in _candidates(tested, known):
        if tested.parted(limit) and (limit in known or tested.often(limit)):
            full = (tested.open >= limit) & (traffic.syn_state == UNANSWERED) & ~left_out
            exact = tested.exact and limit == tested.most
            return Fullness(limit, Room(full, opened.closed), limit not in known, exact, *tested.dropped(limit))
    for limit in range(tested.most, LOWEST_BY_SHARE - 1, -1):
        if tested.by_share(limit):
            full = (tested.open >= limit) & (traffic.syn_state == UNANSWERED) & ~left_out
            return Fullness(limit, Room(full, opened.closed), True, False, *tested.dropped(limit))
    return None


def _candidates(tested: _Parting, known: Iterable[int]) -> list[int]:
    """A limit is the most that were ever open. Where packets were lost it may seem to have been passed: then whatever
    parts the SYNs best, or a known limit beside it, for a connection that counted for too long or too short."""
    best = tested.clearest()
    first = [tested.most] if tested.exact else []
    return [*dict.fromkeys((*first, *(limit for limit in known if abs(limit - best) <= 1), best))]


def explains(fullness: Fullness | None, syns: Int64, stalled: int) -> bool:
    """Whether these SYNs met a server that was full, and not a queue that filled while nobody read it.

    `stalled`: connections that waited for a server that served nobody; most of the open ones are such a queue, unless
    it is well known that they were as many as the server takes.
    """
    if fullness is None or not full_in(fullness, syns):
        return False
    return (fullness.exact and not fullness.estimated) or stalled < HALF * fullness.limit


def full_in(fullness: Fullness | None, syns: Int64) -> bool:
    """Whether most of these SYNs met a full server."""
    return fullness is not None and len(syns) > 0 and bool(np.mean(fullness.room.full[syns]) >= HALF)
