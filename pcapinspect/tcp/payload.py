"""Positions in a stream, and which of its bytes were seen: retransmissions, late bytes, holes."""

from __future__ import annotations

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.kernel import step
from pcapinspect.tcp.sequence import WINDOW_LIMIT, difference, wrap
from pcapinspect.tcp.tables import NONE, Record, Records

HOLES_KEPT = 32
"""Holes remembered per direction. Senders repair the oldest first, within a few round trips: a hole older than 32 later
ones was lost by the capture, and is counted as a gap for good."""

SURELY = 1 << 20
"""A sequence number that is farther from the bytes seen says nothing of what was sent: a megabyte in flight."""

LARGEST = (1 << 16) - 1
"""Bytes of payload that a packet's column holds. Offload makes larger ones (BIG TCP), and no path is asked for them."""

REORDERED = 3 * SECOND // 1000
"""Bytes that come this soon after later ones were overtaken; later they were sent again (Wireshark's threshold
for `tcp.analysis.out_of_order` without a known round trip, packet-tcp.c)."""


@step
def position(side: Record, seq: int) -> int:
    """The 64-bit position of a sequence number: the one nearest to the highest byte seen."""
    high = int(side.high)
    return high + difference(seq, wrap(side.first_seq + high))


@step
def plausible(side: Record, at: int) -> bool:
    """Whether a receiver could have taken a byte at this position: no window reaches farther."""
    return abs(at - int(side.high)) < WINDOW_LIMIT


@step
def acknowledge(side: Record, ack: int) -> None:
    """Notes the other side's acknowledgement of this side's bytes."""
    if side.first_seq != NONE:
        at = position(side, ack)
        if at > side.acked and plausible(side, at):
            side.acked = at


@step
def note_reach(side: Record, seq: int) -> None:
    """A packet without payload stands where its sender is: bytes before it were sent, captured or not."""
    at = position(side, seq)
    if side.reach < at <= side.high + SURELY:
        side.reach = at


@step
def note_unacknowledged(side: Record, at: int, length: int) -> None:
    """Payload was sent; counts how often, where it begins with the first byte that is not acknowledged."""
    if at != max(side.acked, 0):
        return
    if side.stuck != at:
        side.stuck = at
        side.stuck_sent = 0
    side.stuck_sent += 1
    side.stuck_length = length


@step
def known_sent(side: Record) -> int:
    """Bytes of this side that are known to have been sent; a FIN is none."""
    return int(max(side.high, side.reach, side.acked) if side.fin == MISSING else max(side.fin, side.high))


@step
def known_acked(side: Record) -> int:
    """Bytes of this side that the other acknowledged, or MISSING."""
    return int(side.acked if side.fin == MISSING else min(side.acked, max(side.fin, side.high)))


@step
def account(side: Record, holes: Records, at: int, length: int, time: int, counts: Record) -> int:
    """Enters payload [at, at + length); returns how many of its bytes were not seen before."""
    end = at + length
    high = side.high
    if at >= high:
        if at > high:
            add_hole(side, holes, high, at, time, counts)
        side.high = end
        return length
    fresh = 0
    low = side.low
    if at < low:  # midstream: before the first byte seen
        if end < low:
            counts.gaps += 1
            counts.gap_bytes += low - end
        fresh += min(end, low) - at
        side.low = at
    filled, opened = fill_holes(side, holes, at, end, counts)
    fresh += filled
    if end > high:
        fresh += end - high
        side.high = end
    elif fresh == length and (filled == 0 or time - opened < REORDERED):
        counts.out_of_order += 1
        return fresh
    counts.retransmissions += 1
    return fresh


@step
def add_hole(side: Record, holes: Records, start: int, end: int, time: int, counts: Record) -> None:
    """Appends a hole: bytes before those just seen."""
    if side.holes == HOLES_KEPT:
        oldest = side.hole
        side.hole = holes[oldest].next
        count_gap(side, holes[oldest], counts)
        release_hole(side, holes, oldest, counts)
    hole = take_hole(side, holes, start, end, time, counts)
    if side.hole == NONE:
        side.hole = hole
        return
    last = int(side.hole)
    while holes[last].next != NONE:
        last = int(holes[last].next)
    holes[last].next = hole


@step
def fill_holes(side: Record, holes: Records, at: int, end: int, counts: Record) -> tuple[int, int]:
    """Takes [at, end) out of the holes: how many bytes that were, and when the first hole touched was opened."""
    filled = 0
    opened = MISSING
    before = NONE
    place = int(side.hole)
    while place != NONE and holes[place].start < end:
        hole = holes[place]
        after = int(hole.next)
        if hole.end <= at:
            before, place = place, after
            continue
        if filled == 0:
            opened = hole.time
        filled += min(hole.end, end) - max(hole.start, at)
        if at > hole.start and end < hole.end:
            rest = take_hole(side, holes, end, hole.end, hole.time, counts)
            holes[rest].next = after
            hole.next = rest
            hole.end = at
            break
        if at > hole.start:
            hole.end = at
            before = place
        elif end < hole.end:
            hole.start = end
            before = place
        else:
            if before == NONE:
                side.hole = after
            else:
                holes[before].next = after
            release_hole(side, holes, place, counts)
        place = after
    return filled, opened


@step
def take_hole(side: Record, holes: Records, start: int, end: int, time: int, counts: Record) -> int:
    """A new hole, not yet in the chain."""
    if counts.free_holes > 0:
        counts.free_holes -= 1
        place = int(holes[counts.free_holes].free)
    else:
        place = int(counts.hole_records)
        counts.hole_records += 1
    hole = holes[place]
    hole.start, hole.end, hole.time, hole.next = start, end, time, NONE
    side.holes += 1
    return place


@step
def release_hole(side: Record, holes: Records, place: int, counts: Record) -> None:
    """Gives a hole back."""
    holes[counts.free_holes].free = place
    counts.free_holes += 1
    side.holes -= 1


@step
def count_gap(side: Record, hole: Record, counts: Record) -> None:
    """Bytes that will not come any more. The receiver waits for those that it does not acknowledge: they are missing
    from the network, not from the capture."""
    if side.acked != MISSING and hole.start >= side.acked:
        return
    counts.gaps += 1
    counts.gap_bytes += hole.end - hole.start
    if hole.start < side.acked:
        counts.acked_unseen += 1


@step
def settle_side(side: Record, holes: Records, heard: bool, counts: Record) -> None:
    """Counts what is missing of a stream that is over, and gives its holes back.

    `heard`: the capture has packets of this direction; one that it has none of is not a gap, but a one-way capture.
    """
    place = int(side.hole)
    while place != NONE:
        after = int(holes[place].next)
        count_gap(side, holes[place], counts)
        release_hole(side, holes, place, counts)
        place = after
    side.hole = NONE
    # A FIN takes a number too: one more number acknowledged than seen may be a FIN, which is no byte.
    if heard and side.acked > side.high + 1:
        counts.gaps += 1
        counts.gap_bytes += side.acked - side.high - 1
        counts.acked_unseen += 1
