"""Who calls: the populations that the scenarios are made of."""

from __future__ import annotations

from typing import Any

from pcapinspect.simulate.clients import Population

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
