"""How many connections were open at once, over time, against the limits of the server."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.load.measures.rates import count_before, distinct
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import Concurrency

IOS_DEFAULT = 5
"""`ip http max-connections` of classic IOS where nothing is configured, as its users report it."""

IOS_MOST = 16
"""The most that `ip http max-connections` takes (Cisco TAC note 118734)."""


class Open:
    """Open connections of a server at any time: a connection that closes at t is not open at t any more.

    `presume`: the capture is known to lack packets, so that ends may be missing: those are where others would have
    ended, and `presumed` says how many. In a capture that has all, who did not close hangs.
    """

    def __init__(self, traffic: Traffic, *, presume: bool = False) -> None:
        was_open = traffic.opened != MISSING
        closed, self.presumed = _ends(traffic) if presume else (traffic.closed, 0)
        self.opened: Int64 = np.sort(traffic.opened[was_open])
        self.closed: Int64 = np.sort(closed[was_open & (closed != MISSING)])

    def at(self, times: Int64) -> Int64:
        """How many were open at each of the times."""
        return np.searchsorted(self.opened, times, side="right") - np.searchsorted(self.closed, times, side="right")

    @cached_property
    def curve(self) -> tuple[Int64, Int64]:
        """Times at which the number changed, and what it was from then on."""
        times = distinct(np.concatenate((self.opened, self.closed)))
        began, ended = (count_before(moments, times, inclusive=True) for moments in (self.opened, self.closed))
        return times, began - ended


def concurrency(opened: Open, limit: int, end: int) -> Concurrency | None:
    """The peak, and for how long the default limit and the one in force were reached. None: nothing was ever open."""
    times, counts = opened.curve
    if not len(times):
        return None
    most = int(np.argmax(counts))
    lasting = np.diff(times, append=max(end, int(times[-1])))
    return Concurrency(
        peak=int(counts[most]),
        peak_time=int(times[most]),
        seconds_at_5=float(lasting[counts >= IOS_DEFAULT].sum()) / SECOND,
        seconds_at_limit=float(lasting[counts >= limit].sum()) / SECOND,
    )


def _ends(traffic: Traffic) -> tuple[Int64, int]:
    """When each connection closed, and how many of these times are presumed.

    A FIN that the capture missed must not fill the server for good: who asked for something longer ago than any other
    stayed, and has no end in the capture, closed as long after the request as others usually do.
    """
    asked = np.where(traffic.requested != MISSING, traffic.requested, traffic.served)
    ended = (asked != MISSING) & (traffic.closed != MISSING)
    unended = (asked != MISSING) & (traffic.closed == MISSING)
    if not ended.any() or not unended.any():
        return traffic.closed, 0
    stayed = traffic.closed[ended] - asked[ended]
    unended &= traffic.end - asked > stayed.max()
    return np.where(unended, asked + int(np.median(stayed)), traffic.closed), int(np.count_nonzero(unended))
