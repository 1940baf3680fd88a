"""Rows of the result: TCP headers, and the ICMP errors that quote them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.capture.batch import ICMP_ERROR, TCP
from pcapinspect.capture.fields import big16, big32, big64
from pcapinspect.capture.layers import (
    AT,
    DONE_ICMP,
    DONE_NOTHING,
    DONE_TCP,
    END,
    IP,
    LAYER,
    WIRE,
    lacks,
)
from pcapinspect.columns import Int32, Int64, UInt8, UInt16, UInt32, UInt64
from pcapinspect.kernel import kernel

MAPPED = 0xFFFF
"""Bits 32 to 47 of an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2)."""

SMALLEST_TCP = 14
"""Bytes of a TCP header up to the flags: with fewer captured it says nothing."""

SMALLEST_QUOTE = 8
"""Bytes of a TCP header that every ICMP error quotes (RFC 792): ports and sequence number."""


class Rows(NamedTuple):
    """The columns of `Packets` as a kernel writes them; `file` is the same for all."""

    frame: Int64
    time: Int64
    src_high: UInt64
    src_low: UInt64
    dst_high: UInt64
    dst_low: UInt64
    src_port: UInt16
    dst_port: UInt16
    seq: UInt32
    ack: UInt32
    flags: UInt16
    window: UInt16
    ip_id: UInt32
    ttl: UInt8
    checksum: UInt16
    kind: UInt8
    payload_length: Int32
    captured_length: Int32
    payload_start: Int64


@kernel
def write_ip(data: UInt8, at: int, rows: Rows, row: int) -> None:
    """The columns that come from the IP header at `at`, which is known to be whole."""
    if data[at] >> 4 == 4:
        rows.src_high[row] = 0
        rows.src_low[row] = MAPPED << 32 | big32(data, at + 12)
        rows.dst_high[row] = 0
        rows.dst_low[row] = MAPPED << 32 | big32(data, at + 16)
        rows.ip_id[row] = big16(data, at + 4)
        rows.ttl[row] = data[at + 8]
    else:
        rows.src_high[row] = big64(data, at + 8)
        rows.src_low[row] = big64(data, at + 16)
        rows.dst_high[row] = big64(data, at + 24)
        rows.dst_low[row] = big64(data, at + 32)
        rows.ip_id[row] = 0
        rows.ttl[row] = data[at + 7]


@kernel
def write_header(data: UInt8, at: int, end: int, rows: Rows, row: int) -> None:
    """The columns that come from the TCP header at `at`, of which at least SMALLEST_QUOTE bytes end by `end`."""
    rows.src_port[row] = big16(data, at)
    rows.dst_port[row] = big16(data, at + 2)
    rows.seq[row] = big32(data, at + 4)
    rows.ack[row] = big32(data, at + 8) if end - at >= 12 else 0
    rows.flags[row] = big16(data, at + 12) & 0x0FFF if end - at >= SMALLEST_TCP else 0
    rows.window[row] = big16(data, at + 14) if end - at >= 16 else 0
    rows.checksum[row] = big16(data, at + 16) if end - at >= 18 else 0


@kernel
def tcp(data: UInt8, state: Int64, rows: Rows, row: int) -> None:
    """A segment (RFC 9293). A header that claims fewer than 20 bytes, or more than there are, has no payload."""
    if lacks(state, SMALLEST_TCP):
        return
    at = state[AT]
    write_ip(data, state[IP], rows, row)
    write_header(data, at, state[END], rows, row)
    header = int(data[at + 12] >> 4) * 4
    wire = max(state[WIRE] - at - header, 0) if header >= 20 else 0
    rows.kind[row] = TCP
    rows.payload_length[row] = wire
    rows.captured_length[row] = min(wire, max(state[END] - at - header, 0))
    rows.payload_start[row] = min(at + header, state[END])
    state[LAYER] = DONE_TCP


@kernel
def icmp4(data: UInt8, state: Int64, rows: Rows, row: int) -> None:
    """RFC 792: unreachable, source quench, redirect, time exceeded and parameter problem quote a packet."""
    if lacks(state, 8):
        return
    at = state[AT]
    kind = data[at]
    state[LAYER] = DONE_NOTHING
    if kind == 3 or kind == 4 or kind == 5 or kind == 11 or kind == 12:
        quoted = at + 8
        if state[END] - quoted < 20 or data[quoted] >> 4 != 4 or data[quoted + 9] != 6:
            return
        header = int(data[quoted] & 0x0F) * 4
        if header >= 20 and not big16(data, quoted + 6) & 0x1FFF:
            error(data, state, rows, row, quoted, quoted + header)


@kernel
def icmp6(data: UInt8, state: Int64, rows: Rows, row: int) -> None:
    """RFC 4443: types below 128 are errors, and quote as much of the packet as fits."""
    if lacks(state, 8):
        return
    at = state[AT]
    kind = data[at]
    state[LAYER] = DONE_NOTHING
    if kind < 1 or kind > 4 or state[END] - at < 48 or data[at + 8] >> 4 != 6:
        return
    protocol = data[at + 14]
    segment = at + 48
    while state[END] - segment >= 8 and (protocol == 0 or protocol == 43 or protocol == 60):
        protocol = data[segment]
        segment += 8 + 8 * int(data[segment + 1])
    if protocol == 6:
        error(data, state, rows, row, at + 8, segment)


@kernel
def error(data: UInt8, state: Int64, rows: Rows, row: int, quoted: int, segment: int) -> None:
    """The quoted packet's IP header is at `quoted`, its TCP header at `segment`; AT is the ICMP header."""
    if state[END] - segment < SMALLEST_QUOTE:
        return
    at = state[AT]
    write_ip(data, quoted, rows, row)
    write_header(data, segment, state[END], rows, row)
    rows.checksum[row] = big16(data, at)
    rows.kind[row] = ICMP_ERROR
    rows.payload_length[row] = 0
    rows.captured_length[row] = 0
    rows.payload_start[row] = state[END]
    state[LAYER] = DONE_ICMP


def rows(capacity: int) -> Rows:
    """Columns for `capacity` rows, not yet filled."""
    kinds = {"frame": "i8", "time": "i8", "payload_start": "i8", "payload_length": "i4", "captured_length": "i4"}
    kinds |= dict.fromkeys(("src_high", "src_low", "dst_high", "dst_low"), "u8")
    kinds |= {"seq": "u4", "ack": "u4", "ip_id": "u4", "ttl": "u1", "kind": "u1"}
    return Rows(*(np.empty(capacity, kinds.get(name, "u2")) for name in Rows._fields))
