"""Pauses behind a queue: connections are accepted, and nobody who asked on them is answered.

A kernel, a proxy or a listener with a long queue goes on answering SYNs for a server that has stopped. What shows the
stop are requests: all that were asked after it began wait until it ends, or for ever.

        accept  accept  accept  accept  accept       accept
    ask |       |ask    |ask    |ask    |ask         |
        reply   |       |       |       |            |
      --+-------+-------+-------+-------+------------+--> time
        ^last answer                          ^next answer: replies to all that waited
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.load.judgement.bounds import SLOW_SERVICE, Interval
from pcapinspect.load.judgement.falls import stuck
from pcapinspect.load.judgement.silences import FEWEST_ATTEMPTS, beyond_chance
from pcapinspect.load.measures.rates import distinct
from pcapinspect.load.measures.traffic import PROMPT, Traffic

SHORTEST = 3 * SECOND
"""A server that answers nobody for less is busy. A client waits longer for a response than for a SYN/ACK: IOS, as any
TCP, takes 3 s and more to give a SYN up (RFC 1122, 4.2.3.1)."""


def find(traffic: Traffic) -> list[Interval]:
    """The intervals in which requests of accepted connections waited and nobody's was answered, in order of time."""
    ask, reply, attempt = traffic.ask_time, traffic.reply_time, traffic.ask_attempt
    if len(ask) < FEWEST_ATTEMPTS:
        return []
    patience = _patience(ask, reply)
    replies = np.sort(reply[reply != MISSING])
    waited = np.where(reply != MISSING, reply, traffic.end) - ask
    late = np.flatnonzero((waited > patience) & ~stuck(traffic)[attempt])  # whose request never arrives waits for ever
    gap = np.searchsorted(replies, ask[late], side="right")
    gaps, first, counts = np.unique(gap, return_index=True, return_counts=True)
    until = np.append(replies, traffic.end)[gaps]
    several = np.array([len(distinct(attempt[late[f : f + n]])) for f, n in zip(first, counts, strict=True)], np.int64)
    eligible = (until - ask[late[first]] >= max(SHORTEST, patience)) & (several >= FEWEST_ATTEMPTS)
    believed = beyond_chance(several, eligible, len(replies))
    rows = [late[f : f + n] for f, n in zip(first[believed], counts[believed], strict=True)]
    return [_interval(traffic, hit, replies, patience) for hit in rows]


def _patience(ask: Int64, reply: Int64) -> int:
    """How long a response may take before it is late, by those that came."""
    known = reply != MISSING
    usual = int(np.median((reply - ask)[known])) if known.any() else 0
    return max(PROMPT, SLOW_SERVICE * usual)


def _interval(traffic: Traffic, hit: Int64, replies: Int64, patience: int) -> Interval:
    """`hit`: rows of the requests that waited, in the order of time."""
    ask, reply = traffic.ask_time, traffic.reply_time
    attempts = distinct(traffic.ask_attempt[hit])
    first, last = int(ask[hit[0]]), int(ask[hit[-1]])
    after = int(np.searchsorted(replies, first, side="right"))
    next_answer = int(replies[after]) if after < len(replies) else None
    served = np.flatnonzero((reply != MISSING) & (reply <= first))
    last_served = served[np.argmax(ask[served])] if len(served) else None
    taken = MISSING if last_served is None else int(traffic.start[traffic.ask_attempt[last_served]])
    ended = traffic.end if next_answer is None else next_answer
    return Interval(
        last_answer=_last_taken(traffic, attempts, first),
        first_unanswered=first,
        last_unanswered=last,
        next_answer=next_answer,
        # Whoever asked first, and was answered in the end, would have been within the patience, had the server gone on.
        at_least=max(last - first, ended - first - patience if (reply[hit] == ended).any() else 0),
        at_most=None if next_answer is None or last_served is None else next_answer - taken,
        syns=np.empty(0, np.int64),
        attempts=attempts,
        clients=len(distinct(traffic.client[attempts])),
        form="reset" if _mostly_reset(traffic, attempts) else "waiting",
        stalled=int(np.count_nonzero(traffic.served[attempts] != MISSING)),
        waited=int((np.where(reply[hit] != MISSING, reply[hit], ended) - ask[hit]).max()),
    )


def _last_taken(traffic: Traffic, waiting: Int64, first: int) -> int | None:
    """When the last connection was accepted that the server still served."""
    accepts = traffic.answer[np.setdiff1d(traffic.prompt, waiting)]
    before = accepts[accepts <= first]
    return int(before.max()) if len(before) else None


def _mostly_reset(traffic: Traffic, attempts: Int64) -> bool:
    return bool(np.mean(traffic.reset_at_once[attempts]) > 0.5)


def merged(silences: Sequence[Interval], waits: Sequence[Interval]) -> list[Interval]:
    """All intervals in order of time; those that overlap are one, bounded by the SYNs, which tell more exactly."""
    found = list(silences)
    for wait in waits:
        over = [n for n, one in enumerate(found) if _overlap(one, wait)]
        if not over:
            found.append(wait)
        for n in over:
            found[n] = _with_waiting(found[n], wait)
    return sorted(found, key=lambda one: one.first_unanswered)


def _overlap(silence: Interval, wait: Interval) -> bool:
    begins = silence.first_unanswered if silence.last_answer is None else silence.last_answer
    ends = silence.last_unanswered if silence.next_answer is None else silence.next_answer
    return wait.first_unanswered <= ends and begins <= wait.last_unanswered


def _with_waiting(silence: Interval, wait: Interval) -> Interval:
    attempts = distinct(np.concatenate((silence.attempts, wait.attempts)))
    form = "mixed" if len(attempts) > len(silence.attempts) else silence.form
    return replace(silence, attempts=attempts, form=form)
