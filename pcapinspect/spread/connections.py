"""The second stage: one part of the connections, followed through all files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pcapinspect.columns import Int64
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges
from pcapinspect.http.reader import ExchangeReader
from pcapinspect.packets.batch import Packets
from pcapinspect.packets.merge import Placed, Stream, merge
from pcapinspect.spread.plan import Plan, read_plan
from pcapinspect.spread.rows import JoinedRows, part_of_file
from pcapinspect.spread.schedule import Schedule
from pcapinspect.spread.store import Table, Writer, whole, write
from pcapinspect.tcp.tables import ROW
from pcapinspect.tcp.tracker import ConnectionTracker

GROUPED = 8 << 20
"""Bytes of exchanges that are held, to be written together."""

TABLES = ("connections", "syns", "streams", "exchanges")
"""What is written of each part."""

_FRAMES = np.int64(1 << 40)
"""More than the frames of any file."""


@dataclass(frozen=True, slots=True)
class PartTask:
    """One part of the connections to follow."""

    plan: Path
    part: int
    folder: Path

    def path(self, table: str) -> Path:
        """Of one of TABLES."""
        return self.folder / f"{table}-{self.part:04}.parquet"

    @property
    def done(self) -> bool:
        """Whether all that it writes is there."""
        return all(self.path(table).exists() for table in TABLES)


def follow_part(task: PartTask) -> None:
    """Follows one part. What is there already is left as it is."""
    if task.done:
        return
    with whole(task.path("exchanges")) as partial:
        following = Following(task, read_plan(task.plan), ExchangeFile(Writer(partial)))
        following.run()
    following.write()


class Following:
    """The following of one part."""

    def __init__(self, task: PartTask, plan: Plan, exchanges: ExchangeFile) -> None:
        self._task = task
        self._plan = plan
        self._exchanges = exchanges
        self._tracker = ConnectionTracker(plan.settings)
        self._http = ExchangeReader()
        self._schedule = Schedule(Path(plan.sweeps))
        self._joined = JoinedRows(Path(plan.joined) if plan.joined else None)
        none = np.empty(0, np.int64)
        self._row_orders, self._syn_orders = [none], [none]
        self._streams = [(none, none, none)]

    def run(self) -> None:
        """Follows it to the end."""
        for files in self._plan.epochs():
            epoch = self._plan.sources[files[0]].epoch
            for batch, order in self._merged(files):
                sweeps = self._schedule.of(epoch, batch.packets, order)
                segments = self._tracker.feed(batch, sweeps)
                self._note(batch.packets, order)
                self._exchanges.add(*self._http.feed(segments, batch.data, self._tracker.take_retired()))
        self._exchanges.add(*self._http.finish())
        self._exchanges.close(asdict(self._http.quality))

    def _merged(self, files: list[int]) -> Iterator[Placed]:
        """The rows of files that overlap."""
        return merge((Stream(self._rows(file), self._plan.sources[file].start) for file in files), slack=0)

    def _rows(self, file: int) -> Iterator[Placed]:
        source, part = self._plan.sources[file], self._task.part
        return part_of_file(Path(source.rows), source.groups, part, file, self._joined.of(file))

    def _note(self, packets: Packets, order: Int64) -> None:
        """Keeps where connections, SYNs and streams of this batch stand in the capture."""
        firsts, opened = self._tracker.stream_starts, self._tracker.opened
        self._streams.append((order[firsts], packets.file[firsts].astype(np.int64), packets.frame[firsts]))
        self._syn_orders.append(order[self._tracker.syn_places])
        numbers = packets.file * _FRAMES + packets.frame
        sorter = np.argsort(numbers, kind="stable")
        places = np.searchsorted(numbers, opened.file * _FRAMES + opened.first_frame, sorter=sorter)
        self._row_orders.append(order[sorter[places]])

    def write(self) -> None:
        """Writes what was found beside the exchanges."""
        seen = self._tracker.close()
        stream_columns = (np.concatenate(columns) for columns in zip(*self._streams, strict=True))
        write(self._task.path("streams"), dict(zip(("order", "file", "frame"), stream_columns, strict=True)))
        syns = {name: getattr(seen.syns, name) for name in seen.syns.dtypes()}
        write(self._task.path("syns"), {"order": np.concatenate(self._syn_orders)} | syns)
        rows = {name: np.ascontiguousarray(seen.rows[name]) for name in ROW.names or ()}
        write(self._task.path("connections"), {"order": np.concatenate(self._row_orders)} | rows, seen.counts)


class ExchangeFile:
    """Writes exchanges and their bodies as they are finished."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        # Without exchanges, too, the file has its columns.
        self._waiting = [exchange_table(Exchanges.empty(), ExchangeBodies((), ()))]
        self._bytes = 0

    def add(self, exchanges: Exchanges, bodies: ExchangeBodies) -> None:
        """One chunk."""
        if len(exchanges):
            table = exchange_table(exchanges, bodies)
            self._waiting.append(table)
            self._bytes += table.nbytes
            if self._bytes > GROUPED:
                self._flush()

    def close(self, facts: Any) -> None:
        """Ends the file."""
        self._flush()
        self._writer.close(facts)

    def _flush(self) -> None:
        if self._waiting:
            self._writer.add(pa.concat_tables(self._waiting))
            self._waiting, self._bytes = [], 0


def exchange_table(exchanges: Exchanges, bodies: ExchangeBodies) -> Table:
    """A chunk as it is written."""
    columns = {name: pa.array(getattr(exchanges, name), _arrow(dtype)) for name, dtype in Exchanges.dtypes().items()}
    sent, got = (pa.array(side, pa.binary()) for side in (bodies.request, bodies.response))
    return pa.table(columns | {"request_body": sent, "response_body": got})


def _arrow(dtype: Any) -> Any:
    return pa.string() if dtype.kind == "O" else pa.from_numpy_dtype(dtype)
