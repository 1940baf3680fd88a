"""Clients that poll in step: how far the phases of their polls agree."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING, MOST, Bool, Int64
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import Synchronisation

ALIKE = 0.2
"""How far a client's period may be off the common one: beyond, it cannot stay in step for more than a few polls."""

CYCLES = 5
"""Phases are compared within so many periods: over more, small differences of the period smear them."""


def synchronisation(traffic: Traffic, polls: Int64, period: Int64) -> Synchronisation:
    """`polls`: rows of the attempts that begin one; `period`: of each client, MISSING where it has none.

    Clients with one poll or two belong to the sample as far as they do not contradict the common period: in a capture
    of a few periods those with three began early, and that alone would put them in step.
    """
    known = period[period != MISSING]
    if not len(known):
        return Synchronisation(0, None, None)
    common = int(np.median(known))
    if common <= 0:
        return Synchronisation(len(known), common, None)
    sample = _alike(traffic, polls, period, common)
    rows = polls[sample[traffic.client[polls]]]
    return Synchronisation(int(np.count_nonzero(sample)), common, _concentration(traffic, rows, common))


def _alike(traffic: Traffic, polls: Int64, period: Int64, common: int) -> Bool:
    """Clients whose polls do not contradict the common period: of one poll, the next and the one before would lie
    outside of the capture."""
    client, start = traffic.client[polls], traffic.start[polls]
    number = np.bincount(client, minlength=len(period))
    first, last = np.full(len(period), np.iinfo(np.int64).max), np.full(len(period), MISSING)
    np.minimum.at(first, client, start)
    np.maximum.at(last, client, start)
    between = np.where(number == 2, last - first, period)
    off = (1 + ALIKE) * common
    alone = (number == 1) & (first - traffic.begin < off) & (traffic.end - last < off)
    alike: Bool = alone | ((number > 1) & (between != MISSING) & (np.abs(between - common) <= ALIKE * common))
    return alike


def _concentration(traffic: Traffic, rows: Int64, period: int) -> float | None:
    """Length of the mean phase vector of the clients, free of what few have by chance (Mardia and Jupp, Directional
    Statistics, 2000, 2.3: E[n R^2] = 1 for phases without order). A client counts once in each window, however often
    it polls there: its own polls are in step with each other."""
    if not len(rows):
        return None
    start = traffic.start[rows] - traffic.start[rows].min()
    window = start // min(CYCLES * period, MOST)
    width = int(traffic.client.max()) + 1
    keys, own = np.unique(window * width + traffic.client[rows], return_inverse=True)
    angle = 2 * np.pi * (start % period) / period
    phase = np.arctan2(np.bincount(own, np.sin(angle)), np.bincount(own, np.cos(angle)))
    _, window = np.unique(keys // width, return_inverse=True)
    number = np.bincount(window)
    squared = np.bincount(window, np.cos(phase)) ** 2 + np.bincount(window, np.sin(phase)) ** 2
    several = number > 1
    if not several.any():
        return None
    number, squared = number[several], squared[several]
    excess = (squared / number - 1) / (number - 1)
    return float(np.sqrt(max(0.0, float(np.average(excess, weights=number)))))
