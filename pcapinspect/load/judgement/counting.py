"""How IOS counts to its limit is not public: every way that it may count, and how each stands at the pauses.

Counted may be attempts, SYN packets, accepts or requests; over the last minute at any time (`rolling`), over minutes
that follow each other from an unknown moment on (`fixed`), or over the last minute but anew after each pause
(`rearmed`). None is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool, Int64
from pcapinspect.load.judgement.bounds import Silence
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.model import CountingModel

SLACK = 0.1
"""Share of the limit by which a count may pass it before the server's silence is seen: connections that were on their
way, or waiting in the queue in front of the listener, when the limit was reached."""

SHORT = 0.05
"""Share of the limit that may be missing when it is reached: connections whose packets were lost before they could be
captured, or that were counted when only their first SYN had come."""

PHASES = 60
"""Moments within the window at which fixed minutes are tried to begin."""


def reaching(limit: int, share_lost: float) -> int:
    """How many must have been counted for the limit to have been reached, where the capture lost such a share."""
    return max(1, int(limit * (1 - SHORT - share_lost)))


@dataclass(frozen=True, slots=True)
class _Limit:
    """How far a count may be off the limit when a pause begins."""

    enough: int
    most: float
    spare: int
    """By how much a count goes on above the limit before the silence is seen."""
    quiet: Int64
    """Ends of stretches in which nobody was answered for as long as a pause: one that nobody met is not seen."""


def count_models(
    rates: Mapping[str, Rate], silences: Sequence[Silence], alike: Bool, quiet: Int64, limit: int, enough: int
) -> tuple[CountingModel, ...]:
    """All models. `rates` are of what each of them counts; `enough`, counted, is the limit (`reaching`); `alike` says
    which of the silences are as long as the limit's pause, so that a count may be held against them; `quiet` is when
    `quiet_until` says."""
    models = []
    bounds = _Limit(enough, limit * (1 + SLACK), ceil(limit * SLACK), quiet)
    onsets = np.array([silence.onset for silence in silences], np.int64)
    for counts, rate in rates.items():
        for window, judge in (("rolling", _rolling), ("fixed", _fixed), ("rearmed", _rearmed)):
            at_onset, over = judge(rate, onsets, silences, alike, bounds)
            fits = bool(silences) and over == 0 and bool(np.all(at_onset >= enough))
            models.append(CountingModel(counts, window, tuple(at_onset.tolist()), fits, over))
    return tuple(models)


def quiet_until(accepts: Int64, pause: int) -> Int64:
    """When the server accepted somebody for the first time after `pause` nanoseconds or more."""
    return accepts[1:][np.diff(accepts) >= pause]


def resumptions(silences: Sequence[Silence]) -> Int64:
    """When the server answered again after each silence, where that is known. What a queue took for it in between, it
    reads and counts only then."""
    ended = [silence for silence in silences if silence.next_answer is not None]
    again = [silence.onset + 1 if silence.stalled else silence.next_answer for silence in ended]
    return np.maximum.accumulate(np.array(again, np.int64))


def _rolling(rate: Rate, onsets: Int64, silences: Sequence[Silence], _alike: Bool, limit: _Limit) -> tuple[Int64, int]:
    """A count that is at the limit when a pause ends makes the next one at once, but for what was on its way."""
    return rate.before(onsets), _without_pause(rate, rate.counts > limit.most, silences, limit.spare)


def _rearmed(rate: Rate, onsets: Int64, silences: Sequence[Silence], _alike: Bool, limit: _Limit) -> tuple[Int64, int]:
    anew = np.union1d(resumptions(silences), limit.quiet)
    return rate.before_since(onsets, anew), _without_pause(rate, rate.counts_since(anew) > limit.most, silences, 0)


def _without_pause(rate: Rate, over: Bool, silences: Sequence[Silence], spare: int) -> int:
    """How many of those that were over the limit lie in no silence, nor are of the first few after one."""
    near = np.zeros(len(rate.times), np.bool_)
    for silence in silences:
        low = np.searchsorted(rate.times, silence.onset, side="left")
        if silence.next_answer is None:
            near[low:] = True
        else:
            near[low : np.searchsorted(rate.times, silence.next_answer, side="right") + spare] = True
    return int(np.count_nonzero(over & ~near))


def _fixed(rate: Rate, onsets: Int64, silences: Sequence[Silence], alike: Bool, limit: _Limit) -> tuple[Int64, int]:
    """By the phase that explains most pauses; of several, the one with the fewest full minutes without a pause.

    A minute that was full long before a pause in it is one, too: unless an earlier pause ended in it, and the count
    went on (then the next came at once) or began anew (then it was reached again).
    """
    best: tuple[tuple[int, int], Int64, int] | None = None
    whole = rate.times // SECOND
    begins = np.flatnonzero(np.diff(whole, prepend=whole[:1] - 1))
    whole, each = whole[begins], np.diff(begins, append=len(rate.times))
    paused = np.concatenate((onsets, resumptions(silences))) // SECOND
    until = np.searchsorted(rate.times, onsets, side="right")
    again = _last_before(resumptions(silences), onsets)
    for phase in range(PHASES):
        shift = phase * rate.window // PHASES
        since = onsets - (onsets - shift) % rate.window
        at_onset = until - np.searchsorted(rate.times, since, side="left")
        over = _full_minutes(whole, each, shift // SECOND, rate.window // SECOND, paused, limit.most)
        since_pause = until - np.searchsorted(rate.times, np.maximum(again, since), side="left")
        late = (since_pause > limit.most) | (since_pause > limit.spare) & (since_pause < limit.enough)
        over += int(np.count_nonzero(alike & (at_onset > limit.most) & late))
        rank = (-int(np.count_nonzero(at_onset >= limit.enough)), over)
        if best is None or rank < best[0]:
            best = rank, at_onset, over
    assert best is not None
    return best[1], best[2]


def _last_before(times: Int64, at: Int64) -> Int64:
    """For each of `at` the last of the sorted times that is not later; long ago where there is none."""
    return np.append(np.iinfo(np.int64).min, times)[np.searchsorted(times, at, side="right")]


def _full_minutes(whole: Int64, each: Int64, shift: int, window: int, paused: Int64, most: float) -> int:
    """Fixed minutes with more than the limit in which no pause began or ended. Times in whole seconds."""
    if not len(whole):
        return 0
    minute = (whole - shift) // window
    begins = np.flatnonzero(np.diff(minute, prepend=minute[0] - 1))
    over = minute[begins][np.add.reduceat(each, begins) > most]
    return int(np.count_nonzero(~np.isin(over, (paused - shift) // window)))
