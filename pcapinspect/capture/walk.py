"""The records of one capture file, chunk by chunk: for the batches of an analysis, and for a second look at frames."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

import numpy as np

from pcapinspect.capture import records
from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.compression import inflate
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.recognise import SMALLEST_BUFFER, EmptyFile, recognise
from pcapinspect.capture.source import AHEAD, HEADROOM, RawFile, chunks
from pcapinspect.columns import UInt8

CUT_SHORT = "the file ends in the middle of a packet"


class Stretch(NamedTuple):
    """Records that lie in one chunk. `table` is written anew for the next stretch."""

    data: UInt8
    table: records.Records
    filled: int
    """Rows of `table` that are filled."""
    before: int
    """Frames of the file before these."""


class Walk:
    """Iterate once for the stretches of a file; what its blocks say of the file itself goes into `file`.

    Raises CaptureError for what is no capture.
    """

    def __init__(self, raw: RawFile, file: InputFile, chunk_bytes: int) -> None:
        self._raw = raw
        self._file = file
        self._chunk_bytes = max(chunk_bytes, SMALLEST_BUFFER)
        self.stopped: tuple[str, int] | None = None
        """Why the file could not be used to its end, and the byte from which on; None: it could, or is not read yet."""

    def __iter__(self) -> Iterator[Stretch]:
        made = chunks(inflate(self._raw, self._file), self._chunk_bytes)
        if not self._file.format:
            # Not compressed: what this thread itself has read lies in its core's cache, and reading costs little.
            yield from self._walked(made)
            return
        ahead = Ahead(made, AHEAD)
        try:
            yield from self._walked(iter(ahead))
        finally:
            # What is left of a file is read here, and not by two threads.
            ahead.close(patient=self._raw.size is not None)

    def _walked(self, chunks: Iterator[UInt8]) -> Iterator[Stretch]:
        try:
            stopped = yield from stretches(chunks, self._file)
        except EmptyFile:
            if self._raw.given_up:
                return
            raise
        if not self._raw.given_up or stopped is None or stopped[0] != CUT_SHORT:
            self.stopped = stopped


def stretches(chunks: Iterator[UInt8], file: InputFile) -> Generator[Stretch, None, tuple[str, int] | None]:
    """The records in chunks that each lie behind HEADROOM free bytes; returns as `Walk.stopped` says.

    Raises CaptureError for what is no capture.
    """
    data = _first(chunks)
    walker = recognise(data, file)
    at, behind, before = walker.start, 0, 0
    table = records.table()
    stopped = None
    while True:
        count, at, why = walker.walk(data, at, table)
        yield Stretch(data, table, count, before)
        before += count
        if why == records.FULL:
            continue
        if why == records.DAMAGED:
            stopped = walker.damage, behind + at
            break
        chunk = next(chunks, None)
        if chunk is None:
            if at < data.size:
                stopped = CUT_SHORT, behind + at
            break
        behind += at
        data, at = join(data[at:], chunk), 0
    walker.finish()
    return stopped


def _first(chunks: Iterator[UInt8]) -> UInt8:
    """Enough of the beginning to tell what it is; all there is, if that is less."""
    data = np.empty(0, np.uint8)
    for chunk in chunks:
        data = join(data, chunk)
        if data.size >= SMALLEST_BUFFER:
            break
    return data


def join(rest: UInt8, chunk: UInt8) -> UInt8:
    """The bytes that a walk left over, and the next chunk behind them, without copying the chunk if they are few."""
    if rest.size <= HEADROOM:
        start = HEADROOM - rest.size
        chunk[start:HEADROOM] = rest
        return chunk[start:]
    return np.concatenate((rest, chunk[HEADROOM:]))
