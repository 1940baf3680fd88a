"""What a server is like: its limits, its workers, its outages."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.simulate.limits import ErrorLimit, Outage, Policer, RateLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """One server. Times in seconds."""

    ip: str = "10.0.0.80"
    port: int = 80
    stack: str = "ios"
    rate: RateLimit | None = None
    max_connections: int | None = None
    """Connections open at once, counted from the SYN/ACK; a SYN beyond them is dropped in silence."""
    backlog: int | None = None
    """Set: the rate limit stops only the reading of connections, and the kernel goes on accepting until as many wait
    (an accept queue, as of Linux). None: it stops the listener itself."""
    workers: int | None = None
    """Connections that are read at once, each by a worker until it closes (Apache prefork, haproxy's maxconn); others
    wait in the backlog. None: as many as there are."""
    policer: Policer | None = None
    """In front of the listener."""
    errors: ErrorLimit | None = None
    half_open: int | None = None
    """Connections that may wait for the ACK of their handshake at once; SYNs beyond are dropped in silence."""
    challenge: bool = False
    """A SYN on the addresses and ports of an open connection gets a challenge ACK (RFC 5961, 4.2)."""
    service: float = 0.03
    """Typical time from a request to its answer: drawn from half of it to three times."""
    idle_timeout: float = 180.0
    """After which a connection without a request is closed (IOS: `ip http timeout-policy idle`)."""
    capabilities: bool = True
    """Whether GetCACaps is answered; else it gets 404, as of servers that are older than the operation."""
    shadow_from: float | None = None
    """When the shadow CA certificate exists, from the capture's begin; before, GetNextCACert gets 404. None: never."""
    outages: tuple[Outage, ...] = ()
