"""Options of pcapng blocks (draft-ietf-opsawg-pcapng, 3.5), found where they lie: a file may hold millions of them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pcapinspect.columns import MOST, Int64, UInt8
from pcapinspect.fields import word16
from pcapinspect.kernel import kernel

Order = Literal["little", "big"]

COMMENT = 1
IF_TSRESOL = 9
IF_TSOFFSET = 14
ISB_IFDROP = 5
ISB_OSDROP = 7

COUNTER_BYTES = 8
"""Width of ISB_IFDROP and ISB_OSDROP (4.6); another is damage."""


@kernel
def find(data: UInt8, at: int, end: int, big: bool, code: int, starts: Int64, sizes: Int64) -> int:
    """Where the values of the options of this code lie in data[at:end], up to the end mark, to the first option that
    does not fit, or to as many as there is room for. Returns how many there are."""
    count = 0
    while at + 4 <= end and count < starts.size:
        found, size = word16(data, at, big), word16(data, at + 2, big)
        if found == 0 or at + 4 + size > end:
            break
        if found == code:
            starts[count] = at + 4
            sizes[count] = size
            count += 1
        at += 4 + (size + 3 & ~3)
    return count


def values(data: UInt8, at: int, end: int, order: Order, code: int, most: int = 1) -> list[bytes]:
    """The first `most` values of the options of this code in data[at:end]."""
    starts, sizes = np.empty(most, np.int64), np.empty(most, np.int64)
    count = find(data, at, end, order == "big", code, starts, sizes)
    places = zip(starts[:count].tolist(), sizes[:count].tolist(), strict=True)
    return [data[start : start + size].tobytes() for start, size in places]


def counter(data: UInt8, at: int, end: int, order: Order, code: int) -> int | None:
    """The counter of this code, up to MOST. None where there is none, or all its bits are set: not known."""
    found = values(data, at, end, order, code)
    if not found or len(found[0]) != COUNTER_BYTES or found[0] == b"\xff" * COUNTER_BYTES:
        return None
    return min(int.from_bytes(found[0], order), MOST)


def comments(data: UInt8, at: int, end: int, order: Order, most: int) -> list[str]:
    """The first `most` comments: UTF-8 by the standard, but nobody checks."""
    return [text.decode("utf-8", "replace").rstrip("\0") for text in values(data, at, end, order, COMMENT, most)]
