"""Rows and slots: opening connections, and letting go of the state of those that are over."""

from __future__ import annotations

import numpy as np
from numba import njit

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.tcp.connections import CLOSE_FIN, CLOSE_NONE
from pcapinspect.tcp.matching import is_over
from pcapinspect.tcp.packets import PacketColumns
from pcapinspect.tcp.payload import settle_side
from pcapinspect.tcp.sequence import wrap
from pcapinspect.tcp.streams import ACK, SYN
from pcapinspect.tcp.tables import (
    FLOOR,
    FREE,
    MIDSTREAM_ROW,
    NONE,
    RETIRED,
    RING,
    ROWS,
    SLOTS,
    Rows,
    Tables,
)

LINGER = MINUTE
"""How long a closed connection with missing bytes, or one that was reset, is kept for late packets: TIME-WAIT on Linux."""

PARK_AFTER = 5 * SECOND
"""After such a silence an attempt without any byte is kept by its row alone: a flood of SYNs holds no slots."""


@njit(cache=True, nogil=True)
def open_row(
    packets: PacketColumns, i: int, tables: Tables, older: int, side: int, client_sends: bool, flags: int, stream: int
) -> int:
    """A new connection that begins with packet i; `side` sent it."""
    rows = tables.rows
    row = tables.counts[ROWS]
    tables.counts[ROWS] += 1
    rows.file[row] = packets.file[i]
    rows.first_frame[row] = packets.frame[i]
    if client_sends:
        rows.client_high[row], rows.client_low[row] = packets.src_high[i], packets.src_low[i]
        rows.server_high[row], rows.server_low[row] = packets.dst_high[i], packets.dst_low[i]
        rows.client_port[row], rows.server_port[row] = packets.src_port[i], packets.dst_port[i]
    else:
        rows.client_high[row], rows.client_low[row] = packets.dst_high[i], packets.dst_low[i]
        rows.server_high[row], rows.server_low[row] = packets.src_high[i], packets.src_low[i]
        rows.client_port[row], rows.server_port[row] = packets.dst_port[i], packets.src_port[i]
    rows.isn[row] = MISSING
    rows.state[row] = 0
    if not flags & SYN:
        rows.state[row] = MIDSTREAM_ROW
    elif flags & ACK:
        rows.isn[row] = wrap(np.int64(packets.ack[i]) - 1)
    else:
        rows.isn[row] = packets.seq[i]
    rows.client_side[row] = side if client_sends else side ^ 1
    rows.start[row] = rows.end[row] = packets.time[i]
    rows.last_frame[row] = packets.frame[i]
    rows.tcp_stream[row] = stream
    rows.older[row] = older
    rows.slot[row] = NONE
    rows.close[row] = CLOSE_NONE
    rows.syn_packets[row] = 0
    clear_row(rows, row)
    return row


@njit(cache=True, nogil=True)
def clear_row(rows: Rows, row: int) -> None:
    """Nothing is known of the rest yet."""
    rows.outcome[row] = 0
    rows.last_syn_time[row] = MISSING
    rows.synack_time[row] = rows.synack_frame[row] = rows.synack_file[row] = MISSING
    rows.handshake_rtt[row] = MISSING
    rows.established_time[row] = rows.established_frame[row] = MISSING
    rows.answer_time[row] = rows.answer_frame[row] = MISSING
    rows.close_time[row] = rows.fin_time[row] = MISSING
    rows.bytes_up[row] = rows.bytes_down[row] = 0
    rows.packets_up[row] = rows.packets_down[row] = 0
    rows.next_up[row] = NONE if rows.isn[row] == MISSING else wrap(rows.isn[row] + 1)
    rows.next_down[row] = NONE


@njit(cache=True, nogil=True)
def open_slot(tables: Tables, row: int) -> int:
    """Live state for a row: new, or parked until now."""
    counts, live, sides = tables.counts, tables.live, tables.sides
    if counts[FREE] > 0:
        counts[FREE] -= 1
        slot = np.int64(live.free[counts[FREE]])
    else:
        slot = counts[SLOTS]
        counts[SLOTS] += 1
    live.row[slot] = row
    tables.rows.slot[row] = slot
    midstream = tables.rows.state[row] & MIDSTREAM_ROW != 0
    for side in range(2 * slot, 2 * slot + 2):
        sides.base[side] = tables.rows.next_up[row] if side == 2 * slot else tables.rows.next_down[row]
        sides.low[side] = sides.high[side] = 0
        sides.acked[side] = sides.fin[side] = MISSING
        sides.shift[side] = MISSING if midstream else 0
        sides.window[side] = 0
        sides.hole[side] = NONE
        sides.holes[side] = 0
        sides.cursor[side] = 0
        for k in range(RING):
            sides.marks[side, k] = 0
            sides.mark_times[side, k] = MISSING
    return slot


@njit(cache=True, nogil=True)
def close_slot(tables: Tables, slot: int) -> None:
    """Counts what is missing, and frees the slot."""
    row = tables.live.row[slot]
    for side in range(2 * slot, 2 * slot + 2):
        heard = tables.rows.packets_up[row] if side == 2 * slot else tables.rows.packets_down[row]
        settle_side(tables.sides, tables.holes, side, heard > 0, tables.counts)
    tables.live.row[slot] = NONE
    tables.live.free[tables.counts[FREE]] = slot
    tables.counts[FREE] += 1
    tables.rows.slot[row] = NONE


@njit(cache=True, nogil=True)
def sweep(tables: Tables) -> Int64:
    """Lets go of connections that are over; returns their rows.

    Called after every so many packets of the capture, wherever batches end. "Now" is the earliest time since the last
    call: neither one wrong time stamp nor a clock that steps back ends a connection.
    """
    rows, sides = tables.rows, tables.sides
    now = tables.counts[FLOOR]
    tables.counts[FLOOR] = -MISSING - 1
    retired = np.empty(tables.counts[SLOTS], np.int64)
    found = 0
    for slot in range(tables.counts[SLOTS]):
        row = tables.live.row[slot]
        if row == NONE:
            continue
        idle = now - rows.end[row]
        if is_parkable(rows, row) and idle > PARK_AFTER:
            close_slot(tables, slot)
            continue
        whole = sides.holes[2 * slot] == 0 and sides.holes[2 * slot + 1] == 0
        if rows.close[row] == CLOSE_FIN and whole:
            over = idle > SECOND
        elif rows.close[row] != CLOSE_NONE:
            over = idle > LINGER
        else:
            over = is_over(rows, row, now)
        if over:
            close_slot(tables, slot)
            rows.state[row] |= RETIRED
            retired[found] = row
            found += 1
    return retired[:found]


@njit(cache=True, nogil=True)
def is_parkable(rows: Rows, row: int) -> bool:
    """An attempt of which the row alone says everything: no handshake yet, no byte, no hole."""
    return (
        rows.established_time[row] == MISSING
        and not rows.state[row] & MIDSTREAM_ROW
        and rows.bytes_up[row] == 0
        and rows.bytes_down[row] == 0
    )


@njit(cache=True, nogil=True)
def close_all(tables: Tables) -> None:
    """Settles every connection that is still live, at the end of the capture."""
    for slot in range(tables.counts[SLOTS]):
        if tables.live.row[slot] != NONE:
            close_slot(tables, slot)
