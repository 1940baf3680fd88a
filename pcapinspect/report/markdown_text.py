"""Markdown that shows text as it is: whatever a capture holds, none of it becomes a link, an image or markup."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pcapinspect.report.inert import inert

_SPECIAL = re.compile(r"[\\`*\[\]<>|~&$]")
_LINKS = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)|(@)|(?<![0-9A-Za-z])(_)|(_)(?![0-9A-Za-z])")
_LINE_START = re.compile(r"^(\s*)([-+=#]|\d+(?=[.)](?:\s|$)))")


def escape(text: str) -> str:
    """The text as one line in which nothing is Markdown: no emphasis, link, image, HTML, table cell, list or heading.

    Also what GitHub makes of bare text: web and mail addresses, mentions, formulas (GFM, "Autolinks").
    """
    escaped = _SPECIAL.sub(lambda match: "\\" + match[0], inert(text))
    escaped = _LINKS.sub(lambda match: "\\" + match[0], escaped)
    return _LINE_START.sub(_escape_line_start, escaped)


def _escape_line_start(match: re.Match[str]) -> str:
    if match[2].isdigit():
        return f"{match[1]}{match[2]}\\"
    return f"{match[1]}\\{match[2]}"


def prose(text: str) -> str:
    """Sentences of ours, in which `commands` are marked with backticks; the rest is escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(code(part) if place % 2 else _inline(part) for place, part in enumerate(parts))


def _inline(text: str) -> str:
    """Escaped, but not at a line's start, and with its spaces kept."""
    return escape("x" + text)[1:]


def code(text: str) -> str:
    """A code span; its fence is longer than any run of backticks in the text."""
    shown = inert(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{space}{shown}{space}{fence}"


def block(lines: Sequence[str]) -> list[str]:
    """A block of commands; its fence is longer than any run of backticks in them."""
    shown = [inert(line) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *shown, fence]


def table(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> list[str]:
    """A table; columns of numbers are aligned to the right."""
    numeric = [bool(rows) and isinstance(cell, int) for cell in (rows[0] if rows else head)]
    cells = [[f"{cell:,}" if isinstance(cell, int) else _inline(cell) for cell in row] for row in rows]
    lines = [list(head), ["---:" if right else "---" for right in numeric], *cells]
    return ["| " + " | ".join(line) + " |" for line in lines]


def items(sentences: Sequence[str]) -> list[str]:
    """A list."""
    return [f"- {prose(sentence)}" for sentence in sentences]
