"""Sampled flows: how many SYNs were sent, by those that were looked at, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.evidence.netflow.model import Flows
from pcapinspect.evidence.netflow.verdict import said
from pcapinspect.load.model import Verdict

SYN, ACK = 2, 16

NORMAL_95 = 1.96
"""Standard deviations to either side that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one server."""

    interval: int
    """1 packet in so many was looked at."""
    syns: int | None
    """Flows towards the server with a SYN; None where the flows have no TCP flags."""


def sampled_servers(flows: Flows, ports: Sequence[int]) -> dict[tuple[str, int], Sample]:
    """By address and port: the servers of which an exporter samples."""
    found: dict[tuple[str, int], Sample] = {}
    up = np.isin(flows.dst_port, ports)
    address, port = np.where(up, flows.dst_ip, flows.src_ip), np.where(up, flows.dst_port, flows.src_port)
    for server in {(str(flows_ip), int(number)) for flows_ip, number in zip(address, port, strict=True)}:
        own = (address == server[0]) & (port == server[1])
        interval = int(flows.sampling[own].max())
        if interval > 1:
            flags = flows.tcp_flags[own & up]
            dialled = (flags != MISSING) & (flags & SYN != 0)
            found[server] = Sample(interval, int(dialled.sum()) if (flags != MISSING).any() else None)
    return found


def of_sample(sample: Sample, dials: int) -> Verdict:
    """No verdict, but an estimate of the load with its range."""
    head = f"Sampled, 1 packet in {sample.interval:,}: the {dials:,} dials of these flows are part of what was dialled"
    if sample.syns is None:
        return said("insufficient", 0.5, f"{head}, and whether any was answered is not shown.")
    low, high = (round(bound * sample.interval) for bound in poisson_range(sample.syns))
    sentence = (
        f"{head}. {sample.syns:,} flows with a SYN stand for about {sample.syns * sample.interval:,} SYNs to the "
        f"server (95 %: {low:,} to {high:,}); whether they were answered is not shown."
    )
    return said("insufficient", 0.5, sentence)


def poisson_range(count: int) -> tuple[float, float]:
    """The 95 % range of the mean of a Poisson distribution of which `count` came (Byar's approximation)."""
    more = count + 1
    low = count * (1 - 1 / (9 * count) - NORMAL_95 / (3 * sqrt(count))) ** 3 if count else 0.0
    return max(low, 0.0), more * (1 - 1 / (9 * more) + NORMAL_95 / (3 * sqrt(more))) ** 3
