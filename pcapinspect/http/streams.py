"""One direction of a connection: its bytes in order, out of segments that overlap, repeat, and come in any order."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pcapinspect.tcp.segments import END_FIN

STREAM_LIMIT = 8 << 20
"""Bytes that may wait for a hole to be filled. The largest receive window of Linux is 6 MiB (tcp_rmem)."""

TOTAL_LIMIT = 64 << 20
"""Bytes that all connections together may hold: waiting segments, unfinished heads, kept bodies."""

PIECE_COST = 256
"""Bytes of memory that a waiting segment takes beside its payload (its tuple and numbers, measured)."""


class Origin(NamedTuple):
    """The packet that first carried a byte. `serial` counts segments in the order of the capture."""

    time: int
    frame: int
    file: int
    serial: int
    acked: int
    """Offset in the other direction's stream up to which its sender had received it; MISSING where not known."""


class Part(NamedTuple):
    """A segment as a stream takes it (`Stream.add`)."""

    offset: int
    data: bytes
    """What was captured of its `length` bytes."""
    length: int
    origin: Origin
    end: int


@dataclass(slots=True)
class Piece:
    """Bytes in order, all from one segment. Never empty."""

    offset: int
    data: bytes
    origin: Origin
    now: int
    """When the piece could be read: the time of the segment that filled the last hole before it."""
    boundary: bool
    """The segment began here. (Where a retransmission is partly new, it did not.)"""


class Sink(Protocol):
    """What reads a stream."""

    def feed(self, piece: Piece) -> None: ...
    def gap(self, length: int, *, cut: bool, now: int) -> None:
        """`length` bytes are not in the capture; `cut`: by the snaplen, and their segment's start was there."""

    def end(self, *, fin: bool) -> None:
        """The stream ends here: with FIN, or torn down by its sender's RST."""

    def go_on_after_reset(self) -> None:
        """The RST was not the sender's: the stream goes on where it had ended."""


@dataclass(slots=True)
class Budget:
    """Memory that all streams share."""

    limit: int = TOTAL_LIMIT
    used: int = 0

    def hold(self, size: int) -> bool:
        """Takes `size` bytes, or says that they are not there."""
        if self.used + size > self.limit:
            return False
        self.used += size
        return True

    def release(self, size: int) -> None:
        self.used -= size


class Stream:
    """Feeds its sink every byte once, in order. Where two segments carry the same byte, the first one counts."""

    __slots__ = ("_budget", "_end", "_end_time", "_fin", "_held", "_sink", "_waiting", "ended", "next")

    def __init__(self, sink: Sink, budget: Budget) -> None:
        self.next = 0
        """Offset of the byte that is wanted next."""
        self.ended = False
        self._sink = sink
        self._budget = budget
        self._waiting: list[tuple[int, bytes, int, Origin, bool]] = []
        """Segments beyond a hole: offset, captured bytes, length, origin, boundary. Sorted; they do not overlap."""
        self._held = 0
        self._end: int | None = None
        self._end_time = 0
        self._fin = False

    @property
    def waits(self) -> bool:
        """Whether segments wait for a hole to be filled."""
        return bool(self._waiting)

    @property
    def plain(self) -> bool:
        """Whether nothing waits and no end is known: bytes in order can be skipped."""
        return not self._waiting and self._end is None

    def add(self, offset: int, data: bytes, length: int, origin: Origin, end: int) -> None:
        """One segment: `data` is what was captured of its `length` bytes; `end` is END_FIN, END_RST or END_NONE."""
        stop = offset + length
        if self.ended and (self._fin or stop <= self.next):
            return
        if self.ended:
            self._reopen()
        if end and stop >= self.next and (self._end is None or stop < self._end):
            self._end, self._end_time, self._fin = stop, origin.time, end == END_FIN
        if offset <= self.next and not self._waiting:
            self._deliver(offset, data, length, origin, True, origin.time)
        elif length:
            self._add_new(offset, data, length, origin)
        self._go_on(origin.time)

    def _reopen(self) -> None:
        """The sender went on after a reset, which therefore was not its own, and which the other side did not believe
        (RFC 5961, 3.2; a bad signature of RFC 2385)."""
        self.ended = False
        self._end = None
        self._sink.go_on_after_reset()

    def skip(self, length: int) -> None:
        """`length` bytes in order that the sink has taken note of by itself."""
        self.next += length

    def skip_hole(self) -> None:
        """Gives up on the bytes that the first waiting segment waits for."""
        offset, _, _, origin, _ = self._waiting[0]
        self._miss(offset - self.next, origin.time)
        self._go_on(origin.time)

    def flush(self) -> None:
        """No segment will come any more: everything that waits is read, across its holes."""
        while self._waiting and not self.ended:
            self.skip_hole()
        if not self.ended and self._end is not None and self._fin:
            self._miss(self._end - self.next, self._end_time)
            self._go_on(self._end_time)
        self._budget.release(self._held)
        self._held = 0
        self._waiting.clear()

    def _miss(self, length: int, now: int) -> None:
        self.next += length
        self._sink.gap(length, cut=False, now=now)

    def _deliver(self, offset: int, data: bytes, length: int, origin: Origin, boundary: bool, now: int) -> None:
        old = self.next - offset
        if old >= length:
            return
        fresh = data[old:] if old else data
        if fresh:
            piece = Piece(self.next, fresh, origin, now, boundary and not old)
            self.next += len(fresh)
            self._sink.feed(piece)
        missing = offset + length - self.next
        if missing > 0:
            self.next += missing
            self._sink.gap(missing, cut=bool(data), now=now)

    def _go_on(self, now: int) -> None:
        """What a filled hole sets free, and the end where it is reached."""
        waiting = self._waiting
        while waiting and waiting[0][0] <= self.next:
            offset, data, length, origin, boundary = waiting.pop(0)
            self._free(len(data) + PIECE_COST)
            self._deliver(offset, data, length, origin, boundary, now)
        if self._end is not None and self.next >= self._end and not self.ended:
            self.ended = True
            self._sink.end(fin=self._fin)

    def _add_new(self, offset: int, data: bytes, length: int, origin: Origin) -> None:
        """Takes what no waiting segment carries already."""
        stop = offset + length
        at = offset
        first = max(0, bisect_right(self._waiting, offset, key=lambda piece: piece[0]) - 1)
        holes = []
        for begin, _, size, _, _ in self._waiting[first:]:
            if begin >= stop:
                break
            if begin > at:
                holes.append((at, begin))
            at = max(at, begin + size)
        if at < stop:
            holes.append((at, stop))
        for begin, end in holes:
            self._add_part(begin, data[begin - offset : end - offset], end - begin, origin, begin == offset)

    def _add_part(self, offset: int, data: bytes, length: int, origin: Origin, boundary: bool) -> None:
        """Delivers a part of a segment if its turn has come, else keeps it until then; holes are given up for room."""
        cost = len(data) + PIECE_COST
        while offset > self.next and self._waiting and not self._has_room(cost):
            self.skip_hole()
        if offset > self.next and self._budget.hold(cost):
            self._held += cost
            index = bisect_right(self._waiting, offset, key=lambda piece: piece[0])
            self._waiting.insert(index, (offset, data, length, origin, boundary))
            return
        if offset > self.next:
            self._miss(offset - self.next, origin.time)
        self._deliver(offset, data, length, origin, boundary, origin.time)
        self._go_on(origin.time)

    def _has_room(self, size: int) -> bool:
        return self._held + size <= STREAM_LIMIT and self._budget.used + size <= self._budget.limit

    def _free(self, size: int) -> None:
        self._held -= size
        self._budget.release(size)
