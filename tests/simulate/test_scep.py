"""SCEP messages and HTTP as real parsers read them, and as the samples of Cisco TAC note 118734 look."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import unquote

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pcapinspect.simulate import scep

NOW = int(datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp())
MESSAGE_TYPE, STATUS, TRANSACTION = (f"2.16.840.1.113733.1.9.{last}" for last in (2, 3, 7))


def attributes(message: bytes) -> dict[str, object]:
    """Signed attributes by OID, as asn1crypto reads them."""
    content = cms.ContentInfo.load(message, strict=True)["content"]
    (signer,) = content["signer_infos"]
    return {attribute["type"].dotted: attribute["values"][0].native for attribute in signer["signed_attrs"]}


@pytest.mark.parametrize("enrolled", [False, True])
def test_a_request_can_be_read(enrolled: bool) -> None:
    rng = Random(1)
    identity = scep.Identity.of("r1.example", rng)
    message = scep.certification_request(identity, NOW, enrolled, rng)
    read = attributes(message)
    assert read[MESSAGE_TYPE] == "19"
    assert read[TRANSACTION] == identity.transaction_id
    (carried,) = cms.ContentInfo.load(message)["content"]["certificates"]
    certificate = x509.load_der_x509_certificate(carried.dump())
    (name,) = certificate.subject
    assert (name.oid.dotted_string, name.value) == ("1.2.840.113549.1.9.2", "r1.example")
    assert (certificate.issuer == certificate.subject) is not enrolled
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert hashlib.md5(key).hexdigest().upper() == identity.transaction_id


def test_a_renewal_comes_at_seven_tenths_of_600_days() -> None:
    rng = Random(2)
    identity = scep.Identity.of("r2.example", rng)
    certificate = x509.load_der_x509_certificate(scep.router_certificate(identity, NOW, True, 77, rng))
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=600)
    assert datetime.fromtimestamp(NOW, UTC) - certificate.not_valid_before_utc == timedelta(days=420)


def test_a_reply_can_be_read() -> None:
    read = attributes(scep.certificate_reply("ABCD", Random(3)))
    assert (read[MESSAGE_TYPE], read[STATUS], read[TRANSACTION]) == ("3", "0", "ABCD")


def test_the_ca_certificate_lives_1825_days() -> None:
    certificate = x509.load_der_x509_certificate(scep.ca_certificate(NOW, Random(4)))
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=1825)


def test_the_next_ca_certificate_holds_the_shadow() -> None:
    shadow = scep.ca_certificate(NOW, Random(5))
    outer = cms.ContentInfo.load(scep.next_ca_certificate(shadow, Random(6)))["content"]
    inner = cms.ContentInfo.load(outer["encap_content_info"]["content"].native)["content"]
    assert [certificate.dump() for certificate in inner["certificates"]] == [shadow]


def test_the_request_is_the_note_s() -> None:
    assert scep.request_head("GetNextCACert", "tti", "192.168.105.3", keep_alive=False) == (
        b"GET /cgi-bin/pkiclient.exe?operation=GetNextCACert&message=tti HTTP/1.0\r\n"
        b"User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Cisco PKI)\r\n"
        b"Host: 192.168.105.3\r\n\r\n"
    )


def test_the_404_is_the_note_s() -> None:
    moment = int(datetime(2013, 10, 24, 19, 33, 35, tzinfo=UTC).timestamp()) * 1_000_000_000
    reply = scep.response(404, scep.NOT_FOUND, None, moment, keep_alive=False)
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 404 Not Found",
        b"Date: Thu, 24 Oct 2013 19:33:35 GMT",
        b"Server: cisco-IOS",
        b"Accept-Ranges: none",
    ]
    assert (len(reply), len(body)) == (118, 15)


def test_a_message_in_a_uri_is_wrapped_base64() -> None:
    text = scep.wrapped_base64(bytes(range(256)))
    lines = unquote(text).split("\n")
    assert {len(line) for line in lines[:-2]} == {64}
    assert lines[-1] == ""
    assert base64.b64decode("".join(lines)) == bytes(range(256))
    assert not set(text) & set(" +/=\n")
