"""The pairs of one clock (its reading, how far it was ahead) -> stretches in which they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64

TOGETHER = 2 * SECOND
"""Pairs within this agree: the second of an HTTP Date, and the delay between a packet and its line in the log."""

MIN_SHARE_AGREEING = 0.9
"""Of the pairs, with which one value or one drift explains them; the others are told."""

LEAST_OF_STRETCH = 2
"""Pairs of a stretch, where there are several: one pair alone may be a coincidence."""

LEAST_FOR_DRIFT = 8
"""Pairs of which a line is drawn."""

MOST_DRIFT = 0.05
"""Seconds a second: of virtual machines that lose ticks. What is more is steps."""

MOST_STRETCHES = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """A tied record."""

    line: int
    """Its place among the records of its clock."""
    reading: int
    ahead: int
    """Nanoseconds by which the clock was ahead of the capture's."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pairs that agree."""

    offset: int
    spread: int
    pairs: tuple[Pair, ...]
    """In the order of their lines."""
    drift: float = 0.0
    """Seconds gained in a second of the clock, from `reference` on, where it reads `offset` ahead."""
    reference: int = 0

    def capture_time(self, reading: int) -> int:
        """The capture's time when the clock read so."""
        return reading - self.offset - round(self.drift * (reading - self.reference))


def stretches_of(pairs: Sequence[Pair]) -> tuple[Stretch, ...]:
    """In the order of their first pairs. Pairs that are in none agree with nothing."""
    if not pairs:
        return ()
    whole = _densest(pairs)
    if len(whole.pairs) >= MIN_SHARE_AGREEING * len(pairs):
        return (whole,)
    if (drifting := _drifting(pairs)) is not None:
        return (drifting,)
    found: list[Stretch] = []
    rest = list(pairs)
    while rest and len(found) < MOST_STRETCHES:
        stretch = _densest(rest)
        if len(stretch.pairs) < LEAST_OF_STRETCH and found:
            break
        found.append(stretch)
        taken = {pair.line for pair in stretch.pairs}
        rest = [pair for pair in rest if pair.line not in taken]
    return tuple(sorted(found, key=lambda stretch: stretch.pairs[0].line))


def alternate(stretches: Sequence[Stretch]) -> bool:
    """Whether the stretches interleave: then they are several clocks, and not one that was set."""
    spans = [(stretch.pairs[0].line, stretch.pairs[-1].line) for stretch in stretches]
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def _densest(pairs: Sequence[Pair]) -> Stretch:
    """The value on which the most pairs agree."""
    ahead = np.array([pair.ahead for pair in pairs], np.int64)
    order = np.argsort(ahead, kind="stable")
    ordered = ahead[order]
    counts = np.searchsorted(ordered, ordered + TOGETHER, side="right") - np.arange(len(ordered))
    at = int(np.argmax(counts))
    return _stretch(pairs, order[at : at + counts[at]], ahead)


def _stretch(pairs: Sequence[Pair], chosen: Int64, ahead: Int64, drift: float = 0.0, reference: int = 0) -> Stretch:
    own = ahead[chosen]
    return Stretch(
        offset=int(np.median(own)),
        spread=int(own.max() - own.min()),
        pairs=tuple(pairs[place] for place in np.sort(chosen).tolist()),
        drift=drift,
        reference=reference,
    )


def _drifting(pairs: Sequence[Pair]) -> Stretch | None:
    """A line through the pairs (Theil and Sen: the median of slopes), if it explains them."""
    if len(pairs) < LEAST_FOR_DRIFT:
        return None
    reading = np.array([pair.reading for pair in pairs], np.int64)
    ahead = np.array([pair.ahead for pair in pairs], np.int64)
    reference = int(reading.min())
    half = len(pairs) // 2
    order = np.argsort(reading, kind="stable")
    early, late = order[:half], order[-half:]
    lapse = (reading[late] - reading[early]).astype(np.float64)
    if not (lapse > 0).all():
        return None
    drift = float(np.median((ahead[late] - ahead[early]) / lapse))
    if abs(drift) > MOST_DRIFT:
        return None
    level = ahead - np.round(drift * (reading - reference)).astype(np.int64)
    middle = np.median(level)
    chosen = np.flatnonzero(np.abs(level - middle) <= TOGETHER / 2)
    if len(chosen) < MIN_SHARE_AGREEING * len(pairs):
        return None
    return _stretch(pairs, chosen, level, drift, reference)
