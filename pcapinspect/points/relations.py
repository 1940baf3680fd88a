"""How two captures stand to each other: by the handshakes that both hold, their delays and their hops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool, Int64, UInt64
from pcapinspect.points.sample import Sample
from pcapinspect.tcp.matching import COPY_WITHIN

SAME_PLACE = SECOND // 5000
"""There and back again takes a packet longer between two places: a switch or a bridge copies within tens of
microseconds (matching.COPY_WITHIN_BARE), a router or a firewall takes as many each way, and counts a hop."""

CERTAIN_DELAY = SECOND // 1000
"""A delay, there and back, that no jitter of stamps explains: it says surely which point is nearer to the server. Below
it the hops that packets have left are surer."""

FEWEST_COMMON = 3
"""Handshakes that both must hold: a single one may be chance, or the edge of a ring."""

DROPPED_BETWEEN = 0.05
"""Share of the SYNs of one that the other has not, from which something drops them between two ports of one bridge."""

MIN_SHARE_BEHIND_NAT = 0.1
"""Share of the smaller sample that must have the same numbers behind a NAT. By chance hardly one is the same: of two
samples of 8,192 random numbers of 32 bits, once in 64."""

MOST_UNITS_OF_ONE = 8
"""Units that hold the same packet are compared each with so many others."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Of two units that hold the same attempts. Times in nanoseconds."""

    one: int
    other: int
    """Places in the list of samples."""
    syns: int
    answers: int
    """SYNs and SYN/ACKs that both hold."""
    halves: int
    """Attempts of which one holds the SYN and the other the SYN/ACK."""
    later_up: int | None
    """By what the other has a SYN later, by its clock; the median."""
    later_down: int | None
    """The same of SYN/ACKs."""
    hops_up: int
    """What SYNs have less to live in the other; the median."""
    hops_down: int
    rewritten: bool
    """Addresses or ports differ: a NAT is between, and the handshakes are the same by the client's number alone."""
    dropped: float
    """The share of the SYNs of either, while both ran, that the other has not."""

    @property
    def common(self) -> int:
        return self.syns + self.answers

    @property
    def round_trip(self) -> int | None:
        """From one to the other and back, whatever their clocks: negative where the other is nearer to the clients."""
        if self.later_up is None or self.later_down is None:
            return None
        return self.later_up - self.later_down

    @property
    def same_place(self) -> bool:
        """Both hold the packets as they were at one place: copies, or two halves."""
        if self.rewritten:
            return False
        if self.common < FEWEST_COMMON:
            return True
        if self.hops_up or self.hops_down:
            return False
        if self.round_trip is not None and abs(self.round_trip) > SAME_PLACE:
            return False
        return not self.dropped > DROPPED_BETWEEN

    @property
    def mergeable(self) -> bool:
        """Copies are known as such when the tracker reads both."""
        apart = [abs(later) for later in (self.later_up, self.later_down) if later is not None]
        return self.same_place and max(apart, default=0) <= COPY_WITHIN

    @property
    def other_is_nearer_to_the_server(self) -> bool:
        """Which of two places is farther up."""
        trip = self.round_trip
        if trip is not None and abs(trip) >= CERTAIN_DELAY:
            return trip > 0
        if self.hops_up > 0 or self.hops_down < 0:
            return True
        if self.hops_up < 0 or self.hops_down > 0:
            return False
        return (trip or self.later_up or 0) >= 0


def relations_of(samples: Sequence[Sample]) -> list[Relation]:
    """All pairs that hold the same attempts, in the order of the samples."""
    rows = _rows(samples, rewritten=False)
    direct = _related(samples, rows, rewritten=False)
    known = {(relation.one, relation.other) for relation in direct}
    behind = _related(samples, _rows(samples, rewritten=True), rewritten=True)
    return [*direct, *(r for r in behind if (r.one, r.other) not in known and _surely(samples, r))]


def _surely(samples: Sequence[Sample], relation: Relation) -> bool:
    """Whether so many numbers are not the same by chance."""
    smaller = min(samples[relation.one].rows, samples[relation.other].rows)
    return relation.common >= max(FEWEST_COMMON, MIN_SHARE_BEHIND_NAT * smaller)


def _related(samples: Sequence[Sample], rows: _Rows, *, rewritten: bool) -> list[Relation]:
    found: dict[tuple[int, int], _Pairs] = {}
    for exact in (True,) if rewritten else (True, False):
        order = np.lexsort((rows.time, rows.unit, rows.mark if exact else rows.key))
        marks, units = (rows.mark if exact else rows.key)[order], rows.unit[order]
        for step in range(1, MOST_UNITS_OF_ONE):
            same = (marks[step:] == marks[:-step]) & (units[step:] != units[:-step])
            if not exact:
                same &= rows.answer[order][step:] != rows.answer[order][:-step]
            a, b = order[:-step][same], order[step:][same]
            swapped = rows.unit[a] > rows.unit[b]
            a, b = np.where(swapped, b, a), np.where(swapped, a, b)
            for pair, one, other in _by_pair(rows, a, b, len(samples)):
                found.setdefault(pair, _Pairs([], [])).add(exact, one, other)
    return [_relation(samples, rows, pair, pairs, rewritten) for pair, pairs in sorted(found.items())]


def _by_pair(rows: _Rows, a: Int64, b: Int64, units: int) -> Iterator[tuple[tuple[int, int], Int64, Int64]]:
    """The rows of each pair of units."""
    pair = rows.unit[a] * units + rows.unit[b]
    order = np.argsort(pair, kind="stable")
    pairs, begins, counts = np.unique(pair[order], return_index=True, return_counts=True)
    for number, begin, count in zip(pairs.tolist(), begins, counts, strict=True):
        chosen = order[begin : begin + count]
        yield divmod(number, units), a[chosen], b[chosen]


@dataclass(frozen=True, slots=True)
class _Rows:
    unit: Int64
    key: UInt64
    mark: UInt64
    """The same for the same packet."""
    answer: Bool
    ttl: Int64
    time: Int64


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows that belong together, of one pair of units."""

    exact: list[tuple[Int64, Int64]]
    half: list[tuple[Int64, Int64]]

    def add(self, exact: bool, a: Int64, b: Int64) -> None:
        (self.exact if exact else self.half).append((a, b))


def _rows(samples: Sequence[Sample], *, rewritten: bool) -> _Rows:
    tables = [sample.handshakes for sample in samples]
    empty = [np.full(len(table), number) for number, table in enumerate(tables)]
    key = np.concatenate([table.behind if rewritten else table.key for table in tables])
    answer = np.concatenate([table.answer for table in tables])
    ip_id = np.concatenate([table.ip_id for table in tables]).astype(np.uint64)
    mark = key ^ (ip_id << np.uint64(1) | answer.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    ttl = np.concatenate([table.ttl for table in tables]).astype(np.int64)
    time = np.concatenate([table.time for table in tables])
    return _Rows(np.concatenate(empty).astype(np.int64), key, mark, answer, ttl, time)


def _relation(
    samples: Sequence[Sample], rows: _Rows, pair: tuple[int, int], pairs: _Pairs, rewritten: bool
) -> Relation:
    a, b = _joined(pairs.exact)
    later = rows.time[b] - rows.time[a]
    hops = rows.ttl[a] - rows.ttl[b]
    down = rows.answer[a]
    half, _ = _joined(pairs.half)
    one, other = samples[pair[0]], samples[pair[1]]
    shift = int(np.median(later)) if len(later) else 0
    return Relation(
        *pair,
        syns=int(np.count_nonzero(~down)),
        answers=int(np.count_nonzero(down)),
        halves=len(half),
        later_up=_median(later[~down]),
        later_down=_median(later[down]),
        hops_up=_median(hops[~down]) or 0,
        hops_down=_median(hops[down]) or 0,
        rewritten=rewritten,
        dropped=0.0 if rewritten else max(_missing(one, other, shift), _missing(other, one, -shift)),
    )


def _joined(parts: list[tuple[Int64, Int64]]) -> tuple[Int64, Int64]:
    nothing = np.empty(0, np.int64)
    return np.concatenate([nothing, *(a for a, _ in parts)]), np.concatenate([nothing, *(b for _, b in parts)])


def _median(values: Int64) -> int | None:
    return int(np.median(values)) if len(values) else None


def _missing(one: Sample, other: Sample, shift: int) -> float:
    """The share of the attempts of one that the other could have, and has no SYN of. `shift`: its clock's."""
    level = max(one.level, other.level)
    mine, theirs = one.at(level), other.at(level)
    if other.first is None or other.last is None or not len(theirs):
        return 0.0
    inside = (mine.time + shift >= other.first) & (mine.time + shift <= other.last) & ~mine.answer
    if np.count_nonzero(inside) < FEWEST_COMMON:
        return 0.0
    return 1 - float(np.isin(mine.key[inside], theirs.key[~theirs.answer]).mean())
