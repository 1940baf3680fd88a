"""Segments on their way through the reader: a batch's, and those that a batch leaves to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pcapinspect.columns import Bool, Int32, Int64, UInt8
from pcapinspect.kernel import kernel
from pcapinspect.tcp.segments import DOWN, UP, Segments

LIMIT = 8 << 20
"""Bytes of payload that are left to the next batch at most: those of two batches of the reader."""

WORD = 8
"""Bytes of a connection begin at a multiple of so many, so that whole words can be compared."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Segments sorted by connection, each connection's in the order of the capture."""

    rows: Segments
    serials: Int64
    """Place of each in the order of the whole capture."""
    raw: UInt8
    """Where `rows.start` points to: what the client of a connection sent, then what its server sent, then zeros up to
    a whole WORD."""

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
        """These rows and a new batch's after them. Of `data` the payloads are copied, so that it can go."""
        rows = Segments.concatenate([self.rows, segments]) if len(self) else segments
        serials = np.concatenate((self.serials, np.arange(first_serial, first_serial + len(segments))))
        order = np.argsort(rows.connection, kind="stable")
        whole = Backlog(rows.take(order), serials[order], self.raw)
        begins = whole.starts
        words = int(rows.captured.sum(dtype=np.int64)) // WORD + len(begins)
        raw, places = np.empty(WORD * words, np.uint8), np.empty(len(rows), np.int64)
        pieces = Pieces(*(getattr(whole.rows, name) for name in Pieces._fields))
        pack(self.raw, data, pieces, order >= len(self), begins, raw, places)
        return Backlog(replace(whole.rows, start=places), whole.serials, raw)


def empty() -> Backlog:
    """No rows."""
    return Backlog(Segments.empty(), np.empty(0, np.int64), np.empty(0, np.uint8))


class Pieces(NamedTuple):
    """Columns of segments, sorted by connection, that are looked at here."""

    direction: UInt8
    start: Int64
    captured: Int32


@kernel
def pack(old: UInt8, data: UInt8, pieces: Pieces, is_new: Bool, begins: Int64, raw: UInt8, places: Int64) -> None:
    """Copies the bytes of every piece into `raw`, and notes in `places` where they lie there.

    They come from `data` where `is_new`, else from `old`; `begins`: the first piece of each connection.
    """
    at = 0
    for number in range(begins.size):
        stop = begins[number + 1] if number + 1 < begins.size else places.size
        for direction in (UP, DOWN):
            for row in range(begins[number], stop):
                if pieces.direction[row] != direction:
                    continue
                start, size = pieces.start[row], pieces.captured[row]
                if is_new[row]:
                    raw[at : at + size] = data[start : start + size]
                else:
                    raw[at : at + size] = old[start : start + size]
                places[row] = at
                at += size
        while at % WORD:
            raw[at] = 0
            at += 1
