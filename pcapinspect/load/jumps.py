"""Where the capture's clock jumped: a silence that lies there has no known length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pcapinspect.capture.tally import FORWARD
from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.load.bounds import Silence

SHUFFLED = SECOND // 100
"""Packets of several queues are written out of order by milliseconds at most: a SYN that is earlier by more, in a
capture whose clock is known to have jumped (`capture/tally.py`), came after a jump."""

Jump = tuple[int, int]
"""Times between which the clock went back, so that they were shown twice, or which it left out."""


def jumps_of(syn_times: Int64) -> list[Jump]:
    """The jumps of a clock that is known to have jumped, between SYNs in the order of the capture."""
    steps = np.diff(syn_times)
    places = np.flatnonzero((steps < -SHUFFLED) | (steps > FORWARD))
    low = np.minimum(syn_times[places], syn_times[places + 1]).tolist()
    high = np.maximum(syn_times[places], syn_times[places + 1]).tolist()
    return list(zip(low, high, strict=True))


def without_length(silences: Sequence[Silence], jumps: Sequence[Jump]) -> list[Silence]:
    """The silences, without a length where the clock jumped: what it shows as one after the other was not."""
    return [
        replace(silence, at_least=0, at_most=None, jumped=True) if _meets(silence, jumps) else silence
        for silence in silences
    ]


def _meets(silence: Silence, jumps: Sequence[Jump]) -> bool:
    begin = silence.first_unanswered if silence.last_answer is None else silence.last_answer
    end = silence.last_unanswered if silence.next_answer is None else silence.next_answer
    return any(low <= end and high >= begin for low, high in jumps)
