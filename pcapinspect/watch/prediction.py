"""When the limit is crossed next: the clients that poll, each at its measured period, played on from now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.load.model import Clients
from pcapinspect.settings import Settings

AHEAD = 600 * SECOND
"""How far polls are played on: beyond, small differences of the periods add up to a period."""

RUNS = 40
"""Ways in which the polls may come, drawn from the spread of each client's period: their middle nine tenths is the
range that is said."""

SEED = 1
"""The same packets give the same prediction."""

NORMAL = 1.349
"""Interquartile range of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """When as many as the limit will have come within a window. Times in nanoseconds."""

    crossing: int
    earliest: int
    latest: int
    sure: float
    """Share of the runs in which it is crossed at all within AHEAD."""
    clients: int
    """That poll periodically."""


def predicted(clients: Clients, server: int, accepts: Int64, settings: Settings, now: int) -> Prediction | None:
    """None: fewer poll than could cross it, or in most runs they do not."""
    mine = (clients.server == server) & (clients.poll_period != MISSING) & (clients.poll_period > 0)
    period, last = clients.poll_period[mine], clients.last[mine]
    spread = np.maximum(clients.poll_spread[mine], 0) / NORMAL
    # A client that has missed two polls is not waited for.
    alive = last + 2 * period > now
    period, last, spread = period[alive], last[alive], spread[alive]
    if not len(period):
        return None
    random = np.random.default_rng(SEED)
    window = settings.window * SECOND
    recent = accepts[accepts > now - window]
    crossings = [
        crossing
        for _ in range(RUNS)
        if (crossing := _crossing(_polls(random, period, last, spread, now), recent, settings.limit, window))
        is not None
    ]
    if 2 * len(crossings) < RUNS:
        return None
    low, middle, high = np.quantile(np.array(crossings), (0.05, 0.5, 0.95)).astype(np.int64).tolist()
    return Prediction(middle, low, high, len(crossings) / RUNS, len(period))


def _polls(random: np.random.Generator, period: Int64, last: Int64, spread: np.ndarray, now: int) -> Int64:
    """The times of all polls in one run: one draw of each client's period, which it then keeps."""
    drawn = np.maximum(period + random.normal(0.0, 1.0, len(period)) * spread, SECOND)
    number = np.ceil((now + AHEAD - last) / drawn).astype(np.int64).clip(0, 600)
    which = np.repeat(np.arange(len(period)), number)
    turn = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + 1
    times = (last[which] + turn * drawn[which]).astype(np.int64)
    return np.sort(times[times > now])


def _crossing(polls: Int64, recent: Int64, limit: int, window: int) -> int | None:
    """The poll that makes it as many as the limit within a window. None: none does, or the limit is reached already."""
    if len(recent) >= limit:
        return None
    times = np.concatenate((recent, polls))
    if len(times) < limit:
        return None
    full = np.flatnonzero(times[limit - 1 :] - times[: len(times) - limit + 1] < window)
    return int(times[full[0] + limit - 1]) if len(full) else None
