"""When each capture holds dials to which server: of one server at one time, two may be of different networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.packets.tally import BACK
from pcapinspect.points.relations import FEWEST_COMMON
from pcapinspect.points.sample import Sample


class Spans:
    """From when to when each sample dials each server, in one table: memory grows with the samples, not with pairs."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        rows = [row for place, sample in enumerate(samples) for row in _spans(place, sample)]
        rows.sort()
        table = np.array([(begin, end, place, samples[place].unit.file) for _, begin, end, place in rows], np.int64)
        self._begin, self._end, self._place, self._file = table.reshape(-1, 4).T.copy()
        servers = np.array([server for server, *_ in rows], np.uint64)
        self._first = np.searchsorted(servers, servers, "left")
        self._last = np.searchsorted(servers, servers, "right")
        by_place = np.argsort(self._place, kind="stable")
        bounds = np.searchsorted(self._place[by_place], np.arange(len(samples) + 1))
        self._rows_of = [by_place[low:high] for low, high in pairwise(bounds)]

    def beside(self, place: int) -> Int64:
        """Samples of other files that dial a server of this one while this one does; some of them twice."""
        found = [np.empty(0, np.int64)]
        for row in self._rows_of[place].tolist():
            first, last = int(self._first[row]), int(self._last[row])
            last = first + int(np.searchsorted(self._begin[first:last], self._end[row] - BACK))
            other = slice(first, last)
            overlaps = (self._end[other] > self._begin[row] + BACK) & (self._file[other] != self._file[row])
            found.append(self._place[other][overlaps])
        return np.concatenate(found)


def _spans(place: int, sample: Sample) -> Iterator[tuple[int, int, int, int]]:
    rows = sample.handshakes
    servers, which, counts = np.unique(rows.server, return_inverse=True, return_counts=True)
    begin = np.full(len(servers), np.iinfo(np.int64).max)
    end = np.full(len(servers), np.iinfo(np.int64).min)
    np.minimum.at(begin, which, rows.time)
    np.maximum.at(end, which, rows.time)
    for at in np.flatnonzero(counts >= FEWEST_COMMON).tolist():
        yield int(servers[at]), int(begin[at]), int(end[at]), place
