"""When the tracker lets go of connections that are over, and what time it is then."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pcapinspect.columns import Int64, UInt16

BLOCK_BITS = 15
BLOCK = 1 << BLOCK_BITS
"""Frames of a file between two sweeps: often enough that what is over holds little, seldom enough to cost nothing."""

_LATEST = np.iinfo(np.int64).max

_FILE = np.int64(1 << 40)
"""More than the blocks of any file."""


class Sweep(NamedTuple):
    """One look for connections that are over."""

    row: int
    """The packet of the batch before which it comes."""
    now: int


class Sweeps:
    """Finds the sweeps in the packets of a capture, wherever batches end and whatever packets are left out.

    They come where a block of frames of a file ends: at its last frame, or where the next file begins. What then still
    comes of the files before is not looked at. "Now" is the earliest time in the last two blocks: neither one
    wrong time stamp, nor a small file of them, nor a clock that steps back ends a connection. Only the first packet of
    a block and those earlier than all before them in it matter (Marks).
    """

    def __init__(self) -> None:
        self._block = -1
        self._floor = self._floor_before = 0

    def of(self, file: UInt16, frame: Int64, time: Int64) -> list[Sweep]:
        """The sweeps before these packets, which are the next in the order of the capture."""
        block = file * _FILE + (frame - 1 >> BLOCK_BITS)
        newest = np.maximum.accumulate(np.maximum(block, self._block))
        time = np.where(block == newest, time, _LATEST)
        sweeps = []
        done = 0
        for row in np.flatnonzero(np.diff(newest, prepend=self._block)).tolist():
            self._look(time[done:row])
            sweeps.append(Sweep(row, min(self._floor, self._floor_before)))
            self._floor_before, self._floor = self._floor, _LATEST
            done = row
        self._look(time[done:])
        self._block = int(newest[-1])
        return sweeps

    def _look(self, times: Int64) -> None:
        self._floor = min(self._floor, int(times.min(initial=_LATEST)))


class Marks:
    """Chooses those packets of one file that sweeps depend on."""

    def __init__(self) -> None:
        self._block = -1
        self._floor = _LATEST

    def of(self, frame: Int64, time: Int64) -> Int64:
        """The chosen of these packets, which are the next of the file."""
        block = frame - 1 >> BLOCK_BITS
        begins = np.flatnonzero(np.diff(block, prepend=self._block))
        self._block = int(block[-1])
        chosen = [begins]
        for first, last in pairwise((0, *begins.tolist(), len(block))):
            if first in begins:
                self._floor = _LATEST
            floors = np.minimum.accumulate(np.concatenate(([self._floor], time[first:last])))
            chosen.append(first + np.flatnonzero(np.diff(floors)))
            self._floor = int(floors[-1])
        return np.unique(np.concatenate(chosen))
