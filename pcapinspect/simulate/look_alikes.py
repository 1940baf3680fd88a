"""Innocent look-alikes: nothing is wrong, and something looks like one of the illnesses."""

from __future__ import annotations

from pcapinspect.simulate.demand import calm, enrolling, rollover
from pcapinspect.simulate.limits import Policer, RateLimit
from pcapinspect.simulate.settings import ServerSettings
from pcapinspect.simulate.tap import TapSettings

_SHADOW = ServerSettings(rate=RateLimit(), shadow_from=-120.0)
_PLAIN = ServerSettings(stack="linux", shadow_from=-120.0)

LOOK_ALIKES = (
    calm(
        "healthy-slow",
        "Every answer takes 1.5 to 9 s, and nobody has to wait for another.",
        populations=(enrolling(20, 180.0), rollover(14, 90.0)),
        servers=(ServerSettings(stack="linux", service=3.0, shadow_from=-120.0),),
    ),
    calm(
        "healthy-workers",
        "Sixteen workers and a queue, and never more than a few connections.",
        servers=(ServerSettings(stack="linux", workers=16, backlog=128, shadow_from=-120.0),),
    ),
    calm(
        "healthy-policed",
        "The token bucket in front of the server never runs out.",
        servers=(ServerSettings(stack="linux", policer=Policer(burst=20), shadow_from=-120.0),),
    ),
    calm(
        "healthy-knocks",
        "Two monitors open and close a connection every 10 s, and ask nothing.",
        populations=(
            enrolling(30, 180.0),
            rollover(2, 10.0, chain=("KNOCK",), network="10.27", jitter=0.02),
        ),
        servers=(_SHADOW,),
    ),
    calm(
        "healthy-held",
        "Eight clients open a connection, ask nothing, and hold it for three minutes.",
        populations=(enrolling(30, 180.0), rollover(8, 60.0, chain=("HOLD",), network="10.28")),
        servers=(ServerSettings(stack="linux", idle_timeout=900.0, shadow_from=-120.0),),
    ),
    calm(
        "healthy-bursts",
        "70 routers poll within 3 s of each minute, by the clock; between the bursts nobody calls.",
        populations=(rollover(70, 60.0, aligned=True, spread=3.0, jitter=0.002),),
        servers=(_SHADOW,),
    ),
    calm(
        "healthy-quiet",
        "Four times nobody calls for more than a minute.",
        populations=(rollover(40, 90.0, aligned=True, spread=12.0, jitter=0.01),),
        servers=(_SHADOW,),
    ),
    calm(
        "healthy-leaving",
        "Half of the routers are done in the middle of the capture and call no more.",
        populations=(enrolling(20, 120.0), rollover(20, 60.0, network="10.24", until=180.0)),
        servers=(_SHADOW,),
    ),
    calm(
        "healthy-joining",
        "Routers join in the middle of the capture.",
        populations=(enrolling(20, 120.0), rollover(20, 60.0, network="10.24", begin=180.0)),
        servers=(_SHADOW,),
    ),
    calm(
        "healthy-old-caps",
        "A server without GetCACaps answers 404 to it, and routers go on.",
        populations=(enrolling(40, 150.0),),
        servers=(ServerSettings(rate=RateLimit(), capabilities=False),),
    ),
    calm(
        "healthy-reals",
        "Two real servers behind one address, and both are well.",
        servers=(_PLAIN, _PLAIN),
        balanced="client",
    ),
    calm(
        "healthy-reload",
        "Routers are reloaded, and call from other ports than before.",
        populations=(enrolling(20, 120.0), rollover(15, 40.0, network="10.26", reload=(150.0, 20.0))),
        servers=(_SHADOW,),
    ),
    calm(
        "healthy-clock-back",
        "The clock of the capturing host is set back by 20 s.",
        servers=(_SHADOW,),
        tap=TapSettings(clock_step=(150.0, -20.0)),
    ),
    calm(
        "healthy-clock-forward",
        "The clock of the capturing host is set forward by 40 s.",
        servers=(_SHADOW,),
        tap=TapSettings(clock_step=(150.0, 40.0)),
    ),
)
