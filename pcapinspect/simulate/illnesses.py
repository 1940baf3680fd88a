"""Servers and paths that are ill in ways that a look at the SYNs alone does not show, or shows as something else."""

from __future__ import annotations

from pcapinspect.simulate.clients import Population
from pcapinspect.simulate.demand import calm, enrolling, rollover
from pcapinspect.simulate.limits import ErrorLimit, Outage, Policer, RateLimit
from pcapinspect.simulate.path import PathSettings
from pcapinspect.simulate.settings import ServerSettings
from pcapinspect.simulate.strangers import Flood

_BUSY = (rollover(110),)
"""110 polls a minute."""

_RELOADED = Population(
    routers=30,
    poll=40.0,
    spread=30.0,
    chain=("GetCACert", "HOLD"),
    keep_alive=True,
    network="10.26",
    same_port=True,
    reload=(60.0, 20.0),
)
"""Routers that hold a connection open when they lose their power, and then call from the same ports again."""


def _while(begin: float, end: float | None, kind: str) -> tuple[ServerSettings]:
    return (ServerSettings(stack="linux", outages=(Outage(begin=begin, end=end, kind=kind),)),)


_ACCEPTED_AND_NOT_SERVED = (
    calm(
        "hung",
        "The application hangs the whole time: connections are accepted, requests acknowledged, none is answered.",
        minutes=4.0,
        servers=_while(-120.0, None, "hang"),
    ),
    calm("hung-a-while", "The application answers nothing for 90 s.", servers=_while(120.0, 210.0, "hang")),
    calm(
        "proxy-dead",
        "A proxy accepts for a server that is gone, and acknowledges no request.",
        minutes=4.0,
        servers=_while(-120.0, None, "drop"),
    ),
    calm(
        "proxy-shut",
        "For 100 s a SYN proxy accepts for a server that is gone: its window stays 0, so that no request is sent.",
        servers=_while(120.0, 220.0, "shut"),
    ),
    calm(
        "mtu-hole-behind",
        "Captured at the clients: full-size segments vanish behind the capture point, and no enrolment gets through.",
        path=PathSettings(largest=1380, hole="near"),
    ),
    calm(
        "mtu-hole-before",
        "Captured at the server: full-size segments vanish before the capture point.",
        path=PathSettings(largest=1380, hole="far"),
    ),
)

_SOME_SYNS = (
    calm(
        "policer",
        "A token bucket of 80 SYNs a minute, burst 5, in front of a server without limits.",
        populations=_BUSY,
        servers=(ServerSettings(stack="linux", policer=Policer()),),
    ),
    calm(
        "policer-burst-80",
        "The same with a burst of 80.",
        populations=_BUSY,
        servers=(ServerSettings(stack="linux", policer=Policer(burst=80)),),
    ),
    calm(
        "workers-5",
        "Five workers for slow requests, and a queue of one: SYNs are dropped while both are full.",
        populations=(rollover(60),),
        servers=(ServerSettings(stack="linux", workers=5, backlog=1, service=4.5),),
    ),
    calm(
        "workers-5-queue",
        "Five workers, and a queue of twenty.",
        populations=(rollover(90, stack="linux"),),
        servers=(ServerSettings(stack="linux", workers=5, backlog=20, service=4.0),),
    ),
    calm(
        "workers-16",
        "Sixteen workers for very slow requests, and a queue of one.",
        populations=(rollover(100),),
        servers=(ServerSettings(stack="linux", workers=16, backlog=1, service=9.0),),
    ),
    calm(
        "half-throttled",
        "Two real servers behind one address, chosen by client: one has the rate limit, the other has none.",
        populations=(rollover(240),),
        servers=(ServerSettings(rate=RateLimit()), ServerSettings(stack="linux")),
        balanced="client",
    ),
    calm(
        "half-stopped",
        "Two real servers behind one address, chosen by client: one is switched off from the second minute on.",
        servers=(ServerSettings(outages=(Outage(begin=60, end=None),)), ServerSettings()),
        balanced="client",
    ),
    calm(
        "half-stopped-by-port",
        "Two listeners of one host, chosen by address and port: one of them is stopped three times for 25 s.",
        populations=(rollover(90, stack="linux"),),
        servers=(
            ServerSettings(
                stack="linux", outages=tuple(Outage(begin=begin, end=begin + 25) for begin in (60, 160, 260))
            ),
            ServerSettings(stack="linux"),
        ),
        balanced="dial",
    ),
    calm(
        "acl-midway",
        "From the third minute on an access list drops all packets of a third of the clients.",
        populations=(rollover(30, 40.0), rollover(14, 40.0, network="10.24")),
        path=PathSettings(denied=("10.24.",), denied_from=180.0),
        servers=(ServerSettings(rate=RateLimit(), shadow_from=-120.0),),
    ),
    calm(
        "flood-half-open",
        "Twenty-five forged SYNs a second for a minute, and room for 48 half-open connections: routers need more SYNs.",
        populations=(enrolling(20, 120.0), rollover(15, 60.0)),
        servers=(ServerSettings(stack="linux", half_open=48),),
        flood=Flood(rate=25.0),
    ),
)

_ANSWERED_OTHERWISE = (
    calm(
        "stale-stuck",
        "Routers that were reloaded call from the ports of connections that the server still holds, and a firewall "
        "drops the RSTs that would end those.",
        populations=(_RELOADED, rollover(12, 60.0)),
        servers=(ServerSettings(challenge=True, idle_timeout=900.0, shadow_from=-120.0),),
        path=PathSettings(resets_dropped=True),
    ),
    calm(
        "stale-healed",
        "The same without the firewall: the challenge ACK is answered with a RST, and the next SYN is accepted.",
        populations=(_RELOADED, rollover(12, 60.0)),
        servers=(ServerSettings(challenge=True, idle_timeout=900.0, shadow_from=-120.0),),
    ),
)

_ERRORS = (
    calm(
        "polls-404",
        "Routers that do nothing but poll for a shadow certificate that does not exist.",
        populations=(rollover(40),),
    ),
    calm(
        "errors-503",
        "A limiter answers all but 30 requests a minute with 503, whatever they ask.",
        populations=(rollover(60), enrolling(20, 100.0)),
        servers=(ServerSettings(stack="linux", errors=ErrorLimit(), shadow_from=-120.0),),
    ),
    calm(
        "errors-429",
        "A limiter answers all but 25 requests a minute with 429.",
        populations=(rollover(60), enrolling(20, 100.0)),
        servers=(ServerSettings(stack="linux", errors=ErrorLimit(status=429, limit=25), shadow_from=-120.0),),
    ),
    calm(
        "gateway-502",
        "For four of the six minutes a gateway has lost its server and answers 502 to everything.",
        servers=(ServerSettings(shadow_from=-120.0, outages=(Outage(begin=60.0, end=300.0, kind="gateway"),)),),
    ),
)

_OUTAGES = (
    calm(
        "outages-alike",
        "Three times the server is silent for 40 s.",
        minutes=7.0,
        servers=(ServerSettings(rate=RateLimit(), outages=tuple(Outage(begin=b, end=b + 40) for b in (70, 190, 320))),),
    ),
    calm(
        "outages-short",
        "Three times the server is silent for 14.4 s, after counts that differ.",
        populations=(enrolling(16, 120.0), rollover(10, 75.0), rollover(20, 60.0, begin=200.0, network="10.24")),
        servers=(
            ServerSettings(rate=RateLimit(), outages=tuple(Outage(begin=b, end=b + 14.4) for b in (75, 165, 310))),
        ),
    ),
    calm(
        "outage-icmp",
        "The server is cut off for 50 s, and its router answers every SYN with ICMP: host unreachable.",
        servers=(ServerSettings(rate=RateLimit(), outages=(Outage(begin=130, end=180, kind="icmp"),)),),
    ),
    calm(
        "flaps-icmp",
        "The link of the server flaps four times for 5 s; its router answers with ICMP.",
        populations=(rollover(90, stack="linux"),),
        servers=(
            ServerSettings(
                stack="linux", outages=tuple(Outage(begin=b, end=b + 5, kind="icmp") for b in (50, 110, 230, 300))
            ),
        ),
    ),
)

ILLNESSES = (*_ACCEPTED_AND_NOT_SERVED, *_SOME_SYNS, *_ANSWERED_OTHERWISE, *_ERRORS, *_OUTAGES)
