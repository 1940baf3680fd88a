"""X.509 certificates as SCEP sends them in clear (RFC 5280, 4.1): the fields that an outage turns on.

No signature is verified: a certificate here is what the capture shows, not something to trust.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from pcapinspect.clock import SECOND
from pcapinspect.pki.ber import (
    BIT_STRING,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    UTC_TIME,
    BerError,
    BerReader,
    Element,
    dotted,
)

MAX_CERTIFICATE = 16 * 1024
"""Bytes. One with an RSA key of 4096 bits has about 2 kB."""

LONGEST_NAME = 1024
"""Characters of a distinguished name that are kept."""

_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.2.840.113549.1.9.2": "unstructuredName",
    "1.2.840.113549.1.9.8": "unstructuredAddress",
}
_RSA = "1.2.840.113549.1.1.1"
_EC = "1.2.840.10045.2.1"
_CURVES = {"1.2.840.10045.3.1.7": "EC 256", "1.3.132.0.34": "EC 384", "1.3.132.0.35": "EC 521"}
_BASIC_CONSTRAINTS = "2.5.29.19"
_SUBJECT_KEY = "2.5.29.14"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_FIRST_YEAR = 1950
"""The first that a UTCTime can say (RFC 5280, 4.1.2.5.1)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. Times are nanoseconds UTC; the far future (year 9999) goes beyond 64 bits."""

    subject: str
    """Like `CN=R1, O=Example, unstructuredName=r1.example.com`, in the order of the encoding."""
    issuer: str
    serial: str
    """Upper-case hexadecimal, as IOS prints it."""
    not_before: int
    not_after: int
    key: str
    """Like `RSA 2048` or `EC 256`; the algorithm's object identifier where it is neither."""
    transaction_id: str
    """Upper-case MD5 of the SubjectPublicKeyInfo: what IOS uses as the SCEP transaction ID of this key."""
    fingerprint: str
    """SHA-256 of the whole certificate, lower-case hexadecimal."""
    self_signed: bool
    """Issuer and subject are the same name: a CA's own certificate, or that of a first enrolment."""
    authority: bool
    """basicConstraints says that it may issue certificates; or it says nothing, as in version 1, and signed itself."""
    router: str | None
    """The unstructuredName: IOS puts the host name there."""
    issuer_digest: bytes
    """SHA-256 of the issuer's encoded name, which a signer identifier must equal."""
    serial_number: int
    subject_key: bytes | None
    """Subject key identifier."""

    @property
    def name(self) -> str:
        """What to call its holder: the router's host name, else the whole subject."""
        return self.router or self.subject


@lru_cache(maxsize=4096)
def read_certificate(encoded: bytes) -> Certificate:
    """Decode one certificate. Raises BerError where it is damaged.

    Remembered, because a router that polls signs every message with the same one.
    """
    if len(encoded) > MAX_CERTIFICATE:
        raise BerError("a certificate beyond 16 KiB")
    ber = BerReader(encoded)
    outer = ber.children(ber.whole(SEQUENCE))
    if len(outer) != 3:
        raise BerError("not a certificate")
    fields = ber.children(ber.expect(outer[0], SEQUENCE))
    if fields and fields[0].tag == 0xA0:
        fields = fields[1:]
    if len(fields) < 6:
        raise BerError("not a certificate")
    serial, _, issuer, validity, subject, key = fields[:6]
    number = ber.integer(serial)
    not_before, not_after = _validity(ber, validity)
    subject_text, router = _name(ber, subject)
    issuer_text, _ = _name(ber, issuer)
    self_signed = ber.encoded(issuer) == ber.encoded(subject)
    authority, subject_key = _extensions(ber, fields[6:])
    return Certificate(
        subject=subject_text,
        issuer=issuer_text,
        serial=ber.contents(serial).hex().upper().lstrip("0") or "0",
        not_before=not_before,
        not_after=not_after,
        key=_key(ber, key),
        # the MD5 is an identifier here, nothing relies on its strength
        transaction_id=hashlib.md5(ber.encoded(key), usedforsecurity=False).hexdigest().upper(),
        fingerprint=hashlib.sha256(ber.encoded(ber.whole(SEQUENCE))).hexdigest(),
        self_signed=self_signed,
        authority=self_signed if authority is None else authority,
        router=router,
        issuer_digest=hashlib.sha256(ber.encoded(issuer)).digest(),
        serial_number=number,
        subject_key=subject_key,
    )


def _name(ber: BerReader, name: Element) -> tuple[str, str | None]:
    """A distinguished name as text, and the unstructuredName in it."""
    router = None
    relative = []
    for part in ber.children(ber.expect(name, SEQUENCE)):
        values = []
        for attribute in ber.children(part):
            pair = ber.children(attribute)
            if len(pair) != 2:
                raise BerError("not an attribute of a name")
            kind = dotted(ber.contents(ber.expect(pair[0], OID)))
            value = ber.text(pair[1])
            kind = _NAMES.get(kind, kind)
            if kind == "unstructuredName":
                router = value
            values.append(f"{kind}={value}")
        relative.append("+".join(values))
    return ", ".join(relative)[:LONGEST_NAME], router


def _validity(ber: BerReader, validity: Element) -> tuple[int, int]:
    times = ber.children(ber.expect(validity, SEQUENCE))
    if len(times) != 2:
        raise BerError("not a validity")
    return _time(ber, times[0]), _time(ber, times[1])


def _time(ber: BerReader, time: Element) -> int:
    """Nanoseconds of a UTCTime (years 1950 to 2049) or GeneralizedTime (RFC 5280, 4.1.2.5)."""
    text = ber.contents(time).decode("ascii", "replace")
    if time.tag == UTC_TIME:
        text = ("20" if text[:2] < "50" else "19") + text
    elif time.tag != GENERALIZED_TIME:
        raise BerError("not a time")
    digits = text.removesuffix("Z").partition(".")[0].ljust(14, "0")
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise BerError("not a time") from None
    if moment.year < _FIRST_YEAR:
        raise BerError("a time before certificates")
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND


def _key(ber: BerReader, key: Element) -> str:
    parts = ber.children(ber.expect(key, SEQUENCE))
    if len(parts) != 2:
        raise BerError("not a public key")
    algorithm = ber.children(ber.expect(parts[0], SEQUENCE))
    if not algorithm:
        raise BerError("not a public key")
    kind = dotted(ber.contents(ber.expect(algorithm[0], OID)))
    if kind == _RSA:
        return f"RSA {_modulus_bits(ber.contents(ber.expect(parts[1], BIT_STRING))[1:])}"
    if kind == _EC and len(algorithm) > 1 and algorithm[1].tag == OID:
        curve = dotted(ber.contents(algorithm[1]))
        return _CURVES.get(curve, f"EC {curve}")
    return kind


def _modulus_bits(encoded: bytes) -> int:
    ber = BerReader(encoded)
    numbers = ber.children(ber.whole(SEQUENCE))
    if not numbers:
        raise BerError("not an RSA key")
    return ber.integer(ber.expect(numbers[0], INTEGER)).bit_length()


def _extensions(ber: BerReader, optional: list[Element]) -> tuple[bool | None, bytes | None]:
    """Whether it is a CA (None: not said), and the subject key identifier."""
    authority, subject_key = None, None
    wrapper = next((e for e in optional if e.tag == 0xA3), None)
    if wrapper is None:
        return None, None
    for lists in ber.children(wrapper)[:1]:
        for extension in ber.children(ber.expect(lists, SEQUENCE)):
            parts = ber.children(extension)
            if len(parts) < 2 or parts[-1].tag != OCTET_STRING:
                raise BerError("not an extension")
            kind = dotted(ber.contents(ber.expect(parts[0], OID)))
            value = BerReader(ber.contents(parts[-1]))
            if kind == _BASIC_CONSTRAINTS:
                flags = value.children(value.whole(SEQUENCE))
                authority = bool(flags) and flags[0].tag == 0x01 and any(value.contents(flags[0]))
            elif kind == _SUBJECT_KEY:
                subject_key = value.contents(value.whole(OCTET_STRING))
    return authority, subject_key
