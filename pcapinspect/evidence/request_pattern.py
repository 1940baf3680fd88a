"""Requests of a log against those of a capture: the shift at which their patterns fit, where chance does not.

Clients ask periodically, so logs that have nothing to do with the capture fit somewhere by chance, a request within a
second or two of another. A true fit is exact to a few hundredths of a second, at one shift, of one client. So the best
shift is held against the second best of all clients, at the least tolerance at which it stands out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64

TOLERANCES = (SECOND // 50, SECOND // 10, SECOND * 3 // 10)
"""Between a line of the log and the packet, up to the delay of a busy router."""

LEAST_MATCHES = 4
"""Requests that must fit: of three, some shift fits all by chance in most captures of a hundred clients."""

MIN_SHARE_MATCHED = 0.6
"""Of the log's requests that lie in the capture's time, those that must fit; the others are lost, or delayed."""

TIMES_CHANCE = 2
"""So many times as many requests fit at the shift as at any other: chance is what the others show."""

MOST_OF_LOG, MOST_OF_CLIENT = 60, 400
"""Requests that are compared, to bound the work at thousands of clients."""


@dataclass(frozen=True, slots=True)
class Match:
    """A shift that stands out."""

    pairs: tuple[tuple[int, int], ...]
    """(index in the log's requests, the capture's time)."""
    matched: int
    by_chance: int
    """As many fit at the best of all other shifts."""


def match(log: Int64, clients: Sequence[Int64]) -> Match | None:
    """The match of a log's request times with one of the clients'; None where none stands out."""
    log = log[:MOST_OF_LOG]
    if len(log) < LEAST_MATCHES:
        return None
    shifts = [np.sort((log[:, None] - mine[None, :MOST_OF_CLIENT]).ravel()) for mine in clients if len(mine)]
    for tolerance in TOLERANCES:
        ranked = sorted(_peaks(shifts, tolerance), reverse=True)
        if not ranked or ranked[0][0] < LEAST_MATCHES:
            continue
        count, client, shift = ranked[0]
        chance = next((many for many, other, at in ranked[1:] if other != client or abs(at - shift) > 2 * tolerance), 0)
        mine = np.sort([times for times in clients if len(times)][client][:MOST_OF_CLIENT])
        shifted = log - shift
        inside = np.count_nonzero((shifted >= mine[0] - tolerance) & (shifted <= mine[-1] + tolerance))
        if count >= TIMES_CHANCE * chance and count >= MIN_SHARE_MATCHED * inside:
            return Match(tuple(_pairs(shifted, mine, tolerance)), count, chance)
    return None


def _peaks(shifts: Sequence[Int64], tolerance: int) -> Iterator[tuple[int, int, int]]:
    """(requests that fit, client, shift) of each client's best shift, and of its second best, apart from it."""
    for client, ordered in enumerate(shifts):
        counts = np.searchsorted(ordered, ordered + tolerance, side="right") - np.arange(len(ordered))
        best = int(np.argmax(counts))
        shift = int(np.median(ordered[best : best + counts[best]]))
        yield int(counts[best]), client, shift
        apart = np.abs(ordered - shift) > 2 * tolerance
        if apart.any():
            second = int(np.argmax(np.where(apart, counts, 0)))
            yield int(counts[second]), client, int(ordered[second])


def _pairs(shifted: Int64, mine: Int64, tolerance: int) -> Iterator[tuple[int, int]]:
    """Each request of the log with the client's nearest, where it fits."""
    after = np.searchsorted(mine, shifted).clip(0, len(mine) - 1)
    before = (after - 1).clip(0)
    nearest = np.where(np.abs(mine[after] - shifted) < np.abs(mine[before] - shifted), after, before)
    for index in np.flatnonzero(np.abs(mine[nearest] - shifted) <= tolerance).tolist():
        yield index, int(mine[nearest[index]])
