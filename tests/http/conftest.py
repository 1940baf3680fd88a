"""Hand-made segments, and three ways to feed them: whole, byte by byte, and among other connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pcapinspect.columns import MISSING
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges, HttpQuality
from pcapinspect.http.reader import ExchangeReader
from pcapinspect.tcp.segments import DOWN, END_FIN, END_RST, UP, Segments

MILLISECOND = 1_000_000


@dataclass(frozen=True)
class Segment:
    direction: int
    data: bytes = b""
    end: int = 0
    offset: int | None = None
    """None: right after what its direction has sent."""
    captured: int | None = None
    connection: int = 0
    time: int = 0
    frame: int = 0
    acked: int = MISSING
    """Of the other direction's bytes; MISSING: only the order tells what its sender had."""


def _placed(talk: Sequence[Segment]) -> list[Segment]:
    """Segments with offsets, times (a millisecond apart) and frame numbers."""
    at: dict[tuple[int, int], int] = {}
    placed = []
    for number, segment in enumerate(talk, 1):
        key = (segment.connection, segment.direction)
        offset = at.get(key, 0) if segment.offset is None else segment.offset
        at[key] = max(at.get(key, 0), offset + len(segment.data))
        placed.append(replace(segment, offset=offset, time=number * MILLISECOND, frame=number))
    return placed


def _table(segments: Sequence[Segment]) -> tuple[Segments, np.ndarray]:
    data, starts = bytearray(b"\xff"), []
    for segment in segments:
        starts.append(len(data))
        data += segment.data[: segment.captured]
    lengths = [len(s.data) for s in segments]
    captured = [len(s.data) if s.captured is None else s.captured for s in segments]
    table = Segments(
        connection=np.array([s.connection for s in segments], np.int64),
        direction=np.array([s.direction for s in segments], np.uint8),
        offset=np.array([s.offset for s in segments], np.int64),
        length=np.array(lengths, np.int32),
        captured=np.array(captured, np.int32),
        start=np.array(starts, np.int64),
        time=np.array([s.time for s in segments], np.int64),
        frame=np.array([s.frame for s in segments], np.int64),
        file=np.zeros(len(segments), np.uint16),
        acked=np.array([s.acked for s in segments], np.int64),
        end=np.array([s.end for s in segments], np.uint8),
    )
    return table, np.frombuffer(bytes(data), np.uint8)


@dataclass(frozen=True)
class Reading:
    exchanges: Exchanges
    bodies: ExchangeBodies
    quality: HttpQuality
    held: int = 0
    """Bytes of memory that the reader still accounts for."""

    def rows(self, *names: str) -> list[tuple[object, ...]]:
        """Rows of the named columns; None where a value is missing."""
        columns = [[None if v == MISSING else v for v in getattr(self.exchanges, n).tolist()] for n in names]
        return list(zip(*columns, strict=True))


def _collect(reader: ExchangeReader, batches: Sequence[Sequence[Segment]], retired: Sequence[int]) -> Reading:
    none = np.empty(0, np.int64)
    parts = [reader.feed(*_table(batch), none) for batch in batches]
    parts.append(reader.feed(*_table(()), np.array(retired, np.int64)))
    parts.append(reader.finish())
    exchanges = Exchanges.concatenate([part[0] for part in parts])
    bodies = ExchangeBodies(sum((part[1].request for part in parts), ()), sum((part[1].response for part in parts), ()))
    order = np.lexsort((exchanges.index, exchanges.connection))
    ordered = ExchangeBodies(tuple(bodies.request[i] for i in order), tuple(bodies.response[i] for i in order))
    return Reading(exchanges.take(order), ordered, reader.quality, reader._budget.used)


class Talk:
    """What tests say: `talk.up(b"...")`, `talk.down(...)`, `talk.read(segments)`."""

    @staticmethod
    def up(data: bytes = b"", end: int = 0, **more: int) -> Segment:
        return Segment(UP, data, end, **more)

    @staticmethod
    def down(data: bytes = b"", end: int = 0, **more: int) -> Segment:
        return Segment(DOWN, data, end, **more)

    @staticmethod
    def closed(*talk: Segment) -> list[Segment]:
        """The talk, then FIN from the server, then from the client."""
        return [*talk, Segment(DOWN, end=END_FIN), Segment(UP, end=END_FIN)]

    FIN = END_FIN
    RST = END_RST

    @staticmethod
    def whole(talk: Sequence[Segment], retired: Sequence[int] = (), **options: Any) -> Reading:
        return _collect(ExchangeReader(**options), [_placed(talk)], retired)

    @staticmethod
    def packet_by_packet(talk: Sequence[Segment], retired: Sequence[int] = (), **options: Any) -> Reading:
        return _collect(ExchangeReader(**options), [[s] for s in _placed(talk)], retired)

    @staticmethod
    def in_batches(talk: Sequence[Segment], edges: Sequence[int], **options: Any) -> Reading:
        """Batches that end before the segments of these numbers."""
        placed = _placed(talk)
        batches = [placed[a:b] for a, b in pairwise([0, *sorted(edges), len(placed)])]
        return _collect(ExchangeReader(**options), batches, ())

    @staticmethod
    def byte_by_byte(talk: Sequence[Segment], **options: Any) -> Reading:
        """Every segment split into segments of one byte each, with its time and frame, each in a batch of its own."""
        batches = []
        for s in _placed(talk):
            assert s.offset is not None
            parts = [replace(s, data=s.data[i : i + 1], offset=s.offset + i, end=0) for i in range(len(s.data))]
            batches += [[part] for part in parts]
            if s.end:
                batches.append([replace(s, data=b"", offset=s.offset + len(s.data))])
        return _collect(ExchangeReader(**options), batches, ())

    @staticmethod
    def among_others(talk: Sequence[Segment], **options: Any) -> Reading:
        """With packets of two other connections after each packet, which have the same talk."""
        mixed = [replace(s, connection=c) for s in _placed(talk) for c in (0, 1, 2)]
        reading = _collect(ExchangeReader(**options), [mixed[:5], mixed[5:]], ())
        mask = reading.exchanges.connection == 1
        reading.exchanges.connection[:] = 0
        picked = [i for i, wanted in enumerate(mask) if wanted]
        bodies = ExchangeBodies(
            tuple(reading.bodies.request[i] for i in picked), tuple(reading.bodies.response[i] for i in picked)
        )
        return Reading(reading.exchanges.take(mask), bodies, reading.quality)

    def read(self, talk: Sequence[Segment], *, split: bool = True, **options: Any) -> Reading:
        """The reading of the talk as one batch, once every other way of feeding it has given the same rows.

        `split`: also byte by byte; not for talks in which a segment's borders matter (holes, cuts).
        """
        names = Exchanges.__slots__
        reading = self.whole(talk, (), **options)
        ways: list[Callable[..., Reading]] = [self.packet_by_packet, self.among_others]
        for way in [*ways, self.byte_by_byte] if split else ways:
            other = way(talk, **options)
            assert other.rows(*names) == reading.rows(*names), way.__name__
            assert other.bodies == reading.bodies, way.__name__
        return reading


@pytest.fixture(scope="session")
def talk() -> Talk:
    return Talk()
