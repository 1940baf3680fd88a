"""SCEP messages (RFC 8894, 3): the signed attributes and certificates of the CMS, which travel in clear.

Nothing is decrypted and no signature is verified.
"""

from __future__ import annotations

import binascii
import hashlib
import string
from dataclasses import dataclass, replace

from pcapinspect.pki.ber import INTEGER, OCTET_STRING, OID, SEQUENCE, SET, BerError, BerReader, Element
from pcapinspect.pki.certificates import Certificate, read_certificate

MAX_MESSAGE = 256 * 1024
"""Bytes. A PKCSReq is 2 to 4 kB, a CertRep with a chain perhaps 20 kB."""

CERT_REP, RENEWAL_REQ, UPDATE_REQ, PKCS_REQ, CERT_POLL, GET_CERT, GET_CRL = 3, 17, 18, 19, 20, 21, 22
"""messageType (RFC 8894, 3.2.1.2; 18 from the drafts)."""

SUCCESS, FAILURE, PENDING = 0, 2, 3
"""pkiStatus (RFC 8894, 3.2.1.3)."""

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SCEP = bytes.fromhex("6086480186f8450109")
"""2.16.840.1.113733.1.9, under which the attributes are."""
_FAIL_INFO_TEXT = bytes.fromhex("2b06010505071801")
_MESSAGE_TYPE, _STATUS, _FAIL_INFO, _TRANSACTION = (_SCEP + bytes([n]) for n in (2, 3, 4, 7))

_BASE64 = (string.ascii_letters + string.digits + "+/").encode()
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class ScepMessage:
    """What one message says of itself; None where it does not say it, or is damaged there."""

    message_type: int | None = None
    status: int | None = None
    fail_info: int | None = None
    fail_info_text: str | None = None
    transaction_id: str | None = None
    signer: Certificate | None = None
    """The certificate in the message that its signer info names."""


@dataclass(frozen=True, slots=True)
class SignedData:
    """The parts of a CMS SignedData (RFC 5652, 5.1) that are in clear."""

    content: bytes
    certificates: tuple[Certificate, ...]
    damaged_certificates: int
    message: ScepMessage


def unwrap(message: bytes) -> bytes:
    """The base64 of a GET PKIOperation's `message`, taken as leniently as servers do.

    IOS breaks it into lines; others leave out the padding, or use the URL's alphabet.
    """
    text = message[: 2 * MAX_MESSAGE].translate(_URL_SAFE).translate(None, _NOT_BASE64)
    # a rest of one character holds less than a byte
    whole = text[:-1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def read_signed_data(encoded: bytes) -> SignedData:
    """Decode a CMS SignedData in DER or BER. Raises BerError."""
    if len(encoded) > MAX_MESSAGE:
        raise BerError("a message beyond 256 KiB")
    ber = BerReader(encoded)
    outer = ber.children(ber.whole(SEQUENCE))
    if len(outer) < 2 or outer[0].tag != OID or ber.contents(outer[0]) != _SIGNED_DATA or outer[1].tag != 0xA0:
        raise BerError("not a CMS SignedData")
    body = ber.children(outer[1])
    parts = ber.children(ber.expect(body[0], SEQUENCE)) if body else []
    if len(parts) < 3 or parts[0].tag != INTEGER or parts[1].tag != SET or parts[2].tag != SEQUENCE:
        raise BerError("not a CMS SignedData")
    certificates, damaged = _certificates(ber, parts[3:])
    return SignedData(
        content=_content(ber, parts[2]),
        certificates=certificates,
        damaged_certificates=damaged,
        message=_message(ber, parts[3:], certificates),
    )


def _content(ber: BerReader, encapsulated: Element) -> bytes:
    """What is signed; empty in a certificates-only message."""
    parts = ber.children(encapsulated)
    if len(parts) < 2 or parts[1].tag != 0xA0:
        return b""
    inner = ber.children(parts[1])
    if not inner:
        return b""
    # PKCS #7 1.5 allowed content that is not wrapped in an OCTET STRING
    return ber.octets(inner[0]) if inner[0].tag & 0x1F == OCTET_STRING else ber.encoded(inner[0])


def _certificates(ber: BerReader, parts: list[Element]) -> tuple[tuple[Certificate, ...], int]:
    found, damaged = [], 0
    for group in parts:
        if group.tag != 0xA0:
            continue
        for element in ber.children(group):
            try:
                found.append(read_certificate(ber.encoded(element)))
            except BerError:
                damaged += 1
    return tuple(found), damaged


def _message(ber: BerReader, parts: list[Element], certificates: tuple[Certificate, ...]) -> ScepMessage:
    """The attributes of the first signer that has SCEP's."""
    for group in parts:
        if group.tag != SET:
            continue
        for signer in ber.children(group):
            fields = ber.children(ber.expect(signer, SEQUENCE))
            attributes = next((f for f in fields[2:4] if f.tag == 0xA0), None)
            if attributes is None:
                continue
            message = _attributes(ber, attributes)
            return replace(message, signer=_signer(ber, fields[1], certificates))
    return ScepMessage()


def _attributes(ber: BerReader, attributes: Element) -> ScepMessage:
    values: dict[bytes, str] = {}
    for attribute in ber.children(attributes):
        pair = ber.children(attribute)
        if len(pair) != 2 or pair[0].tag != OID:
            continue
        kind = ber.contents(pair[0])
        if kind.startswith(_SCEP) or kind == _FAIL_INFO_TEXT:
            inside = ber.children(pair[1])
            if inside:
                values[kind] = ber.text(inside[0])
    return ScepMessage(
        message_type=_decimal(values.get(_MESSAGE_TYPE)),
        status=_decimal(values.get(_STATUS)),
        fail_info=_decimal(values.get(_FAIL_INFO)),
        fail_info_text=values.get(_FAIL_INFO_TEXT),
        transaction_id=values.get(_TRANSACTION) or None,
    )


def _decimal(text: str | None) -> int | None:
    """Numbers travel as decimal text in a PrintableString."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None


def _signer(ber: BerReader, identifier: Element, certificates: tuple[Certificate, ...]) -> Certificate | None:
    """The certificate that the signer identifier names (RFC 5652, 5.3), by issuer and serial number or by key."""
    if identifier.tag == 0x80:
        key = ber.contents(identifier)
        return next((c for c in certificates if c.subject_key == key), None)
    pair = ber.children(ber.expect(identifier, SEQUENCE))
    if len(pair) != 2:
        return None
    issuer, number = hashlib.sha256(ber.encoded(pair[0])).digest(), ber.integer(pair[1])
    return next((c for c in certificates if c.serial_number == number and c.issuer_digest == issuer), None)
