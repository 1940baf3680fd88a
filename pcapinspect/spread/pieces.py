"""IP fragments: a datagram can be in two files, so they are joined when all files have been read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.records import Records
from pcapinspect.columns import Int64, UInt8
from pcapinspect.packets.batch import PacketBatch
from pcapinspect.packets.decode import Pieces
from pcapinspect.packets.decoder import LINKTYPE_RAW, Decoder
from pcapinspect.packets.fragments import Fragments, Lost
from pcapinspect.packets.merge import NEVER
from pcapinspect.packets.tally import Tally
from pcapinspect.settings import Settings
from pcapinspect.spread.rows import table_of
from pcapinspect.spread.store import Table, Writer, reading, stretches, whole
from pcapinspect.tcp.parts import Parts

GROUPED = 16 << 20
"""Bytes of fragments that are held, to be written together."""


class KeptPieces(Fragments):
    """Keeps the fragments of one file, where others join them."""

    def __init__(self, writer: Writer, start: int | None) -> None:
        super().__init__()
        self.count = 0
        self._writer = writer
        self._frames = 0
        """Frames before those at hand."""
        self._latest = -NEVER if start is None else start
        self._kept: list[tuple[int, int, int, bytes]] = []
        """Frame, time, bytes on the wire, and what was captured of the IP packet."""
        self._held = 0

    def progress(self, _: int, packets: int) -> None:
        """So many packets were read."""
        self._frames = packets

    def join(self, data: UInt8, pieces: Pieces, times: Int64, _: Lost) -> Iterator[tuple[int, bytes]]:
        """Joins nothing, and counts nothing as lost."""
        for row, record in enumerate(pieces.record.tolist()):
            header, end = int(pieces.header[row]), int(pieces.end[row])
            frame, wire = self._frames + record + 1, int(pieces.wire[row]) - header
            self._kept.append((frame, int(times[record]), wire, data[header:end].tobytes()))
            self._held += end - header
        if self._held > GROUPED:
            self.place(np.empty(0, np.int64), np.empty(0, np.int64))
        return iter(())

    def place(self, frame: Int64, order: Int64) -> None:
        """The rows of the file up to the fragments at hand: they say how fragments stand among them."""
        orders = np.concatenate(([self._latest], order))
        if self._kept:
            frames, time, wire, packet = zip(*self._kept, strict=True)
            before = orders[np.searchsorted(frame, frames)]
            columns = {"frame": frames, "order": before, "time": time, "wire": wire}
            packets = pa.array(packet, pa.binary())
            self._writer.add(
                pa.table({name: np.array(c, np.int64) for name, c in columns.items()} | {"packet": packets})
            )
            self.count += len(frames)
            self._kept, self._held = [], 0
        self._latest = int(orders[-1])

    def close(self) -> None:
        """The file is read."""
        self.place(np.empty(0, np.int64), np.empty(0, np.int64))
        self._writer.close()


@dataclass(frozen=True, slots=True)
class JoinTask:
    """The fragments of all files."""

    pieces: tuple[Path | None, ...]
    """For each file, in the order of the capture; None: it has no fragments."""
    settings: Settings
    parts: int
    target: Path


def join_pieces(task: JoinTask) -> None:
    """Joins them, and writes the rows that come of it with the file and part of each.

    The facts beside them are what the joining found out of each file.
    """
    if task.target.exists():
        return
    fragments = Fragments()
    found = [InputFile("") for _ in task.pieces]
    with whole(task.target) as partial:
        writer = Writer(partial)
        for index, path in enumerate(task.pieces):
            decoder = Decoder(index, found[index], Tally(found[index]), fragments)
            for rows in _joined(path, decoder) if path else ():
                writer.add(_divided(rows, index, task))
        fragments.finish()
        writer.close([{"not_ip": f.not_ip, "fragments": f.fragments, "unknown": f.unknown} for f in found])


def _joined(path: Path, decoder: Decoder) -> Iterator[tuple[PacketBatch, Int64]]:
    """The rows that the fragments of a file complete, and how they stand among the file's other rows."""
    with reading(path) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            column: dict[str, Any] = {name: table.column(name).to_numpy() for name in table.column_names[:-1]}
            data, start = stretches(table.column("packet"))
            size = np.diff(start, append=data.size)
            link, cut = np.full(len(size), LINKTYPE_RAW), (size < column["wire"]).astype(np.int64)
            records = Records(start, size, column["wire"], column["time"], link, cut, np.zeros_like(cut))
            batch = decoder.batch(data, records, len(size), 0)
            record = batch.packets.frame.copy()
            batch.packets.frame[:] = column["frame"][record]
            yield batch, column["order"][record]


def _divided(rows: tuple[PacketBatch, Int64], index: int, task: JoinTask) -> Table:
    batch, order = rows
    part, watched, _ = Parts(task.settings, task.parts).of(batch.packets)
    return (
        table_of(batch, order, watched)
        .append_column("file", pa.array(np.full(len(part), index)))
        .append_column("part", pa.array(part))
    )
