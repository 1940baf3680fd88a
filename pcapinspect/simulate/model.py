"""A scenario, and the run of it: clients, path, capture point and servers put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.simulate.clients import Dialler, Population, Router
from pcapinspect.simulate.path import Path, PathSettings
from pcapinspect.simulate.record import Record
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.server import Server, ServerSettings
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
    quiet_start: bool = True
    """The first client calls after the capture's begin; else the model has been running for WARM_UP."""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a scenario."""

    scenario: Scenario
    seed: int
    record: Record
    tap: Tap


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
    path = Path(schedule, scenario.path, tap.see, rng("path"))
    for number, settings in enumerate(scenario.servers):
        server = Server(schedule, settings, path.send, record, rng(f"server {number}"), begin)
        path.attach_server(settings.ip, settings.port, server.receive)
    dialler = Dialler(schedule, path, record, rng("clients"))
    phases = rng("phases")
    for population in scenario.populations:
        settings = scenario.servers[population.server]
        spread = population.poll if population.spread is None else population.spread
        for number in range(population.routers):
            router = Router(dialler, population, number, (settings.ip, settings.port))
            schedule.after(round(phases.random() * spread * SECOND), router.start)
    if scenario.scan is not None:
        scan(scenario.scan, dialler, begin)
    if scenario.flood is not None:
        flood(scenario.flood, dialler, begin)
    schedule.run(end)
    return Run(scenario, seed, record, tap)
