"""Where sweeps come, and what time it is then: the same whatever part of the packets is at hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.tcp.sweeps import BLOCK, Marks, Sweeps

Row = tuple[int, int, int]
"""File, frame, time."""


def sweeps_of(rows: list[Row], batch: int | None = None) -> list[tuple[Row, int]]:
    """The packet before which each sweep comes, and its time."""
    finder, found = Sweeps(), []
    size = max(batch or len(rows), 1)
    for first in range(0, len(rows), size):
        part = rows[first : first + size]
        file, frame, time = (np.array(column) for column in zip(*part, strict=True))
        found += [(part[row], now) for row, now in finder.of(file.astype(np.uint16), frame, time)]
    return found


@st.composite
def captures(draw: st.DrawFn) -> list[Row]:
    """Files that overlap or not; frames ascend in each, times do nearly."""
    files: list[list[Row]] = []
    for file in range(draw(st.integers(1, 4))):
        frame, time, rows = 0, file * 100, []
        for _ in range(draw(st.integers(1, 12))):
            frame += draw(st.sampled_from([1, 7, BLOCK // 2, BLOCK, 3 * BLOCK]))
            time += draw(st.sampled_from([0, 1, 50, 200, -30]))
            rows.append((file, frame, time))
        files.append(rows)
    merged = []
    while any(files):
        candidates = [rows for rows in files if rows]
        rows = candidates[draw(st.integers(0, len(candidates) - 1))]
        merged.append(rows.pop(0))
    return merged


@settings(deadline=None)
@given(captures(), st.integers(1, 9))
def test_batches_do_not_matter(rows: list[Row], batch: int) -> None:
    assert sweeps_of(rows) == sweeps_of(rows, batch)


def marked(rows: list[Row], batch: int) -> set[Row]:
    """The rows of one file that matter."""
    chooser, found = Marks(), set()
    for first in range(0, len(rows), batch):
        part = rows[first : first + batch]
        _, frame, time = (np.array(column) for column in zip(*part, strict=True))
        found |= {part[row] for row in chooser.of(frame, time)}
    return found


@settings(deadline=None)
@given(captures(), st.integers(1, 9))
def test_only_the_first_packet_of_a_block_and_earlier_ones_matter(rows: list[Row], batch: int) -> None:
    earliest: dict[tuple[int, int], int] = {}
    kept = []
    for file, frame, time in rows:
        block = file, (frame - 1) // BLOCK
        if time < earliest.get(block, time + 1):
            earliest[block] = time
            kept.append((file, frame, time))
    assert sweeps_of(kept) == sweeps_of(rows)
    files = [[row for row in rows if row[0] == file] for file in {row[0] for row in rows}]
    assert set().union(*(marked(file, batch) for file in files)) == set(kept)


def test_a_sweep_comes_where_a_block_or_a_file_ends() -> None:
    rows = [(0, 1, 10), (0, BLOCK, 20), (0, BLOCK + 1, 30), (0, BLOCK + 2, 29), (1, 1, 40), (1, 2, 50), (2, 1, 60)]
    assert sweeps_of(rows) == [(rows[0], 0), (rows[2], 0), (rows[4], 10), (rows[6], 29)]


def test_a_small_file_with_wrong_times_ends_nothing() -> None:
    rows = [(file, frame, 10**15 if file == 3 else 100 * file + frame) for file in range(6) for frame in (1, 2)]
    assert [now for _, now in sweeps_of(rows)] == [0, 0, 1, 101, 201, 401]


def test_what_comes_late_of_an_earlier_file_is_not_looked_at() -> None:
    rows = [(0, 1, 1000), (1, 1, 2000), (0, 2 * BLOCK, 5), (1, 2, 2001), (2, 1, 3000), (2, BLOCK + 1, 3001)]
    assert sweeps_of(rows) == [(rows[0], 0), (rows[1], 0), (rows[4], 1000), (rows[5], 2000)]
