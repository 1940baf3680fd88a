"""A skew in words: how far, what of it a time zone explains, and how many pairs say so."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.clock import SECOND

_QUARTER = 900 * SECOND
"""Time zones lie whole quarters of an hour apart."""

_FARTHEST_ZONE = 14 * 3600 * SECOND

_AGREES_WITHIN = SECOND // 1000
"""What a stamp of milliseconds cannot tell."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Nanoseconds, but `drift`: seconds a second."""

    offset: int
    rest: int
    """What no time zone explains of the offset."""
    spread: int
    drift: float
    pairs: int
    """That agree ..."""
    of: int
    """... of all."""


def beside_zone(offset: int) -> int:
    """What no time zone explains of an offset."""
    if abs(offset) > _FARTHEST_ZONE + _QUARTER // 2:
        return offset
    return offset - round(offset / _QUARTER) * _QUARTER


def sentence(whose: str, found: Agreement, how: str) -> str:
    """`The clock of ca1 is 11.250 s ahead of the capture's (+11.250 s), from ...: 33 of 33 pairs agree, ...`."""
    agreed = f"from {how}: {found.pairs:,} of {found.of:,} pairs agree, spread {found.spread / SECOND:.3f} s."
    if not found.drift and abs(found.offset) < _AGREES_WITHIN:
        return f"{whose} agrees with the capture's to the millisecond, {agreed}"
    side = "ahead of" if found.offset >= 0 else "behind"
    seconds = (found.offset - found.rest) // SECOND
    zone = f"a time zone of {zone_text(seconds)} and " if seconds else ""
    drift = f", and gains {found.drift:+.6f} s a second" if found.drift else ""
    parts = f"({zone}{found.rest / SECOND:+.3f} s){drift}"
    return f"{whose} is {abs(found.offset) / SECOND:.3f} s {side} the capture's {parts}, {agreed}"


def zone_text(seconds: int) -> str:
    """`+05:30`."""
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}"
