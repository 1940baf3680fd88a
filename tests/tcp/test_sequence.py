"""Sequence arithmetic at the edges of 32 bits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from pcapinspect.tcp import sequence
from pcapinspect.tcp.sequence import MODULUS

NUMBERS = st.integers(0, MODULUS - 1)


@njit
def difference(a: int, b: int) -> int:
    return sequence.difference(a, b)


@njit
def wrap(number: int) -> int:
    return sequence.wrap(number)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        (1, 0, 1),
        (0, 1, -1),
        (0, 0xFFFFFFFF, 1),
        (0xFFFFFFFF, 0, -1),
        (10, 0xFFFFFFF0, 26),
        (0x80000000, 0, -(1 << 31)),
        (0x7FFFFFFF, 0, (1 << 31) - 1),
    ],
)
def test_difference_takes_the_short_way_round(a: int, b: int, distance: int) -> None:
    assert difference(a, b) == distance


@given(NUMBERS, st.integers(-(1 << 31), (1 << 31) - 1))
def test_difference_undoes_a_step(number: int, step: int) -> None:
    assert difference(wrap(number + step), number) == step
