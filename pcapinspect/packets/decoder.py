"""From the records of a buffer to a batch: decode, join fragments and decode those, count what is odd."""

from __future__ import annotations

import numpy as np

from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.records import Records
from pcapinspect.columns import Int64, UInt8
from pcapinspect.packets import rows
from pcapinspect.packets.batch import PacketBatch, Packets
from pcapinspect.packets.decode import (
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
from pcapinspect.packets.fragments import Fragments
from pcapinspect.packets.rows import Found
from pcapinspect.packets.tally import Tally

LINKTYPE_RAW = 101

NESTED = 4
"""Fragments inside joined fragments, at most: a tunnel's and its inner packet's make two."""


class Decoder:
    """Makes batches of one file. `index` is the file's place among the inputs."""

    def __init__(
        self,
        index: int,
        file: InputFile,
        tally: Tally,
        fragments: Fragments,
        only: tuple[int, ...] | None = None,
        *,
        tell: bool = False,
    ) -> None:
        """`only`: the interfaces of which rows are made; None: all. `tell`: batches say the interface of each row."""
        self._index = index
        self._file = file
        self._tally = tally
        self._fragments = fragments
        self._only = only
        self._tell = tell

    def batch(self, data: UInt8, records: Records, count: int, first_frame: int) -> PacketBatch:
        """The rows of the first `count` records of `data`, of which the first is frame `first_frame`."""
        packets, pieces = self._decode(data, records, count)
        times, interfaces = records.time, records.interface
        owners = np.arange(count)
        for _ in range(NESTED):
            if not len(pieces.record):
                break
            joined = list(self._fragments.join(data, pieces, times, self._lost))
            if not joined:
                break
            owners = owners[[record for record, _ in joined]]
            data, records = _append(data, joined, times)
            more, pieces = self._decode(data, records, len(joined))
            times = records.time
            more.frame[:] = owners[more.frame]
            packets = Packets.concatenate((packets, more))
            packets = packets.take(np.argsort(packets.frame, kind="stable"))
        if self._only is not None:
            packets = packets.take(np.isin(interfaces[packets.frame], self._only))
        interface = interfaces[packets.frame] if self._tell else None
        packets.frame[:] += first_frame
        return PacketBatch(packets, data, interface)

    def _lost(self, fragments: int) -> None:
        self._tally.unknown("IP fragment without the others", fragments)

    def _decode(self, data: UInt8, records: Records, count: int) -> tuple[Packets, Pieces]:
        """The rows of the records, of which `frame` is the record's index, and the fragments among them."""
        common = _room(count)
        decode(data, records, count, common)
        left = common.left[: common.counts[LEFT]]
        rare = _room(left.size)
        if left.size:
            decode_rare(data, records, left, rare)
        for part in (common, rare):
            self._file.not_ip += int(part.counts[NOT_IP])
            self._file.fragments += int(part.counts[PIECES])
            self._tally.oddities(part.oddities[: part.counts[ODDITIES]])
        pieces = Pieces(*_merged(common.pieces, rare.pieces, common.counts[PIECES], rare.counts[PIECES]))
        found = Found(*_merged(common.found, rare.found, common.counts[ROWS], rare.counts[ROWS]))
        return rows.packets(data, found, records.time, self._index), pieces


def _append(data: UInt8, joined: list[tuple[int, bytes]], times: Int64) -> tuple[UInt8, Records]:
    """The buffer with the joined packets behind it, and their records."""
    sizes = np.array([len(packet) for _, packet in joined], np.int64)
    starts = data.size + np.cumsum(sizes) - sizes
    zero = np.zeros_like(sizes)
    time = times[[record for record, _ in joined]]
    whole = np.concatenate((data, np.frombuffer(b"".join(packet for _, packet in joined), np.uint8)))
    return whole, Records(starts, sizes, sizes, time, zero + LINKTYPE_RAW, zero, zero)


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
