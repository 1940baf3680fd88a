"""The third stage: the parts together, in the order and with the numbers that one process gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from pcapinspect.columns import Growing, Int64, constant, is_constant, told_once
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges, HttpQuality
from pcapinspect.pki.followed import Followed
from pcapinspect.pki.operations import Operations
from pcapinspect.pki.reader import PkiReader
from pcapinspect.spread.connections import PartTask
from pcapinspect.spread.plan import Position, in_order, position
from pcapinspect.spread.store import facts_of, read, reading
from pcapinspect.tcp.connections import Syns
from pcapinspect.tcp.result import TcpResult, Unjudged, judge
from pcapinspect.tcp.tables import NONE, ROW, Records, grow, records


class Gathering:
    """Gathers the parts. `epochs`: of each file."""

    def __init__(self, tasks: Sequence[PartTask], epochs: Sequence[int]) -> None:
        self._tasks = tasks
        self._epochs = epochs
        self._rows = self._numbers("connections", "first_frame")
        """The number of each row, part by part."""

    def followed(self, end: int, last_time: int | None) -> Followed:
        """What one process would have found. `end`: the time of the last row; `last_time`: of the last packet."""
        tcp = self._tcp(end, last_time)
        pki = PkiReader()
        exchanges, operations = Growing(Exchanges), Growing(Operations)
        for part, number in zip(self._tasks, self._rows, strict=True):
            for found, bodies in chunks(part):
                found = replace(found, connection=number[found.connection])
                exchanges.add(found)
                operations.add(pki.read(found, bodies))
        order = np.lexsort((exchanges["index"], exchanges["connection"]))
        return Followed(tcp, exchanges.take(order), operations.take(order), self._http_quality(), pki.facts())

    def _numbers(self, table: str, frame: str) -> list[Int64]:
        """For each part, the places of its rows among those of all parts in the order of the capture."""
        parts = [self._position(task, table, frame) for task in self._tasks]
        order = in_order(_joined(parts))
        numbers = np.empty_like(order)
        numbers[order] = np.arange(len(order))
        return np.split(numbers, np.cumsum([len(part[0]) for part in parts])[:-1])

    def _position(self, task: PartTask, table: str, frame: str) -> Position:
        columns = read(task.path(table), ["order", "file", frame])
        return position(self._epochs, columns["order"], columns["file"], columns[frame])

    def _tcp(self, end: int, last_time: int | None) -> TcpResult:
        counts: Counter[str] = Counter()
        for task in self._tasks:
            counts.update(facts_of(task.path("connections")))
        return judge(Unjudged(self._table(), self._syns(), dict(counts), end), last_time)

    def _table(self) -> Records:
        """All rows, as the tracker of the whole capture has them."""
        rows = records(ROW)
        grow(rows, sum(map(len, self._rows)))
        for task, number, stream in zip(self._tasks, self._rows, self._numbers("streams", "frame"), strict=True):
            columns = read(task.path("connections"))
            older = columns["older"]
            columns["tcp_stream"] = stream[columns["tcp_stream"]]
            columns["older"] = np.where(older == NONE, NONE, number[older]) if len(older) else older
            for name in ROW.names or ():
                rows[name][number] = columns[name]
        return rows

    def _syns(self) -> Syns:
        parts, places = [], []
        for task, number in zip(self._tasks, self._rows, strict=True):
            columns = read(task.path("syns"))
            places.append(position(self._epochs, columns["order"], columns["file"], columns["frame"]))
            columns["connection"] = number[columns["connection"]]
            parts.append(Syns(**{name: columns[name] for name in Syns.dtypes()}))
        return Syns.concatenate(parts).take(in_order(_joined(places)))

    def _http_quality(self) -> HttpQuality:
        counts: Counter[str] = Counter()
        for task in self._tasks:
            counts.update(facts_of(task.path("exchanges")))
        return HttpQuality(**counts)


def chunks(task: PartTask) -> Iterator[tuple[Exchanges, ExchangeBodies]]:
    """The exchanges of one part, a row group at a time."""
    names = Exchanges.dtypes()
    texts = [name for name, dtype in names.items() if dtype.kind == "O"]
    path = task.path("exchanges")
    with reading(path, texts) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, use_threads=False)
            if table.num_rows:
                columns = {name: _values(table.column(name)) for name in names}
                sent, got = (tuple(table.column(name).to_pylist()) for name in ("request_body", "response_body"))
                yield Exchanges(**columns), ExchangeBodies(sent, got)


def _values(column: Any) -> Any:
    """A column as numpy has it, constant where it is; equal texts are one object."""
    column = column.combine_chunks()
    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    if not pa.types.is_dictionary(column.type):
        return told_once(column.to_numpy(zero_copy_only=False))
    words = np.array([*column.dictionary.to_pylist(), None], object)
    place = told_once(column.indices.fill_null(len(words) - 1).to_numpy())
    return constant(words[place[0]], len(place), "O") if is_constant(place) else words[place]


def _joined(parts: list[Position]) -> Position:
    epoch, order, file, frame = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return epoch, order, file, frame
