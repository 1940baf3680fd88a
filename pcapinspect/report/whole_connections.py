"""Frames of whole connections: every packet of a 4-tuple from an attempt's first one until the next attempt's."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from pcapinspect.capture.batch import Packets
from pcapinspect.columns import Int64, UInt16, UInt64
from pcapinspect.tcp.connections import Connections

_Ends = tuple[int, int, int, int, int, int]
"""Address and port of the client, then of the server."""


class WholeConnections:
    """Collects the frames of chosen connections from batches in the order of the capture."""

    def __init__(self, connections: Connections, chosen: Int64) -> None:
        rows = connections
        keys = _mix(
            rows.client_high, rows.client_low, rows.client_port, rows.server_high, rows.server_low, rows.server_port
        )
        self._keys = np.unique(keys[chosen])
        wanted = set(chosen.tolist())
        self._attempts: dict[_Ends, tuple[list[tuple[int, int]], list[bool]]] = {}
        for row in np.flatnonzero(np.isin(keys, self._keys)).tolist():
            ends = (
                int(rows.client_high[row]), int(rows.client_low[row]), int(rows.client_port[row]),
                int(rows.server_high[row]), int(rows.server_low[row]), int(rows.server_port[row]),
            )  # fmt: skip
            firsts, chosen_flags = self._attempts.setdefault(ends, ([], []))
            firsts.append((int(rows.file[row]), int(rows.first_frame[row])))
            chosen_flags.append(row in wanted)
        self._frames: dict[int, set[int]] = {}

    def feed(self, packets: Packets) -> None:
        """Looks at the packets of one batch."""
        source = (packets.src_high, packets.src_low, packets.src_port)
        target = (packets.dst_high, packets.dst_low, packets.dst_port)
        for client, server in ((source, target), (target, source)):
            for row in np.flatnonzero(np.isin(_mix(*client, *server), self._keys)).tolist():
                ends = tuple(int(column[row]) for column in (*client, *server))
                self._take(ends, int(packets.file[row]), int(packets.frame[row]))  # type: ignore[arg-type]

    def frames(self, file: int) -> Int64:
        """Frame numbers in one file, ascending."""
        return np.array(sorted(self._frames.get(file, ())), dtype=np.int64)

    def _take(self, ends: _Ends, file: int, frame: int) -> None:
        firsts, chosen = self._attempts.get(ends, ([], []))
        # A copy of the first packet that the capture holds earlier than the one that was counted still belongs to it.
        attempt = max(bisect_right(firsts, (file, frame)) - 1, 0)
        if firsts and chosen[attempt]:
            self._frames.setdefault(file, set()).add(frame)


def _mix(
    client_high: UInt64, client_low: UInt64, client_port: UInt16,
    server_high: UInt64, server_low: UInt64, server_port: UInt16,
) -> UInt64:  # fmt: skip
    """A 64-bit number for each 4-tuple; equal tuples have equal ones, and those of others are told apart afterwards."""
    mixed = np.zeros(len(client_high), np.uint64)
    for column in (client_high, client_low, client_port, server_high, server_low, server_port):
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio
        mixed ^= mixed >> np.uint64(29)
    return mixed
