"""Bytes of peers as text that a terminal, JSON and HTML can carry."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.http.text import readable


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"cisco-IOS", "cisco-IOS"),
        ("é 私".encode(), "é 私"),
        (b"\x1b[2J\x00\t", "\\x1b[2J\\x00\\t"),
        (b"\xff\xed\xa0\x80", "\\xff\\xed\\xa0\\x80"),
        ("\u202e\u2028".encode(), "\\u202e\\u2028"),
    ],
)
def test_what_does_not_print_is_escaped(raw: bytes, text: str) -> None:
    assert readable(raw) == text


@given(st.binary())
def test_any_bytes_become_text_that_prints_and_survives_json(raw: bytes) -> None:
    text = readable(raw)
    assert text.isprintable()
    assert json.loads(json.dumps(text).encode("utf-8")) == text
