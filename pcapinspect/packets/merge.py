"""Several files as one capture: rings one after the other, overlapping files merged by time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.packets.batch import PacketBatch, Packets
from pcapinspect.packets.tally import BACK

_LOOKAHEAD = 128 << 20
"""Bytes of a file that are held at most, to see whether it ends before the next one has really begun, or how many
packets have one time."""

NEVER = np.iinfo(np.int64).max

Placed = tuple[PacketBatch, Int64]
"""A batch, and the times that place its rows among those of other files, in order."""


def placed(batches: Iterable[PacketBatch], start: int | None) -> Iterator[Placed]:
    """The batches of one file, whose first packet of any kind is at `start` (None: it has no time).

    The order of a file is kept: a packet that is earlier than the one before it counts as no earlier.
    """
    latest = -NEVER if start is None else start
    for batch in batches:
        times = np.maximum.accumulate(np.maximum(batch.packets.time, latest))
        latest = int(times[-1])
        yield batch, times


class Stream:
    """The batches of one file, of which rows are taken by time. None of them is before `start`."""

    def __init__(self, batches: Iterable[Placed], start: int | None) -> None:
        self.start = start if start is not None else NEVER
        self._batches = iter(batches)
        self._held: deque[Placed] = deque()
        self._latest = -NEVER
        self._ended = False
        self._bytes = 0
        """Of the batches that are held."""

    def _read(self) -> bool:
        """Hold one batch more. False when there is none."""
        held = None if self._ended else next(self._batches, None)
        if held is None:
            self._ended = True
            return False
        self._latest = int(held[1][-1])
        self._held.append(held)
        self._bytes += held[0].data.size
        return True

    def over(self) -> bool:
        """Whether all rows have been taken."""
        return not self._held and not self._read()

    def horizon(self) -> int:
        """Time of the last row of the batch that is next. Not for a stream that is over."""
        return int(self._held[0][1][-1])

    def ends_by(self, time: int) -> bool:
        """Whether the file ends before a row later than `time`."""
        while self._latest <= time and self._bytes < _LOOKAHEAD:
            if not self._read():
                return True
        return False

    def take(self) -> Placed:
        """The next batch."""
        taken = self._held.popleft()
        self._bytes -= taken[0].data.size
        return taken

    def take_until(self, time: int) -> Iterator[Placed]:
        """The rows up to `time`."""
        self.ends_by(time)
        while self._held and self._held[0][1][0] <= time:
            batch, times = self._held[0]
            count = int(np.searchsorted(times, time, "right"))
            yield _part(batch, slice(count)), times[:count]
            if count < len(times):
                self._held[0] = (_part(batch, slice(count, None)), times[count:])
                break
            self.take()


def merge(streams: Iterable[Stream], slack: int = BACK) -> Iterator[Placed]:
    """The rows of all streams, which are in the order of their starts.

    A file that begins no more than `slack` before the end of the one before is the next of a ring, whose packets were
    handed over a little out of order: it follows whole. Others are merged by time.
    """
    waiting = deque(streams)
    active: list[Stream] = []
    while waiting or active:
        active = [stream for stream in active if not stream.over()]
        if not active:
            if waiting:
                active.append(waiting.popleft())
            continue
        time = min(stream.horizon() for stream in active)
        if waiting and waiting[0].start <= time and not all(s.ends_by(waiting[0].start + slack) for s in active):
            active.append(waiting.popleft())
            continue
        if len(active) == 1:
            yield active[0].take()
        else:
            yield _together([part for stream in active for part in stream.take_until(time)])


def _part(batch: PacketBatch, rows: slice) -> PacketBatch:
    return replace(batch, packets=batch.packets.take(rows))


def _together(parts: list[Placed]) -> Placed:
    """The rows of all parts by time, and the stretches of data that their payloads lie in."""
    packets: list[Packets] = []
    data = []
    offset = 0
    for batch, _ in parts:
        rows = batch.packets
        first = int(rows.payload_start.min())
        last = int((rows.payload_start + rows.captured_length).max())
        packets.append(replace(rows, payload_start=rows.payload_start - first + offset))
        data.append(batch.data[first:last])
        offset += last - first
    times = np.concatenate([times for _, times in parts])
    order = np.argsort(times, kind="stable")
    return PacketBatch(Packets.concatenate(packets).take(order), np.concatenate(data)), times[order]
