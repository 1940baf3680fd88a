"""The records of one capture file, chunk by chunk: for the batches of an analysis, and for a second look at frames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pcapinspect.capture import records
from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.compression import inflate
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.recognise import SMALLEST_BUFFER, recognise
from pcapinspect.capture.source import AHEAD, HEADROOM, RawFile, chunks
from pcapinspect.columns import UInt8


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
            yield from self._stretches(made)
            return
        ahead = Ahead(made, AHEAD)
        try:
            yield from self._stretches(iter(ahead))
        finally:
            # What is left of a file is read here, and not by two threads.
            ahead.close(patient=self._raw.size is not None)

    def _stretches(self, chunks: Iterator[UInt8]) -> Iterator[Stretch]:
        data = join(np.empty(0, np.uint8), next(chunks))
        walker = recognise(data, self._file)
        at, behind, before = walker.start, 0, 0
        table = records.table()
        while True:
            count, at, why = walker.walk(data, at, table)
            yield Stretch(data, table, count, before)
            before += count
            if why == records.FULL:
                continue
            if why == records.DAMAGED:
                self.stopped = walker.damage, behind + at
                break
            chunk = next(chunks, None)
            if chunk is None or len(chunk) == HEADROOM:
                if at < data.size:
                    self.stopped = "the file ends in the middle of a packet", behind + at
                break
            behind += at
            data, at = join(data[at:], chunk), 0
        walker.finish()


def join(rest: UInt8, chunk: UInt8) -> UInt8:
    """The bytes that a walk left over, and the next chunk behind them, without copying the chunk if they are few."""
    if rest.size <= HEADROOM:
        start = HEADROOM - rest.size
        chunk[start:HEADROOM] = rest
        return chunk[start:]
    return np.concatenate((rest, chunk[HEADROOM:]))
