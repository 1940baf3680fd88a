"""Options of pcapng blocks."""

from __future__ import annotations

from pcapinspect.capture import pcapng_options as opts
from tests.capture.wire import END_OF_OPTIONS, option


def test_options_end_at_the_mark_or_at_the_first_that_does_not_fit() -> None:
    body = option(1, b"abc") + option(9, b"\x06")
    expected = [(1, b"abc"), (9, b"\x06")]
    assert list(opts.options(body, "little")) == expected
    assert list(opts.options(body + END_OF_OPTIONS + option(1, b"behind"), "little")) == expected
    assert list(opts.options(body + b"\x01\x00\xff\x00abc", "little")) == expected
    assert list(opts.options(body + b"\x01", "little")) == expected
    assert list(opts.options(option(1, b"abc", ">"), "big")) == [(1, b"abc")]


def test_a_comment_in_another_encoding_is_still_text() -> None:
    assert opts.comments(option(1, b"caf\xe9") + option(1, b"zero ends\0"), "little") == ["caf\ufffd", "zero ends"]
