"""Directions of one point in files of their own: what the clock of the servers' files is ahead of the clients'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool, Int64, UInt64
from pcapinspect.points.relations import FEWEST_COMMON
from pcapinspect.points.sample import Sample

SLOWEST_ANSWER = SECOND
"""A SYN that has no answer after it is sent again (RFC 6298, 2.1); no path in use is slower. What an answer's stamp is
later than this, or before its SYN, is of the clocks."""


@dataclass(frozen=True, slots=True)
class FileClock:
    """What the stamps of answers, in files that hold nothing else, are ahead of those of SYNs. Nanoseconds."""

    ahead: int
    """As if the fastest answer had taken no time."""
    handshakes: int
    files: frozenset[int]
    """Those with the answers."""


def file_clock(samples: Sequence[Sample]) -> FileClock | None:
    """None where no file holds answers alone, or where they come as late as answers do."""
    tables = [(sample.unit.file, sample.handshakes) for sample in samples]
    of_answers = {file for file, rows in tables if len(rows)} - {file for file, rows in tables if (~rows.answer).any()}
    if not of_answers or len({file for file, _ in tables}) == len(of_answers):
        return None
    nothing, no_keys = np.empty(0, np.int64), np.empty(0, np.uint64)
    syn_key, syn_time = (
        np.concatenate([no_keys, *(rows.key[~rows.answer] for _, rows in tables)]),
        np.concatenate([nothing, *(rows.time[~rows.answer] for _, rows in tables)]),
    )
    chosen = [rows for file, rows in tables if file in of_answers]
    key = np.concatenate([no_keys, *(rows.key for rows in chosen)])
    time = np.concatenate([nothing, *(rows.time for rows in chosen)])
    once, answered = _once(syn_key), _once(key)
    _, at_syn, at_answer = np.intersect1d(syn_key[once], key[answered], return_indices=True)
    later: Int64 = time[answered][at_answer] - syn_time[once][at_syn]
    if len(later) < FEWEST_COMMON or 0 <= np.median(later) <= SLOWEST_ANSWER:
        return None
    ahead = int(later[later >= np.median(later) - SLOWEST_ANSWER].min())
    return FileClock(ahead, len(later), frozenset(of_answers))


def _once(keys: UInt64) -> Bool:
    """Of what is there a single time: what was sent again is not known to belong to an answer."""
    _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
    single: Bool = counts[which] == 1
    return single
