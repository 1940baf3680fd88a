"""When the tracker lets go of connections that are over, and what time it is then."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pcapinspect.columns import Int64, UInt16
from pcapinspect.kernel import kernel

BLOCK_BITS = 14
BLOCK = 1 << BLOCK_BITS
"""Frames of a file between two sweeps: often enough that the state of what goes on stays in the processor's cache,
seldom enough that looking at 10,000 open connections takes a tenth of the time that the frames take."""

_LATEST = np.iinfo(np.int64).max

_FILE = np.int64(1 << 40)
"""More than the blocks of any file."""


class Sweep(NamedTuple):
    """One look for connections that are over."""

    row: int
    """The packet of the batch before which it comes."""
    now: int


class State(NamedTuple):
    """What is known of the packets so far."""

    newest: Int64
    """The block that began last, as an array of one: the file in the upper bits."""
    floors: Int64
    """The earliest time in that block, and in the one before it."""


class Sweeps:
    """Finds the sweeps in the packets of a capture, wherever batches end and whatever packets are left out.

    They come where a block of frames of a file ends: at its last frame, or where the next file begins. What then still
    comes of the files before is not looked at. "Now" is the earliest time in the last two blocks: neither one
    wrong time stamp, nor a small file of them, nor a clock that steps back ends a connection. Only the first packet of
    a block and those earlier than all before them in it matter (Marks).
    """

    def __init__(self) -> None:
        self._state = State(np.full(1, -1), np.zeros(2, np.int64))

    def of(self, file: UInt16, frame: Int64, time: Int64) -> list[Sweep]:
        """The sweeps before these packets, which are the next in the order of the capture."""
        rows, nows = find(file, frame, time, BLOCK_BITS, self._state)
        return [Sweep(*sweep) for sweep in zip(rows.tolist(), nows.tolist(), strict=True)]


@kernel
def find(file: UInt16, frame: Int64, time: Int64, block_bits: int, state: State) -> tuple[Int64, Int64]:
    """Rows before which a sweep comes, and what time it is then; moves `state` on."""
    rows, nows = np.empty(file.size, np.int64), np.empty(file.size, np.int64)
    floors = state.floors
    count = 0
    for row in range(file.size):
        block = file[row] * _FILE + (frame[row] - 1 >> block_bits)
        if block > state.newest[0]:
            rows[count] = row
            nows[count] = min(floors[0], floors[1])
            count += 1
            state.newest[0] = block
            floors[1], floors[0] = floors[0], _LATEST
        if block == state.newest[0]:
            floors[0] = min(floors[0], time[row])
    return rows[:count], nows[:count]


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
