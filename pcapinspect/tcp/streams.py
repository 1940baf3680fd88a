"""4-tuples and Wireshark's stream numbers.

The rules are those of `dissect_tcp` and `tcp_analyze_sequence_number` in Wireshark 4.0's packet-tcp.c, checked
against tshark 4.0.17: a 4-tuple, whatever the direction, is in its latest conversation; a SYN whose number is not
the base of its direction starts a new one; a SYN/ACK moves the base of its direction; the base of a direction is
its first number (less one without SYN), or the first acknowledgement of it less one. A packet that an ICMP
error quotes (with 16 bytes of its TCP header or more) joins or starts a conversation, but sets no base.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from pcapinspect.columns import Int64, UInt32
from pcapinspect.tcp.sequence import wrap
from pcapinspect.tcp.tables import (
    BASE,
    BASE_SET_A,
    BASE_SET_B,
    ENTRIES,
    FLAGS,
    HASH_HIGH,
    HASH_LOW,
    STREAM,
    STREAM_COLUMNS,
    STREAMS,
    USED,
)

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
"""Flags of the TCP header (RFC 9293, 3.1)."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


@njit(cache=True, nogil=True)
def mix(state: int, value: int) -> int:
    """One step of a 64-bit hash: multiplication by the golden ratio spreads every bit upwards, the shift downwards."""
    mixed = (np.uint64(state) ^ np.uint64(value)) * _MULTIPLIER
    return mixed ^ (mixed >> _SHIFT)


@njit(cache=True, nogil=True)
def find_entry(streams: UInt32, key: int) -> int:
    """The place of a 4-tuple's hash in the open-addressing table, or where it is to be put.

    Only the 64-bit hash is kept: among 10 million 4-tuples two collide with a probability of 3 in a million.
    """
    mask = len(streams) - 1
    low = np.uint32(key & np.uint64(0xFFFFFFFF))
    high = np.uint32(key >> np.uint64(32))
    place = np.int64(low) & mask
    while streams[place, FLAGS] & USED and (streams[place, HASH_LOW] != low or streams[place, HASH_HIGH] != high):
        place = (place + 1) & mask
    return place


@njit(cache=True, nogil=True)
def add_entry(streams: UInt32, place: int, key: int, watch: int, counts: Int64) -> None:
    """Enters a new 4-tuple, with the next stream number."""
    streams[place, HASH_LOW] = np.uint32(key & np.uint64(0xFFFFFFFF))
    streams[place, HASH_HIGH] = np.uint32(key >> np.uint64(32))
    streams[place, FLAGS] = USED | watch
    streams[place, STREAM] = counts[STREAMS]
    counts[STREAMS] += 1
    counts[ENTRIES] += 1


@njit(cache=True, nogil=True)
def number_stream(
    streams: UInt32, place: int, side: int, seq: int, ack: int, flags: int, quoted: bool, counts: Int64
) -> None:
    """Moves the 4-tuple's conversation on by one packet of `side`, as Wireshark does."""
    entry = streams[place]
    set_own = BASE_SET_A << side
    set_other = BASE_SET_B >> side
    if flags & SYN and entry[FLAGS] & set_own and entry[BASE + side] != seq:
        if flags & ACK:
            entry[BASE + side] = seq
        else:
            entry[STREAM] = counts[STREAMS]
            counts[STREAMS] += 1
            entry[FLAGS] &= ~np.uint32(BASE_SET_A | BASE_SET_B)
    if quoted:
        return
    if not entry[FLAGS] & set_own:
        entry[BASE + side] = seq if flags & SYN else wrap(seq - 1)
        entry[FLAGS] |= set_own
    if flags & ACK and not entry[FLAGS] & set_other:
        entry[BASE + 1 - side] = wrap(ack - 1)
        entry[FLAGS] |= set_other


@njit(cache=True, nogil=True)
def rehash(streams: UInt32, capacity: int) -> UInt32:
    """The same entries in a table of `capacity` places, a power of two."""
    larger = np.zeros((capacity, STREAM_COLUMNS), np.uint32)
    for old in range(len(streams)):
        if streams[old, FLAGS] & USED:
            key = np.uint64(streams[old, HASH_HIGH]) << np.uint64(32) | np.uint64(streams[old, HASH_LOW])
            larger[find_entry(larger, key)] = streams[old]
    return larger
