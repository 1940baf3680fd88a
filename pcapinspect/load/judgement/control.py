"""The control of loss: a path that loses SYNs loses other packets as well.

Held against each other are the share of SYNs that were in vain, and the share of all other packets (data, both ways,
and SYN/ACKs) that had to be sent again. A rule or a full queue that drops SYNs leaves the others alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from pcapinspect.columns import Bool
from pcapinspect.load.measures.traffic import Traffic

FEWEST_EXPECTED = 5
"""Packets that would have been lost beside the SYNs, from which their absence says something (chance: e^-5, 0.7 %)."""

UNLIKE = 3
"""So many times as often must SYNs be lost as anything else, at the upper end of what chance allows, for the loss to be
of SYNs. Path loss differs between directions and sizes of packets, but hardly as much."""


@dataclass(frozen=True, slots=True)
class Control:
    """Packets of a server's connections that are no SYNs."""

    packets: int
    again: int

    def tells(self, share: float) -> bool:
        """Whether there are enough of them to compare with such a share of SYNs."""
        return self.packets * share >= FEWEST_EXPECTED

    def spared(self, share: float) -> bool:
        """Whether other packets were lost far less often than this share, which is of SYNs in vain."""
        most = self.again + 2 * sqrt(self.again + 1) + 2  # twice the deviation of a Poisson count
        return self.tells(share) and UNLIKE * most <= share * self.packets

    @property
    def share(self) -> float:
        return self.again / self.packets if self.packets else 0.0


def control_of(traffic: Traffic, left_out: Bool) -> Control:
    """`left_out`: attempts whose packets were sent again for another reason (segments too large for the path)."""
    rows = ~left_out
    answers = np.where(traffic.accepted, np.maximum(traffic.synack_packets, 1), 0)
    packets = traffic.data_packets + answers
    again = traffic.data_again + np.where(traffic.accepted, answers - 1, 0)
    return Control(int(packets[rows].sum()), int(again[rows].sum()))
