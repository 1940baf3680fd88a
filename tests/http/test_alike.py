"""The compiled part of `single`, on streams written by hand."""

from __future__ import annotations

import random

import numpy as np

from pcapinspect.columns import UInt64
from pcapinspect.http.alike import Rows, first_alike, hash_of, streams_of
from pcapinspect.kernel import kernel
from pcapinspect.tcp.segments import DOWN, END_FIN, END_NONE, END_RST, UP

SEED = np.uint64(7)


def rows(*segments: tuple[int, int, int, int, int]) -> Rows:
    """Segments as (direction, offset, length, start, end), all captured whole."""
    direction, offset, length, start, end = np.array(segments, np.int64).reshape(-1, 5).T
    sizes = length.astype(np.int32)
    return Rows(direction.astype(np.uint8), offset, sizes, sizes, start, end.astype(np.uint8))


def alike(*texts: bytes, marks: list[int] | None = None) -> list[int]:
    padded = [text.ljust((len(text) + 7) // 8 * 8, b"\0") for text in texts]
    sizes = np.array([len(text) // 8 for text in padded], np.int64)
    words = np.frombuffer(b"".join(padded), np.uint64).copy()
    told_by = np.array(marks or [len(text) for text in texts], np.int64)
    return first_alike(words, np.cumsum(sizes) - sizes, sizes, told_by, SEED).tolist()


def test_streams_of_two_connections() -> None:
    table = rows(
        (UP, 0, 10, 0, END_NONE),
        (DOWN, 0, 4, 10, END_NONE),
        (DOWN, 4, 6, 14, END_FIN),
        (UP, 10, 0, 20, END_RST),
        (UP, 5, 3, 20, END_NONE),
    )
    found = streams_of(table, np.array([0, 4]))
    assert found.total.tolist() == [[10, 10], [3, 0]]
    assert found.first.tolist() == [[0, 1], [4, 5]]
    assert found.last.tolist() == [[0, 2], [4, -1]]
    assert found.ended.tolist() == [[True, True], [False, False]]
    assert found.fin.tolist() == [[False, True], [False, False]]
    assert found.plain.tolist() == [True, False]  # the second begins with a hole


def test_the_lowest_end_counts_and_the_first_of_several_there() -> None:
    found = streams_of(rows((UP, 0, 5, 0, END_NONE), (UP, 5, 0, 5, END_FIN), (UP, 5, 0, 5, END_RST)), np.array([0]))
    assert (found.ended[0, UP], found.fin[0, UP]) == (True, True)
    found = streams_of(rows((UP, 0, 5, 0, END_NONE), (UP, 9, 0, 5, END_FIN), (UP, 5, 0, 5, END_RST)), np.array([0]))
    assert (found.ended[0, UP], found.fin[0, UP]) == (True, False)


def test_a_cut_payload_is_not_plain() -> None:
    table = rows((UP, 0, 5, 0, END_FIN))
    assert not streams_of(table._replace(captured=np.array([4], np.int32)), np.array([0])).plain[0]


def test_the_first_with_the_same_bytes() -> None:
    assert alike(b"GET /a", b"GET /b", b"GET /a", b"", b"GET /b", b"", b"GET /") == [0, 1, 0, 3, 1, 3, 6]
    assert alike(b"x" * 17, b"x" * 16, b"x" * 17, b"x" * 18) == [0, 1, 0, 3]
    assert alike(b"same", b"same", b"same", marks=[1, 2, 1]) == [0, 1, 0]
    assert alike() == []


def test_many_texts_are_told_apart_as_a_dictionary_does() -> None:
    draw = random.Random(3)
    texts = [draw.randbytes(draw.randrange(3)) * draw.randrange(1, 6) for _ in range(3000)]
    seen: dict[bytes, int] = {}
    assert alike(*texts) == [seen.setdefault(text, number) for number, text in enumerate(texts)]


def test_texts_cannot_be_made_to_collide() -> None:
    """Of every pair of words the highest bit of the first, and what undoes it in the second, are flipped or not."""
    number = np.arange(256)
    texts = np.zeros((256, 16), np.uint64)
    for pair in range(8):
        chosen = (number >> pair) & 1 == 1
        texts[chosen, 2 * pair] = 1 << 63
        texts[chosen, 2 * pair + 1] = 1 << 63 | 1 << 34
    hashes = np.empty(256, np.uint64)
    fill(texts, hashes, np.uint64(0x1234_5678_9ABC_DEF1))
    assert len(set(hashes.tolist())) == 256


@kernel
def fill(texts: UInt64, hashes: UInt64, secret: np.uint64) -> None:
    for row in range(len(texts)):
        hashes[row] = hash_of(texts[row], 0, texts.shape[1], secret)
