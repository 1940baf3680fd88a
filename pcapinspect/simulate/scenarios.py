"""The scenarios, as data. What the verdict must be is not written here: it follows from what the model did."""

from __future__ import annotations

from typing import Any

from pcapinspect.simulate.clients import Population
from pcapinspect.simulate.limits import Outage, RateLimit
from pcapinspect.simulate.model import Scenario
from pcapinspect.simulate.path import PathSettings
from pcapinspect.simulate.server import ServerSettings
from pcapinspect.simulate.strangers import Flood, Scan
from pcapinspect.simulate.tap import TapSettings

ENROL = ("GetCACaps", "GetCACert", "PKIOperation")
"""What a router asks for to enrol or renew, a connection each."""

LABELS = ("GETVPN", "tti", "BRANCH-CA")


def _rollover(routers: int, poll: float = 60.0, **more: Any) -> Population:
    """Routers that ask for the next CA certificate until they get it."""
    return Population(routers=routers, poll=poll, labels=LABELS, **more)


def _enrolling(routers: int, poll: float = 150.0, **more: Any) -> Population:
    """Routers that enrol or renew."""
    return Population(
        **{"routers": routers, "poll": poll, "chain": ENROL, "labels": LABELS, "network": "10.21", **more}
    )


def _storm(name: str, description: str, rate: RateLimit | None = None, **parts: Any) -> Scenario:
    """Some 130 connections a minute for a server with a rate limit, and what `parts` change of that."""
    whole: dict[str, Any] = {
        "minutes": 7.0,
        "populations": (_rollover(85), _rollover(35, stack="ios-impatient", network="10.22"), _enrolling(6)),
        "servers": (ServerSettings(rate=rate or RateLimit()),),
        **parts,
    }
    return Scenario(name=name, description=description, **whole)


def _healthy(name: str, description: str, **parts: Any) -> Scenario:
    """Some 40 connections a minute for a server that answers, and what `parts` change of that."""
    whole: dict[str, Any] = {
        "minutes": 6.0,
        "populations": (_enrolling(30, 180.0), _rollover(16, 90.0)),
        "servers": (ServerSettings(rate=RateLimit()),),
        **parts,
    }
    return Scenario(name=name, description=description, **whole)


def _outages(*outages: Outage) -> tuple[ServerSettings]:
    return (ServerSettings(rate=RateLimit(), outages=outages),)


_STORMS = (
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
        servers=(ServerSettings(rate=RateLimit()),),
    ),
    _storm(
        "storm-fixed-accepts",
        "The limit counts accepts in fixed minutes that begin 23 s into the calendar's.",
        RateLimit(grid="fixed", phase=23.0),
    ),
    _storm(
        "storm-fixed-attempts",
        "The limit counts attempts in calendar minutes, answered or not, and goes on counting after a pause.",
        RateLimit(grid="fixed", counts="attempts", rearm=False),
    ),
    _storm(
        "storm-rolling-syns",
        "The limit counts SYN packets of a rolling minute, from zero after each pause.",
        RateLimit(counts="syns"),
    ),
    _storm(
        "storm-rolling-requests",
        "The limit counts HTTP requests of a rolling minute.",
        RateLimit(counts="requests"),
    ),
    _storm(
        "storm-rolling-on",
        "The limit counts accepts of a rolling minute and forgets nothing in a pause.",
        RateLimit(rearm=False),
    ),
    _storm(
        "storm-40-30-10",
        "Another release: 40 accepts in 30 s, then a pause of 10 s.",
        RateLimit(limit=40, window=30.0, pause=10.0),
    ),
    _storm(
        "storm-100-60-30",
        "Another release: 100 accepts in a minute, then a pause of 30 s.",
        RateLimit(limit=100, pause=30.0),
    ),
    _storm(
        "storm-in-step",
        "All routers poll in the same few seconds of each minute.",
        populations=(_rollover(130, 45.0, spread=4.0, jitter=0.02),),
    ),
    _storm(
        "storm-linux",
        "The clients are Linux hosts: SYNs again after 1, 3, 7, 15 and 31 s.",
        populations=(_rollover(120, stack="linux"),),
    ),
    _storm(
        "storm-nat",
        "All routers call from behind three NAT addresses.",
        populations=(_rollover(110, behind=3), _enrolling(12, 120.0, behind=2)),
    ),
    _storm(
        "storm-ipv6-vlan",
        "The storm over IPv6, captured on a trunk with VLAN tags.",
        populations=(_rollover(120, network="2001:db8:20::"),),
        servers=(ServerSettings(ip="2001:db8::80", rate=RateLimit()),),
        tap=TapSettings(vlan=42),
    ),
    _storm(
        "storm-refusing",
        "In the pause the server refuses with RST instead of staying silent.",
        RateLimit(reaction="refusing"),
    ),
    _storm(
        "storm-ends",
        "In the fourth minute the shadow certificate is there: routers get it, and most of the load is gone.",
        populations=(_rollover(100), _rollover(30, stack="ios-impatient", network="10.22")),
        servers=(ServerSettings(rate=RateLimit(), shadow_from=200.0),),
        minutes=8.0,
    ),
    _storm(
        "storm-lossy",
        "The storm, on a path that also loses one packet in a hundred each way.",
        path=PathSettings(loss_up_after=0.01, loss_down_before=0.01),
    ),
    _storm(
        "storm-span",
        "The storm, captured on a SPAN port that holds every packet twice.",
        tap=TapSettings(span_copies=True),
    ),
    _storm(
        "storm-capture-loss",
        "The storm, in a capture that misses 6 % of the packets.",
        tap=TapSettings(loss=0.06),
    ),
    _storm(
        "storm-cut",
        "The storm, captured from its middle for three and a half minutes.",
        minutes=3.5,
        quiet_start=False,
    ),
    _storm(
        "storm-one-way",
        "The storm, but only the packets towards the server were captured.",
        tap=TapSettings(one_way="up"),
    ),
    _storm(
        "storm-branch",
        "The storm, captured at a branch with 16 of the routers: the other calls are not in the capture.",
        populations=(
            _rollover(80),
            _rollover(30, stack="ios-impatient", network="10.22"),
            _rollover(16, network="10.24"),
        ),
        tap=TapSettings(only=("10.24.",)),
    ),
    _storm(
        "storm-restart",
        "In the storm the server restarts, and is silent for 95 s.",
        servers=(ServerSettings(rate=RateLimit(), outages=(Outage(begin=150, end=245, kind="restart"),)),),
    ),
    _storm(
        "overflow",
        "A Linux server whose process reads no connection for 15 s after the 80th in a minute: its queue of 4 fills, "
        "then SYNs are dropped.",
        servers=(ServerSettings(rate=RateLimit(), backlog=4, stack="linux"),),
    ),
)

_OTHER_LIMITS = (
    _healthy(
        "max-connections-5",
        "Slow answers hold connections open, and the server takes 5 at once.",
        populations=(_rollover(48),),
        servers=(ServerSettings(rate=RateLimit(), max_connections=5, service=4.5),),
    ),
    _healthy(
        "max-connections-16",
        "Clients that ask nothing hold 14 of the 16 connections that the server takes.",
        populations=(
            _rollover(30),
            Population(routers=14, poll=25.0, spread=30.0, chain=("HOLD",), network="10.23"),
        ),
        servers=(ServerSettings(rate=RateLimit(), max_connections=16, service=3.0),),
    ),
    _healthy(
        "over-limit",
        "Far more than 80 connections a minute, and a server without any limit answers them all.",
        populations=(_rollover(150),),
        servers=(ServerSettings(stack="linux"),),
    ),
    _healthy(
        "over-limit-outage",
        "As many connections, no limit either, and the server is switched off for 70 s.",
        populations=(_rollover(150),),
        servers=(ServerSettings(stack="linux", outages=(Outage(begin=130, end=200),)),),
    ),
    _healthy(
        "late-answers",
        "The process behind a long accept queue stops reading for 15 s after the 80th connection in a minute: every "
        "handshake works, answers come late.",
        populations=(_rollover(130),),
        servers=(ServerSettings(rate=RateLimit(), backlog=500, stack="linux"),),
    ),
)

_FAILURES = (
    _healthy(
        "down",
        "The server is switched off the whole time: no SYN is answered.",
        minutes=4.0,
        populations=(_enrolling(25, 60.0),),
        servers=_outages(Outage(begin=-120.0, end=None)),
    ),
    _healthy(
        "outage", "The server is silent for two and a half minutes.", servers=_outages(Outage(begin=100, end=250))
    ),
    _healthy(
        "outage-sparse",
        "The server of five clients is silent for three minutes.",
        minutes=9.0,
        populations=(_rollover(5, 50.0),),
        servers=_outages(Outage(begin=160, end=340)),
    ),
    _healthy(
        "flaps",
        "Three times the server is silent for 15 s, after far fewer than 80 connections a minute.",
        servers=_outages(Outage(begin=70, end=85), Outage(begin=170, end=185), Outage(begin=290, end=305)),
    ),
    _healthy(
        "restart",
        "The server restarts: silent for 95 s, and the connections of before are forgotten.",
        populations=(_enrolling(30, 180.0), _rollover(15, 90.0), _rollover(5, 40.0, chain=("HOLD",), network="10.23")),
        servers=_outages(Outage(begin=120, end=215, kind="restart")),
    ),
    _healthy(
        "refused",
        "Nothing listens on the port: every SYN gets a RST.",
        minutes=4.0,
        servers=_outages(Outage(begin=-120.0, end=None, kind="refusing")),
    ),
    _healthy(
        "refused-a-while",
        "For two minutes nothing listens on the port.",
        servers=_outages(Outage(begin=120, end=240, kind="refusing")),
    ),
    _healthy(
        "lossy",
        "The path between the capture point and the server loses 6 % of the packets each way.",
        path=PathSettings(loss_up_after=0.06, loss_down_before=0.06),
    ),
    _healthy(
        "lossy-heavy",
        "The path between the capture point and the server loses every fifth packet each way.",
        path=PathSettings(loss_up_after=0.2, loss_down_before=0.2),
    ),
    _healthy(
        "lossy-clients",
        "The path between the clients and the capture point loses 6 % of the packets each way.",
        path=PathSettings(loss_up_before=0.06, loss_down_after=0.06),
    ),
    _healthy(
        "blocked-client",
        "An access list drops all packets of two clients in silence; all others are answered.",
        path=PathSettings(denied=("10.21.0.6", "10.20.0.4")),
    ),
    _healthy(
        "blocked-sparse",
        "The client that an access list drops calls far more often than all others together.",
        populations=(_rollover(1, 15.0, network="10.25"), _rollover(4, 150.0)),
        path=PathSettings(denied=("10.25.0.2",)),
    ),
    _healthy(
        "prohibited-client",
        "A router answers two clients with ICMP: administratively prohibited.",
        path=PathSettings(prohibited=("10.21.0.6", "10.20.0.4")),
    ),
)

_HEALTHY = (
    _healthy("healthy", "Routers enrol, renew and poll well below the limit; every attempt is answered."),
    _healthy(
        "healthy-sparse", "Four routers, half a minute between any two calls.", populations=(_rollover(4, 120.0),)
    ),
    _healthy("healthy-busy", "Just below the limit.", populations=(_rollover(63, jitter=0.03),)),
    _healthy(
        "healthy-lossy",
        "A path that loses one packet in four hundred each way.",
        path=PathSettings(loss_up_after=0.0025, loss_down_before=0.0025),
    ),
    _healthy(
        "healthy-far",
        "Captured at the clients: the server is 350 ms away.",
        path=PathSettings(server_delay=0.35, jitter=0.01),
    ),
    _healthy(
        "healthy-same-port",
        "Each router calls from one port, again and again.",
        populations=(_rollover(50, 70.0, same_port=True), _enrolling(10, 150.0)),
    ),
    _healthy(
        "healthy-keep-alive",
        "Linux clients ask several things on one connection.",
        populations=(_enrolling(40, 90.0, stack="linux", keep_alive=True), _rollover(20, 90.0)),
    ),
    _healthy(
        "healthy-shuffled",
        "A path that duplicates and reorders packets.",
        path=PathSettings(duplicated=0.01, reordered=0.03),
    ),
    _healthy(
        "healthy-scan",
        "A scanner tries port 80 of two hundred addresses, the server's among them.",
        scan=Scan(),
    ),
    _healthy(
        "flood",
        "Twenty SYNs a second for a minute from addresses that nobody has; the server answers them and everybody else.",
        populations=(_enrolling(20, 180.0), _rollover(15, 90.0)),
        servers=(ServerSettings(stack="linux"),),
        flood=Flood(),
    ),
    _healthy(
        "flood-limit",
        "The same flood against a server with the rate limit.",
        populations=(_enrolling(20, 180.0), _rollover(15, 90.0)),
        flood=Flood(),
    ),
    _healthy(
        "two-servers",
        "A server in the storm beside one that is well.",
        populations=(_rollover(120), _enrolling(30, 180.0, server=1)),
        servers=(ServerSettings(rate=RateLimit()), ServerSettings(ip="10.0.0.81", rate=RateLimit())),
    ),
)

_CAPTURES = (
    _healthy("one-way-up", "Only packets towards the server were captured.", tap=TapSettings(one_way="up")),
    _healthy("one-way-down", "Only packets from the server were captured.", tap=TapSettings(one_way="down")),
    _healthy("capture-loss", "The capture misses 8 % of the packets.", tap=TapSettings(loss=0.08)),
    _healthy("capture-loss-heavy", "The capture misses 30 % of the packets.", tap=TapSettings(loss=0.3)),
    _healthy("span-copies", "A SPAN port delivers every packet twice.", tap=TapSettings(span_copies=True)),
    _healthy("snaplen", "A capture of the first 68 bytes of each packet.", tap=TapSettings(snaplen=68)),
    _healthy(
        "cut",
        "A capture that begins and ends in the middle of things, among them connections that are held open.",
        minutes=2.37,
        quiet_start=False,
        populations=(_enrolling(30, 180.0), _rollover(12, 90.0), _rollover(5, 40.0, chain=("HOLD",), network="10.23")),
    ),
    _healthy("short", "Fifteen seconds with two clients.", minutes=0.25, populations=(_rollover(2, 14.0),)),
)

SCENARIOS: tuple[Scenario, ...] = (*_STORMS, *_OTHER_LIMITS, *_FAILURES, *_HEALTHY, *_CAPTURES)

BY_NAME: dict[str, Scenario] = {scenario.name: scenario for scenario in SCENARIOS}
