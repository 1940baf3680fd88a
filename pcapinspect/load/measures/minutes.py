"""The table of minutes: what each server was asked and answered in each calendar minute (UTC)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pcapinspect.clock import MINUTE
from pcapinspect.columns import MISSING, Int64
from pcapinspect.load.measures.concurrency import Open
from pcapinspect.load.measures.rates import Rate, distinct, highest
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import ANSWERED, ASKED, NO_RUNG, SUCCEEDED, Minutes
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import (
    ANSWERED_OTHERWISE,
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
    accepts: Rate,
    requests: Int64,
    errors: Int64,
    opened: Open,
    pauses: Sequence[tuple[int, int]],
    settings: Settings,
) -> Minutes:
    """The minutes of one server, from its first packet's to its last. `requests` and `errors`: their sorted times;
    `pauses`: first and last unserved attempt of each."""
    starts = np.sort(traffic.start, kind="stable")  # a clock that steps back puts connections out of order
    minute = _minutes([starts, accepts.times, requests, errors, traffic.syn_time])

    def count(times: Int64) -> Int64:
        return np.searchsorted(times, minute + MINUTE) - np.searchsorted(times, minute)

    def count_outcome(outcome: int) -> Int64:
        return count(np.sort(traffic.start[traffic.outcome == outcome], kind="stable"))

    def count_reached(rung: int) -> Int64:
        reached = (traffic.rung >= rung) & (traffic.rung != NO_RUNG)
        return count(np.sort(traffic.start[reached], kind="stable"))

    peak = highest(accepts.counts, accepts.times, minute, MINUTE)
    times, counts = opened.curve
    paused = _paused(minute, pauses)
    return Minutes(
        server=np.full(len(minute), server),
        minute=minute,
        syn_packets=count(traffic.syn_time),
        attempts=count(traffic.attempt_times),
        accepted=count(accepts.times),
        established=count_outcome(ESTABLISHED),
        half_open=count_outcome(HALF_OPEN),
        unanswered=count_outcome(UNANSWERED),
        refused=count_outcome(REFUSED),
        unreachable=count_outcome(UNREACHABLE),
        undetermined=count_outcome(UNDETERMINED),
        exchanges=count(requests),
        errors=count(errors),
        peak_accepted_60s=peak,
        peak_open=np.maximum(highest(counts, times, minute, MINUTE), opened.at(minute)),
        over_limit=peak > settings.limit,
        paused=paused,
        answered_otherwise=count_outcome(ANSWERED_OTHERWISE),
        asked=count_reached(ASKED),
        answered=count_reached(ANSWERED),
        succeeded=count_reached(SUCCEEDED),
    )


def _minutes(columns: Sequence[Int64]) -> Int64:
    """Minutes from the first time to the last, without gaps unless there would be too many. Columns are in order."""
    columns = [times[times != MISSING] // MINUTE for times in columns]
    columns = [minutes for minutes in columns if len(minutes)]
    if not columns:
        return np.empty(0, np.int64)
    first, last = min(int(minutes[0]) for minutes in columns), max(int(minutes[-1]) for minutes in columns)
    if last - first < MOST_MINUTES:
        return np.arange(first, last + 1) * MINUTE
    return distinct(np.concatenate(columns)) * MINUTE


def _paused(minute: Int64, pauses: Sequence[tuple[int, int]]) -> Int64:
    """Nanoseconds of each minute that lie in a pause."""
    paused = np.zeros(len(minute), np.int64)
    for first, last in pauses:
        low = int(np.searchsorted(minute, first - MINUTE, side="right"))
        high = int(np.searchsorted(minute, last, side="right"))
        begins = minute[low:high]
        overlap = np.minimum(begins + MINUTE, last) - np.maximum(begins, first)
        paused[low:high] += np.maximum(overlap, 0)
    return paused
