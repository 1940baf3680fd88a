"""Options of pcapng blocks (draft-ietf-opsawg-pcapng, 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

Order = Literal["little", "big"]

COMMENT = 1
IF_TSRESOL = 9
IF_TSOFFSET = 14
ISB_IFDROP = 5
ISB_OSDROP = 7


def options(body: bytes, order: Order) -> Iterator[tuple[int, bytes]]:
    """Code and value of each option, up to the end mark or to the first that does not fit."""
    at = 0
    while at + 4 <= len(body):
        code = int.from_bytes(body[at : at + 2], order)
        size = int.from_bytes(body[at + 2 : at + 4], order)
        if code == 0 or at + 4 + size > len(body):
            return
        yield code, body[at + 4 : at + 4 + size]
        at += 4 + (size + 3 & ~3)


def comments(body: bytes, order: Order) -> list[str]:
    """The comments among the options: UTF-8 by the standard, but nobody checks."""
    return [value.decode("utf-8", "replace").rstrip("\0") for code, value in options(body, order) if code == COMMENT]


def signed(value: bytes, order: Order) -> int:
    """An integer option of any width."""
    return int.from_bytes(value, order, signed=True)


def unsigned(value: bytes, order: Order) -> int:
    """An unsigned integer option of any width."""
    return int.from_bytes(value, order)
