from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import Columns, Growing, Int64, Text, column


@dataclass(frozen=True, slots=True)
class Pairs(Columns):
    number: Int64 = column("i8")
    text: Text = column("O")


def pairs(*rows: tuple[int, str | None]) -> Pairs:
    text = np.empty(len(rows), object)
    text[:] = [text for _, text in rows]
    return Pairs(np.array([number for number, _ in rows], np.int64), text)


def test_parts_grow_into_one_table() -> None:
    table = Growing(Pairs)
    for first in range(0, 1000, 3):
        table.add(pairs((first, str(first)), (first + 1, None), (first + 2, "x")))
    assert table["number"].tolist() == list(range(1002))
    taken = table.take(np.argsort(-table["number"]))
    assert taken.number.tolist() == list(range(1001, -1, -1))
    assert taken.text[:3].tolist() == ["x", None, "999"]


def test_nothing_added_is_an_empty_table() -> None:
    table = Growing(Pairs)
    table.add(Pairs.empty())
    assert len(table.take(np.empty(0, np.int64))) == 0
