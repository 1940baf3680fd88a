"""Where rows stand: epochs as merging makes them, and sweeps for those who see a part of the packets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcapinspect.packets.batch import PacketBatch
from pcapinspect.packets.merge import Stream, merge, placed
from pcapinspect.spread.plan import epochs_of, in_order, position
from pcapinspect.spread.schedule import Schedule, write_sweeps
from pcapinspect.tcp.sweeps import Marks, Sweeps
from tests.tcp.wire import SECOND, Wire, columns

FILES = st.lists(st.lists(st.integers(0, 12_000), min_size=1, max_size=12), min_size=1, max_size=5)
"""Files of times in milliseconds."""


def batches(files: list[list[int]]) -> list[tuple[PacketBatch, int]]:
    """A batch for each file, in the order of their starts, and its start."""
    made = []
    for number, times in enumerate(sorted(files, key=lambda times: times[0])):
        rows = columns(packet for time in times for packet in Wire().syn(time / 1000).packets)
        rows.file[:] = number
        made.append((PacketBatch(rows, np.empty(0, np.uint8)), int(rows.time[0])))
    return made


def merged(files: list[list[int]]) -> list[tuple[int, int]]:
    """File and frame of all rows in the order in which one process has them."""
    streams = (Stream(placed([batch], start), start) for batch, start in batches(files))
    return [
        pair
        for batch, _ in merge(streams)
        for pair in zip(batch.packets.file.tolist(), batch.packets.frame.tolist(), strict=True)
    ]


@settings(deadline=None, max_examples=200)
@given(FILES)
def test_positions_are_the_order_of_merging(files: list[list[int]]) -> None:
    rows = [(start, *next(placed([batch], start))) for batch, start in batches(files)]
    epochs = epochs_of((start, int(order[-1])) for start, _, order in rows)
    order = np.concatenate([order for _, _, order in rows])
    file = np.concatenate([batch.packets.file for _, batch, _ in rows])
    frame = np.concatenate([batch.packets.frame for _, batch, _ in rows])
    places = in_order(position(epochs, order, file, frame))
    assert list(zip(file[places].tolist(), frame[places].tolist(), strict=True)) == merged(files)


def test_a_file_without_time_or_rows() -> None:
    assert epochs_of([(None, 5), (None, None), (None, 7)]) == [0, 1, 2]
    assert epochs_of([(0, 10 * SECOND), (SECOND, None), (2 * SECOND, 3 * SECOND), (9 * SECOND, 9 * SECOND)]) == [
        0,
        0,
        0,
        1,
    ]
    assert epochs_of([]) == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, st.lists(st.booleans(), min_size=60, max_size=60), st.integers(1, 9))
def test_a_part_of_the_packets_has_the_sweeps_of_all(
    tmp_path: Path, files: list[list[int]], seen: list[bool], size: int
) -> None:
    sources = batches(files)
    for batch, _ in sources:
        batch.packets.frame[:] *= 20_000
    rows = [(batch.packets, order) for batch, start in sources for _, order in placed([batch], start)]
    epochs = epochs_of((start, int(order[-1])) for (_, start), (_, order) in zip(sources, rows, strict=True))
    packets = type(rows[0][0]).concatenate([packets for packets, _ in rows])
    order = np.concatenate([order for _, order in rows])
    where = position(epochs, order, packets.file, packets.frame)
    marks = np.concatenate([np.isin(np.arange(len(p)), Marks().of(p.frame, p.time)) for p, _ in rows])
    write_sweeps(tmp_path / "sweeps", tuple(column[marks] for column in where), packets.time[marks])
    places = in_order(where)
    packets, order, epoch = packets.take(places), order[places], where[0][places]
    expected = {(sweep.row, sweep.now) for sweep in Sweeps().of(packets.file, packets.frame, packets.time)}
    mine = np.flatnonzero(np.array(seen[: len(packets)]))
    schedule, found = Schedule(tmp_path / "sweeps"), []
    for first in range(0, len(mine), size):
        for number in np.unique(epoch[mine[first : first + size]]).tolist():
            part = mine[first : first + size]
            part = part[epoch[part] == number]
            for row, now in schedule.of(number, packets.take(part), order[part]):
                found.append((int(part[row]), now))
    until = {row: int(mine[np.searchsorted(mine, row)]) for row, _ in expected if len(mine) and row <= mine[-1]}
    assert sorted(found) == sorted((until[row], now) for row, now in expected if row in until)
