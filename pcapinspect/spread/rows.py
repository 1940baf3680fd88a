"""Packets as rows of Parquet, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pcapinspect.columns import Bool, Int64
from pcapinspect.packets.batch import PacketBatch, Packets
from pcapinspect.packets.merge import NEVER, Placed
from pcapinspect.spread.store import Table, binary, reading, stretches

COLUMNS = tuple(name for name in Packets.dtypes() if name not in ("file", "payload_start"))
"""Columns of Packets that are written. Which file it is, is said anew whenever files are read together."""

GROUPED = 64 << 20
"""Bytes of rows that are held, to be written part by part."""

READ = 4 << 20
"""Bytes of rows that are read at a time, or one row group where it is larger: at most about GROUPED."""


def table_of(batch: PacketBatch, order: Int64, watched: Bool) -> Table:
    """Rows as they are written; only of watched connections with their payload."""
    packets = batch.packets
    columns: dict[str, Any] = {name: getattr(packets, name) for name in COLUMNS}
    size = columns["captured_length"] = np.where(watched, packets.captured_length, 0).astype(np.int32)
    return pa.table(columns | {"order": order, "payload": binary(batch.data, packets.payload_start, size)})


def batch_of(table: Table, file: int) -> PacketBatch:
    """The rows of a table, which are of one file."""
    columns = {name: table.column(name).to_numpy() for name in COLUMNS}
    data, start = stretches(table.column("payload"))
    return PacketBatch(Packets(file=np.full(len(start), file, np.uint16), payload_start=start, **columns), data)


@dataclass(frozen=True, slots=True)
class Joined:
    """Rows that the joined fragments of one file gave."""

    rows: Table
    """By frame, with the part of each."""
    frame: Int64
    latest: Int64
    """The latest time of these rows and those before them, after one that is before all."""

    def raise_order(self, frame: Int64, order: Int64) -> Int64:
        """How rows stand in their file when these stand there, too."""
        raised: Int64 = np.maximum(order, self.latest[np.searchsorted(self.frame, frame, "right")])
        return raised


class JoinedRows:
    """The file with the joined fragments. Where the rows of each file are is found out once: the footer that tells it
    is as long as there are files."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._footer: Any = None
        self._groups: defaultdict[int, list[int]] = defaultdict(list)
        if path is None:
            return
        with reading(path) as source:
            self._footer = source.metadata
            for number in range(self._footer.num_row_groups):
                group = self._footer.row_group(number)
                if group.num_rows:
                    column = group.column(source.schema_arrow.names.index("file"))
                    self._groups[column.statistics.min].append(number)

    def of(self, file: int) -> Joined | None:
        """What it holds of one file; None: nothing."""
        if self._path is None or file not in self._groups:
            return None
        with reading(self._path, footer=self._footer) as source:
            table = source.read_row_groups(self._groups[file]).sort_by("frame")
        frame, time = table.column("frame").to_numpy(), table.column("time").to_numpy()
        latest = np.maximum.accumulate(np.concatenate(([-NEVER], time)))
        return Joined(table.drop_columns("file"), frame, latest)


def part_of_file(path: Path, groups: Sequence[int], part: int, file: int, joined: Joined | None) -> Iterator[Placed]:
    """The rows of one part of one file, in their order, and the times that place them among those of other files."""
    mine = [group for group, of in enumerate(groups) if of == part]
    with reading(path) as source:
        sizes = [source.metadata.row_group(group).total_byte_size for group in mine]
        tables = (source.read_row_groups(some, use_threads=False) for some in _stretches(mine, sizes))
        for table in _with_joined(tables, joined, part) if joined else tables:
            batch, order = batch_of(table, file), table.column("order").to_numpy()
            yield batch, joined.raise_order(batch.packets.frame, order) if joined else order


def _stretches(groups: Sequence[int], sizes: Sequence[int]) -> Iterator[list[int]]:
    """The groups, those together that hold no more than READ bytes: a part with one busy connection has large ones."""
    taken: list[int] = []
    held = 0
    for group, size in zip(groups, sizes, strict=True):
        if taken and held + size > READ:
            yield taken
            taken, held = [], 0
        taken.append(group)
        held += size
    if taken:
        yield taken


def _with_joined(tables: Iterator[Table], joined: Joined, part: int) -> Iterator[Table]:
    """The tables with the rows of joined fragments where their frames belong."""
    done = 0
    rows = joined.rows.filter(pc.field("part") == part).drop_columns("part")
    frames = rows.column("frame").to_numpy()
    for table in tables:
        until = int(np.searchsorted(frames, table.column("frame")[-1].as_py()))
        yield pa.concat_tables([table, rows.slice(done, until - done)]).sort_by("frame").combine_chunks()
        done = until
    if done < len(frames):
        yield rows.slice(done)
