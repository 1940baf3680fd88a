"""Bodies, read in one piece and byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.http.bodies import BODY_LIMIT, ENDLESS, Kept, new_body
from pcapinspect.http.heads import CHUNKED, UNTIL_CLOSE
from pcapinspect.http.streams import Budget


def read(size: int, data: bytes, step: int) -> tuple[int, bytes | None, bool, bool]:
    """How far a body reaches into the data, what was kept, whether it ended, whether it is lost."""
    subject = new_body(size, Kept(Budget()))
    at = 0
    for begin in range(0, len(data), step):
        part = data[begin : begin + step]
        at = begin + subject.read(part, 0)
        if subject.ended or subject.lost or at < begin + len(part):
            break
    assert subject.kept is not None
    return at, subject.kept.data, subject.ended, subject.lost


@pytest.mark.parametrize("step", [1, 2, 1000])
@pytest.mark.parametrize(
    ("size", "data", "expected"),
    [
        (3, b"abcdef", (3, b"abc", True, False)),
        (9, b"abcdef", (6, b"abcdef", False, False)),
        (UNTIL_CLOSE, b"abcdef", (6, b"abcdef", False, False)),
        (CHUNKED, b"3\r\nabc\r\n0\r\n\r\nnext", (13, b"abc", True, False)),
        (CHUNKED, b"3\nabc\n00\nA: b\nC: d\n\nnext", (20, b"abc", True, False)),
        (CHUNKED, b" 1 ;a=b\r\nx\r\n0\r\n", (15, b"x", False, False)),
    ],
)
def test_where_a_body_ends(size: int, data: bytes, expected: tuple[int, bytes, bool, bool], step: int) -> None:
    assert read(size, data, step) == expected


@pytest.mark.parametrize("data", [b"x\r\n", b"-1\r\n", b"\r\n", b"f" * 16 + b"\r\n", b"1\r\nxy", b"0" * 5000])
def test_chunks_that_make_no_sense_are_lost(data: bytes) -> None:
    for step in (1, 1000):
        assert read(CHUNKED, data, step)[3]


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=5), st.integers(1, 20))
def test_chunks_keep_their_content(chunks: list[bytes], step: int) -> None:
    data = b"".join(b"%X\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    assert read(CHUNKED, data + b"next", step) == (len(data), b"".join(chunks), True, False)


def test_bytes_that_need_not_be_looked_at() -> None:
    assert new_body(10, None).room == 10
    assert new_body(UNTIL_CLOSE, None).room == ENDLESS
    chunked = new_body(CHUNKED, None)
    assert chunked.room == 0
    chunked.read(b"a\r\n123", 0)
    assert chunked.room == 7
    assert chunked.pass_over(7) == 0
    chunked.read(b"\r\n0\r\n\r\n", 0)
    assert chunked.ended


def test_a_hole_across_a_chunks_end_loses_the_rest() -> None:
    chunked = new_body(CHUNKED, None)
    chunked.read(b"a\r\n123", 0)
    chunked.pass_over(8)
    assert chunked.lost


def test_a_body_is_kept_up_to_the_limit_and_given_back_to_the_budget() -> None:
    budget = Budget()
    kept = Kept(budget)
    kept.add(b"x" * BODY_LIMIT)
    assert budget.used == BODY_LIMIT
    kept.add(b"y")
    assert (kept.data, kept.wants, budget.used) == (None, False, 0)
