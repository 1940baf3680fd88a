"""What a capture holds in which nobody asked a watched server: who else speaks TCP in it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pcapinspect.address import text_of
from pcapinspect.columns import Bool
from pcapinspect.load.measures.parties import number
from pcapinspect.packets.batch import TCP, Packets

SYN, RST, ACK = 2, 4, 16

MOST_NAMED = 10
"""Endpoints that are named, those with the most SYNs first."""

MOST_KEPT = 100_000
"""Endpoints that are counted at a time: a scan may name any number of them, and those it names once are no talkers."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server on one port, by its packets."""

    ip: str
    port: int
    packets: int
    """To it and from it."""
    syn_packets: int
    """To it."""
    synacks: int
    """From it."""
    resets: int
    """From it."""


@dataclass(slots=True)
class Endpoints:
    """Counts over the batches of a capture. The side that SYNs go to is the server, else that with the lower port."""

    _counts: dict[tuple[int, int, int], list[int]] = field(default_factory=dict)

    def add(self, packets: Packets) -> None:
        """Counts one batch."""
        rows = packets.take(np.flatnonzero(packets.kind == TCP))
        if not len(rows):
            return
        syn, answer = rows.flags & (SYN | ACK) == SYN, rows.flags & (SYN | ACK) == SYN | ACK
        to_server: Bool = syn | (~answer & (rows.dst_port < rows.src_port))
        columns = (
            np.where(to_server, rows.dst_high, rows.src_high),
            np.where(to_server, rows.dst_low, rows.src_low),
            np.where(to_server, rows.dst_port, rows.src_port).astype(np.uint64),
        )
        numbers, first = number(*columns)
        reset = ~to_server & (rows.flags & RST != 0)
        counts = [np.bincount(numbers[which], minlength=len(first)) for which in (slice(None), syn, answer, reset)]
        keys = zip(*(column[first].tolist() for column in columns), strict=True)
        for key, *found in zip(keys, *(count.tolist() for count in counts), strict=True):
            own = self._counts.setdefault(key, [0, 0, 0, 0])
            for place, count in enumerate(found):
                own[place] += count
        if len(self._counts) > MOST_KEPT:
            self._counts = dict(self._busiest(MOST_KEPT // 2))

    def named(self) -> tuple[Endpoint, ...]:
        """The busiest."""
        return tuple(
            Endpoint(text_of(high, low), port, *counts) for (high, low, port), counts in self._busiest(MOST_NAMED)
        )

    def _busiest(self, most: int) -> list[tuple[tuple[int, int, int], list[int]]]:
        return sorted(self._counts.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))[:most]
