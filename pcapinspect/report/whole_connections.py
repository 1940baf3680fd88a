"""Frames of whole connections: every packet of a 4-tuple from an attempt's first one until the next attempt's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pcapinspect.columns import Int64, UInt64
from pcapinspect.packets.batch import Packets
from pcapinspect.tcp.connections import Connections

_Ends = tuple[int, ...]
"""Halves of the address and port of the client, then of the server."""


class WholeConnections:
    """Collects the frames of chosen connections from batches in the order in which they were followed."""

    def __init__(self, connections: Connections, chosen: Int64) -> None:
        rows = connections
        ends = (
            rows.client_high,
            rows.client_low,
            rows.client_port,
            rows.server_high,
            rows.server_low,
            rows.server_port,
        )
        keys = _mix(*ends)
        self._keys = np.unique(keys[chosen])
        wanted = set(chosen.tolist())
        self._taken: dict[_Ends, bool] = {}
        """Whether the attempt that a 4-tuple is at is a chosen one."""
        self._begins: dict[tuple[int, int], bool] = {}
        """The same, by file and first frame of every attempt on such a 4-tuple."""
        for row in np.flatnonzero(np.isin(keys, self._keys)).tolist():
            is_chosen = row in wanted
            self._taken.setdefault(_at(ends, row), is_chosen)
            self._begins[int(rows.file[row]), int(rows.first_frame[row])] = is_chosen
        self._frames: dict[int, set[int]] = {}

    def feed(self, packets: Packets) -> None:
        """Looks at the packets of one batch."""
        source = (packets.src_high, packets.src_low, packets.src_port)
        target = (packets.dst_high, packets.dst_low, packets.dst_port)
        up, down = (*source, *target), (*target, *source)
        likely = np.isin(_mix(*up), self._keys) | np.isin(_mix(*down), self._keys)
        for row in np.flatnonzero(likely).tolist():
            ends = next((ends for ends in (_at(up, row), _at(down, row)) if ends in self._taken), None)
            if ends is not None:
                self._take(ends, int(packets.file[row]), int(packets.frame[row]))

    def frames(self, file: int) -> Int64:
        """Frame numbers in one file, ascending."""
        return np.array(sorted(self._frames.get(file, ())), dtype=np.int64)

    def _take(self, ends: _Ends, file: int, frame: int) -> None:
        begun = self._begins.get((file, frame))
        if begun is not None:
            self._taken[ends] = begun
        if self._taken[ends]:
            self._frames.setdefault(file, set()).add(frame)


def _at(columns: tuple[NDArray[Any], ...], row: int) -> _Ends:
    return tuple(int(column[row]) for column in columns)


def _mix(*columns: NDArray[Any]) -> UInt64:
    """A 64-bit number for each 4-tuple; equal tuples have equal ones, and those of others are told apart afterwards."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio
        mixed ^= mixed >> np.uint64(29)
    return mixed
