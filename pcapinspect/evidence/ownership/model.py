"""What is asked about, and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pcapinspect.address import endpoint
from pcapinspect.evidence.configuration_model import CertificateServer, Configuration, Where
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.facts import CA, RA, PkiFacts
from pcapinspect.pki.timers import DAY


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

    @property
    def answers(self) -> bool:
        """It answered PKI requests in the capture."""
        return self.facts.messages > 0


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
    ca_answers: bool = False
    """The CA itself has the address at which the clients enrol: no RA stands before it."""

    @property
    def above_told(self) -> tuple[str, ...]:
        """Of each certificate server above the issuing one, its own rollover."""
        return tuple(
            f"{server.name} ({at(server.where)}) stands above the CA that issues to routers; its own rollover: "
            f"{_rollover(server)}."
            for server in self.above
        )

    @property
    def traffic_alone(self) -> bool:
        """Nothing that was given is tied to the server."""
        return not self.belongs


@dataclass(slots=True)
class Ledger:
    """Where each piece is entered, on one side or the other."""

    belongs: list[Tie] = field(default_factory=list)
    foreign: list[Tie] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def tie(self, piece: str, where: Where, reason: str) -> None:
        self.belongs.append(Tie(piece, where, reason))

    def reject(self, piece: str, where: Where, reason: str) -> None:
        self.foreign.append(Tie(piece, where, reason))

    @staticmethod
    def in_order(ties: Iterable[Tie]) -> tuple[Tie, ...]:
        return tuple(sorted(ties, key=lambda tie: (tie.where.path, tie.where.line, tie.piece)))


def _rollover(server: CertificateServer) -> str:
    if server.auto_rollover:
        return "auto-rollover" + ("" if server.overlap is None else f" {server.overlap / DAY:g} days before its end")
    return "none, for the whole block has no auto-rollover" if server.whole else "not known"


def device_of(where: Where) -> str:
    """One name a device: prompt and `hostname` may differ in case and domain; lines without a name are their file's."""
    return f"file {where.path}" if where.device is None else where.device.partition(".")[0].casefold()


def at(where: Where) -> str:
    """Where it stands, in words."""
    return f"{where.path}:{where.line}"


def issuing_certificate(facts: PkiFacts) -> Certificate | None:
    """The CA certificate of the traffic that counts: the one that issued routers' certificates, else the lowest."""
    seen = [s.certificate for s in facts.certificates if s.role == CA]
    issuers = {r.certificate.issuer for r in facts.requesters if r.renewal}
    issuers |= {s.certificate.issuer for s in facts.certificates if s.role == RA}
    above = {c.issuer for c in seen if not c.self_signed}
    ranked = sorted(seen, key=lambda c: (c.subject not in issuers, c.subject in above, -c.not_after, c.fingerprint))
    return ranked[0] if ranked else None
