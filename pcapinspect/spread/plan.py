"""The plan of a reading: which files there are, how their rows follow each other, and where sweeps come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.packets.merge import NEVER
from pcapinspect.packets.tally import BACK
from pcapinspect.settings import Settings
from pcapinspect.spread.store import whole

Position = tuple[Int64, Int64, Int64, Int64]
"""Columns that say where packets stand in the capture: epoch, order, file, frame."""


@dataclass(frozen=True, slots=True)
class Source:
    """The packets of one capture file."""

    rows: str
    """Path of the file that the first stage made."""
    start: int | None
    epoch: int
    groups: tuple[int, ...]
    """The part of each row group."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the second stage needs to know."""

    sources: tuple[Source, ...]
    """In the order of the capture; the place here is the number of the file."""
    joined: str | None
    """Path of the rows that joined fragments gave."""
    sweeps: str
    """Path of the sweeps of the whole capture."""
    settings: Settings
    parts: int

    def epochs(self) -> Iterator[list[int]]:
        """Numbers of the files that overlap, together: their rows are merged, and epochs follow each other."""
        numbers = np.array([source.epoch for source in self.sources])
        for epoch in np.unique(numbers).tolist():
            yield np.flatnonzero(numbers == epoch).tolist()

    def key(self) -> str:
        """The same for the same plan."""
        return key_of(asdict(self))

    def write(self, path: Path) -> None:
        """As JSON, for all tasks to read."""
        with whole(path) as partial:
            partial.write_text(json.dumps(asdict(self)))


def read_plan(path: Path) -> Plan:
    """The plan that `write` wrote."""
    values = json.loads(path.read_text())
    values["sources"] = tuple(Source(**source | {"groups": tuple(source["groups"])}) for source in values["sources"])
    known = values["settings"]
    values["settings"] = Settings(**known | {name: tuple(known[name]) for name in ("ports", "servers")})
    return Plan(**values)


def key_of(values: Any) -> str:
    """A name for whatever JSON can hold."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:20]


def epochs_of(files: Iterable[tuple[int | None, int | None]]) -> list[int]:
    """The epoch of each file, from its start and the order of its last row (None: it has none).

    A file begins an epoch where `capture.merge` would let it follow whole: all before it end soon enough.
    """
    epochs: list[int] = []
    latest = NEVER
    for start, last in files:
        begin = NEVER if start is None else start
        if not epochs:
            epochs.append(0)
            latest = -NEVER
        elif latest <= begin + BACK:
            epochs.append(epochs[-1] + 1)
            latest = -NEVER
        else:
            epochs.append(epochs[-1])
        latest = latest if last is None else max(latest, last)
    return epochs


def position(epochs: Sequence[int], order: Int64, file: Int64, frame: Int64) -> Position:
    """Where packets stand in the capture."""
    return np.array(epochs, np.int64)[file], order, file.astype(np.int64), frame


def in_order(place: Position) -> Int64:
    """The packets in the order of the capture."""
    return np.lexsort(place[::-1])
