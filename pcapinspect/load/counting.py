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
from pcapinspect.load.model import CountingModel
from pcapinspect.load.rates import count_before
from pcapinspect.load.silences import Silence
from pcapinspect.settings import Settings

SLACK = 0.1
"""Share of the limit by which a count may pass it before the server's silence is seen: connections that were on their
way, or waiting in the queue in front of the listener, when the limit was reached."""

SHORT = 0.05
"""Share of the limit that may be missing when it is reached: connections whose packets were lost before they could be
captured, or that were counted when only their first SYN had come."""

PHASES = 60
"""Moments within the window at which fixed minutes are tried to begin."""


def count_models(
    times: Mapping[str, Int64], silences: Sequence[Silence], settings: Settings, enough: int
) -> tuple[CountingModel, ...]:
    """All models. `times` are the sorted times of what each of them counts, `enough` as `reaching` has it."""
    models = []
    for counts, when in times.items():
        for window, judge in (("rolling", _rolling), ("fixed", _fixed), ("rearmed", _rearmed)):
            at_onset, over = judge(when, silences, settings)
            fits = bool(silences) and over == 0 and bool(np.all(at_onset >= enough))
            models.append(CountingModel(counts, window, tuple(at_onset.tolist()), fits, over))
    return tuple(models)


def reaching(limit: int, share_lost: float) -> int:
    """How many must have been counted for the limit to have been reached, where the capture lost such a share."""
    return max(1, int(limit * (1 - SHORT - share_lost)))


def _onsets(silences: Sequence[Silence]) -> Int64:
    return np.array([silence.onset for silence in silences], np.int64)


def _most(settings: Settings) -> float:
    return settings.limit * (1 + SLACK)


def _rolling(when: Int64, silences: Sequence[Silence], settings: Settings) -> tuple[Int64, int]:
    """Not counted as over the limit is what came in the window after a pause: whether a pause re-arms is not known."""
    window = settings.window * SECOND
    over = when[count_before(when, when, window) > _most(settings)]
    return count_before(when, _onsets(silences), window), _without_pause(over, silences, window)


def _rearmed(when: Int64, silences: Sequence[Silence], settings: Settings) -> tuple[Int64, int]:
    window = settings.window * SECOND
    resumed = np.array([s.next_answer for s in silences if s.next_answer is not None], np.int64)
    over = when[count_anew(when, when, window, resumed) > _most(settings)]
    return count_anew(when, _onsets(silences), window, resumed), _without_pause(over, silences, 0)


def count_anew(when: Int64, at: Int64, window: int, resumed: Int64) -> Int64:
    """`count_before`, but not from before the last of the sorted times at which the server answered again."""
    since = at - window
    if len(resumed):
        last = np.searchsorted(resumed, at, side="right") - 1
        since = np.where(last >= 0, np.maximum(since, resumed[last] - 1), since)
    return np.searchsorted(when, at, side="right") - np.searchsorted(when, since, side="right")


def _without_pause(times: Int64, silences: Sequence[Silence], after: int) -> int:
    """How many of the times lie in no silence, nor less than `after` later."""
    near = np.zeros(len(times), np.bool_)
    for silence in silences:
        low = np.searchsorted(times, silence.onset, side="left")
        if silence.next_answer is None:
            near[low:] = True
        else:
            near[low : np.searchsorted(times, silence.next_answer + after, side="right")] = True
    return int(np.count_nonzero(~near))


def _fixed(when: Int64, silences: Sequence[Silence], settings: Settings) -> tuple[Int64, int]:
    """By the phase that explains most pauses, and of those the one with the fewest minutes over the limit without one."""
    window = settings.window * SECOND
    onsets = _onsets(silences)
    best: tuple[tuple[int, int], Int64, int] | None = None
    seconds, each = np.unique(when // SECOND, return_counts=True)
    for phase in range(PHASES):
        shift = phase * window // PHASES
        begins = onsets - (onsets - shift) % window
        at_onset = np.searchsorted(when, onsets, side="right") - np.searchsorted(when, begins, side="left")
        over = _full_minutes(seconds, each, shift // SECOND, onsets, settings)
        rank = (-int(np.count_nonzero(at_onset >= settings.limit)), over)
        if best is None or rank < best[0]:
            best = rank, at_onset, over
    assert best is not None
    return best[1], best[2]


def _full_minutes(seconds: Int64, each: Int64, shift: int, onsets: Int64, settings: Settings) -> int:
    """Fixed minutes with more than the limit in which no pause began."""
    if not len(seconds):
        return 0
    minute = (seconds - shift) // settings.window
    begins = np.flatnonzero(np.diff(minute, prepend=minute[0] - 1))
    counts = np.add.reduceat(each, begins)
    paused = np.isin(minute[begins], (onsets // SECOND - shift) // settings.window)
    return int(np.count_nonzero((counts > _most(settings)) & ~paused))
