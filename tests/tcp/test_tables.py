"""Tables that grow."""

from __future__ import annotations

import numpy as np

from pcapinspect.tcp.tables import HOLE, SIDE, Tables, grow, records


def test_growing_keeps_what_is_there_and_adds_zeros() -> None:
    table = records(SIDE)
    grow(table, 3)
    table["first_seq"][:] = (7, 8, 9)
    table.marks[2] = 5
    grow(table, 1000)
    assert table["first_seq"][:3].tolist() == [7, 8, 9]
    assert table.marks[2].tolist() == [5] * table.marks.shape[1]
    assert not table["first_seq"][3:].any()


def test_reserving_makes_room_for_every_packet() -> None:
    tables = Tables()
    tables.counts[0].rows = 10
    tables.counts[0].slots = 4
    tables.counts[0].hole_records = 2
    tables.reserve(100)
    assert len(tables.rows) >= 110
    assert len(tables.sides) >= 208
    assert len(tables.free) >= 104
    assert len(tables.holes) >= 202


def test_tables_begin_empty() -> None:
    tables = Tables()
    assert (len(tables.rows), len(tables.sides), tables.counts[0].rows) == (0, 0, 0)
    assert records(HOLE, 3).tolist() == np.zeros(3, HOLE).tolist()
