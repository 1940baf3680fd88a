"""Refusals: attempts that got a RST, and the stretches in which nobody else was accepted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.tcp.connections import REFUSED


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often a server refused, and in how many stretches without an accept in between."""

    attempts: int
    stretches: int
    longest: float
    """Seconds from the first to the last refusal of the longest stretch."""
    together: int
    """Refusals in stretches of several."""
    after: float = 0.0
    """Seconds from the first SYN of an attempt to the RST, the median."""


def refusals_of(traffic: Traffic) -> Refusals:
    """The refusals of one server."""
    rows = traffic.outcome == REFUSED
    refused = np.sort(traffic.answer[rows])
    if not len(refused):
        return Refusals(0, 0, 0.0, 0)
    gap = np.searchsorted(traffic.accept_times, refused)
    _, first, counts = np.unique(gap, return_index=True, return_counts=True)
    spans = refused[first + counts - 1] - refused[first]
    several = counts > 1
    return Refusals(
        attempts=len(refused),
        stretches=int(np.count_nonzero(several)),
        longest=float(spans.max()) / SECOND,
        together=int(counts[several].sum()),
        after=float(np.median(traffic.answer[rows] - traffic.start[rows])) / SECOND,
    )
