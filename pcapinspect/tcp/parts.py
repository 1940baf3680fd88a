"""Dividing the packets of a capture by connection: the part that each belongs to, and those that no part needs.

Every packet of a 4-tuple that may be a watched connection is needed. Of the others only those are that can move
Wireshark's stream numbers (see `streams`): a SYN; an ICMP error, which may quote one; and the first packet after it of
either side, with and without ACK, for only that can set the base of a direction.
"""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

import numpy as np

from pcapinspect.columns import Bool, Int64
from pcapinspect.kernel import kernel
from pcapinspect.packets.batch import TCP, Packets
from pcapinspect.settings import Settings
from pcapinspect.tcp.streams import ACK, SYN, find_stream, key_of, with_room
from pcapinspect.tcp.tables import USED, Records, Tables
from pcapinspect.tcp.tracker import watch_of
from pcapinspect.tcp.walk import PacketColumns, columns_of, load, watched

_FIXED = np.uint64(0)
"""Seed of the hash that chooses the part: the same for all files, whoever reads them."""


class Divided(NamedTuple):
    """One element a packet."""

    part: Int64
    watched: Bool
    """Whether its 4-tuple may be a watched connection."""
    needed: Bool


class Parts:
    """Divides the packets of one file. Memory: 43 to 86 bytes for each 4-tuple of other ports."""

    def __init__(self, settings: Settings, count: int) -> None:
        self._count = np.uint64(count)
        # As for connections, a secret seed: a capture cannot know what collides.
        self._watch = (*watch_of(settings), np.uint64(secrets.randbits(64)))
        self._tables = Tables()

    def of(self, packets: Packets) -> Divided:
        """What becomes of these packets, which are the next of the file."""
        tables = self._tables
        tables.streams = with_room(tables.streams, int(tables.counts[0].entries), len(packets))
        count = len(packets)
        divided = Divided(np.empty(count, np.int64), np.empty(count, bool), np.ones(count, bool))
        divide(columns_of(packets), self._watch, self._count, (tables.streams, tables.counts, tables.packet), divided)
        return divided


@kernel
def divide(
    columns: PacketColumns,
    watch: tuple[Any, ...],
    parts: np.uint64,
    state: tuple[Records, Records, Records],
    out: Divided,
) -> None:
    """Fills `out`, of which `needed` is all True. The marks of an entry are what was seen of it since its last SYN."""
    ports, servers, seed = watch
    streams, counts, packets = state
    packet = packets[0]
    for i in range(out.part.size):
        load(packet, columns, i)
        out.part[i] = np.int64(key_of(packet, _FIXED) % parts)
        out.watched[i] = watched(packet, ports, servers) != 0
        if out.watched[i]:
            continue
        key = key_of(packet, seed)
        stream = streams[find_stream(streams, key)]
        if not stream.marks & USED:
            stream.key = key
            counts[0].entries += 1
        if packet.tcp_flags & SYN or columns.kind[i] != TCP:
            stream.marks = USED
            continue
        seen = np.uint32(2 << 2 * packet.side << (1 if packet.tcp_flags & ACK else 0))
        if stream.marks & seen:
            out.needed[i] = False
        stream.marks |= USED | seen
