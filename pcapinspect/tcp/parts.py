"""Dividing the packets of a capture by connection: the part that each belongs to, and those that no part needs.

Every packet of a 4-tuple that may be a watched connection is needed. Of the others only those are that can move
Wireshark's stream numbers (see `streams`): a SYN; an ICMP error, which may quote one; and the first packet after it of
either side, with and without ACK, for only that can set the base of a direction.
"""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

from pcapinspect.capture.batch import TCP, Packets
from pcapinspect.columns import Bool, Int64
from pcapinspect.kernel import kernel
from pcapinspect.settings import Settings
from pcapinspect.tcp.streams import ACK, SYN, find_stream, key_of, with_room
from pcapinspect.tcp.tables import USED, Records, Tables
from pcapinspect.tcp.tracker import watch_of
from pcapinspect.tcp.walk import PacketColumns, columns_of, load, watched

NO_PART = -1

_FIXED = np.uint64(0)
"""Seed of the hash that chooses the part: the same for all files, whoever reads them."""


class Parts:
    """Divides the packets of one file. Memory: 43 to 86 bytes for each 4-tuple of other ports."""

    def __init__(self, settings: Settings, count: int) -> None:
        self._count = np.uint64(count)
        # As for connections, a secret seed: a capture cannot know what collides.
        self._watch = (*watch_of(settings), np.uint64(secrets.randbits(64)))
        self._tables = Tables()

    def of(self, packets: Packets) -> tuple[Int64, Bool]:
        """The part of each packet, or NO_PART, and whether its 4-tuple is watched."""
        tables = self._tables
        tables.streams = with_room(tables.streams, int(tables.counts[0].entries), len(packets))
        part, is_watched = np.empty(len(packets), np.int64), np.empty(len(packets), bool)
        state = tables.streams, tables.counts, tables.packet
        divide(columns_of(packets), self._watch, self._count, state, part, is_watched)
        return part, is_watched


@kernel
def divide(
    columns: PacketColumns,
    watch: tuple[Any, ...],
    parts: np.uint64,
    state: tuple[Records, Records, Records],
    part: Int64,
    is_watched: Bool,
) -> None:
    """Fills `part` and `is_watched`. The flags of a 4-tuple's entry are what was seen of it since its last SYN."""
    ports, servers, seed = watch
    streams, counts, packets = state
    packet = packets[0]
    for i in range(part.size):
        load(packet, columns, i)
        part[i] = np.int64(key_of(packet, _FIXED) % parts)
        is_watched[i] = watched(packet, ports, servers) != 0
        if is_watched[i]:
            continue
        key = key_of(packet, seed)
        stream = streams[find_stream(streams, key)]
        if not stream.flags & USED:
            stream.key = key
            counts[0].entries += 1
        if packet.flags & SYN or columns.kind[i] != TCP:
            stream.flags = USED
            continue
        seen = np.uint32(2 << 2 * packet.side << (1 if packet.flags & ACK else 0))
        if stream.flags & seen:
            part[i] = NO_PART
        stream.flags |= USED | seen
