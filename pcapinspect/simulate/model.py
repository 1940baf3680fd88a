"""A scenario, and the run of it: clients, path, capture point and servers put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.simulate.clients import Dialler, Population, Router
from pcapinspect.simulate.path import Path, PathSettings
from pcapinspect.simulate.record import Record
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import Segment
from pcapinspect.simulate.server import Server
from pcapinspect.simulate.settings import ServerSettings
from pcapinspect.simulate.strangers import Flood, Scan, flood, scan
from pcapinspect.simulate.tap import Tap, TapSettings

CAPTURE_BEGIN = parse_iso("2026-03-02T08:00:00Z")
"""When every simulated capture begins."""

WARM_UP = 60.0
"""Seconds for which the model runs before the capture, so that it begins in the middle of things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything that a run needs but the seed. Times in seconds from the capture's begin."""

    name: str
    description: str
    minutes: float
    populations: tuple[Population, ...]
    servers: tuple[ServerSettings, ...] = (ServerSettings(),)
    path: PathSettings = field(default_factory=PathSettings)
    tap: TapSettings = field(default_factory=TapSettings)
    scan: Scan | None = None
    flood: Flood | None = None
    balanced: str | None = None
    """Set: all servers are real ones behind the address of the first; `client` (its address) or `dial` (address and
    port) decides which one a client meets."""
    quiet_start: bool = True
    """The first client calls after the capture's begin; else the model has been running for WARM_UP."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a scenario."""

    scenario: Scenario
    seed: int
    record: Record
    tap: Tap


class Balancer:
    """Spreads connections over real servers: by `client` address, or by `dial` (address and port)."""

    def __init__(self, servers: list[Server], by: str) -> None:
        self._servers = servers
        self._by = by

    def receive(self, segment: Segment) -> None:
        """Pass a segment on to the server of its connection."""
        attempt = segment.attempt
        key = attempt.client_ip if self._by == "client" else f"{attempt.client_ip}:{attempt.client_port}"
        self._servers[crc32(key.encode()) % len(self._servers)].receive(segment)


def run(scenario: Scenario, seed: int) -> Run:
    """Play the scenario. The same scenario and seed give the same run, on every machine."""

    def rng(part: str) -> Random:
        # One stream of numbers a part: a change of one does not shift the others.
        return Random(f"{scenario.name}/{seed}/{part}")

    begin = CAPTURE_BEGIN
    end = begin + round(scenario.minutes * 60 * SECOND)
    start = begin if scenario.quiet_start else begin - round(WARM_UP * SECOND)
    schedule = Schedule(start)
    record = Record()
    tap = Tap(schedule, scenario.tap, rng("tap"), begin, end)
    path = Path(schedule, scenario.path, tap.see, rng("path"), begin)
    part = scenario.balanced is not None
    servers = [
        Server(schedule, settings, path.send, record, rng(f"server {number}"), begin, part)
        for number, settings in enumerate(scenario.servers)
    ]
    if scenario.balanced is not None:
        first = scenario.servers[0]
        path.attach_server(first.ip, first.port, Balancer(servers, scenario.balanced).receive)
    else:
        for settings, server in zip(scenario.servers, servers, strict=True):
            path.attach_server(settings.ip, settings.port, server.receive)
    dialler = Dialler(schedule, path, record, rng("clients"), begin)
    phases = rng("phases")
    for population in scenario.populations:
        settings = scenario.servers[population.server]
        spread = population.poll if population.spread is None else population.spread
        for number in range(population.routers):
            router = Router(dialler, population, number, (settings.ip, settings.port))
            schedule.after(round((population.begin + phases.random() * spread) * SECOND), router.start)
    if scenario.scan is not None:
        scan(scenario.scan, dialler, begin)
    if scenario.flood is not None:
        flood(scenario.flood, dialler, begin)
    schedule.run(end)
    return Run(scenario, seed, record, tap)
