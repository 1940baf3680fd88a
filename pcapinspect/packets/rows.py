"""From the places of TCP headers in a buffer to the columns of `Packets`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.columns import Int32, Int64, UInt8, UInt16, UInt32, UInt64
from pcapinspect.fields import big16, big32, big64
from pcapinspect.kernel import kernel, step
from pcapinspect.packets.batch import ICMP_ERROR, SYN, Packets
from pcapinspect.packets.transport import SMALLEST_TCP

MAPPED = 0xFFFF << 32
"""The upper half of the lower half of an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2)."""


END_OF_OPTIONS, NO_OPERATION, MSS_OPTION, TIMESTAMP_OPTION = 0, 1, 2, 8
"""Kinds of TCP options (RFC 9293, 3.2; RFC 7323, 3.2)."""

_DTYPES = Packets.dtypes()


class Found(NamedTuple):
    """TCP headers and quoted ones; one element each, offsets in the buffer."""

    record: Int64
    kind: Int64
    """TCP or ICMP_ERROR."""
    ip: Int64
    tcp: Int64
    end: Int64
    """Of the captured bytes."""
    wire: Int64
    """Where the packet ended on the wire, by its IP header."""
    note: Int64
    """Type << 8 | code of an ICMP error."""


class Columns(NamedTuple):
    """The columns of `Packets` that come from the bytes."""

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
    mss: UInt16
    tsval: UInt32
    payload_length: Int32
    captured_length: Int32
    payload_start: Int64


BLOCK = 2048
"""Rows that are read at a time, so that their bytes are still in the processor's cache for the next columns."""


@kernel
def read(data: UInt8, places: Found, columns: Columns) -> None:
    """Fill the columns that come from the bytes."""
    for first in range(0, places.tcp.size, BLOCK):
        last = min(first + BLOCK, places.tcp.size)
        read_ip(data, places.ip, columns, first, last)
        read_tcp(data, places, columns, first, last)
        read_options(data, places, columns, first, last)
        read_payload(data, places, columns, first, last)


@step
def read_ip(data: UInt8, ip: Int64, out: Columns, first: int, last: int) -> None:
    """Addresses, identification and time to live of the IP headers at `ip`."""
    for row in range(first, last):
        at = ip[row]
        if data[at] >> 4 == 4:
            out.src_high[row] = 0
            out.src_low[row] = MAPPED | big32(data, at + 12)
            out.dst_high[row] = 0
            out.dst_low[row] = MAPPED | big32(data, at + 16)
            out.ip_id[row] = big16(data, at + 4)
            out.ttl[row] = data[at + 8]
        else:
            out.src_high[row] = big64(data, at + 8)
            out.src_low[row] = big64(data, at + 16)
            out.dst_high[row] = big64(data, at + 24)
            out.dst_low[row] = big64(data, at + 32)
            out.ip_id[row] = 0
            out.ttl[row] = data[at + 7]


@step
def read_tcp(data: UInt8, places: Found, out: Columns, first: int, last: int) -> None:
    """The fields of the TCP headers, of which what is not captured reads as 0; eight bytes always are there."""
    for row in range(first, last):
        at = places.tcp[row]
        size = places.end[row] - at
        out.src_port[row] = big16(data, at)
        out.dst_port[row] = big16(data, at + 2)
        out.seq[row] = big32(data, at + 4)
        out.ack[row] = big32(data, at + 8) if size >= 12 else 0
        out.flags[row] = big16(data, at + 12) & 0x0FFF if size >= SMALLEST_TCP else 0
        out.window[row] = big16(data, at + 14) if size >= 16 else 0
        out.checksum[row] = big16(data, at + 16) if size >= 18 else 0


@step
def read_options(data: UInt8, places: Found, out: Columns, first: int, last: int) -> None:
    """What SYNs offer (RFC 9293, 3.2; RFC 7323), as far as it is captured."""
    for row in range(first, last):
        out.mss[row] = 0
        out.tsval[row] = 0
        if out.flags[row] & SYN == 0 or places.kind[row] == ICMP_ERROR:
            continue
        at = places.tcp[row]
        end = min(at + (data[at + 12] >> 4) * 4, places.end[row])
        at += 20
        while at + 1 < end and data[at] != END_OF_OPTIONS:
            if data[at] == NO_OPERATION:
                at += 1
                continue
            size = int(data[at + 1])
            if size < 2 or at + size > end:
                break
            if data[at] == MSS_OPTION and size == 4:
                out.mss[row] = big16(data, at + 2)
            elif data[at] == TIMESTAMP_OPTION and size == 10:
                out.tsval[row] = big32(data, at + 2)
            at += size


@step
def read_payload(data: UInt8, places: Found, out: Columns, first: int, last: int) -> None:
    """Where the payloads are. A header that claims fewer than 20 bytes has none, nor has one that is only quoted."""
    for row in range(first, last):
        at, end = places.tcp[row], places.end[row]
        header = (data[at + 12] >> 4) * 4 if places.kind[row] != ICMP_ERROR else 0
        wire = max(places.wire[row] - at - header, 0) if header >= 20 else 0
        out.payload_length[row] = wire
        out.captured_length[row] = min(wire, max(end - at - header, 0))
        out.payload_start[row] = min(at + header, end)


def packets(data: UInt8, places: Found, times: Int64, file: int) -> Packets:
    """The rows of all `places`. `frame` is the index of the record, `times` the time of each record."""
    rows = Packets(**{name: np.empty(len(places.record), dtype) for name, dtype in _DTYPES.items()})
    rows.file[:] = file
    rows.frame[:] = places.record
    np.take(times, places.record, out=rows.time)
    rows.kind[:] = places.kind
    read(data, places, Columns(*(getattr(rows, name) for name in Columns._fields)))
    quoted = rows.kind == ICMP_ERROR
    if quoted.any():
        rows.checksum[quoted] = places.note[quoted]
    return rows
