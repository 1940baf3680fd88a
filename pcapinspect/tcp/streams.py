"""4-tuples and Wireshark's stream numbers.

The rules are those of `dissect_tcp` and `tcp_analyze_sequence_number` in Wireshark 4.0's packet-tcp.c, checked against
tshark 4.0.17: a 4-tuple, whatever the direction, is in its latest conversation; a SYN whose number is not the base
of its direction starts a new one; a SYN/ACK moves the base of its direction; the base of a direction is its
first number (less one without SYN), or the first acknowledgement of it less one. A packet that an ICMP error
quotes (with 16 bytes of its TCP header or more) joins or starts a conversation, but sets no base.
"""

from __future__ import annotations

import numpy as np

from pcapinspect.kernel import kernel, step
from pcapinspect.mixing import mix
from pcapinspect.tcp.sequence import wrap
from pcapinspect.tcp.tables import BASE_SET_A, BASE_SET_B, STREAM, USED, Record, Records, records

FIN, SYN, RST, ACK = 1, 2, 4, 16
"""Flags of the TCP header (RFC 9293, 3.1)."""

_PORT_BITS = np.uint64(16)


@step
def sender_side(packet: Record) -> int:
    """Where the sender stands in the canonical order of the 4-tuple, which makes both directions one."""
    if packet.src_high != packet.dst_high:
        return 1 if packet.src_high > packet.dst_high else 0
    if packet.src_low != packet.dst_low:
        return 1 if packet.src_low > packet.dst_low else 0
    return 1 if packet.src_port > packet.dst_port else 0


@step
def key_of(packet: Record, seed: np.uint64) -> np.uint64:
    """The hash of the 4-tuple."""
    src_port, dst_port = np.uint64(packet.src_port), np.uint64(packet.dst_port)
    if packet.side == 0:
        key = mix(mix(seed, packet.src_high, seed), packet.src_low, seed)
        key = mix(mix(key, packet.dst_high, seed), packet.dst_low, seed)
        return mix(key, src_port << _PORT_BITS | dst_port, seed)
    key = mix(mix(seed, packet.dst_high, seed), packet.dst_low, seed)
    key = mix(mix(key, packet.src_high, seed), packet.src_low, seed)
    return mix(key, dst_port << _PORT_BITS | src_port, seed)


@step
def find_stream(streams: Records, key: np.uint64) -> int:
    """The place of a 4-tuple in the open-addressing table, or where it is to be put.

    Only the 64-bit hash is compared: among 10 million 4-tuples two collide with a probability of 3 in a million.
    """
    mask = len(streams) - 1
    place = int(key) & mask
    while streams[place].marks & USED and streams[place].key != key:
        place = (place + 1) & mask
    return place


@step
def add_stream(stream: Record, key: np.uint64, watch: int, counts: Record) -> None:
    """Enters a new 4-tuple, with the next stream number."""
    stream.key = key
    stream.marks = USED | watch
    stream.number = counts.streams
    counts.streams += 1
    counts.entries += 1


@step
def number_stream(stream: Record, packet: Record, quoted: bool, counts: Record) -> None:
    """Moves the 4-tuple's conversation on by one packet, as Wireshark does."""
    side = packet.side
    set_own, set_other = BASE_SET_A << side, BASE_SET_B >> side
    if packet.tcp_flags & SYN and stream.marks & set_own and stream.first_seq[side] != packet.seq:
        if packet.tcp_flags & ACK:
            stream.first_seq[side] = packet.seq
        else:
            stream.number = counts.streams
            counts.streams += 1
            stream.marks ^= stream.marks & (BASE_SET_A | BASE_SET_B)
    if quoted:
        return
    if not stream.marks & set_own:
        stream.first_seq[side] = packet.seq if packet.tcp_flags & SYN else wrap(packet.seq - 1)
        stream.marks |= set_own
    if packet.tcp_flags & ACK and not stream.marks & set_other:
        stream.first_seq[1 - side] = wrap(packet.ack - 1)
        stream.marks |= set_other


@kernel
def move_streams(streams: Records, larger: Records) -> None:
    """Enters all 4-tuples into an empty, larger table."""
    for old in range(len(streams)):
        if streams[old].marks & USED:
            larger[find_stream(larger, streams[old].key)] = streams[old]


def with_room(streams: Records, entries: int, more: int) -> Records:
    """The table, or a larger one, with room for `more` 4-tuples beside its `entries`."""
    needed = (entries + more) * 4 // 3  # open addressing is fast up to three quarters
    if needed <= len(streams):
        return streams
    larger = records(STREAM, 1 << (needed - 1).bit_length())
    move_streams(streams, larger)
    return larger
