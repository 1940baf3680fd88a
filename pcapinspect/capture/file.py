"""One capture file: from its bytes to batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from pcapinspect.capture import linktypes, records
from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.batch import PacketBatch
from pcapinspect.capture.compression import inflate
from pcapinspect.capture.decoder import Decoder
from pcapinspect.capture.fragments import Fragments
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.recognise import SMALLEST_BUFFER, recognise, wireless
from pcapinspect.capture.source import AHEAD, HEADROOM, RawFile, chunks
from pcapinspect.capture.tally import Tally
from pcapinspect.columns import UInt8
from pcapinspect.errors import CaptureError

_WIRELESS = frozenset(map(linktypes.name, linktypes.WIRELESS))

Progress = Callable[[int, int], None]
"""Called with the bytes read of the file, and its packets so far."""


class CaptureFile:
    """Reads one file. `input` is complete when the iteration has ended."""

    def __init__(self, path: str, index: int, fragments: Fragments, batch_bytes: int, progress: Progress) -> None:
        self.input = InputFile(path)
        self._batch_bytes = max(batch_bytes, SMALLEST_BUFFER)
        self._progress = progress
        self._tally = Tally(self.input)
        self._decoder = Decoder(index, self.input, self._tally, fragments)

    def __iter__(self) -> Iterator[PacketBatch]:
        raw = RawFile(self.input.path)
        try:
            ahead = Ahead(chunks(inflate(raw, self.input), self._batch_bytes), AHEAD)
            try:
                yield from self._batches(iter(ahead), raw)
            finally:
                ahead.close()
        finally:
            raw.close()

    def _batches(self, chunks: Iterator[UInt8], raw: RawFile) -> Iterator[PacketBatch]:
        data = join(np.empty(0, np.uint8), next(chunks))
        walker = recognise(data, self.input)
        at = walker.start
        behind = 0
        table = records.table()
        while True:
            before = self.input.packets
            count, at, why = walker.walk(data, at, table)
            if count:
                self._tally.records(table, count)
                batch = self._decoder.batch(data, table, count, before + 1)
                if len(batch.packets):
                    yield batch
            if why == records.FULL:
                continue
            if why == records.DAMAGED:
                self._stop(walker.damage, behind + at)
                break
            self._progress(raw.read, self.input.packets)
            chunk = next(chunks, None)
            if chunk is None or len(chunk) == HEADROOM:
                if at < data.size:
                    self._stop("the file ends in the middle of a packet", behind + at)
                break
            behind += at
            data, at = join(data[at:], chunk), 0
        walker.finish()
        self._finish(raw)

    def _finish(self, raw: RawFile) -> None:
        """Complete what is known of the file."""
        file = self.input
        self._tally.finish()
        file.sha256 = raw.finish()
        file.bytes = raw.read if raw.size is None else raw.size
        self._progress(raw.read, file.packets)
        if file.packets and file.link_types and _WIRELESS.issuperset(file.link_types):
            raise wireless(file.path, file.link_types[0])
        if not file.packets and file.truncated:
            raise CaptureError(file.path, file.warnings[-1])

    def _stop(self, reason: str, offset: int) -> None:
        """The file cannot be used from `offset` on."""
        if self.input.packets == 0:
            raise CaptureError(self.input.path, reason, offset)
        self.input.truncated = True
        self.input.warnings.append(f"byte {offset}: {reason}; everything before it was read")


def join(rest: UInt8, chunk: UInt8) -> UInt8:
    """The bytes that a walk left over, and the next chunk behind them, without copying the chunk if they are few."""
    if rest.size <= HEADROOM:
        start = HEADROOM - rest.size
        chunk[start:HEADROOM] = rest
        return chunk[start:]
    return np.concatenate((rest, chunk[HEADROOM:]))
