"""From the records of a buffer to rows of TCP, with what is odd counted."""

from __future__ import annotations

import numpy as np

from pcapinspect.capture import rows
from pcapinspect.capture.batch import Packets
from pcapinspect.capture.decode import (
    COUNTS,
    LEFT,
    NOT_IP,
    ODDITIES,
    PIECES,
    ROWS,
    Decoded,
    Pieces,
    decode,
    decode_rare,
)
from pcapinspect.capture.records import Records
from pcapinspect.capture.rows import Found
from pcapinspect.columns import Int64, UInt8


class Decoding:
    """The records of one buffer, decoded. `packets.frame` is the index of the record."""

    def __init__(self, data: UInt8, records: Records, count: int, file: int) -> None:
        out = _room(count)
        decode(data, records, count, out)
        left = out.left[: out.counts[LEFT]]
        rare = _room(left.size)
        if left.size:
            decode_rare(data, records, left, rare)
        self.not_ip = int(out.counts[NOT_IP] + rare.counts[NOT_IP])
        self.oddities = np.concatenate((out.oddities[: out.counts[ODDITIES]], rare.oddities[: rare.counts[ODDITIES]]))
        self.pieces = Pieces(*_merged(out.pieces, rare.pieces, out.counts[PIECES], rare.counts[PIECES]))
        found = Found(*_merged(out.found, rare.found, out.counts[ROWS], rare.counts[ROWS]))
        self.packets: Packets = rows.packets(data, found, records.time, file)


def _room(count: int) -> Decoded:
    """Tables for what `count` records can give."""
    return Decoded(
        Found(*(np.empty(count, np.int64) for _ in Found._fields)),
        Pieces(*(np.empty(count, np.int64) for _ in Pieces._fields)),
        np.empty(count, np.int64),
        np.empty(count, np.int64),
        np.zeros(COUNTS, np.int64),
    )


def _merged(common: tuple[Int64, ...], rare: tuple[Int64, ...], many: int, few: int) -> list[Int64]:
    """The rows of both tables in the order of their records, which the first column holds."""
    if not few:
        return [column[:many] for column in common]
    if not many:
        return [column[:few] for column in rare]
    joined = [np.concatenate((a[:many], b[:few])) for a, b in zip(common, rare, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return [column[order] for column in joined]
