"""Certificate servers that were given: which issues to the clients, which is the RA before it, which stands above."""

from __future__ import annotations

from dataclasses import dataclass, field

from pcapinspect.clock import SECOND
from pcapinspect.evidence.configuration_model import (
    CertificateServer,
    Configuration,
    ConfiguredCertificate,
    ServerStatus,
    Trustpoint,
    Where,
)
from pcapinspect.evidence.names import endpoint_of, same_name
from pcapinspect.evidence.ownership.model import Inquiry, Ledger, at, device_of, issuing_certificate
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.timers import DAY

_SAME_LIFE = DAY
"""Seconds by which a certificate's life may differ from the configured one."""


@dataclass(slots=True)
class Server:
    """A certificate server: its configuration, its show output, its device."""

    name: str
    device: str
    where: Where
    config: CertificateServer | None = None
    status: ServerStatus | None = None
    addresses: frozenset[str] = frozenset()
    port: int | None = None
    """Of its HTTP server, where that is configured."""
    chain: tuple[Certificate, ...] = ()
    ties: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    has_below: bool = False
    """Another CA that was given gets its certificate here."""

    @property
    def mode(self) -> str:
        """`ca`, `ra` or `sub-cs`."""
        if self.status is not None and (self.status.ra or self.status.subordinate):
            return "ra" if self.status.ra else "sub-cs"
        return self.config.mode if self.config is not None else "ca"

    @property
    def issuer_name(self) -> str | None:
        """As it says itself."""
        said = (self.config.issuer_name if self.config else None) or (self.status.issuer_name if self.status else None)
        return said or next((c.subject for c in self.chain), None)

    @property
    def subject(self) -> str:
        """Its name; the default of IOS is the server's."""
        return self.issuer_name or f"CN={self.name}"

    @property
    def piece(self) -> str:
        return f"certificate server {self.name}"


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """What was chosen of them."""

    ca: Server | None
    ra: Server | None
    above: tuple[Server, ...]
    every: tuple[Server, ...]

    @property
    def chosen(self) -> tuple[Server, ...]:
        return tuple(server for server in (self.ca, self.ra) if server is not None)


def is_current_ca(held: ConfiguredCertificate) -> bool:
    """Whether it is a CA certificate that is in force: neither the next one, nor one that HTTPS made."""
    return held.certificate.authority and "rollover" not in held.kind and "self-signed" not in held.kind


def choose_servers(given: Configuration, inquiry: Inquiry, ledger: Ledger) -> Hierarchy:
    """Tie certificate servers; at most one CA and one RA are chosen, none where nothing tells which."""
    every = _gather(given)
    ra = _choose_ra([server for server in every if server.mode == "ra"], inquiry, ledger)
    authorities = [server for server in every if server.mode != "ra"]
    asking = [t for t in given.trustpoints if _asks(t, ra, every, inquiry)]
    for server in authorities:
        _weigh_identity(server, asking, given, inquiry)
        _weigh_places(server, ra, asking, given, inquiry)
        server.has_below = _has_below(server, authorities, given)
    called = {t.name.casefold() for t in given.trustpoints if not any(is_own(t, server) for server in every)}
    ca, above = _choose_ca(authorities, called, ledger)
    return Hierarchy(ca, ra, tuple(above), tuple(every))


def addresses_of(given: Configuration) -> dict[str, frozenset[str]]:
    """Of each device that has a name; of lines without one, by their file."""
    found: dict[str, frozenset[str]] = {}
    for device in given.devices:
        for path in device.paths:
            key = device_of(Where(path, 0, device.name))
            found[key] = found.get(key, frozenset()) | frozenset(device.addresses)
    return found


def _gather(given: Configuration) -> list[Server]:
    """Configuration and show output of one server are one, by name and device."""
    found: dict[tuple[str, str], Server] = {}
    ports = {device_of(h.where): h.port for h in given.http if h.port is not None}
    for config in given.servers:
        key = device_of(config.where)
        found[key, config.name] = Server(config.name, key, config.where, config=config)
    for status in given.server_statuses:
        key = device_of(status.where)
        namesakes = [server for server in found.values() if server.name == status.name]
        if (key, status.name) not in found and status.where.device is None and len(namesakes) == 1:
            key = namesakes[0].device
        found.setdefault((key, status.name), Server(status.name, key, status.where)).status = status
    addresses = addresses_of(given)
    for server in found.values():
        server.addresses = addresses.get(server.device, frozenset())
        server.port = ports.get(server.device)
        server.chain = tuple(
            c.certificate
            for c in given.certificates
            if c.trustpoint == server.name and device_of(c.where) == server.device and is_current_ca(c)
        )
    return sorted(found.values(), key=lambda server: (server.device, server.name))


def _choose_ra(candidates: list[Server], inquiry: Inquiry, ledger: Ledger) -> Server | None:
    """The RA that clients talk to, if there is one."""
    here = [server for server in candidates if inquiry.ip in server.addresses]
    left = here or [server for server in candidates if inquiry.ip is None or not server.addresses]
    chosen = left[0] if len(left) == 1 else None
    for server in candidates:
        if server is chosen:
            reason = f"it has the address {inquiry.ip}" if here else "it is the only RA that was given"
            ledger.tie(server.piece, server.where, reason)
        else:
            ledger.reject(server.piece, server.where, "another RA, or nothing tells which RA is asked")
    return chosen


def _choose_ca(candidates: list[Server], called: set[str], ledger: Ledger) -> tuple[Server | None, list[Server]]:
    """The CA that issues to the clients, and those above it. `called`: names of the clients' trustpoints."""
    possible = [s for s in candidates if s.ties] or [s for s in candidates if not s.against]
    low = [s for s in possible if s.mode == "sub-cs"] or possible
    low = [s for s in low if not s.has_below] or low
    if len(low) > 1 and len(namesakes := [s for s in low if s.name.casefold() in called]) == 1:
        low = namesakes
        low[0].ties.append("clients call their trustpoint by its name, and no other's")
    chosen = low[0] if len(low) == 1 else None
    below = any(s.mode == "sub-cs" for s in low)
    above = [s for s in candidates if below and s not in low and not s.ties and (s.mode == "ca" or s.has_below)]
    for server in candidates:
        if server is chosen:
            reason = "; ".join(server.ties) or "the only certificate server that issues to routers"
            ledger.tie(server.piece, server.where, reason)
            if server.ties:
                ledger.conflicts += [f"{at(server.where)}: {r}, and yet {server.ties[0]}." for r in server.against]
        elif server in above:
            reason = "it stands above the CA that issues to routers; its rollover is its own"
            ledger.reject(server.piece, server.where, reason)
        else:
            reason = "several certificate servers were given, and nothing tells which one is asked"
            ledger.reject(server.piece, server.where, "; ".join(server.against) or reason)
    return chosen, above


def _weigh_identity(server: Server, asking: list[Trustpoint], given: Configuration, inquiry: Inquiry) -> None:
    """Keys, names and lifetimes, held against the captured CA certificate, else against those that clients hold."""
    captured = issuing_certificate(inquiry.facts)
    if inquiry.ip is not None and inquiry.ip in server.addresses:
        server.ties.append(f"it has the address {inquiry.ip}")
    if captured is None:
        holding = [t for t in asking if same_name(issuer_of(t, given), server.subject)]
        if holding:
            server.ties.append(f"trustpoint {holding[0].name} at {at(holding[0].where)} holds its certificate")
        return
    if any(c.fingerprint == captured.fingerprint for c in server.chain):
        server.ties.append(f"its chain holds the captured CA certificate {captured.serial}")
    same = same_name(server.subject, captured.subject)
    if same:
        server.ties.append(f"its name is that of the captured CA certificate, {captured.subject}")
    elif same is False and server.issuer_name is not None:
        told = f"its issuer is {server.issuer_name}, the captured certificate is of {captured.subject}"
        server.against.append(told)
    life = (captured.not_after - captured.not_before) // SECOND
    configured = server.config.lifetime_ca if server.config else None
    if configured is not None and abs(configured - life) > _SAME_LIFE:
        told = f"its CA certificates live {configured / DAY:g} days, the captured one lives {life / DAY:g}"
        server.against.append(told)


def _weigh_places(
    server: Server, ra: Server | None, asking: list[Trustpoint], given: Configuration, inquiry: Inquiry
) -> None:
    """Addresses and ports, held against enrolment URLs and the server's own address."""
    behind = ra is not None or any(t.ra and enrols_at(t) == inquiry.ip for t in given.trustpoints)
    met = sorted({host for t in asking if (host := enrols_at(t)) in server.addresses and host is not None})
    if met:
        who = "trustpoints enrol" if inquiry.ip is None else "the RA enrols"
        server.ties.append(f"{who} at its address {met[0]}")
    if inquiry.ip is None or behind:
        return
    if server.addresses and inquiry.ip not in server.addresses:
        server.against.append(f"none of its addresses ({', '.join(sorted(server.addresses)[:3])}) is {inquiry.ip}")
    if server.port is not None and server.port != inquiry.port:
        server.against.append(f"its HTTP server listens on port {server.port}, and not on {inquiry.port}")


def _asks(trustpoint: Trustpoint, ra: Server | None, every: list[Server], inquiry: Inquiry) -> bool:
    """Whether it enrols at the CA: the RA's own does, and without a capture a client's does."""
    if ra is not None and is_own(trustpoint, ra):
        return True
    return inquiry.ip is None and not any(is_own(trustpoint, server) for server in every)


def _has_below(server: Server, authorities: list[Server], given: Configuration) -> bool:
    """Whether another CA that was given enrols at its address."""
    return any(
        enrols_at(t) in server.addresses
        for other in authorities
        if other is not server
        for t in given.trustpoints
        if is_own(t, other)
    )


def is_own(trustpoint: Trustpoint, server: Server) -> bool:
    """Whether it is the server's own, through which an RA or sub-CA gets its certificate: it has the server's name.

    A root signs its certificate itself: what enrols elsewhere is a client's, in a text that names no device.
    """
    if trustpoint.name != server.name or device_of(trustpoint.where) != server.device:
        return False
    return server.mode != "ca" or trustpoint.enrollment_url is None or trustpoint.where.device is not None


def enrols_at(trustpoint: Trustpoint) -> str | None:
    """Host of its enrolment URL."""
    end = endpoint_of(trustpoint.enrollment_url) if trustpoint.enrollment_url else None
    return end[0] if end else None


def issuer_of(trustpoint: Trustpoint, given: Configuration) -> str | None:
    """The name of the CA below which a device enrolled a trustpoint: its own certificate tells, else the CA's."""
    device = device_of(trustpoint.where)
    certificates = [
        held
        for held in given.certificates
        if held.trustpoint == trustpoint.name and device_of(held.where) == device and "rollover" not in held.kind
    ]
    shown = [
        one
        for one in given.shown_certificates
        if trustpoint.name in one.trustpoints and device_of(one.where) == device and not one.rollover
    ]
    names = [held.certificate.issuer for held in certificates if not held.certificate.authority]
    names += [one.issuer for one in shown if one.role == "router" and one.issuer is not None]
    names += [held.certificate.subject for held in certificates if is_current_ca(held)]
    names += [one.subject for one in shown if one.role in ("sub-ca", "ca") and one.subject is not None]
    return names[0] if names else None
