"""Bytes of a message as text that every output can carry."""

from __future__ import annotations

CUT = "\N{HORIZONTAL ELLIPSIS}"
"""At the end of a text of which the capture has only the beginning. No sender has it in a URI: it is not ASCII."""


def readable(raw: bytes) -> str:
    r"""UTF-8 where it is that; any other byte, and any character that does not print, as an escape.

    What a peer sends is hostile: an ESC byte in a User-Agent must not reach a terminal, nor a lone
    surrogate JSON. Zeek's logs write `\xNN` for the same reason.
    """
    return inert(raw.decode("utf-8", "backslashreplace"))


def inert(text: str) -> str:
    """The text with every character that a terminal might act upon (escapes, line ends, bidi controls) spelled out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
