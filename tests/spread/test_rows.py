"""Rows of a part are read in stretches of bounded size, however much of a file is of that part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pcapinspect.columns import Int64
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.spread import packets, rows
from pcapinspect.spread.packets import Groups
from pcapinspect.spread.rows import part_of_file, table_of
from pcapinspect.spread.store import Table, Writer, facts_of

STORM = Path(__file__).resolve().parents[2] / "captures" / "storm.pcap"


@pytest.fixture
def storm() -> Table:
    batch = next(iter(CaptureReader([str(STORM)])))
    return table_of(batch, batch.packets.time, np.ones(len(batch.packets), bool))


def stretches(table: Table, part: Int64, wanted: int, folder: Path) -> list[Int64]:
    """The frames of each stretch in which the wanted part is read, when the rows came 100 at a time."""
    groups = Groups(Writer(folder / "rows"))
    for first in range(0, table.num_rows, 100):
        groups.add(table.slice(first, 100).combine_chunks(), part[first : first + 100])
    groups.close({})
    batches = part_of_file(folder / "rows", facts_of(folder / "rows")["groups"], wanted, 0, None)
    return [batch.packets.frame for batch, _ in batches]


@pytest.mark.parametrize("share", [1, 16])
def test_stretches_are_bounded_whether_a_part_has_all_rows_or_few(
    storm: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    row = storm.nbytes / storm.num_rows
    monkeypatch.setattr(packets, "GROUPED", int(320 * row))
    monkeypatch.setattr(rows, "READ", int(160 * row))
    part = np.arange(storm.num_rows) % share
    found = stretches(storm, part, 0, tmp_path)
    frames = storm.column("frame").to_numpy()
    assert np.concatenate(found).tolist() == frames[part == 0].tolist()
    longest = max(map(len, found))
    assert longest <= 500  # one row group: GROUPED is passed by less than what comes at a time
    if share == 16:
        assert 40 < longest < 320  # several row groups of about 20 rows, up to READ
