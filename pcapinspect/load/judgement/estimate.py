"""Limit, window and pause as the capture itself suggests them, for servers that are not as the settings say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi, sqrt

import numpy as np

from pcapinspect.clock import SECOND, between
from pcapinspect.columns import Int64
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.counting import resumptions
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.model import Estimate
from pcapinspect.settings import Limits

FEWEST = 3
"""Silences from which a regularity is looked for."""

WINDOWS = (10, 20, 30, 60, 90, 120, 300)
"""Seconds over which a limit may count, beside the setting."""

CHANCE = 0.1
"""How likely a regularity of the counts may be by chance, all windows together, to be taken for a limit."""

ELSEWHERE = 3
"""How often a limit may be reached for each silence: a few come after it, before the server is silent."""

CLEARLY = 2
"""So many times as regular must the counts be as the times between silences, for counting to be what makes them."""

TIMER = 0.5
"""Seconds that a pause may be off its nominal length: a router's timers tick."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """What all onsets share."""

    window: int
    """Seconds."""
    on: int | None
    """The count, where it goes on through pauses."""
    anew: int | None
    """The count, where it begins anew after each."""

    @property
    def counts(self) -> list[int]:
        return [count for count in (self.on, self.anew) if count is not None]

    def __str__(self) -> str:
        if self.on is None or self.anew is None or self.on == self.anew:
            return f"about {self.counts[0]} connections in {self.window} s"
        return (
            f"about {self.on} connections in {self.window} s if the count goes on through pauses, or about {self.anew} "
            "if it begins anew after each (both fit)"
        )


def estimate(silences: Sequence[Interval], accepts: Int64, begin: int, limits: Limits) -> Estimate | None:
    """What the silences have in common. None: too few, nothing in common, or what the settings say anyway.

    `accepts`: sorted times; `begin`: of the capture.
    """
    whole = [silence for silence in silences if silence.at_most is not None]
    if len(whole) < FEWEST:
        return None
    begun = [silence for silence in silences if silence.last_answer is not None]
    pause, limit = _common_length(whole), _common_count(begun, accepts, begin, limits.window)
    usual_pause = pause is None or pause[0] - TIMER <= limits.pause <= pause[1] + TIMER
    usual_limit = limit is None or (
        limit.window == limits.window and any(abs(count - limits.limit) <= 2 for count in limit.counts)
    )
    if usual_pause and usual_limit:
        return None
    said = []
    if limit is not None:
        said.append(f"pauses begin after {limit}")
    if pause is not None:
        said.append(f"{between(*pause)} fits the length of most of them")
    known = f"the settings say {limits.limit}, {limits.window} s and {limits.pause} s"
    counts = list(dict.fromkeys(limit.counts)) if limit else []
    return Estimate(
        limit=counts[0] if counts else None,
        window=float(limit.window) if limit else None,
        pause=pause,
        sentence=f"In this capture {' and '.join(said)}; {known}.",
        limit_anew=counts[1] if len(counts) > 1 else None,
    )


def in_words(found: Estimate | None, limits: Limits) -> tuple[str, str]:
    """`120 or about 40 connections in 60 s` and `10.0 to 10.3 s`: the limit and its pause, by the settings if nothing
    else was found."""
    if found is None or found.limit is None or found.window is None or found.pause is None:
        return f"{limits.limit} connections in {limits.window} s", f"{limits.pause} s"
    counts = f"{found.limit}" if found.limit_anew is None else f"{found.limit} or about {found.limit_anew}"
    return f"{counts} connections in {found.window:g} s", between(*found.pause)


def _common_length(silences: Sequence[Interval]) -> tuple[float, float] | None:
    """Seconds: the range that lies in the ranges of most silences; two pauses in one go may look like one."""
    ends = sorted((silence.at_most, silence.at_least) for silence in silences if silence.at_most is not None)
    high = ends[len(ends) // 10][0]
    fitting = [at_least for _, at_least in ends if at_least <= high]
    if len(fitting) < 0.8 * len(ends):
        return None
    return max(fitting) / SECOND, high / SECOND


def _common_count(silences: Sequence[Interval], accepts: Int64, begin: int, window: int) -> _Limit | None:
    """The counts and window that all onsets share: the window in force, else the shortest that does."""
    for seconds in dict.fromkeys((window, *WINDOWS)):
        rate = Rate(accepts, seconds * SECOND)
        on = _regular_count(silences, rate, np.empty(0, np.int64), begin)
        anew = _regular_count(silences, rate, resumptions(silences), begin)
        if on is not None or anew is not None:
            return _Limit(seconds, on, anew)
    return None


def _regular_count(silences: Sequence[Interval], rate: Rate, anew: Int64, begin: int) -> int | None:
    """The count that all onsets share, if it begins anew at these times."""
    onsets = np.array([silence.onset for silence in silences], np.int64)
    # A window that reaches beyond the capture's begin counts too little.
    known = (onsets - rate.window >= begin) | (len(anew) > 0) & (onsets > silences[0].onset)
    counts = rate.before_since(onsets[known], anew)
    if len(counts) < FEWEST or not _regular(counts) or _by_timer(silences, counts):
        return None
    # A limit is reached when a pause begins, and at no other time.
    limit = int(np.median(counts))
    reached = np.count_nonzero(rate.counts_since(anew) >= limit)
    return limit if reached <= ELSEWHERE * len(onsets) else None


def _by_timer(silences: Sequence[Interval], counts: Int64) -> bool:
    """Whether the silences come about as regularly by the clock as by the count: a timer may make them.

    Compared are how far the counts lie apart, and how far the times since the server answered again must, in accepts:
    when a silence began and ended is known no better than somebody asked.
    """
    pairs = [
        (before, silence)
        for before, silence in pairwise(silences)
        if silence.last_answer is not None and before.next_answer is not None
    ]
    if len(pairs) < FEWEST:
        return False
    least = np.array([silence.onset - (before.next_answer or 0) for before, silence in pairs])
    most = np.array([silence.first_unanswered - before.last_unanswered for before, silence in pairs])
    pace = float(((least + most) / 2).mean()) / max(1.0, float(counts.mean()))
    spread = max(0, int(least.max() - most.min()))
    return spread < CLEARLY * (int(counts.max()) - int(counts.min()) + 1) * pace


def _regular(counts: Int64) -> bool:
    """Whether counts lie closer together than those of independent arrivals (Poisson) would.

    For n counts of mean m to lie within s of each other the chance is about n * ((s + 1) / sqrt(2 pi m)) ** (n - 1).
    """
    mean, number = float(counts.mean()), len(counts)
    spread = (int(counts.max()) - int(counts.min()) + 1) / sqrt(2 * pi * max(mean, 1.0))
    tries = 2 * (len(WINDOWS) + 1)
    return mean > 1 and spread < 1 and tries * number * spread ** (number - 1) <= CHANCE
