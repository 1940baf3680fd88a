"""Segments on their way through the reader: a batch's, and those that a batch leaves to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.columns import Bool, Int64, UInt8
from pcapinspect.tcp.segments import Segments

LIMIT = 8 << 20
"""Bytes of payload that are left to the next batch at most: half of what a batch of the reader holds."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Segments sorted by connection, each connection's in the order of the capture."""

    rows: Segments
    serials: Int64
    """Place of each in the order of the whole capture."""
    raw: bytes
    """Where `rows.start` points to."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def starts(self) -> Int64:
        """The first row of each connection."""
        return np.flatnonzero(np.diff(self.rows.connection, prepend=-1))

    def take(self, rows: Bool) -> Backlog:
        """Some of the rows, in the same bytes."""
        return Backlog(self.rows.take(rows), self.serials[rows], self.raw)

    def with_next(self, segments: Segments, first_serial: int, data: UInt8) -> Backlog:
        """These rows and a new batch's after them."""
        raw = b"".join((data.data, self.raw))
        old = replace(self.rows, start=self.rows.start + len(data))
        rows = Segments.concatenate([old, segments]) if len(old) else segments
        serials = np.concatenate((self.serials, np.arange(first_serial, first_serial + len(segments))))
        order = np.argsort(rows.connection, kind="stable")
        return Backlog(rows.take(order), serials[order], raw)

    def compact(self) -> Backlog:
        """The same rows in bytes of their own, so that the batch's can go."""
        begins, sizes = self.rows.start.tolist(), self.rows.captured.tolist()
        raw = b"".join([self.raw[begin : begin + size] for begin, size in zip(begins, sizes, strict=True)])
        starts = np.cumsum(self.rows.captured, dtype=np.int64) - self.rows.captured
        return Backlog(replace(self.rows, start=starts), self.serials, raw)


def empty() -> Backlog:
    """No rows."""
    return Backlog(Segments.empty(), np.empty(0, np.int64), b"")
