"""Clients that poll in step: how far the phases of their polls agree."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import Synchronisation

ALIKE = 0.2
"""How far a client's period may be off the common one: beyond, it cannot stay in step for more than a few polls."""

CYCLES = 5
"""Phases are compared within so many periods: over more, small differences of the period smear them."""


def synchronisation(traffic: Traffic, polls: Int64, period: Int64) -> Synchronisation:
    """`polls`: rows of the attempts that begin one; `period`: of each client, MISSING where it has none."""
    known = period[period != MISSING]
    if not len(known):
        return Synchronisation(0, None, None)
    common = int(np.median(known))
    if common <= 0:
        return Synchronisation(len(known), common, None)
    alike = (period != MISSING) & (np.abs(period - common) <= ALIKE * common)
    rows = polls[alike[traffic.client[polls]]]
    return Synchronisation(len(known), common, _concentration(traffic, rows, alike, common))


def _concentration(traffic: Traffic, rows: Int64, alike: Bool, period: int) -> float | None:
    """Length of the mean phase vector of the polls, free of what few attempts have by chance (Mardia and Jupp,
    Directional Statistics, 2000, 2.3: E[n R^2] = 1 for phases without order)."""
    start = traffic.start[rows]
    if len(start) < 2 or np.count_nonzero(alike) < 2:
        return None
    start = start - start.min()
    vector = np.exp(2j * np.pi * (start % period) / period)
    window = start // (CYCLES * period)
    _, window = np.unique(window, return_inverse=True)
    number = np.bincount(window)
    squared = np.bincount(window, vector.real) ** 2 + np.bincount(window, vector.imag) ** 2
    several = number > 1
    if not several.any():
        return None
    number, squared = number[several], squared[several]
    excess = (squared / number - 1) / (number - 1)
    return float(np.sqrt(max(0.0, float(np.average(excess, weights=number)))))
