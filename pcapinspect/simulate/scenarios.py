"""The scenarios, as data. What the verdict must be is not written here: it follows from what the model did."""

from __future__ import annotations

from pcapinspect.simulate.clients import Population
from pcapinspect.simulate.demand import calm, enrolling, rollover
from pcapinspect.simulate.illnesses import ILLNESSES
from pcapinspect.simulate.limits import Outage, RateLimit
from pcapinspect.simulate.look_alikes import LOOK_ALIKES
from pcapinspect.simulate.model import Scenario
from pcapinspect.simulate.path import PathSettings
from pcapinspect.simulate.settings import ServerSettings
from pcapinspect.simulate.storms import STORMS
from pcapinspect.simulate.strangers import Flood, Scan
from pcapinspect.simulate.tap import TapSettings

SHADOW = (ServerSettings(rate=RateLimit(), shadow_from=-120.0),)
"""A server whose shadow certificate is there: whoever polls for it gets it."""


def _outages(*outages: Outage) -> tuple[ServerSettings]:
    return (ServerSettings(rate=RateLimit(), outages=outages),)


_OTHER_LIMITS = (
    calm(
        "max-connections-5",
        "Slow answers hold connections open, and the server takes 5 at once.",
        populations=(rollover(48),),
        servers=(ServerSettings(rate=RateLimit(), max_connections=5, service=4.5),),
    ),
    calm(
        "max-connections-16",
        "Clients that ask nothing hold 14 of the 16 connections that the server takes.",
        populations=(
            rollover(30),
            Population(routers=14, poll=25.0, spread=30.0, chain=("HOLD",), network="10.23"),
        ),
        servers=(ServerSettings(rate=RateLimit(), max_connections=16, service=3.0),),
    ),
    calm(
        "max-connections-8",
        "Slow answers, and a server that takes 8 connections at once.",
        populations=(rollover(52),),
        servers=(ServerSettings(rate=RateLimit(), max_connections=8, service=7.0),),
    ),
    calm(
        "max-connections-lossy",
        "A server that takes 5 at once, on a path that loses one packet in a hundred each way.",
        populations=(rollover(48),),
        servers=(ServerSettings(rate=RateLimit(), max_connections=5, service=4.5),),
        path=PathSettings(loss_up_after=0.01, loss_down_before=0.01),
    ),
    calm(
        "max-connections-capture-loss",
        "A server that takes 12 at once, in a capture that misses 5 % of the packets.",
        populations=(rollover(60),),
        servers=(ServerSettings(rate=RateLimit(), max_connections=12, service=8.5),),
        tap=TapSettings(loss=0.05),
    ),
    calm(
        "over-limit",
        "Far more than 80 connections a minute, and a server without any limit answers them all.",
        populations=(rollover(150),),
        servers=(ServerSettings(stack="linux"),),
    ),
    calm(
        "over-limit-outage",
        "As many connections, no limit either, and the server is switched off for 70 s.",
        populations=(rollover(150),),
        servers=(ServerSettings(stack="linux", outages=(Outage(begin=130, end=200),)),),
    ),
    calm(
        "late-answers",
        "The process behind a long accept queue stops reading for 15 s after the 80th connection in a minute: every "
        "handshake works, answers come late.",
        populations=(rollover(130),),
        servers=(ServerSettings(rate=RateLimit(), backlog=500, stack="linux"),),
    ),
)

_FAILURES = (
    calm(
        "down",
        "The server is switched off the whole time: no SYN is answered.",
        minutes=4.0,
        populations=(enrolling(25, 60.0),),
        servers=_outages(Outage(begin=-120.0, end=None)),
    ),
    calm("outage", "The server is silent for two and a half minutes.", servers=_outages(Outage(begin=100, end=250))),
    calm(
        "outage-sparse",
        "The server of five clients is silent for three minutes.",
        minutes=9.0,
        populations=(rollover(5, 50.0),),
        servers=_outages(Outage(begin=160, end=340)),
    ),
    calm(
        "flaps",
        "Three times the server is silent for 15 s, after far fewer than 80 connections a minute.",
        servers=_outages(Outage(begin=70, end=85), Outage(begin=170, end=185), Outage(begin=290, end=305)),
    ),
    calm(
        "flaps-regular",
        "Every minute a timer silences the server for 15 s: the counts before are as even as the demand.",
        populations=(enrolling(10), rollover(36)),
        servers=_outages(*(Outage(begin=begin, end=begin + 15) for begin in range(30, 350, 60))),
    ),
    calm(
        "restart",
        "The server restarts: silent for 95 s, and the connections of before are forgotten.",
        populations=(enrolling(30, 180.0), rollover(15, 90.0), rollover(5, 40.0, chain=("HOLD",), network="10.23")),
        servers=_outages(Outage(begin=120, end=215, kind="restart")),
    ),
    calm(
        "refused",
        "Nothing listens on the port: every SYN gets a RST.",
        minutes=4.0,
        servers=_outages(Outage(begin=-120.0, end=None, kind="refusing")),
    ),
    calm(
        "refused-a-while",
        "For two minutes nothing listens on the port.",
        servers=_outages(Outage(begin=120, end=240, kind="refusing")),
    ),
    calm(
        "lossy",
        "The path between the capture point and the server loses 6 % of the packets each way.",
        path=PathSettings(loss_up_after=0.06, loss_down_before=0.06),
    ),
    calm(
        "lossy-heavy",
        "The path between the capture point and the server loses every fifth packet each way.",
        path=PathSettings(loss_up_after=0.2, loss_down_before=0.2),
    ),
    calm(
        "lossy-clients",
        "The path between the clients and the capture point loses 6 % of the packets each way.",
        path=PathSettings(loss_up_before=0.06, loss_down_after=0.06),
    ),
    calm(
        "blocked-client",
        "An access list drops all packets of two clients in silence; all others are answered.",
        path=PathSettings(denied=("10.21.0.6", "10.20.0.4")),
    ),
    calm(
        "blocked-sparse",
        "The client that an access list drops calls far more often than all others together.",
        populations=(rollover(1, 15.0, network="10.25"), rollover(4, 150.0)),
        path=PathSettings(denied=("10.25.0.2",)),
    ),
    calm(
        "prohibited-client",
        "A router answers two clients with ICMP: administratively prohibited.",
        path=PathSettings(prohibited=("10.21.0.6", "10.20.0.4")),
    ),
)

_HEALTHY = (
    calm("healthy", "Routers enrol, renew and poll well below the limit; every attempt is answered."),
    calm(
        "healthy-sparse",
        "Four routers, half a minute between any two calls.",
        populations=(rollover(4, 120.0),),
        servers=SHADOW,
    ),
    calm("healthy-busy", "Just below the limit.", populations=(rollover(63, jitter=0.03),), servers=SHADOW),
    calm(
        "healthy-lossy",
        "A path that loses one packet in four hundred each way.",
        path=PathSettings(loss_up_after=0.0025, loss_down_before=0.0025),
    ),
    calm(
        "healthy-far",
        "Captured at the clients: the server is 350 ms away.",
        path=PathSettings(server_delay=0.35, jitter=0.01),
    ),
    calm(
        "healthy-same-port",
        "Each router calls from one port, again and again.",
        populations=(rollover(50, 70.0, same_port=True), enrolling(10, 150.0)),
        servers=SHADOW,
    ),
    calm(
        "healthy-keep-alive",
        "Linux clients ask several things on one connection.",
        populations=(enrolling(40, 90.0, stack="linux", keep_alive=True), rollover(20, 90.0)),
    ),
    calm(
        "healthy-shuffled",
        "A path that duplicates and reorders packets.",
        path=PathSettings(duplicated=0.01, reordered=0.03),
    ),
    calm(
        "healthy-scan",
        "A scanner tries port 80 of two hundred addresses, the server's among them.",
        scan=Scan(),
    ),
    calm(
        "flood",
        "Twenty SYNs a second for a minute from addresses that nobody has; the server answers them and everybody else.",
        populations=(enrolling(20, 180.0), rollover(15, 90.0)),
        servers=(ServerSettings(stack="linux"),),
        flood=Flood(),
    ),
    calm(
        "flood-limit",
        "The same flood against a server with the rate limit.",
        populations=(enrolling(20, 180.0), rollover(15, 90.0)),
        flood=Flood(),
    ),
    calm(
        "two-servers",
        "A server in the storm beside one that is well.",
        populations=(rollover(120), enrolling(30, 180.0, server=1)),
        servers=(ServerSettings(rate=RateLimit()), ServerSettings(ip="10.0.0.81", rate=RateLimit())),
    ),
)

_CAPTURES = (
    calm("one-way-up", "Only packets towards the server were captured.", tap=TapSettings(one_way="up")),
    calm("one-way-down", "Only packets from the server were captured.", tap=TapSettings(one_way="down")),
    calm("capture-loss", "The capture misses 8 % of the packets.", tap=TapSettings(loss=0.08)),
    calm("capture-loss-heavy", "The capture misses 30 % of the packets.", tap=TapSettings(loss=0.3)),
    calm("span-copies", "A SPAN port delivers every packet twice.", tap=TapSettings(span_copies=True)),
    calm("snaplen", "A capture of the first 68 bytes of each packet.", tap=TapSettings(snaplen=68)),
    calm(
        "cut",
        "A capture that begins and ends in the middle of things, among them connections that are held open.",
        minutes=2.37,
        quiet_start=False,
        populations=(enrolling(30, 180.0), rollover(12, 90.0), rollover(5, 40.0, chain=("HOLD",), network="10.23")),
    ),
    calm("short", "Fifteen seconds with two clients.", minutes=0.25, populations=(rollover(2, 14.0),)),
)

SCENARIOS: tuple[Scenario, ...] = (
    *STORMS,
    *_OTHER_LIMITS,
    *_FAILURES,
    *ILLNESSES,
    *_HEALTHY,
    *LOOK_ALIKES,
    *_CAPTURES,
)

BY_NAME: dict[str, Scenario] = {scenario.name: scenario for scenario in SCENARIOS}
