"""A finding: one judgement with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field

from pcapinspect.columns import Int64

SEVERITIES = ("info", "notice", "warning", "critical")
"""In rising order; `--fail-on` takes one of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What every output shows of a judgement. `frames` are (file index, frame number)."""

    id: str
    """Kebab-case, one for each kind of finding; with the server where there are several (`rollover-404-loop`)."""
    severity: str
    title: str
    """One line; says what was found, with the figure that matters."""
    explanation: str
    server: str | None = None
    """`ip:port`."""
    figures: dict[str, str | int | float | None] = field(default_factory=dict)
    frames: tuple[tuple[int, int], ...] = ()
    every_frame: Int64 | None = field(default=None, compare=False, repr=False)
    """Keys (display_filter.keys) of all frames that show it, of which `frames` may be the first; None: of no frame."""
    display_filter: str | None = None
    """A Wireshark filter that selects exactly `frames` (in their file)."""
    confidence: float = 1.0
    """1.0: observed. Below: inferred, by the rule that the explanation names."""
    not_shown: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()
    start: int | None = None
    """Nanoseconds: when it began, where it has a time."""
    end: int | None = None
