"""Positions in a stream, and which of its bytes were seen: retransmissions, late bytes, holes."""

from __future__ import annotations

from numba import njit

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.tcp.sequence import WINDOW_LIMIT, difference, wrap
from pcapinspect.tcp.tables import (
    ACKED_UNSEEN,
    FREE_HOLES,
    GAP_BYTES,
    GAPS,
    HOLES,
    NONE,
    OUT_OF_ORDER,
    RETRANSMISSIONS,
    Holes,
    Sides,
)

HOLES_KEPT = 32
"""Holes remembered per direction. Senders repair the oldest first, within a few round trips: a hole older than 32 later
ones was lost by the capture, and is counted as a gap for good."""

REORDERED = 3 * SECOND // 1000
"""Bytes that come this soon after later ones were overtaken; later they were sent again (Wireshark's threshold
for `tcp.analysis.out_of_order` without a known round trip, packet-tcp.c)."""


@njit(cache=True, nogil=True)
def position(sides: Sides, side: int, seq: int) -> int:
    """The 64-bit position of a sequence number: the one nearest to the highest byte seen."""
    high = sides.high[side]
    return high + difference(seq, wrap(sides.base[side] + high))


@njit(cache=True, nogil=True)
def plausible(sides: Sides, side: int, at: int) -> bool:
    """Whether a receiver could have taken a byte at this position: no window reaches farther."""
    return -WINDOW_LIMIT < at - sides.high[side] < WINDOW_LIMIT


@njit(cache=True, nogil=True)
def acknowledge(sides: Sides, side: int, ack: int) -> None:
    """Notes the other side's acknowledgement of this side's bytes."""
    if sides.base[side] != NONE:
        at = position(sides, side, ack)
        if at > sides.acked[side] and plausible(sides, side, at):
            sides.acked[side] = at


@njit(cache=True, nogil=True)
def account(sides: Sides, holes: Holes, side: int, at: int, length: int, time: int, counts: Int64) -> int:
    """Enters payload [at, at + length); returns how many of its bytes were not seen before."""
    end = at + length
    high = sides.high[side]
    if at == high:
        sides.high[side] = end
        return length
    if at > high:
        add_hole(sides, holes, side, high, at, time, counts)
        sides.high[side] = end
        return length
    fresh = 0
    low = sides.low[side]
    if at < low:  # midstream: before the first byte seen
        if end < low:
            counts[GAPS] += 1
            counts[GAP_BYTES] += low - end
        fresh += min(end, low) - at
        sides.low[side] = at
    filled, opened = fill_holes(sides, holes, side, at, end, counts)
    fresh += filled
    if end > high:
        fresh += end - high
        sides.high[side] = end
    elif fresh == length and (filled == 0 or time - opened < REORDERED):
        counts[OUT_OF_ORDER] += 1
        return fresh
    counts[RETRANSMISSIONS] += 1
    return fresh


@njit(cache=True, nogil=True)
def add_hole(sides: Sides, holes: Holes, side: int, start: int, end: int, time: int, counts: Int64) -> None:
    """Appends a hole: bytes before those just seen."""
    if sides.holes[side] == HOLES_KEPT:
        oldest = sides.hole[side]
        counts[GAPS] += 1
        counts[GAP_BYTES] += holes.end[oldest] - holes.start[oldest]
        if holes.start[oldest] < sides.acked[side]:
            counts[ACKED_UNSEEN] += 1
        sides.hole[side] = holes.next[oldest]
        release_hole(sides, holes, side, oldest, counts)
    hole = take_hole(sides, holes, side, start, end, time, counts)
    if sides.hole[side] == NONE:
        sides.hole[side] = hole
        return
    last = sides.hole[side]
    while holes.next[last] != NONE:
        last = holes.next[last]
    holes.next[last] = hole


@njit(cache=True, nogil=True)
def fill_holes(sides: Sides, holes: Holes, side: int, at: int, end: int, counts: Int64) -> tuple[int, int]:
    """Takes [at, end) out of the holes: how many bytes that were, and when the first hole touched was opened."""
    filled = 0
    opened = MISSING
    before = NONE
    hole = sides.hole[side]
    while hole != NONE and holes.start[hole] < end:
        after = holes.next[hole]
        start, stop = holes.start[hole], holes.end[hole]
        if stop <= at:
            before, hole = hole, after
            continue
        if filled == 0:
            opened = holes.time[hole]
        filled += min(stop, end) - max(start, at)
        if at <= start and end >= stop:
            if before == NONE:
                sides.hole[side] = after
            else:
                holes.next[before] = after
            release_hole(sides, holes, side, hole, counts)
        else:
            if at > start and end < stop:
                rest = take_hole(sides, holes, side, end, stop, holes.time[hole], counts)
                holes.next[rest] = after
                holes.next[hole] = rest
                holes.end[hole] = at
                break
            if at > start:
                holes.end[hole] = at
            else:
                holes.start[hole] = end
            before = hole
        hole = after
    return filled, opened


@njit(cache=True, nogil=True)
def take_hole(sides: Sides, holes: Holes, side: int, start: int, end: int, time: int, counts: Int64) -> int:
    """A new hole, not yet in the chain."""
    if counts[FREE_HOLES] > 0:
        counts[FREE_HOLES] -= 1
        hole = holes.free[counts[FREE_HOLES]]
    else:
        hole = counts[HOLES]
        counts[HOLES] += 1
    holes.start[hole] = start
    holes.end[hole] = end
    holes.time[hole] = time
    holes.next[hole] = NONE
    sides.holes[side] += 1
    return hole


@njit(cache=True, nogil=True)
def release_hole(sides: Sides, holes: Holes, side: int, hole: int, counts: Int64) -> None:
    """Gives a hole back."""
    holes.free[counts[FREE_HOLES]] = hole
    counts[FREE_HOLES] += 1
    sides.holes[side] -= 1


@njit(cache=True, nogil=True)
def settle_side(sides: Sides, holes: Holes, side: int, heard: bool, counts: Int64) -> None:
    """Counts what is missing of a stream that is over, and gives its holes back.

    `heard`: the capture has packets of this direction; one that it has none of is not a gap, but a one-way capture.
    """
    acked = sides.acked[side]
    hole = sides.hole[side]
    while hole != NONE:
        after = holes.next[hole]
        counts[GAPS] += 1
        counts[GAP_BYTES] += holes.end[hole] - holes.start[hole]
        if holes.start[hole] < acked:
            counts[ACKED_UNSEEN] += 1
        release_hole(sides, holes, side, hole, counts)
        hole = after
    sides.hole[side] = NONE
    seen = sides.high[side] + (sides.fin[side] != MISSING)
    # A FIN takes a number too: one unseen number acknowledged at the end may be a lost FIN, which is no byte.
    if heard and acked > seen + (sides.fin[side] == MISSING):
        counts[GAPS] += 1
        counts[GAP_BYTES] += acked - seen
        counts[ACKED_UNSEEN] += 1
