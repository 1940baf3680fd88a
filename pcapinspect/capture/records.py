"""Records: where each packet of a buffer begins, how much of it there is, and when it was captured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.columns import Int64

MORE, FULL, BLOCK, DAMAGED = range(4)
"""Why a walk over the records of a buffer stopped: the rest is incomplete; the table is full; a block that is
no packet; a record that cannot be one."""

CAPACITY = 1 << 17
"""Records in one table: about as many as 16 MB of small packets hold."""

LARGEST = 262_144
"""Bytes of a packet. libpcap's MAXIMUM_SNAPLEN and Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD: more is damage."""

LARGEST_BY_LINK = {231: 1 << 27, 249: 1 << 27, 279: 1 << 23}
"""D-Bus, USBPcap and EBHSCR carry larger ones (the same sources)."""


class Records(NamedTuple):
    """One element a packet, of which the first `count` that a walk returns are valid."""

    start: Int64
    """Offset of the first byte in the buffer."""
    captured: Int64
    """Bytes in the buffer."""
    wire: Int64
    """Bytes that the packet had on the wire, never fewer than captured."""
    time: Int64
    """Nanoseconds since 1970, or MISSING."""
    link: Int64
    """Link type number of the packet's interface; NO_LINK for a block that is a frame to Wireshark but no packet."""
    cut: Int64
    """1 where less was captured than was on the wire, else 0."""
    interface: Int64
    """Of the file, counted from 0 through all of its sections; 0 in a format that knows no interfaces."""


NO_LINK = -1


def table(capacity: int = CAPACITY) -> Records:
    """An empty table for `capacity` records."""
    columns = {name: np.empty(capacity, np.int64) for name in Records._fields}
    return Records(**columns | {"interface": np.zeros(capacity, np.int64)})
