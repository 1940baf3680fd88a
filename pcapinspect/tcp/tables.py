"""The tracker's state: record arrays that grow, as the compiled functions take them.

Memory: `ROW` is the result, one record a connection. `SIDE` pairs hold only connections that may still go on, `HOLE`
only bytes that are missing. `STREAM` has 32 bytes for every 4-tuple of the capture (in a table of which 3/8 to 3/4 are
in use), because Wireshark never forgets one either and its numbers would differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pcapinspect.tcp.connections import Connections

Records = Any
"""A table: a numpy record array."""

Record = Any
"""One record of a table: its fields are attributes. Compiled functions take it by reference."""

NONE = -1
"""No row, no slot, no hole, no number."""

RING = 8
"""Packets that each direction remembers to tell copies: as many may be between a packet and its copy where a bridge or
a switch forwards in bursts. Requests and answers of PKI are shorter."""


def _numbers(names: str) -> list[tuple[str, str]]:
    return [(name, "i8") for name in names.split()]


PACKET = np.dtype(
    [(name, "u8") for name in ("src_high", "src_low", "dst_high", "dst_low")]
    + _numbers("src_port dst_port time frame file seq ack tcp_flags window ip_id checksum length captured side")
)
"""The packet at hand. `side`: where its sender stands in the canonical order of the 4-tuple, 0 or 1."""

STREAM = np.dtype(
    [("key", "u8"), ("first_seq", "u4", (2,)), ("number", "i4"), ("row", "i4"), ("marks", "u4"), ("spare", "u4")]
)
"""A 4-tuple. `first_seq`: Wireshark's base_seq of each side; `number`: its stream number; `row`: its newest row + 1."""

USED, BASE_SET_A, BASE_SET_B, WATCH_A, WATCH_B, REVERSED = 1, 2, 4, 8, 16, 32
"""Bits of `STREAM.marks`. WATCH_x: that side may be a watched server. REVERSED: opened from a watched port."""

_WORKING = [
    ("state", "u2"),
    ("client_side", "u1"),
    ("older", "i4"),
    ("slot", "i4"),
    ("next_up", "i8"),
    ("next_down", "i8"),
    ("fin_time", "i8"),
]
ROW = np.dtype([*Connections.dtypes().items(), *_WORKING], align=True)
"""A connection: the columns of Connections, then what matching later packets needs. `client_side`: which side of
the 4-tuple is the client; `older`: the row before it on the same 4-tuple; `slot`: its live state, or NONE;
`next_up`, `next_down`: next sequence number of client and server as far as seen, or NONE; `fin_time`: first FIN."""

MIDSTREAM_ROW = 1
SERVER_ACKED = 2
CLIENT_ACKED = 4
REFUSED_ROW = 8
UNREACHABLE_ROW = 16
FIN_UP = 32
FIN_DOWN = 64
RETIRED = 128
ABORTED = 256
TWO_LEGS = 512
"""Bits of `ROW.state`, evidence so far. SERVER_ACKED: the server acknowledged the SYN, but not by a SYN/ACK; of a
midstream connection: the client's acknowledgements moved on, so the server was sending. CLIENT_ACKED: the client
acknowledged the server's SYN by a SYN/ACK of its own (simultaneous open, split handshake). RETIRED: the live state
is gone for good. ABORTED: the client reset the attempt after the SYN/ACK, as scanners do. TWO_LEGS: a SYN proxy opened
the connection once more."""

SIDE = np.dtype(
    [
        ("row", "i8"),
        ("first_seq", "i8"),
        ("low", "i8"),
        ("high", "i8"),
        ("acked", "i8"),
        ("fin", "i8"),
        ("reset", "i8"),
        ("shift", "i8"),
        ("window", "i8"),
        ("reach", "i8"),
        ("stuck", "i8"),
        ("stuck_length", "i4"),
        ("stuck_sent", "i4"),
        ("leg", "i8"),
        ("hole", "i4"),
        ("holes", "i4"),
        ("cursor", "i8"),
        ("marks", "u8", (RING,)),
        ("mark_times", "i8", (RING,)),
    ]
)
"""One direction of a live connection; slot n has the sides 2n (client) and 2n + 1 (server). `row`: whose it is, or
NONE where the slot is free. Positions count from `first_seq`, 64 bits wide: `low` and `high` of the bytes seen,
`acked` by the other side, `fin`, `reset`: where its reset stands; `reach`: the highest that its packets without
payload stand at; `stuck`: the first byte without acknowledgement when a packet with it was last sent, how long that
was and how often it came. `shift`: the position of the first byte, from which Segments.offset counts; `leg`: of a
server, what its numbers count from on the far side of a proxy (`is_of_far_leg`), or NONE. `hole`, `holes`: first
and number of its holes. `marks`: fingerprints of the last packets."""

HOLE = np.dtype([("start", "i8"), ("end", "i8"), ("time", "i8"), ("next", "i4"), ("free", "i4")])
"""Missing bytes [start, end) of a side, a chain in ascending order; `time`: when later bytes were first seen. The field
`free` of the first records is the stack of free ones."""

SEGMENT = np.dtype(
    [
        ("packet", "i8"),
        ("connection", "i8"),
        ("offset", "i8"),
        ("acked", "i8"),
        ("direction", "u1"),
        ("end", "u1"),
    ]
)
SYN_PACKET = np.dtype([("packet", "i8"), ("connection", "i8")])
"""What a batch yields: places in the batch, and what they became."""

COUNTS = np.dtype(
    _numbers("streams entries rows slots free_slots hole_records free_holes segments syns firsts")
    + _numbers("duplicates retransmissions out_of_order acked_unseen gaps gap_bytes cut_payloads")
)
"""Sizes of the tables in use; then counts for TcpQuality."""


def records(dtype: np.dtype[Any], size: int = 0) -> Records:
    """A table of `size` records, all zero; one of size 0 can grow."""
    return np.zeros(size, dtype).view(np.recarray) if size else np.recarray(0, dtype)


def _table(dtype: np.dtype[Any], size: int = 0) -> Any:
    return field(default_factory=lambda: records(dtype, size))


@dataclass(slots=True)
class Tables:
    """All state of a tracker."""

    streams: Records = _table(STREAM, 1 << 12)
    rows: Records = _table(ROW)
    sides: Records = _table(SIDE)
    free: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    holes: Records = _table(HOLE)
    counts: Records = _table(COUNTS, 1)
    packet: Records = _table(PACKET, 1)

    def arrays(self) -> tuple[Any, ...]:
        """All tables, as `walk` takes them."""
        return self.streams, self.rows, self.sides, self.free, self.holes, self.counts, self.packet

    def reserve(self, packets: int) -> None:
        """Makes room for whatever `packets` more packets may need: a row, a slot and two holes each."""
        counts = self.counts[0]
        grow(self.rows, counts.rows + packets)
        grow(self.sides, 2 * (counts.slots + packets))
        grow(self.free, counts.slots + packets)
        grow(self.holes, counts.hole_records + 2 * packets)


def grow(table: NDArray[Any], needed: int) -> None:
    """Enlarges a table in place (realloc moves pages, it does not copy them)."""
    if len(table) < needed:
        table.resize(max(needed, len(table) + len(table) // 4), refcheck=False)
