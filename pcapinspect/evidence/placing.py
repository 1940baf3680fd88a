"""Records of one clock -> their times by the capture's, by the stretches of its pairs; None where no value is sure.

A log is written in the order of time, and some exports list the latest first: either way, what stands between two pairs
was written between them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from pcapinspect.clock import SECOND
from pcapinspect.evidence.stretches import TOGETHER, Pair, Stretch, alternate

NEAR = 10 * SECOND
"""Of several clocks in one file, a record beyond the first or last pair is of that pair's clock, if it is so near."""


def place(readings: Sequence[int], synchronised: Sequence[bool], stretches: Sequence[Stretch]) -> list[int | None]:
    """`readings`: what the clock read at each record, in the order of its lines; `synchronised`: whether it was set."""
    if not stretches:
        return [None] * len(readings)
    pairs = sorted((pair for stretch in stretches for pair in stretch.pairs), key=lambda pair: pair.line)
    marks = {synchronised[pair.line] for pair in pairs}
    of = {pair.line: stretch for stretch in stretches for pair in stretch.pairs}
    order = _Order(stretches, of, pairs, [pair.line for pair in pairs], alternate(stretches))
    # Of a clock that was not yet set, or no longer, the pairs of a set one say nothing.
    return [
        order.place(line, reading) if mark in marks else None
        for line, (reading, mark) in enumerate(zip(readings, synchronised, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class _Order:
    """The pairs of a clock, by line."""

    stretches: Sequence[Stretch]
    of: dict[int, Stretch]
    pairs: Sequence[Pair]
    lines: Sequence[int]
    several: bool
    """Several clocks stand in the file: any line may be of any of them."""

    def place(self, line: int, reading: int) -> int | None:
        if line in self.of:
            return self.of[line].capture_time(reading)
        at = bisect_left(self.lines, line)
        before = self.pairs[at - 1] if at > 0 else None
        after = self.pairs[at] if at < len(self.pairs) else None
        beside = [pair for pair in (before, after) if pair is not None]
        choice = self.stretches if self.several and len(beside) > 1 else [self.of[pair.line] for pair in beside]
        fitting = [stretch for stretch in choice if self._lies_between(stretch.capture_time(reading), before, after)]
        if self.several and (len(beside) == 1 or len(set(map(id, fitting))) > 1):
            near = NEAR if len(beside) == 1 else TOGETHER
            close = [self.of[pair.line] for pair in beside if abs(reading - pair.reading) <= near]
            fitting = [stretch for stretch in fitting if stretch in close]
        times = [stretch.capture_time(reading) for stretch in fitting]
        return times[0] if times and max(times) - min(times) <= TOGETHER else None

    def _lies_between(self, time: int, before: Pair | None, after: Pair | None) -> bool:
        first, last = self._time(before), self._time(after)
        if self._backwards:
            first, last = last, first
        return (first is None or time >= first - TOGETHER) and (last is None or time <= last + TOGETHER)

    @property
    def _backwards(self) -> bool:
        first, last = self._time(self.pairs[0]), self._time(self.pairs[-1])
        return first is not None and last is not None and first > last + TOGETHER

    def _time(self, pair: Pair | None) -> int | None:
        return None if pair is None else self.of[pair.line].capture_time(pair.reading)
