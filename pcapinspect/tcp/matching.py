"""Which connection of a 4-tuple a packet belongs to, and whether it is a copy of one that was there already."""

from __future__ import annotations

import numpy as np
from numba import njit

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.columns import MISSING
from pcapinspect.tcp.connections import CLOSE_NONE
from pcapinspect.tcp.sequence import difference
from pcapinspect.tcp.streams import SYN, mix
from pcapinspect.tcp.tables import MIDSTREAM_ROW, NONE, RING, Rows, Sides

ATTEMPT_IDLE = 4 * MINUTE
"""After such a silence an attempt, or a connection that was closed, is over: twice the maximum segment lifetime
(RFC 9293, 3.4.2), and twice the longest pause between two SYNs of one attempt (Linux: TCP_RTO_MAX, 120 s)."""

OPEN_IDLE = 124 * MINUTE
"""After such a silence an open connection is over: what RFC 5382 (REQ-5) asks of devices between, just over the two
hours after which keep-alive probes begin (RFC 9293, 3.8.4)."""

LINGERING = 8
"""Connections of one 4-tuple that a late packet is compared with, newest first."""

NEAR = 1 << 20
"""Distance in bytes within which a number surely continues a connection: a megabyte in flight."""

FAR = 1 << 26
"""Distance within which a number may continue a connection of which the capture lost packets. Two random ISNs are as
near by chance once in 32."""

COPY_WITHIN = SECOND // 10
"""A packet equal in all fields that comes so soon is a copy made by the capture, where a retransmission would differ (it has
an IP identification) or cannot be as fast: a SYN is repeated after 1 s (RFC 6298), data after 200 ms (Linux: TCP_RTO_MIN)."""

COPY_WITHIN_BARE = SECOND // 1000
"""The same where nothing tells a fast retransmission from a copy (IP identification 0, IPv6): SPAN ports and bridges copy
within tens of microseconds."""


@njit(cache=True, nogil=True)
def is_copy(
    sides: Sides, side: int, time: int, seq: int, ack: int, flags: int, window: int, length: int, ip_id: int, check: int
) -> bool:
    """Whether this packet was among the last few of its direction just now; remembers it if not."""
    # The checksum decides only where there is no identification: a capture may hold a packet before and after offload.
    mark = mix(mix(np.uint64(seq), ack), (flags << 48) | (window << 32) | (check if ip_id == 0 else 0))
    mark = mix(mark, (ip_id << 32) | length)
    within = COPY_WITHIN if ip_id != 0 or flags & SYN else COPY_WITHIN_BARE
    for place in range(RING):
        if sides.marks[side, place] == mark and abs(time - sides.mark_times[side, place]) <= within:
            return True
    place = sides.cursor[side]
    sides.marks[side, place] = mark
    sides.mark_times[side, place] = time
    sides.cursor[side] = (place + 1) % RING
    return False


@njit(cache=True, nogil=True)
def is_over(rows: Rows, row: int, time: int) -> bool:
    """Whether the connection had been silent for so long that this packet cannot belong to it."""
    is_open = rows.close[row] == CLOSE_NONE and (
        rows.established_time[row] != MISSING or rows.state[row] & MIDSTREAM_ROW != 0
    )
    return time - rows.end[row] > (OPEN_IDLE if is_open else ATTEMPT_IDLE)


@njit(cache=True, nogil=True)
def grade(distance: int) -> int:
    """2: near, 1: possible, 0: not of this connection."""
    distance = abs(distance)
    if distance <= NEAR:
        return 2
    return 1 if distance <= FAR else 0


@njit(cache=True, nogil=True)
def fit(rows: Rows, row: int, side: int, seq: int, ack: int, has_ack: bool) -> int:
    """How well the numbers of a packet (not a SYN) continue a connection: 2 well, 1 possibly, 0 not."""
    up = rows.client_side[row] == side
    own = rows.next_up[row] if up else rows.next_down[row]
    other = rows.next_down[row] if up else rows.next_up[row]
    if own == NONE and (other == NONE or not has_ack):
        return 1
    if other == NONE or not has_ack:
        return grade(difference(seq, own))
    if own == NONE:
        return grade(difference(ack, other))
    by_seq = grade(difference(seq, own))
    by_ack = grade(difference(ack, other))
    if by_seq == 2 and by_ack == 2:
        return 2
    return 1 if by_seq or by_ack else 0


@njit(cache=True, nogil=True)
def find_row(rows: Rows, newest: int, side: int, time: int, seq: int, ack: int, has_ack: bool) -> int:
    """The connection that a packet (not a SYN) continues best, the newest of equals, or NONE."""
    best = 0
    found = NONE
    row = newest
    for _ in range(LINGERING):
        if row == NONE or is_over(rows, row, time):
            break
        fits = fit(rows, row, side, seq, ack, has_ack)
        if fits > best:
            best, found = fits, row
        if best == 2:
            break
        row = rows.older[row]
    return found


@njit(cache=True, nogil=True)
def find_attempt(rows: Rows, newest: int, side: int, isn: int, time: int) -> int:
    """The attempt of the client at `side` with this initial sequence number, or NONE."""
    row = newest
    for _ in range(LINGERING):
        if row == NONE or is_over(rows, row, time):
            break
        if rows.isn[row] == isn and rows.client_side[row] == side:
            return row
        row = rows.older[row]
    return NONE
