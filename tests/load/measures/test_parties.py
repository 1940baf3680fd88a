"""Numbers for addresses."""

from __future__ import annotations

import numpy as np
from build import Made, steady
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.load.measures import parties
from pcapinspect.load.measures.parties import number

HALF = st.integers(0, 2**64 - 1) | st.integers(0, 3)


@given(st.lists(st.tuples(HALF, HALF), min_size=1, max_size=40))
def test_equal_rows_get_equal_numbers_by_first_appearance(rows: list[tuple[int, int]]) -> None:
    numbers, first = number(*(np.array(column, np.uint64) for column in zip(*rows, strict=True)))
    seen = list(dict.fromkeys(rows))
    assert numbers.tolist() == [seen.index(row) for row in rows]
    assert [rows[row] for row in first.tolist()] == seen


def test_rows_that_the_mix_cannot_tell_apart_are_told_apart(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def all_alike(columns: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros(len(columns[0]), np.int64), np.zeros(1, np.int64)

    monkeypatch.setattr(parties, "_by_mix", all_alike)
    numbers, first = number(np.array([7, 5, 7], np.uint64), np.array([1, 1, 1], np.uint64))
    assert numbers.tolist() == [0, 1, 0]
    assert first.tolist() == [0, 1]


def test_servers_are_told_apart_by_address_and_clients_named() -> None:
    made = Made()
    steady(made, 0, 3, 1, server="10.0.0.80")
    made.answered("2001:db8::7", 1.5, server="2001:db8::80")
    connections, _ = made.tables()
    found = parties.parties_of(connections)
    assert len(found.server_shown) == 2
    row = int(found.client_shown[found.client[2]])
    assert parties.client_name(connections, row) == "2001:db8::7"
    assert parties.server_name(connections, 2) == ("2001:db8::80", 80)


def test_no_rows_have_no_numbers() -> None:
    numbers, first = number(np.empty(0, np.uint64))
    assert len(numbers) == len(first) == 0
