"""Sequence arithmetic: 32-bit numbers that wrap, and the 64-bit positions behind them."""

from __future__ import annotations

from pcapinspect.kernel import step

MODULUS = 1 << 32

HALF = 1 << 31

WINDOW_LIMIT = 1 << 30
"""No window is larger (RFC 7323, 2.3: a shift of at most 14), so no valid number is farther from what is expected."""


@step
def difference(a: int, b: int) -> int:
    """`a - b` of two sequence numbers, as the nearest signed distance (RFC 9293, 3.4)."""
    return ((a - b + HALF) & (MODULUS - 1)) - HALF


@step
def wrap(number: int) -> int:
    """The sequence number of a 64-bit one."""
    return number & (MODULUS - 1)
