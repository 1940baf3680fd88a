"""The table of minutes: what each server was asked and answered in each calendar minute (UTC)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.load.concurrency import Open
from pcapinspect.load.model import Minutes
from pcapinspect.load.rates import rolling
from pcapinspect.load.silences import Silence
from pcapinspect.load.traffic import Traffic
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import (
    ESTABLISHED,
    HALF_OPEN,
    REFUSED,
    UNANSWERED,
    UNDETERMINED,
    UNREACHABLE,
)

MOST_MINUTES = 100_000
"""Some ten weeks. A capture whose clock claims more gets only the minutes in which something happened."""


def minutes_of(
    server: int,
    traffic: Traffic,
    requests: Int64,
    errors: Int64,
    opened: Open,
    silences: Sequence[Silence],
    settings: Settings,
) -> Minutes:
    """The minutes of one server, from its first packet's to its last. `requests` and `errors`: their sorted times."""
    accepts = traffic.accept_times
    minute = _minutes(np.concatenate((traffic.start, accepts, requests, errors, traffic.syn_time)))
    started = np.searchsorted(minute, traffic.start // MINUTE * MINUTE)

    def count(times: Int64) -> Int64:
        return np.bincount(np.searchsorted(minute, times // MINUTE * MINUTE), minlength=len(minute))

    def count_outcome(outcome: int) -> Int64:
        return np.bincount(started[traffic.outcome == outcome], minlength=len(minute))

    peak = _peak(minute, accepts, rolling(accepts, settings.window * SECOND))
    times, counts = opened.curve()
    paused = _paused(minute, silences)
    return Minutes(
        server=np.full(len(minute), server),
        minute=minute,
        syn_packets=count(traffic.syn_time),
        attempts=count(traffic.attempt_times),
        accepted=count(accepts),
        established=count_outcome(ESTABLISHED),
        half_open=count_outcome(HALF_OPEN),
        unanswered=count_outcome(UNANSWERED),
        refused=count_outcome(REFUSED),
        unreachable=count_outcome(UNREACHABLE),
        undetermined=count_outcome(UNDETERMINED),
        exchanges=count(requests),
        errors=count(errors),
        peak_accepted_60s=peak,
        peak_open=np.maximum(_peak(minute, times, counts), opened.at(minute)),
        over_limit=peak > settings.limit,
        paused=paused,
    )


def _minutes(times: Int64) -> Int64:
    """Minutes from the first time to the last, without gaps unless there would be too many."""
    times = times[times != MISSING] // MINUTE
    if not len(times):
        return np.empty(0, np.int64)
    first, last = int(times.min()), int(times.max())
    if last - first < MOST_MINUTES:
        return np.arange(first, last + 1) * MINUTE
    return np.unique(times) * MINUTE


def _peak(minute: Int64, times: Int64, counts: Int64) -> Int64:
    """The highest count in each minute; 0 where there is none."""
    peak = np.zeros(len(minute), np.int64)
    known = times >= minute[0] if len(minute) else np.zeros(len(times), np.bool_)
    place = np.searchsorted(minute, times[known], side="right") - 1
    np.maximum.at(peak, place, counts[known])
    return peak


def _paused(minute: Int64, silences: Sequence[Silence]) -> Int64:
    """Nanoseconds of each minute between the first and the last unanswered SYN of a silence."""
    paused = np.zeros(len(minute), np.int64)
    for silence in silences:
        low = int(np.searchsorted(minute, silence.first_unanswered - MINUTE, side="right"))
        high = int(np.searchsorted(minute, silence.last_unanswered, side="right"))
        begins = minute[low:high]
        overlap = np.minimum(begins + MINUTE, silence.last_unanswered) - np.maximum(begins, silence.first_unanswered)
        paused[low:high] += np.maximum(overlap, 0)
    return paused
