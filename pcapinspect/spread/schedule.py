"""The sweeps of a whole capture, for those who see a part of its packets."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.packets.batch import Packets
from pcapinspect.spread.plan import Position, in_order
from pcapinspect.spread.store import read, write
from pcapinspect.tcp.sweeps import Sweep, Sweeps

NAMES = ("epoch", "order", "file", "frame", "now")
"""Columns: the packet before which a sweep comes, and its time."""


def write_sweeps(path: Path, place: Position, time: Int64) -> None:
    """Finds the sweeps of a capture in the marks of all its files."""
    order = in_order(place)
    place = (place[0][order], place[1][order], place[2][order], place[3][order])
    sweeps = Sweeps().of(place[2].astype(np.uint16), place[3], time[order]) if len(order) else []
    rows = np.array([sweep.row for sweep in sweeps], np.int64)
    now = np.array([sweep.now for sweep in sweeps], np.int64)
    write(path, dict(zip(NAMES, (*(column[rows] for column in place), now), strict=True)))


class Schedule:
    """Hands out the sweeps batch by batch."""

    def __init__(self, path: Path) -> None:
        columns = read(path)
        self._place = [columns[name] for name in NAMES[:4]]
        self._now = columns["now"]
        self._done = 0

    def of(self, epoch: int, packets: Packets, order: Int64) -> list[Sweep]:
        """The sweeps since the last batch, and where they come in this one, whose rows are in the order given."""
        last = (epoch, int(order[-1]), int(packets.file[-1]), int(packets.frame[-1]))
        sweeps = []
        while self._done < len(self._now):
            begin = tuple(int(column[self._done]) for column in self._place)
            if begin > last:
                break
            sweeps.append(Sweep(self._row(begin, epoch, packets, order), int(self._now[self._done])))
            self._done += 1
        return sweeps

    @staticmethod
    def _row(begin: tuple[int, ...], epoch: int, packets: Packets, order: Int64) -> int:
        """The first of the packets that is not before the place where a sweep comes."""
        if begin[0] < epoch:
            return 0
        first, last = np.searchsorted(order, begin[1], "left"), np.searchsorted(order, begin[1], "right")
        file, frame = packets.file[first:last], packets.frame[first:last]
        earlier = (file < begin[2]) | ((file == begin[2]) & (frame < begin[3]))
        return int(first + np.count_nonzero(earlier))
