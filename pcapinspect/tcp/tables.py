"""The tracker's state: growable structure-of-arrays tables, as the compiled functions take them.

Memory: `Rows` is the result, one row a connection. `Live` and `Sides` hold only connections that may still
go on, `Holes` only bytes that are missing. `streams` keeps 32 bytes for every 4-tuple of the capture, because
Wireshark never forgets one either and its numbers would differ.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np

from pcapinspect.columns import MISSING, Int32, Int64, UInt8, UInt16, UInt32, UInt64
from pcapinspect.tcp.connections import Connections

NONE = -1
"""No row, no slot, no hole."""

MIDSTREAM_ROW = 1
SERVER_ACKED = 2
"""The server acknowledged the SYN by something that is not a SYN/ACK."""
CLIENT_ACKED = 4
"""The client acknowledged the server's SYN with a SYN/ACK of its own (simultaneous open, split handshake)."""
REFUSED_ROW = 8
UNREACHABLE_ROW = 16
FIN_UP = 32
FIN_DOWN = 64
RETIRED = 128
"""Its live state is gone for good.

All these: bits of `Rows.state`."""

RING = 4
"""Packets of each direction that are remembered to tell copies: SPAN ports and bridges hold a packet back by few others."""


class Rows(NamedTuple):
    """One row a connection: the columns of Connections, then what matching later packets needs."""

    file: UInt16
    first_frame: Int64
    client_high: UInt64
    client_low: UInt64
    client_port: UInt16
    server_high: UInt64
    server_low: UInt64
    server_port: UInt16
    isn: Int64
    start: Int64
    outcome: UInt8
    syn_packets: UInt32
    last_syn_time: Int64
    synack_time: Int64
    synack_frame: Int64
    synack_file: Int64
    handshake_rtt: Int64
    established_time: Int64
    established_frame: Int64
    answer_time: Int64
    answer_frame: Int64
    end: Int64
    last_frame: Int64
    close: UInt8
    close_time: Int64
    bytes_up: Int64
    bytes_down: Int64
    packets_up: Int64
    packets_down: Int64
    tcp_stream: Int64
    state: UInt8
    client_side: UInt8
    """Which side of the 4-tuple (0 or 1 in its canonical order) is the client."""
    older: Int32
    """The row before this one on the same 4-tuple."""
    slot: Int32
    """Where its live state is, or NONE."""
    next_up: Int64
    """The client's next sequence number, as far as seen; NONE where unknown."""
    next_down: Int64
    fin_time: Int64
    """Of the first FIN."""


class Live(NamedTuple):
    """Slots: connections that may still go on. Slot n has the sides 2n (client) and 2n + 1 (server)."""

    row: Int32
    free: Int32
    """A stack of free slots; `counts[FREE]` is its height."""


class Sides(NamedTuple):
    """One direction of a live connection. Positions count from `base`, 64 bits wide."""

    base: Int64
    """Sequence number of position 0, or NONE: the byte after the SYN, or the first number seen."""
    low: Int64
    """Lowest position seen: 0, or less when midstream bytes come late."""
    high: Int64
    """The position after the highest byte seen."""
    acked: Int64
    """The highest position that the other side acknowledged, or MISSING."""
    fin: Int64
    """Position of the FIN, or MISSING."""
    shift: Int64
    """Position of the stream's first byte, or MISSING until it is known: what `Segments.offset` counts from."""
    window: Int64
    """Last advertised window, unscaled."""
    hole: Int32
    """First of its holes, or NONE."""
    holes: Int32
    marks: UInt64
    """(side, RING): fingerprints of its last packets."""
    mark_times: Int64
    cursor: UInt8


class Holes(NamedTuple):
    """Missing bytes [start, end) of a side, a chain in ascending order."""

    start: Int64
    end: Int64
    time: Int64
    """When later bytes were first seen."""
    next: Int32
    free: Int32


COUNTS = (
    "packets",
    "streams",
    "entries",
    "rows",
    "slots",
    "free",
    "holes",
    "free_holes",
    "floor",
    "segments",
    "syns",
    "duplicates",
    "retransmissions",
    "out_of_order",
    "acked_unseen",
    "gaps",
    "gap_bytes",
    "cut_payloads",
)
(
    PACKETS,
    STREAMS,
    ENTRIES,
    ROWS,
    SLOTS,
    FREE,
    HOLES,
    FREE_HOLES,
    FLOOR,
    SEGMENTS,
    SYNS,
    DUPLICATES,
    RETRANSMISSIONS,
    OUT_OF_ORDER,
    ACKED_UNSEEN,
    GAPS,
    GAP_BYTES,
    CUT_PAYLOADS,
) = range(len(COUNTS))
"""Places in `counts`: sizes of the tables, and counts for TcpQuality."""

STREAM_COLUMNS = 8
HASH_LOW, HASH_HIGH, BASE, _BASE_B, STREAM, FLAGS, ROW, _SPARE = range(STREAM_COLUMNS)
"""Columns of `streams`, 32 bits each, 32 bytes a 4-tuple. BASE + side: Wireshark's base_seq. ROW: its newest row + 1."""

USED, BASE_SET_A, BASE_SET_B, WATCH_A, WATCH_B, REVERSED = 1, 2, 4, 8, 16, 32
"""Bits of FLAGS. WATCH_x: that side may be a watched server. REVERSED: the connection was opened from a watched port."""


class Tables(NamedTuple):
    """All state that compiled functions share."""

    rows: Rows
    live: Live
    sides: Sides
    holes: Holes
    counts: Int64


class Output(NamedTuple):
    """What one call yields: indices into the batch, and what they became."""

    packet: Int64
    connection: Int64
    direction: UInt8
    offset: Int64
    end: UInt8
    syn_packet: Int64
    syn_connection: Int64


def empty_tables() -> Tables:
    """Tables without rows; `reserve` makes room."""
    types = {f.name: f.metadata["dtype"] for f in fields(Connections)}
    working = {
        "state": np.dtype("u1"),
        "client_side": np.dtype("u1"),
        "older": np.dtype("i4"),
        "slot": np.dtype("i4"),
    }
    rows = Rows(**{name: np.empty(0, types.get(name, working.get(name, np.dtype("i8")))) for name in Rows._fields})
    live = Live(np.empty(0, "i4"), np.empty(0, "i4"))
    sides = Sides(
        base=np.empty(0, "i8"),
        low=np.empty(0, "i8"),
        high=np.empty(0, "i8"),
        acked=np.empty(0, "i8"),
        fin=np.empty(0, "i8"),
        shift=np.empty(0, "i8"),
        window=np.empty(0, "i8"),
        hole=np.empty(0, "i4"),
        holes=np.empty(0, "i4"),
        marks=np.empty((0, RING), "u8"),
        mark_times=np.empty((0, RING), "i8"),
        cursor=np.empty(0, "u1"),
    )
    holes = Holes(np.empty(0, "i8"), np.empty(0, "i8"), np.empty(0, "i8"), np.empty(0, "i4"), np.empty(0, "i4"))
    counts = np.zeros(len(COUNTS), "i8")
    counts[FLOOR] = -MISSING - 1
    return Tables(rows, live, sides, holes, counts)


def reserve(tables: Tables, packets: int) -> None:
    """Makes room for whatever `packets` more packets may need: a row, a slot and two holes each."""
    counts = tables.counts
    _grow(tables.rows, int(counts[ROWS]) + packets)
    _grow(tables.live, int(counts[SLOTS]) + packets)
    _grow(tables.sides, 2 * (int(counts[SLOTS]) + packets))
    _grow(tables.holes, int(counts[HOLES]) + 2 * packets)


def _grow(table: Any, needed: int) -> None:
    """Enlarges every column of a table in place (realloc moves pages, it does not copy them)."""
    capacity = len(table[0])
    if capacity >= needed:
        return
    for array in table:
        array.resize((max(needed, capacity + capacity // 2), *array.shape[1:]), refcheck=False)
