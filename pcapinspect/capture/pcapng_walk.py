"""The walk over pcapng's packet blocks, as a kernel; every other block is left to `pcapng`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.capture.records import BLOCK, DAMAGED, FULL, LARGEST_BY_LINK, MORE, NO_LINK, Records
from pcapinspect.columns import MISSING, Int64, UInt8
from pcapinspect.fields import word16, word32
from pcapinspect.kernel import kernel, step

NOTED = 4
"""Why a walk stopped, beside those of `records`: the packet block there was read, and has comments."""

DROPPED, WANTED, EARLIER = range(3)
"""Elements of a walk's memory: packets dropped, as packet blocks say; whether comments of packets are wanted; how many
interfaces the sections before this one had."""

LARGEST_BLOCK = 128 * 1024 * 1024 + 131_072
"""Bytes of a block; more is damage. Wireshark's limit is the same but for the size of a header."""

_LARGEST_PACKET = max(LARGEST_BY_LINK.values())

_OLD_PACKET, _SIMPLE, _ENHANCED = 2, 3, 6
_CUSTOM, _CUSTOM_KEPT, _JOURNAL = 0x0BAD, 0x40000BAD, 9
_SYSDIG_FIRST, _SYSDIG_LAST = 0x204, 0x222

_COMMENT, _DROPCOUNT = 1, 4


class Interfaces(NamedTuple):
    """The interfaces of a section, one element each."""

    link: Int64
    snaplen: Int64
    resolution: Int64
    """if_tsresol: a power of 10, or with bit 7 set, of 2."""
    offset: Int64
    """if_tsoffset, seconds."""


@step
def nanoseconds(high: int, low: int, resolution: int, offset: int) -> int:
    """A 64-bit time in units of the resolution. A time that 64-bit nanoseconds cannot hold becomes their last one."""
    units = np.uint64(high) << np.uint64(32) | np.uint64(low)
    power = resolution & 0x7F
    if resolution & 0x80:
        seconds, part = binary_time(units, power)
    else:
        seconds, part = decimal_time(units, power)
    total = seconds + offset
    if total > 9_223_372_035 or total < -9_223_372_035:
        return np.int64(9_223_372_036_000_000_000)  # type: ignore[return-value]
    return total * 1_000_000_000 + part


@step
def binary_time(units: np.uint64, power: int) -> tuple[int, int]:
    """Seconds and nanoseconds of a time in units of 2**-power seconds."""
    if power >= 64:
        return 0, 0
    whole = units >> np.uint64(power)
    rest = units & ((np.uint64(1) << np.uint64(power)) - np.uint64(1))
    upper, lower = np.int64(rest >> np.uint64(32)), np.int64(rest & np.uint64(0xFFFFFFFF))
    # rest * 10**9 needs 94 bits: in two halves, and floored.
    part = lower * 1_000_000_000
    part = (upper * 1_000_000_000 + (part >> 32)) >> (power - 32) if power >= 32 else part >> power
    return np.int64(min(whole, np.uint64(1 << 41))), part  # type: ignore[return-value]


@step
def decimal_time(units: np.uint64, power: int) -> tuple[int, int]:
    """Seconds and nanoseconds of a time in units of 10**-power seconds."""
    if power > 19:
        return 0, 0
    scale = np.uint64(1)
    for _ in range(power):
        scale = scale * np.uint64(10)
    seconds = np.int64(min(units // scale, np.uint64(1 << 41)))
    rest = units % scale
    if power <= 9:
        for _ in range(9 - power):
            rest = rest * np.uint64(10)
    else:
        for _ in range(power - 9):
            rest = rest // np.uint64(10)
    return seconds, np.int64(rest)  # type: ignore[return-value]


@step
def is_frame(kind: int) -> bool:
    """Blocks that Wireshark numbers as frames although they hold no packet."""
    return bool(kind in (_CUSTOM, _CUSTOM_KEPT, _JOURNAL) or _SYSDIG_FIRST <= kind <= _SYSDIG_LAST)


@step
def options_of_packet(data: UInt8, at: int, end: int, big: bool, memory: Int64) -> bool:
    """Whether there is a comment that is wanted in data[at:end]; adds up the packets dropped before this one."""
    noted = False
    while at + 4 <= end:
        code, size = word16(data, at, big), word16(data, at + 2, big)
        if code == 0 or at + 4 + size > end:
            break
        if code == _COMMENT:
            noted = memory[WANTED] != 0
        elif code == _DROPCOUNT and size == 8:
            memory[DROPPED] += word32(data, at + (8 if big else 4), big)
        at += 4 + (size + 3 & ~3)
    return noted


@step
def packet(
    data: UInt8,
    at: int,
    size: int,
    kind: int,
    big: bool,
    interfaces: Interfaces,
    known: int,
    earlier: int,
    out: Records,
    row: int,
) -> bool:
    """Write the packet block at `at` as a row. False where its numbers contradict each other."""
    fixed = 12 if kind == _SIMPLE else 28
    if size < fixed + 4:
        return False
    interface = 0
    if kind == _ENHANCED:
        interface = word32(data, at + 8, big)
    elif kind == _OLD_PACKET:
        interface = word16(data, at + 8, big)
    if interface >= known:
        return False
    out.time[row] = MISSING
    if kind == _SIMPLE:
        wire = word32(data, at + 8, big)
        captured = min(wire, size - 16)
        if interfaces.snaplen[0]:
            captured = min(captured, interfaces.snaplen[0])
    else:
        high, low = word32(data, at + 12, big), word32(data, at + 16, big)
        out.time[row] = nanoseconds(high, low, interfaces.resolution[interface], interfaces.offset[interface])
        captured, wire = word32(data, at + 20, big), word32(data, at + 24, big)
    if captured > size - fixed - 4 or captured > _LARGEST_PACKET:
        return False
    out.start[row] = at + fixed
    out.captured[row] = captured
    out.wire[row] = max(wire, captured)
    out.link[row] = interfaces.link[interface]
    out.interface[row] = earlier + interface
    out.cut[row] = 1 if captured < wire else 0
    return True


@step
def frame_without_packet(at: int, out: Records, row: int) -> None:
    """A row for a block that only counts as a frame."""
    out.start[row] = at
    out.captured[row] = 0
    out.wire[row] = 0
    out.time[row] = MISSING
    out.link[row] = NO_LINK
    out.interface[row] = 0
    out.cut[row] = 0


@kernel
def walk(
    data: UInt8,
    at: int,
    end: int,
    big: bool,
    interfaces: Interfaces,
    known: int,
    out: Records,
    count: int,
    memory: Int64,
) -> tuple[int, int, int]:
    """Fill `out` from row `count` on with the packet blocks in data[at:end], of which `known` interfaces are described.

    Returns the rows that are filled, the offset at which the walk stopped, and why.
    """
    while at + 12 <= end:
        kind, size = word32(data, at, big), word32(data, at + 4, big)
        wanted = kind in (_ENHANCED, _SIMPLE, _OLD_PACKET)
        if not wanted and not is_frame(kind):
            return count, at, BLOCK
        if size < 12 or size % 4 != 0 or size > LARGEST_BLOCK:
            return count, at, BLOCK
        if count == out.start.size:
            return count, at, FULL
        if at + size > end:
            break
        if word32(data, at + size - 4, big) != size:
            return count, at, BLOCK
        if wanted:
            if not packet(data, at, size, kind, big, interfaces, known, memory[EARLIER], out, count):
                return count, at, DAMAGED
        else:
            frame_without_packet(at, out, count)
        count += 1
        if kind == _ENHANCED:
            options = at + 28 + (word32(data, at + 20, big) + 3 & ~3)
            if options + 4 <= at + size - 4 and options_of_packet(data, options, at + size - 4, big, memory):
                return count, at, NOTED
        at += size
    return count, at, MORE
