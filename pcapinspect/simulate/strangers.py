"""Who else knocks at port 80: a scanner, and a flood of SYNs from made-up addresses."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.clock import SECOND
from pcapinspect.simulate.clients import Dial, Dialler
from pcapinspect.simulate.endpoint import LINUX, Endpoint, Stack
from pcapinspect.simulate.segment import SYN

_ONE_SYN = Stack(
    options="linux",
    window=1024,
    ttl=48,
    syn_times=(0.0, 1.0),  # a scanner asks once more, a second later, and moves on
    patience=2.0,
    retransmit_after=1.0,
    acknowledge_after=0.0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A scanner that tries port 80 of many addresses, one after the other. Times in seconds."""

    ip: str = "203.0.113.77"
    targets: tuple[str, ...] = tuple(f"10.0.0.{last}" for last in range(2, 200))
    begin: float = 30.0
    interval: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """SYNs from addresses that nobody has: nothing that the server sends to them arrives."""

    server: tuple[str, int] = ("10.0.0.80", 80)
    begin: float = 60.0
    seconds: float = 60.0
    rate: float = 20.0
    """SYNs a second."""


def scan(settings: Scan, dialler: Dialler, begin: int) -> None:
    """Enter the scanner's attempts into the schedule."""

    def knock(target: str) -> None:
        attempt = dialler.attempt(
            "scanner", (settings.ip, dialler.port(settings.ip)), (target, 80), 20_000_000, _ONE_SYN
        )
        Dial(dialler, _ONE_SYN, attempt, _leave, lambda: None)

    for number, target in enumerate(settings.targets):
        dialler.schedule.at(begin + round((settings.begin + number * settings.interval) * SECOND), knock, target)


def _leave(end: Endpoint) -> None:
    end.on_data = lambda _data: None
    end.on_end = lambda: None
    end.on_closed = lambda _how: None
    end.abort()


def flood(settings: Flood, dialler: Dialler, begin: int) -> None:
    """Enter the flood's SYNs into the schedule."""
    rng = dialler.rng

    def knock() -> None:
        source = f"198.{18 + rng.randrange(2)}.{rng.randrange(256)}.{1 + rng.randrange(254)}"  # RFC 2544, for tests
        attempt = dialler.attempt("flood", (source, dialler.port(source)), settings.server, 5_000_000, LINUX)
        attempt.syns_sent = 1
        attempt.patience_ends = attempt.started
        dialler.put(attempt, LINUX, SYN, attempt.isn)

    time = settings.begin
    while time < settings.begin + settings.seconds:
        dialler.schedule.at(begin + round(time * SECOND), knock)
        time += (0.5 + rng.random()) / settings.rate
