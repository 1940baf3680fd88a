"""SCEP as routers and the IOS CA speak it: requests, answers, certificates.

The messages can be read like real ones (transaction ID, message type, status, certificates), but nothing in them is
signed or encrypted: keys, signatures and envelopes are random bytes. A simulation needs no secret.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from urllib.parse import quote

from pcapinspect.clock import SECOND
from pcapinspect.simulate import der

DAY = 86_400
CA_LIFE, CLIENT_LIFE = 1825 * DAY, 600 * DAY
"""Of the configuration in Cisco TAC note 118734."""

CA_AGE = 1700 * DAY
"""Of the CA certificate when a simulation starts: routers ask for its successor (note 118734: from day 1645 on), and
an `auto-rollover` of 30 days makes one only on day 1795."""

USER_AGENT = "Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)"
CAPABILITIES = b"GetNextCACert\nPOSTPKIOperation\nRenewal\nSHA-1\nSHA-256\nDES3\nAES\n"
NOT_FOUND = b"404 Not Found\r\n"
"""15 bytes, as many as the body of the note's sample reply."""

_PKCS7 = "1.2.840.113549.1.7."
_PKCS9 = "1.2.840.113549.1.9."
_VERISIGN = "2.16.840.1.113733.1.9."
_RSA = "1.2.840.113549.1.1.1"
_SHA256_RSA = "1.2.840.113549.1.1.11"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_DES_EDE3_CBC = "1.2.840.113549.3.7"
_KEY_BYTES = 256
PKCS_REQ, CERT_REP = "19", "3"
SUCCESS = "0"
SELF_SIGNED_SERIAL = 5
"""Of the temporary certificate of a first enrolment, as one IOS XE router made it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A router's key and name. `transaction_id`: upper-case hex MD5 of its public key, as IOS XE makes it."""

    name: str
    public_key: bytes
    transaction_id: str

    @classmethod
    def of(cls, name: str, rng: Random) -> Identity:
        """The identity of the router of that name; the key is a random odd number, not a product of primes."""
        modulus = int.from_bytes(rng.randbytes(_KEY_BYTES), "big") | 1 << (_KEY_BYTES * 8 - 1) | 1
        key = der.sequence(
            der.sequence(der.oid(_RSA), der.null()),
            der.bits(der.sequence(der.integer(modulus), der.integer(65537))),
        )
        return cls(name, key, hashlib.md5(key, usedforsecurity=False).hexdigest().upper())


def _algorithm(dotted: str) -> bytes:
    return der.sequence(der.oid(dotted), der.null())


def _name(kind: str, text: str) -> bytes:
    return der.sequence(der.set_of(der.sequence(der.oid(kind), der.printable(text))))


def _router_name(name: str) -> bytes:
    return _name(_PKCS9 + "2", name)  # unstructuredName


def _ca_name() -> bytes:
    return _name("2.5.4.3", "ca-server")


def certificate(subject: bytes, issuer: bytes, serial: int, begin: int, life: int, key: bytes, rng: Random) -> bytes:
    """An X.509 certificate (times in seconds since 1970) whose signature is random."""
    body = der.sequence(
        der.explicit(0, der.integer(2)),
        der.integer(serial),
        _algorithm(_SHA256_RSA),
        issuer,
        der.sequence(der.moment(begin), der.moment(begin + life)),
        subject,
        key,
    )
    return der.sequence(body, _algorithm(_SHA256_RSA), der.bits(rng.randbytes(_KEY_BYTES)))


def ca_certificate(begin: int, rng: Random) -> bytes:
    """The CA's own certificate, valid from `begin` (seconds) for the note's 1825 days."""
    return certificate(_ca_name(), _ca_name(), 1, begin, CA_LIFE, Identity.of("ca-server", rng).public_key, rng)


def router_certificate(identity: Identity, now: int, enrolled: bool, serial: int, rng: Random) -> bytes:
    """What signs a router's request: its certificate from the CA, due for renewal, or before that a self-signed one."""
    if enrolled:
        issued = now - CLIENT_LIFE * 7 // 10
        life = CLIENT_LIFE
        return certificate(_router_name(identity.name), _ca_name(), serial, issued, life, identity.public_key, rng)
    name = _router_name(identity.name)
    return certificate(name, name, serial, now - 60, 3650 * DAY, identity.public_key, rng)


def _attribute(kind: str, value: bytes) -> bytes:
    return der.sequence(der.oid(kind), der.set_of(value))


def _enveloped(size: int, rng: Random) -> bytes:
    recipient = der.sequence(
        der.integer(0),
        der.sequence(_ca_name(), der.integer(1)),
        _algorithm(_RSA),
        der.octets(rng.randbytes(_KEY_BYTES)),
    )
    content = der.sequence(
        der.oid(_PKCS7 + "1"),
        der.sequence(der.oid(_DES_EDE3_CBC), der.octets(rng.randbytes(8))),
        der.tagged(0x80, rng.randbytes(size)),
    )
    enveloped = der.sequence(der.integer(0), der.set_of(recipient), content)
    return der.sequence(der.oid(_PKCS7 + "3"), der.explicit(0, enveloped))


def _signed(content: bytes, attributes: list[bytes], signer: bytes | None, issuer: bytes, rng: Random) -> bytes:
    """A CMS SignedData; `signer`: the certificate that it carries, `issuer`: IssuerAndSerialNumber."""
    info = der.sequence(
        der.integer(1),
        issuer,
        _algorithm(_SHA256),
        der.tagged(0xA0, *sorted(attributes)),
        _algorithm(_RSA),
        der.octets(rng.randbytes(_KEY_BYTES)),
    )
    signed = der.sequence(
        der.integer(1),
        der.set_of(_algorithm(_SHA256)),
        der.sequence(der.oid(_PKCS7 + "1"), der.explicit(0, der.octets(content))),
        der.explicit(0, signer) if signer else b"",
        der.set_of(info),
    )
    return der.sequence(der.oid(_PKCS7 + "2"), der.explicit(0, signed))


def certification_request(identity: Identity, now: int, enrolled: bool, rng: Random) -> bytes:
    """A PKCSReq of the router: its first enrolment, or the renewal of a router that is enrolled."""
    attributes = [
        _attribute(_PKCS9 + "3", der.oid(_PKCS7 + "1")),
        _attribute(_PKCS9 + "4", der.octets(rng.randbytes(32))),
        _attribute(_VERISIGN + "2", der.printable(PKCS_REQ)),
        _attribute(_VERISIGN + "5", der.octets(rng.randbytes(16))),
        _attribute(_VERISIGN + "7", der.printable(identity.transaction_id)),
    ]
    serial = rng.randrange(2, 9999) if enrolled else SELF_SIGNED_SERIAL
    signer = router_certificate(identity, now, enrolled, serial, rng)
    issuer = der.sequence(_ca_name() if enrolled else _router_name(identity.name), der.integer(serial))
    return _signed(_enveloped(656, rng), attributes, signer, issuer, rng)


def certificate_reply(transaction_id: str, rng: Random) -> bytes:
    """A CertRep with pkiStatus SUCCESS."""
    attributes = [
        _attribute(_PKCS9 + "3", der.oid(_PKCS7 + "1")),
        _attribute(_PKCS9 + "4", der.octets(rng.randbytes(32))),
        _attribute(_VERISIGN + "2", der.printable(CERT_REP)),
        _attribute(_VERISIGN + "3", der.printable(SUCCESS)),
        _attribute(_VERISIGN + "5", der.octets(rng.randbytes(16))),
        _attribute(_VERISIGN + "6", der.octets(rng.randbytes(16))),
        _attribute(_VERISIGN + "7", der.printable(transaction_id)),
    ]
    return _signed(_enveloped(1112, rng), attributes, None, der.sequence(_ca_name(), der.integer(1)), rng)


def next_ca_certificate(shadow: bytes, rng: Random) -> bytes:
    """The answer to GetNextCACert once there is a shadow certificate (RFC 8894, 4.6.1)."""
    degenerate = der.sequence(
        der.oid(_PKCS7 + "2"),
        der.explicit(
            0,
            der.sequence(
                der.integer(1),
                der.set_of(),
                der.sequence(der.oid(_PKCS7 + "1")),
                der.explicit(0, shadow),
                der.set_of(),
            ),
        ),
    )
    attributes = [
        _attribute(_PKCS9 + "3", der.oid(_PKCS7 + "1")),
        _attribute(_PKCS9 + "4", der.octets(rng.randbytes(32))),
    ]
    return _signed(degenerate, attributes, None, der.sequence(_ca_name(), der.integer(1)), rng)


def request_head(operation: str, message: str, host: str, keep_alive: bool) -> bytes:
    """A GET as IOS sends it: HTTP/1.0 and two headers, without the User-Agent for PKIOperation."""
    target = f"/cgi-bin/pkiclient.exe?operation={operation}&message={message}"
    if keep_alive:
        headers = f"Host: {host}\r\nUser-Agent: Wget/1.21\r\nConnection: Keep-Alive\r\n"
        return f"GET {target} HTTP/1.1\r\n{headers}\r\n".encode()
    agent = "" if operation == "PKIOperation" else f"User-Agent: {USER_AGENT}\r\n"
    return f"GET {target} HTTP/1.0\r\n{agent}Host: {host}\r\n\r\n".encode()


def wrapped_base64(message: bytes) -> str:
    """Base64 in lines of 64 characters, percent-escaped: what older IOS puts in the URI of a PKIOperation."""
    text = base64.b64encode(message).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return quote("\n".join([*lines, ""]), safe="")


REASONS = {
    200: "OK",
    404: "Not Found",
    429: "Too Many Requests",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


def response(status: int, body: bytes, content_type: str | None, now: int, keep_alive: bool) -> bytes:
    """An answer of the IOS server: no length, the body ends where the connection does.

    The 404 is the sample reply of note 118734 to the byte: 118 bytes. Which headers IOS puts on a 200 is not known.
    """
    date = datetime.fromtimestamp(now // SECOND, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    head = f"HTTP/1.1 {status} {REASONS[status]}\r\nDate: {date}\r\nServer: cisco-IOS\r\n"
    if content_type:
        head += f"Content-Type: {content_type}\r\n"
    if keep_alive:
        head += f"Content-Length: {len(body)}\r\n"
    return f"{head}Accept-Ranges: none\r\n\r\n".encode() + body
