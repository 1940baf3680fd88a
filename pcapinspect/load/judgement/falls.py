"""Which attempts fell: those that did not get what they came for, and those that got it only after SYNs in vain.

What a server says truthfully is no fall: that there is no next certificate yet, that a request is pending, that
GetCACaps is unknown. Nor is what nobody waited for: a flood's SYNs, a port check that closes again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import MISSING, Bool
from pcapinspect.load.measures.traffic import UNANSWERED, Traffic
from pcapinspect.load.model import FAILED, NO_REQUEST, NOT_DELIVERED, NOT_FALLEN, PENDING
from pcapinspect.points.between import NOT_LOST
from pcapinspect.tcp.connections import ESTABLISHED, HALF_OPEN, MIDSTREAM

LARGE = 900
"""Bytes of payload from which a segment may be too large for a path: the smallest MTU that tunnels leave is some 1,280
(IPv6's minimum), and IPsec over it takes up to 100 more; 900 leaves room for paths of 1,000."""

FEWEST_SENT = 3
"""Times that the segment was sent in vain: once or twice it may have been lost."""


@dataclass(frozen=True, slots=True)
class Falls:
    """Columns parallel to a Traffic's attempts."""

    counted: Bool
    """Attempts that say something of the server."""
    vain: Bool
    """SYNs of it were not answered, or not so that the client took it."""
    repeated: Bool
    """The client sent its SYN again although the capture holds the answer: that was lost after it."""
    waited: Bool
    """It met a pause, and was served only after it, or not at all."""
    unserved: Bool
    """It was accepted, and did not get what it asked for."""
    failed: Bool
    """It got an error that says something of the server, not of what was asked."""

    lost: Bool
    """Some of it was lost between two capture points."""

    @property
    def fallen(self) -> Bool:
        return self.vain | self.repeated | self.waited | self.unserved | self.failed | self.lost

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self.fallen))


def falls_of(traffic: Traffic, flood: Bool, errors: Bool, paused: Bool) -> Falls:
    """`flood`: SYNs that are no TCP client's; `errors`: attempts with an error response that counts; `paused`: attempts
    that met a pause."""
    counted = (traffic.outcome != MIDSTREAM) & ~_of_attempts(traffic, flood)
    vain = counted & _of_attempts(traffic, traffic.syn_state == UNANSWERED)
    accepted = counted & ((traffic.outcome == ESTABLISHED) | (traffic.outcome == HALF_OPEN))
    why = traffic.fell
    unserved = accepted & (why != NOT_FALLEN) & (why != FAILED) & (why != PENDING)
    unserved &= (why != NO_REQUEST) | traffic.barred | (traffic.outcome == HALF_OPEN)
    answer = traffic.answer[traffic.syn_attempt]
    repeated = _of_attempts(traffic, (answer != MISSING) & (traffic.syn_time > answer))
    return Falls(
        counted=counted,
        vain=vain | counted & (traffic.otherwise != MISSING),
        repeated=counted & repeated,
        waited=counted & paused,
        unserved=unserved,
        failed=counted & errors & (why == FAILED),
        lost=np.zeros(len(counted), np.bool_) if traffic.lost is None else counted & (traffic.lost != NOT_LOST),
    )


def stuck(traffic: Traffic) -> Bool:
    """Attempts that a large segment never got through, though it came again and again."""
    in_vain = (traffic.stuck_sent >= FEWEST_SENT) | (traffic.stuck_sent == 0)
    large = (traffic.stuck_bytes >= LARGE) & in_vain
    found: Bool = large & (traffic.fell == NOT_DELIVERED)
    return found


def _of_attempts(traffic: Traffic, syns: Bool) -> Bool:
    """Attempts that have one of these SYNs."""
    there = np.zeros(len(traffic.start), np.bool_)
    there[traffic.syn_attempt[syns]] = True
    return there
