"""Integers out of bytes, against int.from_bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect import fields
from pcapinspect.kernel import kernel


@kernel
def all_of(data, at):  # type: ignore[no-untyped-def]
    return (
        fields.big16(data, at),
        fields.little16(data, at),
        fields.word16(data, at, True),
        fields.big32(data, at),
        fields.little32(data, at),
        fields.word32(data, at, False),
        fields.big64(data, at),
    )


@settings(deadline=None)
@given(st.binary(min_size=12, max_size=12), st.integers(0, 4))
def test_integers(data: bytes, at: int) -> None:
    def number(size: int, order: str) -> int:
        return int.from_bytes(data[at : at + size], order)  # type: ignore[arg-type]

    assert tuple(int(value) for value in all_of(np.frombuffer(data, np.uint8).copy(), at)) == (
        number(2, "big"),
        number(2, "little"),
        number(2, "big"),
        number(4, "big"),
        number(4, "little"),
        number(4, "little"),
        number(8, "big"),
    )
