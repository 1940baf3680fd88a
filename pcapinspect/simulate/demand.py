"""Who calls: the populations that the scenarios are made of, and the two demands that most of them have."""

from __future__ import annotations

from typing import Any

from pcapinspect.simulate.clients import Population
from pcapinspect.simulate.limits import RateLimit
from pcapinspect.simulate.model import Scenario
from pcapinspect.simulate.settings import ServerSettings

ENROL = ("GetCACaps", "GetCACert", "PKIOperation")
"""What a router asks for to enrol or renew, a connection each."""

LABELS = ("GETVPN", "tti", "BRANCH-CA")


def rollover(routers: int, poll: float = 60.0, **more: Any) -> Population:
    """Routers that ask for the next CA certificate until they get it."""
    return Population(routers=routers, poll=poll, labels=LABELS, **more)


def enrolling(routers: int, poll: float = 150.0, **more: Any) -> Population:
    """Routers that enrol or renew."""
    return Population(
        **{"routers": routers, "poll": poll, "chain": ENROL, "labels": LABELS, "network": "10.21", **more}
    )


def calm(name: str, description: str, **parts: Any) -> Scenario:
    """Some 40 connections a minute for a server that answers, and what `parts` change of that."""
    whole: dict[str, Any] = {
        "minutes": 6.0,
        "populations": (enrolling(30, 180.0), rollover(16, 90.0)),
        "servers": (ServerSettings(rate=RateLimit()),),
        **parts,
    }
    return Scenario(name=name, description=description, **whole)


def storm(name: str, description: str, rate: RateLimit | None = None, **parts: Any) -> Scenario:
    """Some 130 connections a minute for a server with a rate limit, and what `parts` change of that."""
    whole: dict[str, Any] = {
        "minutes": 7.0,
        "populations": (rollover(85), rollover(35, stack="ios-impatient", network="10.22"), enrolling(6)),
        "servers": (ServerSettings(rate=rate or RateLimit()),),
        **parts,
    }
    return Scenario(name=name, description=description, **whole)
