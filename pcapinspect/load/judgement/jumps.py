"""Where the capture's clock jumped: of a silence that lies there only the part on either side can be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.measures.quality import Jump
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.tcp.connections import Syns

_FILE = np.int64(1 << 40)
"""More than the jumps of any file."""


def measured_beside(
    silences: Sequence[Interval], jumps: Sequence[Jump], traffic: Traffic, syns: Syns
) -> Sequence[Interval]:
    """The silences; those in which the clock jumped last at least as long as the longest stretch beside a jump."""
    if not jumps or not silences:
        return silences
    stretch = _stretches(syns.take(traffic.syn_number), jumps)
    met = _meet(silences, jumps)
    return [
        _measured(silence, traffic.syn_time[silence.syns], stretch[silence.syns]) if jumped else silence
        for silence, jumped in zip(silences, met, strict=True)
    ]


def _stretches(syns: Syns, jumps: Sequence[Jump]) -> Int64:
    """For each of these SYNs the stretch that it lies in, within which its file's clock went on."""
    stretch = syns.file * _FILE
    for file in {jump.file for jump in jumps}:
        frames = np.sort(np.array([jump.frame for jump in jumps if jump.file == file]))
        rows = np.flatnonzero(syns.file == file)
        stretch[rows] += np.searchsorted(frames, syns.frame[rows], side="right")
    return stretch


def _meet(silences: Sequence[Interval], jumps: Sequence[Jump]) -> list[bool]:
    """Which silences have times in them that a clock showed twice, or left out."""
    low = np.array([min(jump.before, jump.after) for jump in jumps])
    high = np.array([max(jump.before, jump.after) for jump in jumps])
    order = np.argsort(low)
    low, latest = low[order], np.maximum.accumulate(high[order])
    begins = [s.first_unanswered if s.last_answer is None else s.last_answer for s in silences]
    ends = [s.last_unanswered if s.next_answer is None else s.next_answer for s in silences]
    place = np.searchsorted(low, ends, side="right") - 1
    met: list[bool] = ((place >= 0) & (latest[np.maximum(place, 0)] >= begins)).tolist()
    return met


def _measured(silence: Interval, times: Int64, stretch: Int64) -> Interval:
    """Nobody was answered in the times of its SYNs, so each stretch of them is of the silence as well. What the whole
    falls short of its SYNs, because the outer ones may have been lost or on their way, a stretch may, too."""
    if not len(times):
        return replace(silence, at_most=None, jumped=True)
    _, place = np.unique(stretch, return_inverse=True)
    first, last = np.full(place.max() + 1, np.iinfo(np.int64).max), np.zeros(place.max() + 1, np.int64)
    np.minimum.at(first, place, times)
    np.maximum.at(last, place, times)
    short = silence.last_unanswered - silence.first_unanswered - silence.at_least
    return replace(silence, at_least=max(0, int((last - first).max()) - short), at_most=None, jumped=True)
