"""Text that is shown on a terminal or named in a comment: none of it may act."""

from __future__ import annotations


def inert(text: str) -> str:
    """The text with every character that a terminal might act upon (escapes, line ends, bidi controls) spelled out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
