"""The first stage: a capture file to one file of the packets that matter, those of each part together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pcapinspect.columns import Int64
from pcapinspect.packets.batch import PacketBatch
from pcapinspect.packets.file import CaptureFile
from pcapinspect.packets.merge import placed
from pcapinspect.settings import Settings
from pcapinspect.spread.pieces import KeptPieces
from pcapinspect.spread.rows import GROUPED, table_of
from pcapinspect.spread.store import Table, Writer, whole
from pcapinspect.tcp.parts import Parts
from pcapinspect.tcp.sweeps import Marks

BATCH = 4 << 20
"""Bytes of the capture that are decoded at a time, as one process does."""

NOTHING: Int64 = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class FileTask:
    """One capture file to read."""

    capture: str
    start: int | None
    """Time of its first packet, where several files are read."""
    settings: Settings
    parts: int
    target: Path
    only: tuple[int, ...] | None = None
    """The interfaces that are wanted of it; None: all."""
    ahead: int = 0
    """As of a Member."""

    @property
    def marks(self) -> Path:
        """The packets that sweeps depend on."""
        return self.target.with_suffix(".marks.parquet")

    @property
    def pieces(self) -> Path:
        """IP fragments, where there are any."""
        return self.target.with_suffix(".pieces.parquet")

    @property
    def done(self) -> bool:
        """Whether all that it writes is there."""
        return all(path.exists() for path in (self.target, self.marks, self.pieces))


def read_file(task: FileTask) -> None:
    """Reads one capture file. Raises CaptureError as one process does. What is there already is left as it is."""
    if task.done:
        return
    with whole(task.target) as target, whole(task.marks) as marks, whole(task.pieces) as pieces:
        FileReading(task, pieces, marks, target).run()


class FileReading:
    """The reading of one file."""

    def __init__(self, task: FileTask, pieces: Path, marks: Path, target: Path) -> None:
        self._pieces = KeptPieces(Writer(pieces), task.start)
        self._file = CaptureFile(
            task.capture, 0, self._pieces, BATCH, self._pieces.progress, only=task.only, ahead=task.ahead
        )
        self._batches = placed(self._file, task.start)
        self._parts = Parts(task.settings, task.parts)
        self._marks = Marks()
        self._marked: list[Table] = []
        self._marks_file = Writer(marks)
        self._groups = Groups(Writer(target))
        self._last: tuple[int, int, int] | None = None
        """Order, frame and time of the last row."""

    def run(self) -> None:
        """Reads it to its end."""
        for batch, order in self._batches:
            self._take(batch, order)
        self._pieces.close()
        self._marks_file.add(pa.concat_tables(self._marked) if self._marked else marks_table())
        self._marks_file.close()
        facts = {"input": asdict(self._file.input), "last": self._last, "pieces": self._pieces.count}
        self._groups.close(facts)

    def _take(self, batch: PacketBatch, order: Int64) -> None:
        packets = batch.packets
        marks = self._marks.of(packets.frame, packets.time)
        self._marked.append(marks_table(packets.frame[marks], order[marks], packets.time[marks]))
        self._pieces.place(packets.frame, order)
        self._last = int(order[-1]), int(packets.frame[-1]), int(packets.time[-1])
        part, watched, needed = self._parts.of(packets)
        rows = table_of(PacketBatch(packets.take(needed), batch.data), order[needed], watched[needed])
        self._groups.add(rows, part[needed])


def marks_table(frame: Int64 = NOTHING, order: Int64 = NOTHING, time: Int64 = NOTHING) -> Table:
    """Packets that sweeps depend on."""
    return pa.table({"frame": frame, "order": order, "time": time})


class Groups:
    """Writes rows so that each row group is of one part."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: list[tuple[Table, Int64]] = []
        self._bytes = 0
        self._parts: list[int] = []

    def add(self, rows: Table, part: Int64) -> None:
        """Rows and the part of each."""
        if len(part):
            self._waiting.append((rows, part))
            self._bytes += rows.nbytes
            if self._bytes >= GROUPED:
                self._flush()

    def close(self, facts: dict[str, Any]) -> None:
        """Ends the file; its facts say the part of each row group."""
        self._flush()
        self._writer.close(facts | {"groups": self._parts})

    def _flush(self) -> None:
        if not self._waiting:
            return
        part = np.concatenate([part for _, part in self._waiting])
        rows = pa.concat_tables([rows for rows, _ in self._waiting]).combine_chunks()
        self._waiting, self._bytes = [], 0
        order = np.argsort(part, kind="stable")
        part, rows = part[order], rows.take(order)
        for first, last in pairwise([*np.flatnonzero(np.diff(part, prepend=-1)).tolist(), len(part)]):
            self._writer.add(rows.slice(first, last - first))
            self._parts.append(int(part[first]))
