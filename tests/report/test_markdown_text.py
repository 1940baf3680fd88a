"""Text through the escaping, judged by the rules of CommonMark and GFM."""

from __future__ import annotations

import pytest

from pcapinspect.report.markdown_text import block, code, escape, prose, table


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("192.0.2.10:80 answered 12 of 20", "192.0.2.10:80 answered 12 of 20"),
        ("rate_limit", "rate_limit"),
        ("*bold* _em_", r"\*bold\* \_em\_"),
        ("[x](http://e)", r"\[x\](http\://e)"),
        ("<img src=x>", r"\<img src=x\>"),
        ("a|b", r"a\|b"),
        ("# head", r"\# head"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("12) item", r"12\) item"),
        ("www.evil.com", r"www\.evil.com"),
        ("user@example.com", r"user\@example.com"),
        ("&lt;", r"\&lt;"),
        ("back\\slash", r"back\\slash"),
        ("`code`", r"\`code\`"),
        ("~~gone~~ $x$", r"\~\~gone\~\~ \$x\$"),
        ("two\nlines", r"two\\nlines"),
    ],
)
def test_escape(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_commands_of_ours_stay_code_and_the_rest_is_escaped() -> None:
    assert prose("Enter `ip http max-connections 16` on *CA*.") == r"Enter `ip http max-connections 16` on \*CA\*."


def test_an_odd_backtick_from_a_capture_makes_no_code() -> None:
    assert prose("label `x of *y*") == r"label \`x of \*y\*"


@pytest.mark.parametrize("text", ["plain", "a`b", "``", "`", "a``b`c", "x\ny"])
def test_a_code_span_holds_any_text(text: str) -> None:
    shown = code(text)
    fence = shown[: len(shown) - len(shown.lstrip("`"))]
    inside = shown[len(fence) : -len(fence)]
    assert fence not in inside
    assert "\n" not in shown


def test_a_block_cannot_be_closed_from_inside() -> None:
    lines = block(["before", "```", "````` x", "after"])
    assert lines[0] == lines[-1] == "``````"
    assert not any(line.startswith("``````") for line in lines[1:-1])


def test_a_cell_cannot_break_its_row() -> None:
    lines = table(("Name", "Count"), [("a|b\nc", 1234)])
    assert lines == ["| Name | Count |", "| --- | ---: |", r"| a\|b\\nc | 1,234 |"]
