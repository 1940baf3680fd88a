"""Which connection of a 4-tuple a packet belongs to, and whether it is a copy of one that was there already."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.columns import MISSING
from pcapinspect.kernel import step
from pcapinspect.mixing import mix
from pcapinspect.tcp.connections import CLOSE_NONE
from pcapinspect.tcp.handshake import is_bare
from pcapinspect.tcp.sequence import difference, wrap
from pcapinspect.tcp.streams import ACK, FIN, RST, SYN
from pcapinspect.tcp.tables import MIDSTREAM_ROW, NONE, RING, Record, Records

ATTEMPT_IDLE = 4 * MINUTE
"""After such a silence an attempt, or a connection that was closed, is over: twice the maximum segment lifetime
(RFC 9293, 3.4.2), and twice the longest pause between two SYNs of one attempt (Linux: TCP_RTO_MAX, 120 s)."""

OPEN_IDLE = 124 * MINUTE
"""After such a silence an open connection is over: what RFC 5382 (REQ-5) asks of devices between, just over the two
hours after which keep-alive probes begin (RFC 9293, 3.8.4)."""

LINGERING = 64
"""Connections of one 4-tuple that a late packet is compared with, newest first: a bound on work, for floods that
repeat one 4-tuple."""

NEAR = 1 << 20
"""Distance in bytes within which a number surely continues a connection: a megabyte in flight."""

FAR = 1 << 26
"""Distance within which a number may continue a connection of which the capture lost packets. Two random ISNs are as
near by chance once in 32."""

COPY_WITHIN = SECOND // 10
"""A packet equal in all fields that comes so soon is a copy made by the capture, where a retransmission would differ
(it has an IP identification) or cannot be as fast: a SYN is sent again after 1 s (RFC 6298, 2.1), data after 200 ms
(Linux: TCP_RTO_MIN)."""

COPY_WITHIN_BARE = SECOND // 1000
"""The same where nothing tells a fast retransmission from a copy (IP identification 0, IPv6): SPAN ports and bridges
copy within tens of microseconds. A SYN/ACK is one of them: it is sent again as soon as the SYN is. An acknowledgement
and nothing else is never one: two in a row may be equal (RFC 5681, 3.2), and no byte is counted twice by them."""

_HIGH_HALF = np.uint64(32)
_NONE = np.uint64(0)
"""No secret: a sender whose packets have one mark has only its own packets taken for copies."""


@step
def is_copy(packet: Record, side: Record) -> bool:
    """Whether this packet was among the last few of its direction just now; remembers it if not."""
    if packet.ip_id == 0 and is_bare(packet):
        return False
    # The checksum decides only where there is no identification: a capture may hold a packet before and after offload.
    check = packet.checksum if packet.ip_id == 0 else 0
    mark = mix(_NONE, np.uint64(packet.seq) << _HIGH_HALF | np.uint64(packet.ack), _NONE)
    mark = mix(mark, np.uint64(packet.tcp_flags << 48 | packet.window << 32 | check), _NONE)
    mark = mix(mark, np.uint64(packet.ip_id << 32 | packet.length & 0xFFFFFFFF), _NONE)
    within = COPY_WITHIN if packet.ip_id != 0 or packet.tcp_flags & (SYN | ACK) == SYN else COPY_WITHIN_BARE
    for place in range(RING):
        if side.marks[place] == mark and abs(packet.time - side.mark_times[place]) <= within:
            return True
    side.marks[side.cursor] = mark
    side.mark_times[side.cursor] = packet.time
    side.cursor = (side.cursor + 1) % RING
    return False


@step
def is_over(row: Record, time: int) -> bool:
    """Whether the connection has been silent for so long that nothing more is to be expected of it."""
    is_open = row.close == CLOSE_NONE and (row.established_time != MISSING or row.state & MIDSTREAM_ROW != 0)
    return time - int(row.end) > (OPEN_IDLE if is_open else ATTEMPT_IDLE)


@step
def grade(distance: int) -> int:
    """2: near, 1: possible, 0: not of this connection."""
    distance = abs(distance)
    if distance <= NEAR:
        return 2
    return 1 if distance <= FAR else 0


FITS = 3
"""The best fit: the numbers of both directions continue the connection."""


@step
def fit(row: Record, packet: Record) -> int:
    """How well a packet's numbers (not a SYN's) continue a connection: FITS, 2 one known, 1 possibly, 0 not."""
    up = row.client_side == packet.side
    own = row.next_up if up else row.next_down
    other = row.next_down if up else row.next_up
    by_ack = other != NONE and packet.tcp_flags & ACK != 0
    if own == NONE:
        return grade(difference(packet.ack, other)) if by_ack else 1
    seq_grade = grade(difference(packet.seq, own))
    if not by_ack:
        return seq_grade
    ack_grade = grade(difference(packet.ack, other))
    if seq_grade == 2 and ack_grade == 2:
        return FITS
    return 1 if seq_grade or ack_grade else 0


@step
def find_row(rows: Records, newest: int, packet: Record) -> int:
    """The connection that a packet (not a SYN) continues best, the newest of equals, or NONE.

    Numbers that fit in both directions prove it, whatever the clock says; others only while it is not over.
    """
    best = 0
    found = NONE
    place = newest
    for _ in range(LINGERING):
        if place == NONE:
            break
        row = rows[place]
        fits = fit(row, packet)
        if fits == FITS:
            return place
        if fits > best and not is_over(row, packet.time):
            best, found = fits, place
        place = int(row.older)
    return found


@step
def find_attempt(rows: Records, newest: int, client_side: int, isn: int, time: int) -> int:
    """The attempt of the client at `client_side` with this initial sequence number, or NONE."""
    place = newest
    for _ in range(LINGERING):
        if place == NONE:
            break
        row = rows[place]
        if row.isn == isn and row.client_side == client_side and not is_over(row, time):
            return place
        place = int(row.older)
    return NONE


@step
def find_connection(rows: Records, newest: int, packet: Record) -> int:
    """The connection of the 4-tuple that a packet belongs to, or NONE: it begins a new one."""
    if newest == NONE:
        return NONE
    flags = packet.tcp_flags
    if not flags & SYN or flags & RST:
        found = find_row(rows, newest, packet)
        if found != NONE or packet.length > 0 or flags & FIN:
            return found
        # A bare packet that fits nothing (challenge ACK, the reset that follows it) is no connection of its own.
        return NONE if is_over(rows[newest], packet.time) else newest
    if not flags & ACK:
        found = find_attempt(rows, newest, packet.side, packet.seq, packet.time)
        if found == NONE and rows[newest].client_side != packet.side and waits_for_answer(rows[newest], packet.time):
            return newest  # simultaneous open
        return found
    found = find_attempt(rows, newest, 1 - packet.side, wrap(packet.ack - 1), packet.time)
    if found == NONE:
        found = find_attempt(rows, newest, packet.side, packet.seq, packet.time)  # a client's, in a simultaneous open
    if found == NONE and waits_for_answer(rows[newest], packet.time):
        return newest  # a wrong acknowledgement: it answers nothing
    return found


@step
def waits_for_answer(row: Record, time: int) -> bool:
    """Whether the row is an attempt with a SYN that nothing has answered."""
    answered = row.synack_time != MISSING or row.established_time != MISSING
    return row.syn_packets > 0 and not answered and not is_over(row, time)
