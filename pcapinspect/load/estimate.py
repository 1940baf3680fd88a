"""Limit, window and pause as the capture itself suggests them, for servers that are not as the settings say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.load.bounds import Silence
from pcapinspect.load.model import Estimate
from pcapinspect.settings import Settings

FEWEST = 3
"""Silences from which a regularity is believed."""

ALIKE = 0.05
"""Share by which counts of one limit may differ: connections that were on their way when it was reached."""

WINDOWS = (10, 20, 30, 60, 90, 120, 300)
"""Seconds over which a limit may count, beside the setting."""

TIMER = SECOND // 2


def estimate(silences: Sequence[Silence], accepts: Int64, begin: int, settings: Settings) -> Estimate | None:
    """What the silences have in common. None: too few, nothing in common, or what the settings say anyway.

    `accepts`: sorted times; `begin`: of the capture.
    """
    whole = [silence for silence in silences if silence.at_most is not None]
    if len(whole) < FEWEST:
        return None
    pause = _common_length(whole)
    limit = _common_count(whole, accepts, begin, settings.window)
    usual_pause = pause is not None and pause[0] - 0.5 <= settings.pause <= pause[1] + 0.5
    usual_limit = limit is not None and limit[1] == settings.window and abs(limit[0] - settings.limit) <= 2
    if (pause is None or usual_pause) and (limit is None or usual_limit):
        return None
    said = []
    if limit is not None:
        said.append(f"every one of {len(whole)} pauses began after about {limit[0]} connections in {limit[1]} s")
    if pause is not None:
        said.append(f"{pause[0]:.1f} to {pause[1]:.1f} s fits the length of all of them")
    sentence = f"In this capture {' and '.join(said)}; the settings say {settings.limit}, {settings.window} s and "
    return Estimate(
        limit=limit[0] if limit else None,
        window=float(limit[1]) if limit else None,
        pause=pause,
        sentence=f"{sentence}{settings.pause} s.",
    )


def _common_length(silences: Sequence[Silence]) -> tuple[float, float] | None:
    """Seconds: the range that lies in the ranges of all silences."""
    low = max(silence.at_least for silence in silences)
    high = min(silence.at_most for silence in silences if silence.at_most is not None)
    return (low / SECOND, high / SECOND) if low <= high else None


def _common_count(silences: Sequence[Silence], accepts: Int64, begin: int, window: int) -> tuple[int, int] | None:
    """The count and window (seconds) for which all onsets agree: the window in force, else the shortest that does.

    Counted anew after each silence: a limiter that does not re-arm differs only in when it begins again.
    """
    onsets = np.array([silence.onset for silence in silences], np.int64)
    resumed = np.array([begin, *[s.next_answer for s in silences if s.next_answer is not None]], np.int64)
    last = resumed[np.searchsorted(resumed, onsets, side="right") - 1]
    for seconds in dict.fromkeys((window, *WINDOWS)):
        since = np.minimum(seconds * SECOND, onsets - last + 1)
        # A window that reaches beyond the capture's begin counts too little.
        known = (onsets - seconds * SECOND >= begin) | (last > begin)
        if np.count_nonzero(known) < FEWEST:
            continue
        counts = count_before_each(accepts, onsets[known], since[known])
        if counts.max() - counts.min() <= max(2, ALIKE * float(np.median(counts))) and counts.min() > 0:
            return int(np.median(counts)), seconds
    return None


def count_before_each(times: Int64, at: Int64, windows: Int64) -> Int64:
    """`count_before` with a window for each."""
    return np.searchsorted(times, at, side="right") - np.searchsorted(times, at - windows, side="right")
