"""One capture file: from its bytes to batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from pcapinspect.capture import linktypes
from pcapinspect.capture.control import Control
from pcapinspect.capture.inputs import ENDED, WHOLE, InputFile
from pcapinspect.capture.recognise import wireless
from pcapinspect.capture.source import RawFile
from pcapinspect.capture.walk import Walk
from pcapinspect.columns import MISSING
from pcapinspect.errors import CaptureError
from pcapinspect.packets.batch import PacketBatch, Packets
from pcapinspect.packets.decoder import Decoder
from pcapinspect.packets.fragments import Fragments
from pcapinspect.packets.tally import Tally

_WIRELESS = frozenset(map(linktypes.name, linktypes.WIRELESS))

NOTHING = PacketBatch(Packets.empty(), np.empty(0, np.uint8))
"""What comes of a silent pipe."""

Progress = Callable[[int, int], None]
"""Called with the bytes read of the file, and its packets so far."""


class CaptureFile:
    """Reads one file. `input` is complete when the iteration has ended."""

    def __init__(
        self,
        path: str,
        index: int,
        fragments: Fragments,
        batch_bytes: int,
        progress: Progress,
        control: Control | None = None,
        only: tuple[int, ...] | None = None,
        *,
        tell: bool = False,
        ahead: int = 0,
    ) -> None:
        """`only` and `tell`: of interfaces, as for Decoder. `ahead`: nanoseconds that its clock is ahead of others."""
        self._ahead = ahead
        self.input = InputFile(path)
        self._control = control
        self._batch_bytes = batch_bytes
        self._progress = progress
        self._tally = Tally(self.input)
        self._decoder = Decoder(index, self.input, self._tally, fragments, only, tell=tell)

    def __iter__(self) -> Iterator[PacketBatch]:
        raw = RawFile(self.input.path, self._control)
        try:
            yield from self._batches(raw)
        finally:
            raw.close()

    def _batches(self, raw: RawFile) -> Iterator[PacketBatch]:
        walk = Walk(raw, self.input, self._batch_bytes)
        for data, table, count, before in walk:
            if count:
                self._tally.records(table, count)
                batch = self._decoder.batch(data, table, count, before + 1)
                if len(batch.packets):
                    yield _earlier(batch, self._ahead) if self._ahead else batch
            elif self._control is not None and raw.size is None:
                yield NOTHING
            self._progress(raw.read, self.input.packets)
        if walk.stopped is not None:
            self._stop(*walk.stopped)
        self._finish(raw)

    def _finish(self, raw: RawFile) -> None:
        """Complete what is known of the file."""
        file = self.input
        self._tally.finish()
        file.sha256 = raw.finish()
        file.bytes = raw.read if raw.size is None or not raw.given_up else raw.size
        file.reading = ENDED if raw.given_up else WHOLE
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


def _earlier(batch: PacketBatch, by: int) -> PacketBatch:
    time = batch.packets.time
    return replace(batch, packets=replace(batch.packets, time=np.where(time == MISSING, MISSING, time - by)))
