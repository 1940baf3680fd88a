"""Options of pcapng blocks."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from pcapinspect.capture import pcapng_options as opts
from tests.capture.wire import END_OF_OPTIONS, option


def texts(body: bytes, order: opts.Order = "little", most: int = 9) -> list[str]:
    return opts.comments(np.frombuffer(body, np.uint8), 0, len(body), order, most)


def counter(body: bytes) -> int | None:
    return opts.counter(np.frombuffer(body, np.uint8), 0, len(body), "little", opts.ISB_IFDROP)


def test_options_end_at_the_mark_or_at_the_first_that_does_not_fit() -> None:
    body = option(9, b"\x06") + option(1, b"abc") + option(1, b"")
    assert texts(body) == ["abc", ""]
    assert texts(body + END_OF_OPTIONS + option(1, b"behind")) == ["abc", ""]
    assert texts(body + b"\x01\x00\xff\x00abc") == ["abc", ""]
    assert texts(body + b"\x01") == ["abc", ""]
    assert texts(option(1, b"abc", ">"), "big") == ["abc"]


def test_no_more_are_read_than_are_wanted() -> None:
    assert texts(option(1, b"a") * 5, most=2) == ["a", "a"]
    assert texts(option(1, b"a") * 5, most=0) == []


def test_a_comment_in_another_encoding_is_still_text() -> None:
    assert texts(option(1, b"caf\xe9") + option(1, b"zero ends\0")) == ["caf\ufffd", "zero ends"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (struct.pack("<Q", 7), 7),
        (struct.pack("<Q", 2**63 + 1), 2**63 - 1),  # what a report can hold
        (b"\xff" * 8, None),  # not known
        (b"\x07" * 16, None),  # 128 bits are damage
        (b"\x07" * 4000, None),
        (b"\x07\0\0\0", None),
        (b"", None),
    ],
)
def test_a_counter_has_eight_bytes(value: bytes, expected: int | None) -> None:
    assert counter(option(5, value)) == expected
