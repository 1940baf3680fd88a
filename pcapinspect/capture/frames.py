"""The bytes of frames, for a second look at a capture, or for what is not TCP in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pcapinspect.capture import records
from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.compression import inflate
from pcapinspect.capture.file import join
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.recognise import recognise
from pcapinspect.capture.source import AHEAD, HEADROOM, RawFile, chunks
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
        ahead = Ahead(chunks(inflate(raw, InputFile(path)), CHUNK), AHEAD)
        try:
            yield from _frames(iter(ahead), path, wanted)
        finally:
            ahead.close()
    finally:
        raw.close()


def _frames(chunks: Iterator[UInt8], path: str, wanted: Int64 | None) -> Iterator[Frame]:
    data = join(np.empty(0, np.uint8), next(chunks))
    walker = recognise(data, InputFile(path))
    at, before, taken = walker.start, 0, 0
    table = records.table()
    while wanted is None or taken < len(wanted):
        count, at, why = walker.walk(data, at, table)
        if wanted is None:
            numbers = range(before + 1, before + count + 1)
        else:
            end = int(np.searchsorted(wanted, before + count, side="right"))
            numbers, taken = wanted[taken:end].tolist(), end
        yield from (_frame(data, table, number, before) for number in numbers)
        before += count
        if why == records.FULL:
            continue
        chunk = next(chunks, None)
        if why == records.DAMAGED or chunk is None or len(chunk) == HEADROOM:
            return
        data, at = join(data[at:], chunk), 0


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
