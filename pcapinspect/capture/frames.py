"""The bytes of frames, for a second look at a capture, or for what is not TCP in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pcapinspect.capture import records
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.source import RawFile
from pcapinspect.capture.walk import Walk
from pcapinspect.columns import MISSING, Int64, UInt8

CHUNK = 16 << 20


class Frame(NamedTuple):
    """One frame as the file has it."""

    number: int
    time: int
    """Nanoseconds; 0 where the file says none."""
    wire: int
    """Bytes on the wire."""
    link: int
    """Link type number."""
    data: bytes
    """What was captured."""


def read_frames(path: str, wanted: Int64 | None = None) -> Iterator[Frame]:
    """The frames of one file with the `wanted` numbers (ascending), or all. Raises CaptureError.

    Where a file is cut or damaged its frames end: the analysis before has said so.
    """
    raw = RawFile(path)
    try:
        yield from _frames(Walk(raw, InputFile(path), CHUNK), wanted)
    finally:
        raw.close()


def _frames(walk: Walk, wanted: Int64 | None) -> Iterator[Frame]:
    taken = 0
    for data, table, count, before in walk:
        if wanted is None:
            numbers = range(before + 1, before + count + 1)
        else:
            end = int(np.searchsorted(wanted, before + count, side="right"))
            numbers, taken = wanted[taken:end].tolist(), end
        yield from (_frame(data, table, number, before) for number in numbers)
        if wanted is not None and taken == len(wanted):
            return


def _frame(data: UInt8, table: records.Records, number: int, before: int) -> Frame:
    row = number - before - 1
    start, captured = int(table.start[row]), int(table.captured[row])
    time = int(table.time[row])
    return Frame(
        number=number,
        time=0 if time == MISSING else time,
        wire=int(table.wire[row]),
        link=int(table.link[row]),
        data=data[start : start + captured].tobytes(),
    )
