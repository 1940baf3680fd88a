"""Certificates, against what `cryptography` says of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization

from pcapinspect.pki.ber import BerError
from pcapinspect.pki.certificates import read_certificate

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encoded(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("which", ["ca", "next_ca", "router_first", "router_issued"])
def test_fields_against_cryptography(maker, which):
    theirs = getattr(maker, which)
    ours = read_certificate(encoded(theirs))
    assert ours.serial_number == theirs.serial_number
    assert ours.fingerprint == theirs.fingerprint(hashes.SHA256()).hex()
    assert EPOCH + timedelta(seconds=ours.not_before // 10**9) == theirs.not_valid_before_utc
    assert EPOCH + timedelta(seconds=ours.not_after // 10**9) == theirs.not_valid_after_utc
    assert ours.self_signed == (theirs.issuer == theirs.subject)
    key = theirs.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert ours.transaction_id == hashlib.md5(key).hexdigest().upper()


def test_names_and_keys(maker):
    ca, shadow = read_certificate(encoded(maker.ca)), read_certificate(encoded(maker.next_ca))
    first, issued = read_certificate(encoded(maker.router_first)), read_certificate(encoded(maker.router_issued))
    assert (ca.subject, ca.key, shadow.key) == ("O=Exämple, CN=ca-server", "RSA 2048", "EC 384")
    assert (first.subject, first.router, ca.router) == (
        "unstructuredName=branch-17.example.com",
        "branch-17.example.com",
        None,
    )
    assert (issued.issuer, issued.serial) == ("O=Exämple, CN=ca-server", "1A2B")
    assert [c.self_signed for c in (ca, first, issued)] == [True, True, False]
    assert [c.authority for c in (ca, issued)] == [True, False]


def test_one_key_has_one_transaction_id(maker):
    """Renewal without `regenerate` keeps the key: the router is told from others by it."""
    first, issued = read_certificate(encoded(maker.router_first)), read_certificate(encoded(maker.router_issued))
    assert first.transaction_id == issued.transaction_id
    assert first.fingerprint != issued.fingerprint


def test_damage_at_every_byte(maker):
    certificate = encoded(maker.router_issued)
    for at in range(len(certificate)):
        for value in (0x00, 0x1E, 0x30, 0x80, 0xFF):
            try:
                damaged = read_certificate(certificate[:at] + bytes([value]) + certificate[at + 1 :])
            except BerError:
                continue
            assert damaged.subject.isprintable()
        with pytest.raises(BerError):
            read_certificate(certificate[:at])


def test_far_future_and_old_forms_of_time(maker):
    """UTCTime counts from 1950 to 2049; GeneralizedTime may say "no end" (RFC 5280, 4.1.2.5)."""
    certificate = encoded(maker.ca)
    begin = certificate.index(b"\x17\x0d21")
    old = certificate[:begin] + b"\x17\x0d500102030405Z" + certificate[begin + 15 :]
    assert EPOCH + timedelta(seconds=read_certificate(old).not_before // 10**9) == datetime(
        1950, 1, 2, 3, 4, 5, tzinfo=UTC
    )
    bad = certificate[:begin] + b"\x17\x0d211302030405Z" + certificate[begin + 15 :]
    with pytest.raises(BerError):
        read_certificate(bad)
