"""Whose is what was given? Configuration, show output and certificates, tied to the server that is asked about.

A device's configuration holds certificates of several hierarchies, and people give files of several devices. Each piece
is tied to the CA under inquiry for a reason that is told, or is listed as not belonging, with why; what is not tied is
not used. Firm reasons are an address, a key, a name that certificates prove, an enrolment URL. Where none is there, and
nothing speaks against it, the only piece of its kind is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pcapinspect.address import endpoint
from pcapinspect.clock import SECOND, iso
from pcapinspect.evidence.configuration_model import (
    CertificateServer,
    Configuration,
    ConfiguredCertificate,
    ServerStatus,
    ShownCertificate,
    Trustpoint,
    Where,
)
from pcapinspect.evidence.names import endpoint_of, is_address, same_name
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.facts import CA, PkiFacts
from pcapinspect.pki.timers import DAY

_WELL_KNOWN = ("TP-self-signed", "SLA-TrustPoint", "CISCO_IDEVID_SUDI", "Trustpool", "CISCO_IDEVID", "ActiveDirectory")
"""Trustpoints that IOS makes by itself: HTTPS, licensing, the manufacturer's identity, the bundle of public CAs."""

_SAME_LIFE = DAY
"""Seconds by which a certificate's life may differ from the configured one."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The server that is asked about, as its traffic shows it. Without a capture everything is empty."""

    ip: str | None = None
    port: int | None = None
    hosts: frozenset[str] = frozenset()
    """HTTP Host headers that clients sent to it, in lower case, without port."""
    labels: frozenset[str] = frozenset()
    """CA identifiers that it was asked for; IOS sends the name of its trustpoint."""
    facts: PkiFacts = field(default_factory=PkiFacts)
    """Of its exchanges."""

    @property
    def name(self) -> str:
        return "the CA" if self.ip is None or self.port is None else endpoint(self.ip, self.port)


@dataclass(frozen=True, slots=True)
class Tie:
    """One piece, and why it belongs, or does not."""

    piece: str
    """Like `certificate server CA`."""
    where: Where
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """What belongs to the server under inquiry."""

    configuration: Configuration
    """Only what belongs: at most one issuing CA and one RA, the clients' trustpoints, their certificates."""
    ca_name: str | None = None
    """Distinguished name of the issuing CA."""
    belongs: tuple[Tie, ...] = ()
    foreign: tuple[Tie, ...] = ()
    above: tuple[CertificateServer, ...] = ()
    """Certificate servers above the issuing one, the root among them: their rollover is their own."""
    conflicts: tuple[str, ...] = ()
    """Sources that contradict each other."""

    @property
    def traffic_alone(self) -> bool:
        """Nothing that was given is tied to the server."""
        return not self.belongs


@dataclass(slots=True)
class _Server:
    """A certificate server: its configuration, its show output, its device."""

    name: str
    device: str
    where: Where
    config: CertificateServer | None = None
    status: ServerStatus | None = None
    addresses: frozenset[str] = frozenset()
    port: int | None = None
    chain: tuple[Certificate, ...] = ()
    ties: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)

    @property
    def mode(self) -> str:
        if self.status is not None and (self.status.ra or self.status.subordinate):
            return "ra" if self.status.ra else "sub-cs"
        return self.config.mode if self.config is not None else "ca"

    @property
    def issuer_name(self) -> str | None:
        """As it says itself; the default of IOS is the server's name."""
        said = (self.config.issuer_name if self.config else None) or (self.status.issuer_name if self.status else None)
        own = next((c.subject for c in self.chain), None)
        return said or own

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.issuer_name, f"CN={self.name}")))

    @property
    def piece(self) -> str:
        return f"certificate server {self.name}"


def own(configuration: Configuration | None, inquiry: Inquiry | None = None) -> Ownership:
    """Tie what was given to the server under inquiry. The order of files makes no difference."""
    if configuration is None:
        return Ownership(configuration=Configuration())
    return _Tying(configuration, inquiry or Inquiry()).result()


def issuing_certificate(facts: PkiFacts) -> Certificate | None:
    """The CA certificate of the traffic that counts: the one that issued routers' certificates, else the lowest."""
    seen = [s.certificate for s in facts.certificates if s.role == CA]
    issuers = {r.certificate.issuer for r in facts.requesters if r.renewal}
    issuers |= {s.certificate.issuer for s in facts.certificates if s.role == "ra"}
    above = {c.issuer for c in seen if not c.self_signed}
    ranked = sorted(seen, key=lambda c: (c.subject not in issuers, c.subject in above, -c.not_after, c.fingerprint))
    return ranked[0] if ranked else None


def _key(where: Where) -> str:
    """One name a device: prompt and `hostname` may differ in case and domain; lines without a name are their file's."""
    return f"file {where.path}" if where.device is None else where.device.partition(".")[0].casefold()


class _Tying:
    """The steps, in order: servers, then clients, then certificates and what stands beside them."""

    def __init__(self, configuration: Configuration, inquiry: Inquiry) -> None:
        self.given, self.inquiry = configuration, inquiry
        self.captured = issuing_certificate(inquiry.facts)
        self.belongs: list[Tie] = []
        self.foreign: list[Tie] = []
        self.conflicts: list[str] = []
        self.addresses = _addresses(configuration)
        self.servers = self._servers()

    def result(self) -> Ownership:
        ra = self._choose_ra()
        ca, above = self._choose_ca(ra)
        chosen = [server for server in (ca, ra) if server is not None]
        trustpoints = self._trustpoints(chosen)
        name = self._ca_name(ca, trustpoints)
        shown, configured = self._certificates(name, chosen, trustpoints)
        kept = self._kept(chosen, trustpoints)
        self._contradictions(ca)
        return Ownership(
            configuration=replace(kept, shown_certificates=shown, certificates=configured),
            ca_name=name,
            belongs=tuple(sorted(self.belongs, key=_order)),
            foreign=tuple(sorted(self.foreign, key=_order)),
            above=tuple(server.config for server in above if server.config is not None),
            conflicts=tuple(self.conflicts),
        )

    # servers

    def _servers(self) -> list[_Server]:
        """Configuration and show output of one server are one, by name and device."""
        found: dict[tuple[str, str], _Server] = {}
        ports = {_key(h.where): h.port for h in self.given.http if h.port is not None}
        for config in self.given.servers:
            key = _key(config.where)
            found[key, config.name] = _Server(config.name, key, config.where, config=config)
        for status in self.given.server_statuses:
            key = _key(status.where)
            namesakes = [server for server in found.values() if server.name == status.name]
            if (key, status.name) not in found and key.startswith("file ") and len(namesakes) == 1:
                key = namesakes[0].device
            found.setdefault((key, status.name), _Server(status.name, key, status.where)).status = status
        for server in found.values():
            server.addresses = self.addresses.get(server.device, frozenset())
            server.port = ports.get(server.device)
            server.chain = tuple(
                c.certificate
                for c in self.given.certificates
                if c.trustpoint == server.name and _key(c.where) == server.device and _is_current_ca(c)
            )
        return sorted(found.values(), key=lambda server: (server.device, server.name))

    def _choose_ra(self) -> _Server | None:
        """The RA that clients talk to, if there is one."""
        candidates = [server for server in self.servers if server.mode == "ra"]
        here = [server for server in candidates if self.inquiry.ip in server.addresses]
        away = [
            server for server in candidates if self.inquiry.ip is not None and server.addresses and server not in here
        ]
        left = here or [server for server in candidates if server not in away]
        chosen = left[0] if len(left) == 1 else None
        for server in candidates:
            if server is chosen:
                reason = f"it has the address {self.inquiry.ip}" if here else "it is the only RA that was given"
                self._tie(server.piece, server.where, reason)
            else:
                self._reject(server.piece, server.where, "another RA, or nothing tells which RA is asked")
        return chosen

    def _choose_ca(self, ra: _Server | None) -> tuple[_Server | None, list[_Server]]:
        candidates = [server for server in self.servers if server.mode != "ra"]
        for server in candidates:
            self._weigh(server, ra)
        tied = [server for server in candidates if server.ties]
        possible = tied or [server for server in candidates if not server.against]
        low = [server for server in possible if server.mode == "sub-cs"] or possible
        chosen = low[0] if len(low) == 1 else None
        above = [
            s for s in candidates if s not in low and low and s.mode == "ca" and not s.ties and low[0].mode == "sub-cs"
        ]
        for server in candidates:
            if server is chosen:
                self._tie(
                    server.piece,
                    server.where,
                    _told(server.ties) or "the only certificate server that issues to routers",
                )
                self.conflicts += [
                    f"{_at(server.where)}: {reason}, and yet {server.ties[0]}."
                    for reason in server.against
                    if server.ties
                ]
            elif server in above:
                self._reject(
                    server.piece, server.where, "it stands above the CA that issues to routers; its rollover is its own"
                )
            else:
                self._reject(
                    server.piece,
                    server.where,
                    _told(server.against)
                    or "several certificate servers were given, and nothing tells which one is asked",
                )
        return chosen, above

    def _weigh(self, server: _Server, ra: _Server | None) -> None:
        """What speaks for and against a certificate server."""
        inquiry, captured = self.inquiry, self.captured
        if inquiry.ip is not None and inquiry.ip in server.addresses:
            server.ties.append(f"it has the address {inquiry.ip}")
        if captured is not None:
            if any(c.fingerprint == captured.fingerprint for c in server.chain):
                server.ties.append(f"its chain holds the captured CA certificate {captured.serial}")
            same = same_name(server.issuer_name or f"CN={server.name}", captured.subject)
            if same:
                server.ties.append(f"its name is that of the captured CA certificate, {captured.subject}")
            elif same is False and server.issuer_name is not None:
                server.against.append(
                    f"its issuer is {server.issuer_name}, the captured certificate is of {captured.subject}"
                )
            life = (captured.not_after - captured.not_before) // SECOND
            told = server.config.lifetime_ca if server.config else None
            if told is not None and abs(told - life) > _SAME_LIFE:
                server.against.append(
                    f"its CA certificates live {_days(told)} days, the captured one lives {_days(life)}"
                )
        self._weigh_places(server, ra)

    def _weigh_places(self, server: _Server, ra: _Server | None) -> None:
        """Addresses, ports and URLs."""
        inquiry = self.inquiry
        asked = {
            end[0] for t in self._own_trustpoints(ra) if t.enrollment_url and (end := endpoint_of(t.enrollment_url))
        }
        asked |= {
            end[0]
            for t in self.given.trustpoints
            if inquiry.ip is None and t.enrollment_url and (end := endpoint_of(t.enrollment_url))
        }
        met = sorted(asked & server.addresses)
        if met:
            server.ties.append(
                f"{'the RA enrols' if inquiry.ip is not None else 'trustpoints enrol'} at its address {met[0]}"
            )
        behind = ra is not None or any(t.ra and self._reaches(t) for t in self.given.trustpoints)
        if inquiry.ip is None or behind:
            return
        if server.addresses and inquiry.ip not in server.addresses:
            server.against.append(f"none of its addresses ({', '.join(sorted(server.addresses)[:3])}) is {inquiry.ip}")
        if server.port is not None and server.port != inquiry.port:
            server.against.append(f"its HTTP server listens on port {server.port}, and not on {inquiry.port}")

    def _own_trustpoints(self, server: _Server | None) -> list[Trustpoint]:
        """The trustpoint through which an RA or sub-CA gets its own certificate has the server's name."""
        if server is None:
            return []
        return [t for t in self.given.trustpoints if t.name == server.name and _key(t.where) == server.device]

    # clients

    def _reaches(self, trustpoint: Trustpoint) -> bool:
        end = endpoint_of(trustpoint.enrollment_url) if trustpoint.enrollment_url else None
        return end is not None and end[0] == self.inquiry.ip

    def _trustpoints(self, chosen: list[_Server]) -> tuple[Trustpoint, ...]:
        """Those of clients that enrol at the server."""
        own_names = {(server.device, server.name) for server in self.servers}
        tied: list[Trustpoint] = []
        open_: list[Trustpoint] = []
        for trustpoint in sorted(self.given.trustpoints, key=lambda t: (t.where.path, t.where.line)):
            piece = f"trustpoint {trustpoint.name}"
            if (_key(trustpoint.where), trustpoint.name) in own_names:
                continue
            for_it, against = self._weigh_trustpoint(trustpoint, chosen)
            if for_it is not None:
                self._tie(piece, trustpoint.where, for_it)
                tied.append(trustpoint)
            elif against is not None:
                self._reject(piece, trustpoint.where, against)
            else:
                open_.append(trustpoint)
        return tuple(tied) + self._only_ones(open_, bool(tied))

    def _weigh_trustpoint(self, trustpoint: Trustpoint, chosen: list[_Server]) -> tuple[str | None, str | None]:
        """What ties it, and what speaks against it."""
        inquiry = self.inquiry
        if trustpoint.enrollment_url is None:
            if trustpoint.enrollment is not None or trustpoint.name.startswith(_WELL_KNOWN):
                return None, "it does not enrol over SCEP"
            return (f"the server is asked for {trustpoint.name}" if trustpoint.name in inquiry.labels else None), None
        end = endpoint_of(trustpoint.enrollment_url)
        if end is None:
            return None, None
        host, port = end
        device = _key(trustpoint.where)
        hosts = {host, *(address for name, address in self._hosts(device) if name == host)}
        places = frozenset().union(*(server.addresses for server in chosen)) | {inquiry.ip}
        names = inquiry.hosts | {server.device for server in chosen}
        if hosts & places and (inquiry.port in (None, port) or host != inquiry.ip):
            return f"it enrols at {host}:{port}", None
        if not is_address(host) and (host in names or host.partition(".")[0] in names):
            return f"it enrols at {host}, which clients call this server", None
        name = self._issuer_of(trustpoint)
        wanted = (
            self.captured.subject if self.captured else next((s.issuer_name for s in chosen if s.mode != "ra"), None)
        )
        same = same_name(name, wanted)
        if same:
            return f"its CA certificate is that of {wanted}", None
        if trustpoint.name in inquiry.labels and not is_address(host):
            return f"the server is asked for {trustpoint.name}", None
        if inquiry.ip is not None and is_address(host):
            return None, f"it enrols at {host}:{port}, and not at {inquiry.name}"
        return None, (f"its CA certificate is that of {name}, and not of {wanted}" if same is False else None)

    def _hosts(self, device: str) -> list[tuple[str, str]]:
        return [
            pair
            for d in self.given.devices
            for pair in d.hosts
            if d.name and d.name.partition(".")[0].casefold() == device
        ]

    def _issuer_of(self, trustpoint: Trustpoint) -> str | None:
        """The name of the CA whose certificate the device holds for a trustpoint."""
        device = _key(trustpoint.where)
        for configured in self.given.certificates:
            if (
                configured.trustpoint == trustpoint.name
                and _key(configured.where) == device
                and _is_current_ca(configured)
            ):
                return configured.certificate.subject
        for shown in self.given.shown_certificates:
            if trustpoint.name in shown.trustpoints and _key(shown.where) == device and not shown.rollover:
                name = shown.subject if shown.role == "ca" else shown.issuer
                if name is not None:
                    return name
        return None

    def _only_ones(self, trustpoints: list[Trustpoint], others: bool) -> tuple[Trustpoint, ...]:
        """Those that nothing ties and nothing rules out: taken where all of them enrol at one place."""
        places = {t.enrollment_url and endpoint_of(t.enrollment_url) for t in trustpoints}
        taken = not others and len(places) == 1 and (self.inquiry.ip is None or places == {None})
        for trustpoint in trustpoints:
            piece = f"trustpoint {trustpoint.name}"
            if taken:
                self._tie(piece, trustpoint.where, "no other trustpoint that enrols was given")
            else:
                self._reject(piece, trustpoint.where, f"nothing ties {_place(trustpoint)} to {self.inquiry.name}")
        return tuple(trustpoints) if taken else ()

    def _ca_name(self, ca: _Server | None, trustpoints: tuple[Trustpoint, ...]) -> str | None:
        if self.captured is not None:
            return self.captured.subject
        if ca is not None:
            return ca.issuer_name or f"CN={ca.name}"
        names = {name for t in trustpoints if (name := self._issuer_of(t)) is not None}
        return names.pop() if len(names) == 1 else None

    # certificates, and what stands beside

    def _certificates(
        self, name: str | None, chosen: list[_Server], trustpoints: tuple[Trustpoint, ...]
    ) -> tuple[tuple[ShownCertificate, ...], tuple[ConfiguredCertificate, ...]]:
        mine = {(server.device, server.name) for server in chosen} | {(_key(t.where), t.name) for t in trustpoints}
        shown = []
        for one in self.given.shown_certificates:
            piece = one.kind + (f" ({one.note})" if one.note else "") + (f" {one.serial}" if one.serial else "")
            if self._weigh_certificate(
                piece, one.where, (one.subject, one.issuer), one.trustpoints, name, mine, own=one.role == "self-signed"
            ):
                shown.append(one)
        configured = []
        for held in self.given.certificates:
            names = (held.certificate.subject, held.certificate.issuer)
            piece = f"certificate {held.certificate.serial} of {held.trustpoint or 'a PEM block'}"
            if self._weigh_certificate(
                piece, held.where, names, (held.trustpoint,), name, mine, own="self-signed" in held.kind
            ):
                configured.append(held)
        return tuple(shown), tuple(configured)

    def _weigh_certificate(
        self,
        piece: str,
        where: Where,
        names: tuple[str | None, str | None],
        trustpoints: tuple[str, ...],
        ca_name: str | None,
        mine: set[tuple[str, str]],
        *,
        own: bool,
    ) -> bool:
        """Whether a certificate is of the CA's hierarchy: by its names, else by the trustpoint that holds it."""
        subject, issuer = names
        known = next((t for t in trustpoints if t.startswith(_WELL_KNOWN)), None)
        if own or known:
            self._reject(piece, where, "the device signed it itself" if own else f"{known} is of another hierarchy")
            return False
        same = [same_name(name, ca_name) for name in (issuer, subject) if name is not None]
        held = any((_key(where), t) in mine for t in trustpoints) or any(
            where.device is None and t in {name for _, name in mine} for t in trustpoints
        )
        if any(same):
            self._tie(piece, where, f"it is of, or issued by, {ca_name}")
        elif same and same[0] is False:
            self._reject(piece, where, f"it was issued by {issuer or subject}, and not by {ca_name}")
            return False
        elif held:
            self._tie(piece, where, f"trustpoint {trustpoints[0]} holds it")
        elif any(trustpoints) and mine:
            self._reject(piece, where, f"trustpoint {', '.join(trustpoints)} is not of this CA")
            return False
        else:
            self._tie(piece, where, "nothing speaks against it")
        return True

    def _kept(self, chosen: list[_Server], trustpoints: tuple[Trustpoint, ...]) -> Configuration:
        """What the configuration holds of the chosen devices and trustpoints."""
        given = self.given
        devices = {server.device for server in chosen}
        clients = {_key(t.where) for t in trustpoints} - devices
        answering = self._answering(chosen)
        names = {t.name for t in trustpoints}

        def of_servers(pieces: tuple[Any, ...], of: set[str]) -> tuple[Any, ...]:
            """Of the devices; where none of them is known, of a device that is no client's, if it is the only one."""
            others = {key for piece in pieces if (key := _key(piece.where)) not in clients}
            wanted = of if of or len(others) != 1 else others
            return tuple(piece for piece in pieces if _key(piece.where) in wanted)

        foreign = {server.device for server in self.servers} - devices
        return Configuration(
            files=given.files,
            devices=given.devices,
            servers=tuple(server.config for server in chosen if server.config is not None),
            trustpoints=trustpoints,
            http=of_servers(given.http, answering),
            server_statuses=tuple(server.status for server in chosen if server.status is not None),
            timers=tuple(
                t
                for t in given.timers
                if _key(t.where) not in foreign
                and (not t.group.startswith("PKI") or not names or t.subject in names | {None})
            ),
            trustpoint_statuses=tuple(s for s in given.trustpoint_statuses if s.name in names),
            http_statuses=of_servers(given.http_statuses, answering),
            requests=of_servers(given.requests, devices),
            crls=given.crls,
            counters=given.counters,
            tcp_states=of_servers(given.tcp_states, answering),
        )

    def _answering(self, chosen: list[_Server]) -> set[str]:
        """The devices whose HTTP server clients talk to: that with the address, else the RA's, else the CA's."""
        here = {key for key, addresses in self.addresses.items() if self.inquiry.ip in addresses}
        front = {server.device for server in chosen if server.mode == "ra"}
        return here or front | {server.device for server in chosen}

    def _contradictions(self, ca: _Server | None) -> None:
        """What two sources say differently of one thing."""
        if ca is None or ca.config is None:
            return
        config, status, captured = ca.config, ca.status, self.captured
        if status is not None:
            if status.overlap is not None and config.overlap is not None and status.overlap != config.overlap:
                self.conflicts.append(
                    f"auto-rollover is {_days(config.overlap)} days at {_at(config.where)}, and "
                    f"{_days(status.overlap)} in force at {_at(status.where)}: show output holds."
                )
            if (
                captured is not None
                and status.ca_expiry is not None
                and abs(status.ca_expiry.time - captured.not_after) > DAY * SECOND
            ):
                self.conflicts.append(
                    f"The captured CA certificate ends {iso(captured.not_after, digits=0)}, the one at "
                    f"{_at(status.where)} {iso(status.ca_expiry.time, digits=0)}: the capture holds."
                )
            if status.state is not None and "disabled" in status.state.lower() and self.inquiry.facts.messages:
                self.conflicts.append(
                    f"The server is {status.state} at {_at(status.where)}, and answers in the capture."
                )
        if config.shutdown and self.inquiry.facts.messages:
            self.conflicts.append(
                f"The certificate server is shut down at {_at(config.where)}, and answers in the capture."
            )

    def _tie(self, piece: str, where: Where, reason: str) -> None:
        self.belongs.append(Tie(piece, where, reason))

    def _reject(self, piece: str, where: Where, reason: str) -> None:
        self.foreign.append(Tie(piece, where, reason))


def _addresses(configuration: Configuration) -> dict[str, frozenset[str]]:
    """Of each device that has a name; of lines without one, by their file."""
    found: dict[str, frozenset[str]] = {}
    for device in configuration.devices:
        keys = [_key(Where(path, 0, device.name)) for path in device.paths]
        for key in keys:
            found[key] = found.get(key, frozenset()) | frozenset(device.addresses)
    return found


def _is_current_ca(held: ConfiguredCertificate) -> bool:
    return held.certificate.authority and "rollover" not in held.kind and "self-signed" not in held.kind


def _order(tie: Tie) -> tuple[str, int, str]:
    return tie.where.path, tie.where.line, tie.piece


def _told(reasons: list[str]) -> str:
    return "; ".join(reasons)


def _place(trustpoint: Trustpoint) -> str:
    return trustpoint.enrollment_url or "a trustpoint without an enrolment URL"


def _days(seconds: int) -> str:
    return f"{seconds / DAY:g}"


def _at(where: Where) -> str:
    return f"{where.path}:{where.line}"
