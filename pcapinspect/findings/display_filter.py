"""Frames that a finding cites, and the Wireshark display filter that selects exactly these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pcapinspect.columns import MISSING, Int64

MOST_CITED = 200
"""Frames that one finding cites: more than anyone looks at, and a filter that still fits on a command line."""

Frame = tuple[int, int]
"""File index and frame number."""

_FILE = 40
"""Bits of a key that hold the frame number: a file with 2^40 packets is larger than any disk."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The first of the frames that show something, in the order of the capture."""

    frames: tuple[Frame, ...]
    display_filter: str | None
    """Selects those of `frames` that are in the first one's file. None where there is no frame."""
    total: int
    """How many frames show it."""
    every: Int64
    """The keys of all of them, ascending."""

    @property
    def figures(self) -> dict[str, str | int | float | None]:
        """Says how many frames there are where not all are cited."""
        return {} if self.total == len(self.frames) else {"frames_in_all": self.total, "frames_cited": len(self.frames)}


def keys(files: NDArray[Any], frames: Int64) -> Int64:
    """One number a frame, in the order of the capture; frames that are not known (MISSING) are left out."""
    files = files.astype(np.int64)
    known = (files != MISSING) & (frames != MISSING)
    return np.asarray(files[known] << _FILE | frames[known], dtype=np.int64)


def keys_of(frames: Iterable[Frame]) -> Int64:
    """The same, of (file index, frame number)."""
    return np.array([file << _FILE | number for file, number in frames], dtype=np.int64)


def cite(*frames: Int64) -> Citation:
    """The citation of the frames with these keys, each once."""
    ordered = np.sort(np.concatenate(frames))
    distinct = ordered[np.diff(ordered, prepend=-1) != 0]
    cited = tuple((key >> _FILE, key & (1 << _FILE) - 1) for key in distinct[:MOST_CITED].tolist())
    if not cited:
        return Citation((), None, 0, distinct)
    first_file = cited[0][0]
    return Citation(cited, filter_of([number for file, number in cited if file == first_file]), len(distinct), distinct)


def filter_of(numbers: Sequence[int]) -> str:
    """`frame.number in {3, 7..9}`; the syntax of Wireshark 4.0 and later. `numbers` are ascending and distinct."""
    if len(numbers) == 1:
        return f"frame.number == {numbers[0]}"
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return "frame.number in {" + ", ".join("..".join(str(end) for end in run) for run in runs) + "}"
