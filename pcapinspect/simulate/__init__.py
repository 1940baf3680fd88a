"""Captures with known truth.

simulation = simulate("storm", seed=1)
simulation.packets     a pcap file's bytes
simulation.truth       what happened, and what a reader of the capture must find (see `truth.py`)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from pcapinspect.errors import UsageError
from pcapinspect.simulate.clients import Population
from pcapinspect.simulate.limits import RateLimit
from pcapinspect.simulate.model import Scenario, run
from pcapinspect.simulate.scenarios import BY_NAME
from pcapinspect.simulate.settings import ServerSettings
from pcapinspect.simulate.truth import truth

BOUNDS = {
    "routers": (1, 50_000),
    "poll": (1, 1_000_000),
    "minutes": (0.0001, 1440),
    "limit": (1, 1_000_000),
    "window": (1, 86_400),
    "pause": (0.1, 86_400),
    "max_connections": (1, 1_000_000),
}
"""What a simulation takes; beyond it nothing is learnt, and memory runs out."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """A capture and its truth."""

    packets: bytes
    """A whole pcap file."""
    truth: dict[str, Any]
    """A JSON document."""


def scenarios() -> list[str]:
    """The names of all scenarios."""
    return list(BY_NAME)


def scenario(name: str) -> Scenario:
    """The scenario of that name. Raises UsageError."""
    found = BY_NAME.get(name)
    if found is None:
        near = "".join(f", perhaps {other!r}" for other in get_close_matches(name, BY_NAME, n=1))
        raise UsageError(f"no scenario is called {name!r}{near}; `pcapinspect simulate --list` shows all")
    return found


def simulate(name: str, seed: int = 1, **overrides: float | None) -> Simulation:
    """Play a scenario; `overrides` as in `adjusted`. The same arguments give the same bytes."""
    played = run(adjusted(scenario(name), **overrides), seed)
    return Simulation(played.tap.file(), truth(played))


def adjusted(
    plan: Scenario,
    *,
    routers: float | None = None,
    poll: float | None = None,
    minutes: float | None = None,
    limit: float | None = None,
    window: float | None = None,
    pause: float | None = None,
    max_connections: float | None = None,
) -> Scenario:
    """The scenario with other numbers. Raises UsageError for numbers that make no sense.

    routers: clients in all, in the scenario's proportions; poll: seconds between the polls of each;
    minutes: length of the capture; limit, window, pause: of the rate limit; max_connections: open at once.
    """
    given = {
        "routers": routers,
        "poll": poll,
        "minutes": minutes,
        "limit": limit,
        "window": window,
        "pause": pause,
        "max_connections": max_connections,
    }
    for name, number in given.items():
        low, high = BOUNDS[name]
        if number is not None and not low <= number <= high:
            raise UsageError(f"{name.replace('_', '-')} must be from {low:g} to {high:g}, not {number:g}")
    populations = plan.populations
    if routers is not None:
        populations = _in_proportion(populations, int(routers))
    if poll is not None:
        populations = tuple(replace(p, poll=poll, spread=None) for p in populations)
    rate = {k: v for k, v in (("limit", limit), ("window", window), ("pause", pause)) if v is not None}
    servers = tuple(_server(server, rate, max_connections) for server in plan.servers)
    return replace(plan, populations=populations, servers=servers, minutes=minutes or plan.minutes)


def _in_proportion(populations: tuple[Population, ...], routers: int) -> tuple[Population, ...]:
    whole = sum(p.routers for p in populations)
    counts = [p.routers * routers // whole for p in populations]
    counts[0] += routers - sum(counts)
    return tuple(replace(p, routers=count) for p, count in zip(populations, counts, strict=True))


def _server(server: ServerSettings, rate: dict[str, float], max_connections: float | None) -> ServerSettings:
    if rate:
        numbers: dict[str, Any] = {**rate, "limit": int(rate.get("limit", (server.rate or RateLimit()).limit))}
        server = replace(server, rate=replace(server.rate or RateLimit(), **numbers))
    if max_connections is not None:
        server = replace(server, max_connections=int(max_connections))
    return server


__all__ = ["Simulation", "adjusted", "scenario", "scenarios", "simulate"]
