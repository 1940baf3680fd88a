"""When the tracker lets go of connections that are over, and what time it is then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.columns import Int64, UInt16

BLOCK = 1 << 15
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
    a block and those earlier than all before them in it matter.
    """

    def __init__(self) -> None:
        self._block = -1
        self._floor = self._floor_before = 0

    def of(self, file: UInt16, frame: Int64, time: Int64) -> list[Sweep]:
        """The sweeps before these packets, which are the next in the order of the capture."""
        block = file * _FILE + (frame - 1) // BLOCK
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
