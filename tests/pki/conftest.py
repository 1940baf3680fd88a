"""SCEP messages that other libraries make: `cryptography` the certificates, `asn1crypto` the CMS around them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from pcapinspect.columns import MISSING
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

SCEP_ARC = "2.16.840.1.113733.1.9."
DAY_0 = datetime.datetime(2021, 3, 4, 5, 6, 7, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Maker:
    """Keys and certificates made once."""

    ca_key: Key
    ca: x509.Certificate
    next_ca: x509.Certificate
    router_key: Key
    router_first: x509.Certificate
    """Signed by the router itself, with the host name in it, as IOS does on first enrolment."""
    router_issued: x509.Certificate
    """Issued by the CA."""

    def signed_data(
        self,
        attributes: dict[str, core.Asn1Value],
        signer: x509.Certificate,
        content: bytes = b"\x30\x03\x02\x01\x00",
        extra: Sequence[x509.Certificate] = (),
    ) -> bytes:
        """A ContentInfo with these signed attributes. The signature is not a real one: nobody reads it."""
        own = asn1_x509.Certificate.load(der(signer))
        signed = cms.CMSAttributes(
            [cms.CMSAttribute({"type": "content_type", "values": ["data"]})]
            + [attribute(kind, value) for kind, value in attributes.items()]
        )
        info = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    "issuer_and_serial_number",
                    cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
                ),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": signed,
                "signature_algorithm": {"algorithm": "sha256_rsa"},
                "signature": b"\x55" * 128,
            }
        )
        return self._content_info([*extra, signer], [info], content)

    @staticmethod
    def attributes(
        message_type: int, transaction: str, status: int | None = None, fail_info: int | None = None
    ) -> dict[str, core.Asn1Value]:
        attributes: dict[str, core.Asn1Value] = {
            SCEP_ARC + "2": core.PrintableString(str(message_type)),
            SCEP_ARC + "5": core.OctetString(b"n" * 16),
            SCEP_ARC + "7": core.PrintableString(transaction),
        }
        if status is not None:
            attributes[SCEP_ARC + "3"] = core.PrintableString(str(status))
        if fail_info is not None:
            attributes[SCEP_ARC + "4"] = core.PrintableString(str(fail_info))
        return attributes

    def certificates_only(self, certificates: Sequence[x509.Certificate]) -> bytes:
        """A degenerate SignedData."""
        return self._content_info(certificates, [], None)

    @staticmethod
    def _content_info(
        certificates: Sequence[x509.Certificate], infos: list[cms.SignerInfo], content: bytes | None
    ) -> bytes:
        inner: dict[str, Any] = {"content_type": "data"}
        if content is not None:
            inner["content"] = content
        body = cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [{"algorithm": "sha256"}] if infos else [],
                "encap_content_info": inner,
                "certificates": [asn1_x509.Certificate.load(der(c)) for c in certificates],
                "signer_infos": infos,
            }
        )
        encoded: bytes = cms.ContentInfo({"content_type": "signed_data", "content": body}).dump()
        return encoded


def attribute(kind: str, value: core.Asn1Value) -> cms.CMSAttribute:
    """An attribute of a type that asn1crypto does not know."""
    dotted = core.ObjectIdentifier(kind).dump()
    values = value.dump()
    body = dotted + b"\x31" + length(len(values)) + values
    return cms.CMSAttribute.load(b"\x30" + length(len(body)) + body)


def length(octets: int) -> bytes:
    if octets < 128:
        return bytes([octets])
    size = (octets.bit_length() + 7) // 8
    return bytes([0x80 | size]) + octets.to_bytes(size, "big")


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: Key, signer: Key, days: int, serial: int, authority: bool = False
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(DAY_0)
        .not_valid_after(DAY_0 + datetime.timedelta(days=days))
    )
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture(scope="session")
def maker() -> Maker:
    ca_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    next_key = ec.generate_private_key(ec.SECP384R1())
    router_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ca_name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Exämple"), x509.NameAttribute(NameOID.COMMON_NAME, "ca-server")]
    )
    router_name = x509.Name([x509.NameAttribute(NameOID.UNSTRUCTURED_NAME, "branch-17.example.com")])
    return Maker(
        ca_key=ca_key,
        ca=_certificate(ca_name, ca_name, ca_key, ca_key, 1825, 1, authority=True),
        next_ca=_certificate(ca_name, ca_name, next_key, next_key, 3650, 2, authority=True),
        router_key=router_key,
        router_first=_certificate(router_name, router_name, router_key, router_key, 3650, 5),
        router_issued=_certificate(router_name, ca_name, router_key, ca_key, 600, 0x1A2B),
    )


Rows = Sequence[dict[str, Any]]


@pytest.fixture(scope="session")
def exchanged() -> Callable[[Rows], tuple[Exchanges, ExchangeBodies]]:
    """Exchanges from dictionaries: `method`, `uri`, `status`, and bodies `request` and `response`."""

    def make(rows: Rows) -> tuple[Exchanges, ExchangeBodies]:
        columns: dict[str, Any] = {}
        for name, empty in ((f, Exchanges.__dataclass_fields__[f].metadata["dtype"]) for f in Exchanges.__slots__):
            missing = {"i": MISSING, "O": None, "b": True}[empty.kind]
            values = np.full(len(rows), missing, dtype=empty)
            for at, row in enumerate(rows):
                values[at] = row.get(name, at if name == "connection" else missing)
            columns[name] = values
        bodies = ExchangeBodies(
            request=tuple(row.get("request") for row in rows), response=tuple(row.get("response") for row in rows)
        )
        return Exchanges(**columns), bodies

    return make
