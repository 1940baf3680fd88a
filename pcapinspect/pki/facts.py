"""What the PKI traffic says beyond single exchanges: certificates, capabilities, requesters, transactions.

`PkiFacts` is what findings and reports read; `FactsGathering` collects it while the exchanges go by.
"""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pcapinspect.columns import MISSING
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.scep import CERT_POLL, PENDING, ScepMessage

MOST_KEPT = 50_000
"""Of each kind. Beyond it a capture is counted on, but no new certificate, requester or transaction is kept."""

CA, RA, SHADOW = "ca", "ra", "shadow"
"""What a server's certificate is: the CA's, another that answers for it, or the next CA's."""


CapsAnswer = tuple[int, tuple[str, ...], str | None]
"""HTTP code, keywords and CA identifier of an answer to GetCACaps."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was seen."""

    connection: int
    file: int
    frame: int
    """Of the first byte of the message."""
    time: int
    """Nanoseconds. Like `file` and `frame` MISSING where the capture does not have the message's first byte."""

    @property
    def order(self) -> tuple[bool, int, int, int, int]:
        """Sorts places by time, those without one after all others."""
        return self.time == MISSING, self.time, self.file, self.frame, self.connection


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A certificate that a server gave out or signed a CertRep with."""

    certificate: Certificate
    role: str
    """CA, RA or SHADOW."""
    ca_identifier: str | None
    """The label under which it was first asked for."""
    first: Place
    count: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One kind of answer to GetCACaps. An error is legitimate: it means none (RFC 8894, 3.5.2)."""

    status: int
    keywords: tuple[str, ...]
    ca_identifier: str | None
    first: Place
    count: int


@dataclass(frozen=True, slots=True)
class Requester:
    """A key that signed requests: a router, also when it is one of many behind an address."""

    certificate: Certificate
    first: Place
    messages: int

    @property
    def renewal(self) -> bool:
        """Signed with a certificate that a CA issued; on first enrolment a router signs with one of its own.

        A first enrolment that is signed with a manufacturer's certificate looks like a renewal: its issuer tells.
        """
        return not self.certificate.self_signed


@dataclass(frozen=True, slots=True)
class Transaction:
    """All messages of one transaction ID: with IOS, one key of one router."""

    transaction_id: str
    requests: tuple[tuple[int, int], ...]
    """(messageType, count), by type."""
    answers: tuple[tuple[int, int], ...]
    """(pkiStatus, count), by status."""
    fail_info: int | None
    """Of the last answer that had one."""
    fail_info_text: str | None
    first: Place
    last: int
    """Nanoseconds of the last request, or MISSING."""

    @property
    def polls(self) -> int:
        """How often it asked again for a certificate that was not granted yet."""
        return dict(self.requests).get(CERT_POLL, 0)

    @property
    def pending(self) -> int:
        return dict(self.answers).get(PENDING, 0)


@dataclass(frozen=True, slots=True)
class PkiFacts:
    """Each tuple in order of first sight."""

    certificates: tuple[ServerCertificate, ...] = ()
    capabilities: tuple[Capabilities, ...] = ()
    requesters: tuple[Requester, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    messages: int = 0
    """SCEP messages and CA answers that were decoded."""
    unread: int = 0
    """Messages that were there and could not be decoded: damaged, cut or not what they should be."""
    damaged_certificates: int = 0
    not_kept: int = 0
    """Sightings beyond MOST_KEPT."""

    def of_role(self, role: str) -> tuple[Certificate, ...]:
        return tuple(seen.certificate for seen in self.certificates if seen.role == role)


@dataclass(slots=True)
class _Talk:
    """A transaction while it is collected."""

    first: Place
    last: int = MISSING
    requests: dict[int, int] = field(default_factory=dict)
    answers: dict[int, int] = field(default_factory=dict)
    fail_info: int | None = None
    fail_info_text: str | None = None
    failed: Place | None = None
    """Where `fail_info` was seen."""


Seen = TypeVar("Seen", ServerCertificate, Capabilities, Requester)


class FactsGathering:
    """Collects facts, the same in whatever order they come; of more than MOST_KEPT, those that come first are kept."""

    def __init__(self) -> None:
        self.messages = 0
        self.unread = 0
        self.damaged_certificates = 0
        self._not_kept = 0
        self._certificates: dict[tuple[str, str], ServerCertificate] = {}
        self._capabilities: dict[CapsAnswer, Capabilities] = {}
        self._requesters: dict[str, Requester] = {}
        self._talks: dict[str, _Talk] = {}

    def server_certificate(self, certificate: Certificate, role: str, label: str | None, place: Place) -> None:
        key = (certificate.fingerprint, role)
        seen = self._certificates.get(key)
        if seen is not None:
            seen = replace(seen, count=seen.count + 1)
            earlier = place.order < seen.first.order
            self._certificates[key] = replace(seen, first=place, ca_identifier=label) if earlier else seen
        elif self._room(self._certificates):
            self._certificates[key] = ServerCertificate(certificate, role, label, place, 1)

    def capabilities(self, answer: CapsAnswer, place: Place, count: int) -> None:
        """`count` such answers, the first of them at `place`."""
        seen = self._capabilities.get(answer)
        if seen is not None:
            self._capabilities[answer] = replace(seen, first=_first(seen.first, place), count=seen.count + count)
        elif self._room(self._capabilities):
            self._capabilities[answer] = Capabilities(*answer, place, count)

    def request(self, message: ScepMessage, place: Place) -> None:
        if message.signer is not None:
            key = message.signer.fingerprint
            seen = self._requesters.get(key)
            if seen is not None:
                self._requesters[key] = replace(seen, first=_first(seen.first, place), messages=seen.messages + 1)
            elif self._room(self._requesters):
                self._requesters[key] = Requester(message.signer, place, 1)
        talk = self._talk(message, place)
        if talk is not None:
            talk.last = max(talk.last, place.time)
            if message.message_type is not None:
                talk.requests[message.message_type] = talk.requests.get(message.message_type, 0) + 1

    def answer(self, message: ScepMessage, place: Place) -> None:
        talk = self._talk(message, place)
        if talk is None:
            return
        if message.status is not None:
            talk.answers[message.status] = talk.answers.get(message.status, 0) + 1
        if message.fail_info is not None and (talk.failed is None or _late(place) >= _late(talk.failed)):
            talk.fail_info, talk.fail_info_text, talk.failed = message.fail_info, message.fail_info_text, place

    def facts(self) -> PkiFacts:
        return PkiFacts(
            certificates=_by_first(self._certificates),
            capabilities=_by_first(self._capabilities),
            requesters=_by_first(self._requesters),
            transactions=tuple(
                Transaction(
                    transaction_id=name,
                    requests=tuple(sorted(talk.requests.items())),
                    answers=tuple(sorted(talk.answers.items())),
                    fail_info=talk.fail_info,
                    fail_info_text=talk.fail_info_text,
                    first=talk.first,
                    last=talk.last,
                )
                for name, talk in sorted(self._talks.items(), key=lambda item: (item[1].first.order, item[0]))
            ),
            messages=self.messages,
            unread=self.unread,
            damaged_certificates=self.damaged_certificates,
            not_kept=self._not_kept,
        )

    def _talk(self, message: ScepMessage, place: Place) -> _Talk | None:
        if message.transaction_id is None:
            return None
        talk = self._talks.get(message.transaction_id)
        if talk is None and self._room(self._talks):
            talk = self._talks[message.transaction_id] = _Talk(place)
        if talk is not None:
            talk.first = _first(talk.first, place)
        return talk

    def _room(self, kept: Sized) -> bool:
        if len(kept) < MOST_KEPT:
            return True
        self._not_kept += 1
        return False


def _first(one: Place, other: Place) -> Place:
    return min(one, other, key=lambda place: place.order)


def _late(place: Place) -> tuple[int, tuple[bool, int, int, int, int]]:
    """Sorts places by time, those without one before all others: what they hold is never known to be the last."""
    return place.time, place.order


def _by_first(seen: dict[Any, Seen]) -> tuple[Seen, ...]:
    """In order of first sight; what one message showed first, by what it is known by."""
    return tuple(fact for _, fact in sorted(seen.items(), key=lambda item: (item[1].first.order, repr(item[0]))))
