"""The scenarios, as data. Each name says what happens; `cause` of the truth follows from what the model did."""

from __future__ import annotations

from collections.abc import Iterable

from pcapinspect.simulate.clients import Population
from pcapinspect.simulate.limits import RateLimit
from pcapinspect.simulate.model import Scenario
from pcapinspect.simulate.server import Outage, ServerSettings

ENROL = ("GetCACaps", "GetCACert", "PKIOperation")
"""What a router asks for to enrol or renew, a connection each."""

LABELS = ("GETVPN", "tti", "BRANCH-CA")

IOS_LIMIT = ServerSettings(rate=RateLimit())


def _rollover(routers: int, poll: float = 60.0, **more: object) -> Population:
    """Routers that ask for the next CA certificate until they get it."""
    return Population(routers=routers, poll=poll, labels=LABELS, **more)  # type: ignore[arg-type]


def _enrolling(routers: int, poll: float = 150.0, **more: object) -> Population:
    """Routers that enrol or renew."""
    return Population(routers=routers, poll=poll, chain=ENROL, labels=LABELS, network="10.21", **more)  # type: ignore[arg-type]


def _storm(name: str, description: str, rate: RateLimit, minutes: float = 8.0, routers: int = 120) -> Scenario:
    return Scenario(
        name=name,
        description=description,
        minutes=minutes,
        populations=(_rollover(routers), _enrolling(6)),
        servers=(ServerSettings(rate=rate),),
    )


def _healthy(name: str, description: str, minutes: float = 6.0, **parts: object) -> Scenario:
    """A server at two thirds of its limit, and what `parts` change of that."""
    whole: dict[str, object] = {
        "populations": (_enrolling(40, 180.0), _rollover(20, 90.0)),
        "servers": (IOS_LIMIT,),
        **parts,
    }
    return Scenario(name=name, description=description, minutes=minutes, **whole)  # type: ignore[arg-type]


def _outage(name: str, description: str, *outages: Outage, minutes: float = 6.0, **parts: object) -> Scenario:
    server = ServerSettings(rate=RateLimit(), outages=outages)
    return _healthy(name, description, minutes, servers=(server,), **parts)


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="storm",
        description="Routers poll GetNextCACert before the shadow certificate exists; as more of them join, the server "
        "passes 80 accepts in a rolling minute and stops listening for 15 s, again and again.",
        minutes=11,
        populations=(
            _rollover(80, spread=240.0),
            _rollover(40, spread=240.0, stack="ios-impatient", network="10.22"),
            _enrolling(8),
        ),
        servers=(IOS_LIMIT,),
    ),
    _healthy("healthy", "Routers enrol, renew and poll well below the limit; every attempt is answered."),
    _outage(
        "down",
        "The server is switched off the whole time: no SYN is answered.",
        Outage(begin=-120.0, end=None),
        minutes=4.0,
        populations=(_enrolling(25, 60.0),),
    ),
)


def by_name(scenarios: Iterable[Scenario] = SCENARIOS) -> dict[str, Scenario]:
    """The scenarios by their names, in order."""
    return {scenario.name: scenario for scenario in scenarios}
