"""One capture file: from its bytes to batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from pcapinspect.capture import linktypes, pcap, pcapng, records
from pcapinspect.capture.batch import PacketBatch
from pcapinspect.capture.decoder import Decoding
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.source import HEADROOM, RawFile, ReadAhead, describe
from pcapinspect.capture.tally import Tally
from pcapinspect.columns import UInt8
from pcapinspect.errors import CaptureError


class Walker(Protocol):
    """A container format: finds the records in a buffer."""

    name: str
    start: int
    """Bytes of the file before the first record."""

    def walk(self, data: UInt8, at: int, out: records.Records) -> tuple[int, int, int]: ...

    def damage(self, data: UInt8, at: int) -> str: ...


class CaptureFile:
    """Reads one file. `input` is complete when the iteration has ended."""

    def __init__(self, path: str, index: int, batch_bytes: int, progress: Callable[[int, int], None]) -> None:
        self.input = InputFile(path)
        self._index = index
        self._batch_bytes = max(batch_bytes, 64)
        self._progress = progress
        self._tally = Tally(self.input)

    def __iter__(self) -> Iterator[PacketBatch]:
        raw = RawFile(self.input.path)
        ahead = ReadAhead(raw, self._batch_bytes)
        try:
            yield from self._batches(iter(ahead), raw)
        finally:
            ahead.close()
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
                batch = self._decode(data, table, count, before + 1)
                if len(batch.packets):
                    yield batch
            if why == records.FULL:
                continue
            if why == records.DAMAGED:
                self._stop(walker.damage(data, at), behind + at)
                break
            self._progress(raw.read, self.input.packets)
            chunk = next(chunks, None)
            if chunk is None or len(chunk) == HEADROOM:
                if at < data.size:
                    self._stop("the file ends in the middle of a packet", behind + at)
                break
            behind += at
            data, at = join(data[at:], chunk), 0
        if isinstance(walker, pcapng.PcapngWalker):
            walker.finish()
        self._tally.finish()
        describe(raw, self.input)

    def _stop(self, reason: str, offset: int) -> None:
        """The file cannot be used from `offset` on."""
        if self.input.packets == 0:
            raise CaptureError(self.input.path, reason, offset)
        self.input.truncated = True
        self.input.warnings.append(f"byte {offset}: {reason}; everything before it was read")

    def _decode(self, data: UInt8, table: records.Records, count: int, first_frame: int) -> PacketBatch:
        decoding = Decoding(data, table, count, self._index)
        packets = decoding.packets
        self.input.not_ip += decoding.not_ip
        self.input.fragments += len(decoding.pieces.record)
        self._tally.oddities(decoding.oddities)
        packets.frame[:] += first_frame
        return PacketBatch(packets, data)


def join(rest: UInt8, chunk: UInt8) -> UInt8:
    """The bytes that a walk left over, and the next chunk behind them, without copying the chunk if they are few."""
    if rest.size <= HEADROOM:
        start = HEADROOM - rest.size
        chunk[start:HEADROOM] = rest
        return chunk[start:]
    return np.concatenate((rest, chunk[HEADROOM:]))


def recognise(data: UInt8, file: InputFile) -> Walker:
    """The walker for what the first bytes say. Raises CaptureError for what is no capture."""
    head = data[: pcap.HEADER].tobytes()
    if not head:
        raise CaptureError(file.path, "the file is empty")
    if head[:4] == pcapng.MAGIC:
        file.format = pcapng.PcapngWalker.name
        return pcapng.PcapngWalker(file)
    header = pcap.read_header(head)
    if header is None:
        raise CaptureError(file.path, "not a packet capture", 0)
    if len(head) < pcap.HEADER:
        raise CaptureError(file.path, "the file ends in the middle of its header", len(head))
    if header.link in linktypes.WIRELESS:
        name = linktypes.name(header.link)
        raise CaptureError(file.path, f"802.11 ({name}) needs Wireshark's dissection: use --engine tshark")
    file.format = header.name
    file.snaplen = header.snaplen or None
    file.link_types.append(linktypes.name(header.link))
    return pcap.PcapWalker(header)
