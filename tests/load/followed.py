"""Simulated captures up to the layer before `load`: what the golden cases are judged from. Each is made once."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from pcapinspect.settings import Settings

CASES = {
    "storm": "the founding case",
    "storm-fixed-accepts": "fixed minutes",
    "storm-40-30-10": "another limit, which has to be estimated",
    "storm-icmp": "a limit that rejects with ICMP",
    "storm-refusing": "a limit that refuses with RST",
    "storm-drop": "a limit that accepts and drops",
    "storm-abort": "a limit that accepts and resets",
    "storm-queue": "a limit behind a queue: waits",
    "overflow": "a limit behind a short queue: waits, then silence",
    "storm-bursts": "routers that poll together",
    "storm-sloppy": "a limiter that counts badly",
    "storm-one-way": "half of the packets",
    "storm-branch": "a part of the clients",
    "both-limits-5": "two limits at once",
    "max-connections-5": "five connections at once",
    "max-connections-8": "a number that nobody gave",
    "workers-5": "workers with a queue",
    "over-limit": "no limit",
    "down": "off the whole time",
    "outage": "a long outage",
    "outages-alike": "three outages of one length",
    "outages-short": "three short outages after counts that differ",
    "flaps-regular": "three short outages after counts alike",
    "outage-icmp": "an outage that the router tells of",
    "refused-a-while": "RST for two minutes",
    "lossy": "loss of every kind of packet",
    "blocked-client": "clients that are never served",
    "acl-midway": "clients that are served no longer",
    "policer": "a token bucket",
    "half-stopped-by-port": "one of two listeners stopped",
    "hung-a-while": "a hung application",
    "proxy-shut": "a proxy without its server",
    "mtu-hole-behind": "full-size segments vanish",
    "stale-stuck": "ports that the server holds open",
    "errors-503": "an overload answered with errors",
    "polls-404": "nothing but 404",
    "healthy": "well",
    "healthy-sparse": "well, and little of it",
    "capture-loss": "a capture with holes",
    "short": "too little",
    "flood-half-open": "a flood that fills the room",
}
"""The golden cases, and what each is there for."""


@cache
def followed(name: str) -> tuple[Any, ...]:
    """Connections, SYNs, exchanges, operations and capture quality of the scenario: what `analyse` takes."""
    from pcapinspect.pipeline import Evidence, inspect
    from pcapinspect.simulate import simulate

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.pcap"
        path.write_bytes(simulate(name).packets)
        found = inspect([str(path)], Settings(), Evidence(), None)
    return found.connections, found.syns, found.exchanges, found.operations, found.quality
