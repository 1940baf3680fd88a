"""Exchanges -> operations: what was asked of `pkiclient.exe`, and what SCEP said in clear about it.

Only what can hold something is decoded: bodies of PKIOperation, and answers to the three Get operations. A storm of
GetNextCACert that gets 404 costs one look into a dictionary an exchange.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from functools import lru_cache

import numpy as np

from pcapinspect.columns import MISSING, Int64, Text, constant
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges
from pcapinspect.labels import number_labels
from pcapinspect.pki.ber import BerError
from pcapinspect.pki.certificates import Certificate, read_certificate
from pcapinspect.pki.facts import CA, RA, SHADOW, CapsAnswer, FactsGathering, PkiFacts, Place
from pcapinspect.pki.operations import Operations
from pcapinspect.pki.pkiclient import PKI_OPERATION, classify, message_of
from pcapinspect.pki.scep import ScepMessage, SignedData, read_signed_data, unwrap

_ARMOUR = re.compile(rb"\s*(?:-----BEGIN [A-Z0-9 ]{1,40}-----)?(?P<text>\s*MI[A-Za-z0-9+/=\s]+)(?:-----END|$)")
"""PEM, or its base64 alone; DER of a certificate in base64 begins with MI."""

_LONGEST_REMEMBERED_URI = 512
"""Characters. A longer one carries a PKIOperation's message, and hardly comes twice."""

_LONGEST_REMEMBERED_MESSAGE = 8192
"""Bytes. Enrolments and CA certificates have 1 to 4 kB."""

_REMEMBERED = 4096
"""Distinct URIs, or messages, that are remembered; repeated polls and CA certificates come in thousands."""

_OK = 200

_CAPS = "GetCACaps"


class PkiReader:
    """Reads chunks of exchanges in any order. Never raises for what is in them."""

    def __init__(self) -> None:
        self._gathering = FactsGathering()
        self._classified: dict[tuple[str | None, str | None], tuple[str | None, str | None]] = {}
        self._decoded: dict[bytes, SignedData | None] = {}

    def read(self, exchanges: Exchanges, bodies: ExchangeBodies) -> Operations:
        """Operations parallel to the exchanges of this chunk."""
        rows = len(exchanges)
        operation, label = self._named(exchanges.method, exchanges.uri)
        codes = exchanges.status
        is_pki, is_caps = operation == PKI_OPERATION, operation == _CAPS
        unsaid = np.copy if is_pki.any() else np.asarray  # copies can be written to
        transaction, signer = (unsaid(constant(None, rows, "O")) for _ in range(2))
        message_type, status, fail_info, self_signed = (unsaid(constant(MISSING, rows, "i8")) for _ in range(4))
        holds = is_pki | (is_caps & (codes != MISSING)) | ((operation != None) & (codes == _OK))  # noqa: E711
        answers: dict[CapsAnswer, list[int]] = {}
        for row in np.flatnonzero(holds).tolist():
            if is_pki[row]:
                request, reply = self._pki_operation(exchanges, bodies, row)
                transaction[row] = request.transaction_id or reply.transaction_id
                message_type[row] = _number(request.message_type)
                status[row] = _number(reply.status)
                fail_info[row] = _number(reply.fail_info)
                if request.signer is not None:
                    signer[row] = request.signer.subject
                    self_signed[row] = int(request.signer.self_signed)
            elif is_caps[row]:
                answer = _caps_answer(int(codes[row]), bodies.response[row], label[row])
                answers.setdefault(answer, []).append(row)
            else:
                self._get_certificates(operation[row], label[row], bodies.response[row], _answered(exchanges, row))
        for answer, of in answers.items():
            first = min((_answered(exchanges, row) for row in of), key=lambda place: place.order)
            self._gathering.capabilities(answer, first, len(of))
        return Operations(
            operation=operation,
            ca_identifier=label,
            scep_message_type=message_type,
            scep_status=status,
            scep_fail_info=fail_info,
            transaction_id=transaction,
            signer_subject=signer,
            signer_self_signed=self_signed,
        )

    def facts(self) -> PkiFacts:
        """What was gathered from all chunks so far."""
        return self._gathering.facts()

    def _named(self, methods: Text, uris: Text) -> tuple[Text, Text]:
        """The operation and the CA identifier of each row; what is asked alike is looked at once."""
        method, names = number_labels(methods)
        uri, asked = number_labels(uris)
        pairs, place = np.unique(method * len(asked) + uri, return_inverse=True)
        found = [self._classify(names[pair // len(asked)], asked[pair % len(asked)]) for pair in pairs.tolist()]
        if len(found) == 1:
            operation, label = (constant(name, len(place), "O") for name in found[0])
            return operation, label
        operation, label = np.array(found, dtype=object).reshape(-1, 2).T
        return operation[place], label[place]

    def _classify(self, method: str | None, uri: str | None) -> tuple[str | None, str | None]:
        if method is None or uri is None:
            return None, None
        if len(uri) > _LONGEST_REMEMBERED_URI:
            return classify(method, uri)
        known = self._classified.get((method, uri))
        if known is None:
            if len(self._classified) >= _REMEMBERED:
                self._classified.clear()
            known = self._classified[method, uri] = classify(method, uri)
        return known

    def _pki_operation(self, exchanges: Exchanges, bodies: ExchangeBodies, row: int) -> tuple[ScepMessage, ScepMessage]:
        """Request and reply; the empty message where there is none or it cannot be read."""
        sent = bodies.request[row] or unwrap(message_of(exchanges.uri[row]) or b"")
        request = self._message(sent)
        if request is not None:
            self._gathering.request(request.message, _asked(exchanges, row))
        reply = self._message(bodies.response[row]) if exchanges.status[row] == _OK else None
        if reply is not None:
            place = _answered(exchanges, row)
            self._gathering.answer(reply.message, place)
            if reply.message.signer is not None:
                self._server_certificates((reply.message.signer,), None, place)
        return request.message if request else ScepMessage(), reply.message if reply else ScepMessage()

    def _get_certificates(self, operation: str, label: str | None, body: bytes | None, place: Place) -> None:
        """The answer to GetCACert (one certificate, or several in a SignedData) or GetNextCACert."""
        if not body:
            return
        body = binary(body)
        if operation == "GetNextCACert":
            outer = self._message(body)
            if outer is not None:
                self._server_certificates(outer.certificates, label, place)
                inner = self._message(outer.content) if outer.content else None
                for certificate in inner.certificates if inner else ():
                    self._gathering.server_certificate(certificate, SHADOW, label, place)
        elif operation in ("GetCACert", "GetCACertChain"):
            try:
                single = read_certificate(body)
            except BerError:
                several = self._message(body)
                self._server_certificates(several.certificates if several else (), label, place)
            else:
                self._gathering.messages += 1
                self._server_certificates((single,), label, place)

    def _server_certificates(self, certificates: tuple[Certificate, ...], label: str | None, place: Place) -> None:
        for certificate in certificates:
            self._gathering.server_certificate(certificate, CA if certificate.authority else RA, label, place)

    def _message(self, encoded: bytes | None) -> SignedData | None:
        if not encoded:
            return None
        if encoded in self._decoded:
            decoded = self._decoded[encoded]
        else:
            try:
                decoded = read_signed_data(encoded)
            except BerError:
                decoded = None
            if len(self._decoded) >= _REMEMBERED:
                self._decoded.clear()
            if len(encoded) <= _LONGEST_REMEMBERED_MESSAGE:
                self._decoded[encoded] = decoded
        if decoded is None:
            self._gathering.unread += 1
        else:
            self._gathering.messages += 1
            self._gathering.damaged_certificates += decoded.damaged_certificates
        return decoded


@lru_cache(maxsize=64)
def _keywords(body: bytes) -> tuple[str, ...]:
    """The words of a GetCACaps answer, which CRLF or LF part (RFC 8894, 3.5.2)."""
    words = body.decode("ascii", "replace").split()
    return tuple(sorted({word for word in words if word.isprintable() and len(word) <= 40}))


def _caps_answer(code: int, body: bytes | None, label: str | None) -> CapsAnswer:
    return code, _keywords(body[:4096]) if code == _OK and body is not None else (), label


def _number(value: int | None) -> int:
    return MISSING if value is None else value


def _asked(exchanges: Exchanges, row: int) -> Place:
    return _place(row, exchanges.connection, exchanges.request_file, exchanges.request_frame, exchanges.request_time)


def _answered(exchanges: Exchanges, row: int) -> Place:
    return _place(row, exchanges.connection, exchanges.response_file, exchanges.response_frame, exchanges.response_time)


def _place(row: int, connection: Int64, file: Int64, frame: Int64, time: Int64) -> Place:
    return Place(int(connection[row]), int(file[row]), int(frame[row]), int(time[row]))


def binary(body: bytes) -> bytes:
    """DER of a certificate that a server gives as text: RFC 8894 has it binary, some send PEM."""
    armoured = _ARMOUR.match(body)
    if armoured is None:
        return body
    try:
        return b64decode(b"".join(armoured["text"].split()), validate=True)
    except Error:
        return body
