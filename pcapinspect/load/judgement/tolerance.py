"""How near counts and lengths must come to the limit's. The note's 80 and 15 s were never measured: both are wide."""

from __future__ import annotations

from pcapinspect.clock import SECOND
from pcapinspect.settings import Limits

TIMER = SECOND // 2
"""How far a pause may be off its nominal length without any doubt: a router's timers tick, and somebody must ask."""

DOUBT_OF_FEW = 1 / 15
"""Of one or two pauses the doubt is complete so far beyond TIMER, as a share of the nominal length: 1 s of 15."""

DOUBT_OF_SEVERAL = 1 / 6
"""Of several pauses alike it is here: 2.5 s of 15. A pattern of pauses that follow a count speaks for itself; the
confidence falls with the distance."""

SEVERAL = 3
"""Pauses alike from which they are a pattern."""

SHORT = 0.05
"""Share of the limit that may be missing when it is reached: connections whose packets were lost before they could be
captured, or that were counted when only their first SYN had come."""

SLACK = 0.1
"""Share of the limit by which a count may pass it before the pause is seen: connections that were on their way, or
waiting in the queue in front of the listener, when the limit was reached."""


def reached_from(limits: Limits, share_lost: float) -> int:
    """How many must have been counted for the limit to have been reached, where the capture lost such a share."""
    return max(1, int(limits.limit * (1 - SHORT - share_lost)))


def passed_from(limits: Limits) -> float:
    """More than this, counted, passes the limit."""
    return limits.limit * (1 + SLACK)


def closeness(limits: Limits, at_least: int, at_most: int | None, alike: int) -> float:
    """How well the limit's pause fits a length known to lie in this range (ns; None: open): 1 within TIMER, falling to
    0. `alike`: pauses that it fits as well."""
    nominal = limits.pause * SECOND
    short = 0 if at_most is None else nominal - at_most
    off = max(0, at_least - nominal, short) - TIMER
    doubt = nominal * (DOUBT_OF_SEVERAL if alike >= SEVERAL else DOUBT_OF_FEW)
    return max(0.0, 1.0 - max(0, off) / doubt)
