from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.columns import Columns, Growing, Int64, Text, column, constant, is_constant, told_once


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


def test_a_column_that_is_constant_in_all_parts_stays_so() -> None:
    table = Growing(Pairs)
    for first in range(0, 30, 3):
        table.add(Pairs(np.arange(first, first + 3), constant("x", 3, "O")))
    taken = table.take(np.arange(29, -1, -1))
    assert taken.number.tolist() == list(range(29, -1, -1))
    assert is_constant(taken.text)
    assert taken.text.tolist() == ["x"] * 30


@given(st.lists(st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["x", None])), max_size=3), max_size=8))
def test_constant_parts_make_the_same_table_as_others(parts: list[list[tuple[int, str | None]]]) -> None:
    table = Growing(Pairs)
    for rows in parts:
        part = pairs(*rows)
        if len(set(rows)) == 1:
            part = Pairs(constant(rows[0][0], len(rows), "i8"), constant(rows[0][1], len(rows), "O"))
        table.add(part)
    expected = [row for rows in parts for row in rows]
    assert list(zip(table["number"].tolist(), table["text"].tolist(), strict=True)) == expected
    taken = table.take(np.arange(len(expected)))
    assert list(zip(taken.number.tolist(), taken.text.tolist(), strict=True)) == expected


def test_numbers_that_are_all_alike_are_told_once() -> None:
    assert is_constant(told_once(np.array([7, 7, 7])))
    assert told_once(np.array([7, 7, 7])).tolist() == [7, 7, 7]
    assert told_once(np.array([7, 8])).tolist() == [7, 8]
    assert told_once(np.array([], np.int64)).tolist() == []
