"""The packets of the last time: batches that can be read again, as one capture, as often as there is something to ask.

What is older than the horizon, or more than memory is given to, is counted and forgotten. Under a flood only some
clients are kept, whole: half of a connection says nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from pcapinspect.capture.inputs import InputFile
from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool, Int64
from pcapinspect.packets.batch import PacketBatch, Packets
from pcapinspect.packets.live import LivePackets, gathered

MOST_BYTES = 64_000_000
"""Of frames and their columns that are held."""

ROW_BYTES = 150
"""Of a packet's columns: what `Packets` and the places of its frame take."""

MOST_A_SECOND = 20_000
"""Packets a second that are kept up with; beyond, clients are sampled."""

FEW_ROWS = 4_096
"""A part with fewer rows is joined with the one before: to read a part costs as much as to read some hundred rows."""


SHORT = 0.1
"""Share of the horizon that a part may last to be joined with the next."""


class Held:
    """Packets of the last `horizon` nanoseconds, of watched ports."""

    def __init__(self, horizon: int, ports: tuple[int, ...]) -> None:
        self.horizon = horizon
        self.forgotten = 0
        """Packets that were held and are not any more."""
        self.sampled = 1
        """One of so many clients is kept."""
        self.shed = 0
        """Packets that were not kept, for their clients are not in the sample."""
        self._watched = np.zeros(1 << 16, np.bool_)
        self._watched[list(ports)] = True
        self._parts: deque[LivePackets] = deque()
        self._bytes = 0
        self._whole: set[int] = set()
        """Files (by identity) of which nothing was forgotten."""

    @property
    def begin(self) -> int | None:
        """Time of the first packet that is held."""
        return int(self._parts[0].packets.time[0]) if self._parts else None

    def add(self, part: LivePackets) -> None:
        """Takes in what came, and forgets what it pushes out."""
        part = self._of_the_sample(part)
        if not len(part.packets):
            return
        if not any(held.file is part.file for held in self._parts):
            self._whole.add(id(part.file))
        self._bytes += _size(part)
        if self._parts and self._is_small(self._parts[-1], part):
            self._parts[-1] = _joined(self._parts[-1], part)
        else:
            self._parts.append(part)
        self._forget(int(part.packets.time[-1]))

    def _is_small(self, last: LivePackets, part: LivePackets) -> bool:
        """Whether both make one part: of few packets, and of a small part of the horizon, for parts go as a whole."""
        span = int(part.packets.time[-1] - last.packets.time[0])
        return last.file is part.file and len(last.packets) < FEW_ROWS and span < SHORT * self.horizon

    def _of_the_sample(self, part: LivePackets) -> LivePackets:
        """Under a flood one of `sampled` clients; the sample grows again when the flood is over."""
        packets = part.packets
        count = len(packets)
        if not count:
            return part
        span = max(SECOND, int(packets.time[-1] - packets.time[0]))
        needed = 1 << max(0, int(count * SECOND / span / MOST_A_SECOND).bit_length())
        self.sampled = needed if count * SECOND > MOST_A_SECOND * span else max(1, self.sampled // 2)
        if self.sampled == 1:
            return part
        keep = self._clients(packets) % np.uint64(self.sampled) == 0
        self.shed += count - int(np.count_nonzero(keep))
        return _rows(part, keep)

    def _clients(self, packets: Packets) -> np.ndarray:
        """A number of each packet's client; the same for both directions."""
        up = self._watched[packets.dst_port]
        number = np.where(up, packets.src_low ^ packets.src_high, packets.dst_low ^ packets.dst_high)
        return (number * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)

    def _forget(self, now: int) -> None:
        while self._parts and (self._bytes > MOST_BYTES or int(self._parts[0].packets.time[-1]) < now - self.horizon):
            if len(self._parts) == 1 and self._bytes <= MOST_BYTES:
                break
            gone = self._parts.popleft()
            self.forgotten += len(gone.packets)
            self._bytes -= _size(gone)
            self._whole.discard(id(gone.file))

    def since(self, time: int | None) -> HeldReader:
        """What is held from `time` on (None: all), to be read as a capture."""
        parts = [part for part in self._parts if time is None or int(part.packets.time[-1]) >= time]
        whole = {id(part.file) for part in parts} & self._whole if time is None else set()
        return HeldReader(parts, whole)

    def frames(self, first: int, last: int) -> Iterator[tuple[bytes, int, int, int]]:
        """Bytes, bytes on the wire, time and link type of each held frame between two times."""
        for part in self._parts:
            times = part.packets.time
            for row in np.flatnonzero((times >= first) & (times <= last)).tolist():
                begin, size = int(part.begins[row]), int(part.captured[row])
                yield (
                    part.data[begin : begin + size].tobytes(),
                    int(part.wire[row]),
                    int(times[row]),
                    int(part.link[row]),
                )


class HeldReader:
    """Held packets as an engine gives them: batches, and what is known of the files that they came in."""

    def __init__(self, parts: list[LivePackets], whole: set[int]) -> None:
        files = {id(part.file): part.file for part in parts}
        self._parts = parts
        self._place = {key: place for place, key in enumerate(files)}
        self.inputs = [
            file if key in whole else _of_what_is_held(file, [p for p in parts if p.file is file])
            for key, file in files.items()
        ]

    def __iter__(self) -> Iterator[PacketBatch]:
        for part in self._parts:
            packets = part.packets
            file = np.full(len(packets), self._place[id(part.file)], np.uint16)
            yield PacketBatch(replace(packets, file=file), part.data)


def _of_what_is_held(file: InputFile, parts: list[LivePackets]) -> InputFile:
    """The file as if it had begun with the first packet that is held: nothing is known of what came before."""
    return InputFile(
        file.path,
        format=file.format,
        link_types=list(file.link_types),
        packets=sum(len(part.packets) for part in parts),
        first_time=int(parts[0].packets.time[0]),
        last_time=file.last_time,
        snaplen=file.snaplen,
    )


def _size(part: LivePackets) -> int:
    return part.data.size + ROW_BYTES * len(part.packets)


def _rows(part: LivePackets, keep: Bool | Int64) -> LivePackets:
    """Some rows of a part, and only their bytes."""
    packets, begins, captured = part.packets.take(keep), part.begins[keep], part.captured[keep]
    joined = packets.payload_start + packets.captured_length > begins + captured
    data, starts = gathered(part.data, begins, captured)
    apart, places = gathered(part.data, packets.payload_start[joined], packets.captured_length[joined].astype(np.int64))
    payload = packets.payload_start - begins + starts
    payload[joined] = len(data) + places
    return replace(
        part,
        packets=replace(packets, payload_start=payload),
        data=np.concatenate((data, apart)),
        begins=starts,
        captured=captured,
        wire=part.wire[keep],
        link=part.link[keep],
    )


def slices(part: LivePackets, length: int) -> Iterator[LivePackets]:
    """A part in pieces of at most `length` nanoseconds: what was recorded earlier is read faster than it happened."""
    times = part.packets.time
    if not len(times):
        return
    borders = np.flatnonzero(np.diff((times - times[0]) // length)) + 1
    for first, last in pairwise([0, *borders.tolist(), len(times)]):
        yield part if last - first == len(times) else _rows(part, np.arange(first, last))


def _joined(one: LivePackets, other: LivePackets) -> LivePackets:
    shift = one.data.size
    packets = replace(other.packets, payload_start=other.packets.payload_start + shift)
    return replace(
        one,
        packets=Packets.concatenate((one.packets, packets)),
        data=np.concatenate((one.data, other.data)),
        begins=np.concatenate((one.begins, other.begins + shift)),
        captured=np.concatenate((one.captured, other.captured)),
        wire=np.concatenate((one.wire, other.wire)),
        link=np.concatenate((one.link, other.link)),
    )
