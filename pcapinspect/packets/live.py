"""Captures that are still being written: pipes, and files that grow. What is there is handed on at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np

from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.records import Records
from pcapinspect.capture.source import HEADROOM, ByteStream
from pcapinspect.capture.walk import Stretch, stretches
from pcapinspect.columns import Int64, UInt8
from pcapinspect.packets.batch import PacketBatch, Packets
from pcapinspect.packets.decoder import Decoder
from pcapinspect.packets.fragments import Fragments
from pcapinspect.packets.tally import Tally

CHUNK_BYTES = 1 << 20
"""Read at a time at the most."""

POLL_SECONDS = 0.1
"""How often a file that has ended so far is looked at again."""


@dataclass(frozen=True, slots=True)
class LivePackets:
    """Rows of watched ports, with the whole frames that they came in."""

    file: InputFile
    packets: Packets
    """`file` of each row is 0, and `payload_start` is a place in `data`."""
    data: UInt8
    begins: Int64
    """Where the frame of each row begins in `data`."""
    captured: Int64
    """Bytes of it."""
    wire: Int64
    link: Int64
    """Link type number of each row's interface."""


class GrowingFile:
    """A file that another program writes: its end is not the end, unless `ended` says so."""

    def __init__(self, path: Path, ended: Callable[[], bool], stop: Event) -> None:
        self._file = path.open("rb", buffering=0)
        self._path = path
        self._ended = ended
        self._stop = stop
        self.read = 0

    def readinto(self, buffer: memoryview) -> int:
        """Waits for the writer. 0 when the file has ended, was cut, or reading is to stop."""
        while True:
            over = self._ended() or self._stop.is_set()
            count = self._file.readinto(buffer) or 0
            self.read += count
            if count or over or self._was_cut():
                return count
            self._stop.wait(POLL_SECONDS)

    def _was_cut(self) -> bool:
        """A ring that uses its names again truncates the file that it writes next."""
        try:
            return self._path.stat().st_size < self.read
        except OSError:
            return True

    def close(self) -> None:
        self._file.close()


def live_packets(stream: ByteStream, file: InputFile, ports: tuple[int, ...]) -> Iterator[LivePackets]:
    """What comes out of a stream, as soon as it comes; also where nothing of it is of a watched port.

    Raises CaptureError for what is no capture.
    """
    tally = Tally(file)
    decoder = Decoder(0, file, tally, Fragments())
    watched = np.zeros(1 << 16, np.bool_)
    watched[list(ports)] = True
    for stretch in stretches(_available(stream), file):
        if stretch.filled:
            tally.records(stretch.table, stretch.filled)
            batch = decoder.batch(stretch.data, stretch.table, stretch.filled, stretch.before + 1)
            yield _watched(batch, stretch, watched, file)
    tally.finish()


def _available(stream: ByteStream) -> Generator[UInt8]:
    """What the stream has, behind HEADROOM free bytes, without waiting for more."""
    while True:
        chunk = np.empty(HEADROOM + CHUNK_BYTES, np.uint8)
        count = stream.readinto(memoryview(chunk)[HEADROOM:])  # type: ignore[arg-type]
        if count == 0:
            return
        yield chunk[: HEADROOM + count]


def _watched(batch: PacketBatch, stretch: Stretch, watched: np.ndarray, file: InputFile) -> LivePackets:
    rows = np.flatnonzero(watched[batch.packets.src_port] | watched[batch.packets.dst_port])
    packets = batch.packets.take(rows)
    record = packets.frame - stretch.before - 1
    table: Records = stretch.table
    start, captured = table.start[record], table.captured[record]
    # The payload of joined fragments lies behind the frames, in none of them.
    apart = (packets.payload_start < start) | (packets.payload_start > start + captured)
    data, begins = gathered(batch.data, start, captured)
    lonely, places = gathered(batch.data, packets.payload_start[apart], packets.captured_length[apart].astype(np.int64))
    payload = packets.payload_start - start + begins
    payload[apart] = len(data) + places
    packets.payload_start[:] = payload
    return LivePackets(
        file, packets, np.concatenate((data, lonely)), begins, captured, table.wire[record], table.link[record]
    )


def gathered(data: UInt8, start: Int64, size: Int64) -> tuple[UInt8, Int64]:
    """The stretches of `data` one after the other, and where each begins."""
    begins = np.cumsum(size) - size
    total = int(size.sum())
    index = np.repeat(start - begins, size) + np.arange(total)
    return data[index], begins
