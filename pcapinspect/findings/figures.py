"""Figures in words."""

from __future__ import annotations

from pcapinspect.clock import SECOND, length


def share(part: int, whole: int) -> float:
    """0 to 1, four digits; 0 of nothing."""
    return round(part / whole, 4) if whole else 0.0


def percent(part: float, whole: float) -> str:
    """`12 %`, `3.4 %`; `under 0.1 %` rather than a 0 that is none, `over 99 %` rather than a 100 that is not all."""
    value = 100 * part / whole if whole else 0.0
    if 0 < value < 0.1:
        return "under 0.1 %"
    if 99.5 <= value < 100:
        return "over 99 %"
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 attempt`, `12,000 attempts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(nanoseconds: int) -> str:
    """Like `14.998 s` or `3 min 20 s`."""
    return length(nanoseconds / SECOND)


def listed(names: list[str], most: int = 5) -> str:
    """`a, b and c`; `a, b, c, d, e and 12 more`."""
    shown = names[:most]
    if len(names) > most:
        return ", ".join(shown) + f" and {len(names) - most} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))
