"""Rows and slots: opening connections, and letting go of the state of those that are over."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.columns import MISSING, Int32, Int64
from pcapinspect.kernel import kernel, step
from pcapinspect.tcp.connections import CLOSE_FIN, CLOSE_NONE
from pcapinspect.tcp.handshake import is_opening
from pcapinspect.tcp.matching import is_over
from pcapinspect.tcp.payload import LARGEST, known_acked, known_sent, settle_side
from pcapinspect.tcp.sequence import wrap
from pcapinspect.tcp.streams import ACK, SYN
from pcapinspect.tcp.tables import (
    MIDSTREAM_ROW,
    NONE,
    RETIRED,
    RING,
    SERVER_ACKED,
    Record,
    Records,
)

LINGER = MINUTE
"""How long a connection that was reset, or closed with missing bytes, is kept for late packets: Linux's TIME-WAIT."""

PARK_AFTER = SECOND
"""After such a silence an attempt without any byte is kept by its row alone: a flood of SYNs holds no slots. Nothing is
lost by it: copies of a packet come within COPY_WITHIN."""


@step
def open_row(packet: Record, row: Record, older: int, client_sends: bool, stream: int) -> None:
    """A new connection that begins with this packet."""
    row.file = packet.file
    row.first_frame = row.last_frame = packet.frame
    row.start = row.end = packet.time
    row.client_side = packet.side if client_sends else 1 - packet.side
    if client_sends:
        row.client_high, row.client_low, row.client_port = packet.src_high, packet.src_low, packet.src_port
        row.server_high, row.server_low, row.server_port = packet.dst_high, packet.dst_low, packet.dst_port
    else:
        row.client_high, row.client_low, row.client_port = packet.dst_high, packet.dst_low, packet.dst_port
        row.server_high, row.server_low, row.server_port = packet.src_high, packet.src_low, packet.src_port
    row.isn, row.state = MISSING, 0
    if not packet.tcp_flags & SYN:
        row.state = MIDSTREAM_ROW
    elif packet.tcp_flags & ACK:
        row.isn = wrap(packet.ack - 1)
    else:
        row.isn = packet.seq
    row.next_up = NONE if row.isn == MISSING else wrap(row.isn + 1)
    row.next_down = NONE
    row.tcp_stream, row.older, row.slot = stream, older, NONE
    row.close, row.outcome, row.syn_packets = CLOSE_NONE, 0, 0
    row.last_syn_time = row.handshake_rtt = MISSING
    row.synack_time = row.synack_frame = row.synack_file = MISSING
    row.established_time = row.established_frame = MISSING
    row.answer_time = row.answer_frame = MISSING
    row.close_time = row.fin_time = MISSING
    row.bytes_up = row.bytes_down = row.packets_up = row.packets_down = 0
    row.otherwise_time = row.otherwise_frame = MISSING
    row.first_up = row.first_down = row.reset_up = row.reset_down = MISSING
    row.sent_up = row.sent_down = 0
    row.acked_up = row.acked_down = MISSING
    row.synack_packets = row.data_up = row.data_down = row.again_up = row.again_down = 0
    row.largest_up = row.largest_down = row.unacked_up = row.unacked_down = 0
    row.unacked_up_sent = row.unacked_down_sent = 0
    row.cut_up = row.cut_down = False


@step
def open_slot(place: int, row: Record, sides: Records, free: Int32, counts: Record) -> None:
    """Live state for the row at `place`: new, or parked until now."""
    if counts.free_slots > 0:
        counts.free_slots -= 1
        slot = int(free[counts.free_slots])
    else:
        slot = int(counts.slots)
        counts.slots += 1
    row.slot = slot
    open_side(sides[2 * slot], place, row.next_up, row)
    open_side(sides[2 * slot + 1], place, row.next_down, row)


@step
def open_side(side: Record, place: int, base: int, row: Record) -> None:
    """A direction of which nothing is known but the sequence number that it counts from, or NONE."""
    side.row = place
    side.first_seq = base
    side.low = side.high = side.window = side.cursor = side.holes = 0
    side.acked = side.fin = side.reset = side.stuck = MISSING
    side.reach = side.stuck_length = side.stuck_sent = 0
    side.leg = NONE
    side.shift = MISSING if row.state & MIDSTREAM_ROW else 0
    side.hole = NONE
    for k in range(RING):
        side.marks[k] = 0  # no packet has this mark, or one in 2^64


@step
def close_slot(slot: int, row: Record, sides: Records, free: Int32, holes: Records, counts: Record) -> None:
    """Counts what is missing, and frees the slot."""
    if row.state & MIDSTREAM_ROW and sides[2 * slot + 1].acked > 0:
        row.state |= SERVER_ACKED
    settle_side(sides[2 * slot], holes, row.packets_up > 0, counts)
    settle_side(sides[2 * slot + 1], holes, row.packets_down > 0, counts)
    keep_numbers(row, sides[2 * slot], sides[2 * slot + 1])
    sides[2 * slot].row = NONE
    free[counts.free_slots] = slot
    counts.free_slots += 1
    row.slot = NONE


@step
def keep_numbers(row: Record, client: Record, server: Record) -> None:
    """What the numbers of both directions say in the end."""
    row.sent_up = max(row.sent_up, known_sent(client))
    row.sent_down = max(row.sent_down, known_sent(server))
    row.acked_up = max(row.acked_up, known_acked(client))
    row.acked_down = max(row.acked_down, known_acked(server))
    if client.stuck_sent > 0 and client.acked <= client.stuck:
        row.unacked_up, row.unacked_up_sent = min(client.stuck_length, LARGEST), client.stuck_sent
    if server.stuck_sent > 0 and server.acked <= server.stuck:
        row.unacked_down, row.unacked_down_sent = min(server.stuck_length, LARGEST), server.stuck_sent


@kernel
def sweep(now: int, rows: Records, sides: Records, free: Int32, holes: Records, counts: Record) -> Int64:
    """Lets go of connections that are over at the time `now`; returns their rows."""
    retired = np.empty(counts.slots, np.int64)
    found = 0
    for slot in range(counts.slots):
        place = sides[2 * slot].row
        if place == NONE:
            continue
        row = rows[place]
        idle = now - row.end
        if is_opening(row) and row.bytes_up == 0 and row.bytes_down == 0:
            if idle > PARK_AFTER:
                close_slot(slot, row, sides, free, holes, counts)
            continue
        if row.close == CLOSE_NONE:
            over = is_over(row, now)
        elif row.close == CLOSE_FIN and sides[2 * slot].holes == 0 and sides[2 * slot + 1].holes == 0:
            over = idle > SECOND
        else:
            over = idle > LINGER
        if over:
            close_slot(slot, row, sides, free, holes, counts)
            row.state |= RETIRED
            retired[found] = place
            found += 1
    return retired[:found]


@kernel
def close_all(rows: Records, sides: Records, free: Int32, holes: Records, counts: Record) -> None:
    """Settles every connection that is still live, at the end of the capture."""
    for slot in range(counts.slots):
        place = sides[2 * slot].row
        if place != NONE:
            close_slot(slot, rows[place], sides, free, holes, counts)
