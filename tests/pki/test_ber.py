"""The BER reader on what X.690 gives as examples, and on encodings that it forbids or that cost too much."""

from __future__ import annotations

import pytest

from pcapinspect.pki.ber import MAX_DEPTH, MAX_ELEMENTS, SEQUENCE, BerError, BerReader, dotted


def test_long_lengths_and_children():
    ber = BerReader(b"\x30\x81\x05\x02\x01\xff\x05\x00trailing")
    number, null = ber.children(ber.whole(SEQUENCE))
    assert ber.integer(number) == -1
    assert ber.encoded(null) == b"\x05\x00"


def test_a_constructed_string_of_parts():
    """X.690, 8.7.3: parts may be of definite or indefinite length, and constructed again."""
    ber = BerReader(b"\x24\x80\x04\x01a\x24\x04\x04\x02bc\x24\x80\x04\x01d\x00\x00\x00\x00")
    assert ber.octets(ber.element(0, len(ber.data))) == b"abcd"


def test_an_end_of_contents_belongs_to_the_innermost():
    ber = BerReader(b"\x30\x80\x30\x80\x00\x00\x05\x00\x00\x00")
    inner, null = ber.children(ber.whole(SEQUENCE))
    assert ber.contents(inner) == b""
    assert null.tag == 0x05


@pytest.mark.parametrize(
    ("encoded", "said"),
    [
        (b"2a864886f70d010702", "1.2.840.113549.1.7.2"),
        (b"6086480186f8450109", "2.16.840.1.113733.1.9"),
        (b"2b06010505071801", "1.3.6.1.5.5.7.24.1"),
        (b"883703", "2.999.3"),
        (b"0992268993f22c640119", "0.9.2342.19200300.100.1.25"),
        (b"", "0.0"),
    ],
)
def test_object_identifiers(encoded, said):
    assert dotted(bytes.fromhex(encoded.decode())) == said


def test_bounds():
    deep = b"\x30\x80" * (MAX_DEPTH + 2) + b"\x00\x00" * (MAX_DEPTH + 2)
    with pytest.raises(BerError, match="deep"):
        BerReader(deep).whole(SEQUENCE)
    many = BerReader(b"\x30\x83" + (2 * MAX_ELEMENTS).to_bytes(3, "big") + b"\x05\x00" * MAX_ELEMENTS)
    with pytest.raises(BerError, match="many"):
        many.children(many.whole(SEQUENCE))


@pytest.mark.parametrize("encoded", ["04800000", "3080", "30800000"[:6], "3f0100", "02", "0205", "3089" + "00" * 9])
def test_what_is_not_ber(encoded):
    data = bytes.fromhex(encoded)
    with pytest.raises(BerError):
        BerReader(data).element(0, len(data))
