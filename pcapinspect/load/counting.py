"""How IOS counts to its limit is not public: every way that it may count, and how each stands at the pauses.

Counted may be attempts, SYN packets, accepts or requests; over the last minute at any time (`rolling`), over minutes
that follow each other from an unknown moment on (`fixed`), or over the last minute but anew after each pause
(`rearmed`). None is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.load.bounds import Silence
from pcapinspect.load.model import CountingModel
from pcapinspect.load.rates import Rate

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


def count_models(
    rates: Mapping[str, Rate], silences: Sequence[Silence], limit: int, enough: int
) -> tuple[CountingModel, ...]:
    """All models. `rates` are of what each of them counts; `enough`, counted, is the limit (`reaching`)."""
    models = []
    most = limit * (1 + SLACK)
    onsets = np.array([silence.onset for silence in silences], np.int64)
    for counts, rate in rates.items():
        for window, judge in (("rolling", _rolling), ("fixed", _fixed), ("rearmed", _rearmed)):
            at_onset, over = judge(rate, onsets, silences, most, enough)
            fits = bool(silences) and over == 0 and bool(np.all(at_onset >= enough))
            models.append(CountingModel(counts, window, tuple(at_onset.tolist()), fits, over))
    return tuple(models)


def resumptions(silences: Sequence[Silence]) -> Int64:
    """When the server answered again after each silence, where that is known."""
    return np.array([silence.next_answer for silence in silences if silence.next_answer is not None], np.int64)


def _rolling(rate: Rate, onsets: Int64, silences: Sequence[Silence], most: float, _enough: int) -> tuple[Int64, int]:
    """Not counted as over the limit is what came in the window after a pause: whether a pause re-arms is not known."""
    over = rate.times[rate.counts > most]
    return rate.before(onsets), _without_pause(over, silences, rate.window)


def _rearmed(rate: Rate, onsets: Int64, silences: Sequence[Silence], most: float, _enough: int) -> tuple[Int64, int]:
    anew = resumptions(silences)
    over = rate.times[rate.counts_since(anew) > most]
    return rate.before_since(onsets, anew), _without_pause(over, silences, 0)


def _without_pause(times: Int64, silences: Sequence[Silence], after: int) -> int:
    """How many of the sorted times lie in no silence, nor less than `after` later."""
    near = np.zeros(len(times), np.bool_)
    for silence in silences:
        low = np.searchsorted(times, silence.onset, side="left")
        if silence.next_answer is None:
            near[low:] = True
        else:
            near[low : np.searchsorted(times, silence.next_answer + after, side="right")] = True
    return int(np.count_nonzero(~near))


def _fixed(rate: Rate, onsets: Int64, silences: Sequence[Silence], most: float, enough: int) -> tuple[Int64, int]:
    """By the phase that explains most pauses; of several, the one with the fewest full minutes without a pause.

    A minute that was full long before the first pause in it is one, too.
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
        over = _full_minutes(whole, each, shift // SECOND, rate.window // SECOND, paused, most)
        over += int(np.count_nonzero((at_onset > most) & (again < since)))
        rank = (-int(np.count_nonzero(at_onset >= enough)), over)
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
