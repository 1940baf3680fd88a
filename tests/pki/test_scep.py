"""SCEP messages made by asn1crypto, and by hand where it cannot make them."""

from __future__ import annotations

import base64
import time

import pytest
from asn1crypto import core

from pcapinspect.pki.ber import BerError
from pcapinspect.pki.scep import MAX_MESSAGE, ScepMessage, read_signed_data, unwrap

SCEP_ARC = "2.16.840.1.113733.1.9."
TRANSACTION = "A793AE7C3292F4099CD4CEC65FCE0682"


@pytest.mark.parametrize("message_type", [3, 17, 18, 19, 20, 21, 22])
@pytest.mark.parametrize(("status", "fail_info"), [(None, None), (0, None), (3, None), *((2, n) for n in range(5))])
def test_every_type_status_and_failure(maker, message_type, status, fail_info):
    message = read_signed_data(
        maker.signed_data(maker.attributes(message_type, TRANSACTION, status, fail_info), maker.ca)
    ).message
    assert (message.message_type, message.status, message.fail_info) == (message_type, status, fail_info)
    assert message.transaction_id == TRANSACTION
    assert message.signer.serial == "1"


def test_the_signer_is_the_certificate_that_signer_info_names(maker):
    encoded = maker.signed_data(
        maker.attributes(19, TRANSACTION), maker.router_issued, extra=[maker.ca, maker.router_first]
    )
    decoded = read_signed_data(encoded)
    assert {c.serial for c in decoded.certificates} == {"1", "5", "1A2B"}
    assert decoded.message.signer.serial == "1A2B"
    assert not decoded.message.signer.self_signed


@pytest.mark.parametrize(
    "kind", [core.UTF8String, core.PrintableString, core.IA5String, core.TeletexString, core.BMPString]
)
def test_text_of_any_string_type(maker, kind):
    """step-ca sends failInfoText as PrintableString where RFC 8894 has UTF8String."""
    sent = maker.attributes(3, TRANSACTION, 2, 2) | {"1.3.6.1.5.5.7.24.1": kind("not allowed")}
    message = read_signed_data(maker.signed_data(sent, maker.ca)).message
    assert (message.fail_info, message.fail_info_text) == (2, "not allowed")


def test_text_that_would_disturb_a_terminal_is_replaced(maker):
    sent = maker.attributes(3, TRANSACTION, 2, 2) | {"1.3.6.1.5.5.7.24.1": core.UTF8String("\x1b[2Jgone\r\n")}
    message = read_signed_data(maker.signed_data(sent, maker.ca)).message
    assert message.fail_info_text == "\ufffd[2Jgone\ufffd\ufffd"


def test_numbers_that_are_none(maker):
    sent = {SCEP_ARC + "2": core.PrintableString("nineteen"), SCEP_ARC + "3": core.PrintableString("9" * 40)}
    message = read_signed_data(maker.signed_data(sent, maker.ca)).message
    assert (message.message_type, message.status, message.transaction_id) == (None, None, None)


def test_certificates_only(maker):
    decoded = read_signed_data(maker.certificates_only([maker.ca, maker.router_issued]))
    assert decoded.message == ScepMessage()
    assert decoded.content == b""
    assert {(c.serial, c.authority) for c in decoded.certificates} == {("1", True), ("1A2B", False)}


def indefinite(encoded: bytes) -> bytes:
    """The same in BER: constructed elements of indefinite length, each OCTET STRING in pieces of 7 octets."""
    tag, first = encoded[0], encoded[1]
    size = 0 if first < 128 else first & 0x7F
    length = first if first < 128 else int.from_bytes(encoded[2 : 2 + size], "big")
    contents, rest = encoded[2 + size : 2 + size + length], encoded[2 + size + length :]
    if tag & 0x20:
        made = bytes([tag, 0x80]) + (indefinite(contents) if contents else b"") + b"\x00\x00"
    elif tag == 0x04 and len(contents) > 7:
        pieces = [contents[at : at + 7] for at in range(0, len(contents), 7)]
        made = b"\x24\x80" + b"".join(b"\x04" + bytes([len(p)]) + p for p in pieces) + b"\x00\x00"
    else:
        made = encoded[: 2 + size + length]
    return made + (indefinite(rest) if rest else b"")


def test_indefinite_length_and_constructed_strings(maker):
    content = bytes(range(256))
    encoded = maker.signed_data(maker.attributes(3, TRANSACTION, 3), maker.ca, content=content)
    decoded = read_signed_data(indefinite(encoded))
    assert decoded.content == content
    assert (decoded.message.message_type, decoded.message.status) == (3, 3)
    assert decoded.message.signer.subject == "O=Exämple, CN=ca-server"


def test_damage_at_every_byte(maker):
    """Each octet set to values that change tags and lengths; each cut. Never another error, never a slow one."""
    encoded = maker.signed_data(maker.attributes(3, TRANSACTION, 2, 1), maker.ca)
    whole = read_signed_data(encoded).message
    began = time.process_time()
    for at in range(len(encoded)):
        for value in (0x00, 0x30, 0x80, 0xFF):
            damaged = encoded[:at] + bytes([value]) + encoded[at + 1 :]
            try:
                message = read_signed_data(damaged).message
            except BerError:
                continue
            assert message.status in (whole.status, None) or damaged[at] != encoded[at]
    for at in range(len(encoded)):
        with pytest.raises(BerError):
            read_signed_data(encoded[:at])
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x30\x80" * 100_000,
        b"\x30\x80" + b"\x05\x00" * 100_000 + b"\x00\x00",
        b"\x24\x80" * 30 + b"\x00\x00" * 30,
        b"\x30\x88" + b"\xff" * 8,
        b"\x30" * 50_000,
        b"\x3f\xff\xff",
        b"\x30\x82\xff\xff" + b"\x00" * 65535,
        b"\x00" * (MAX_MESSAGE + 1),
        b"",
    ],
)
def test_hostile_bytes_end_soon(hostile):
    began = time.process_time()
    with pytest.raises(BerError):
        read_signed_data(hostile)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes])
@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("size", range(60, 64))
def test_base64_in_all_forms(encode, padded, size):
    message = bytes(range(250, 256)) * 20
    text = encode(message[:size])
    assert unwrap(text if padded else text.replace(b"=", b"")) == message[:size]


def test_base64_that_is_cut_or_is_none():
    assert unwrap(b"QUJDR") == b"ABC"
    assert unwrap(b"") == b""
    assert unwrap(b"\xff\x00 ") == b""
