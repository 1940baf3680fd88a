"""DER encodings (X.690), as far as simulated certificates and SCEP messages need them."""

from __future__ import annotations

from datetime import UTC, datetime

SEQUENCE, SET = 0x30, 0x31
INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER = 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, PRINTABLE_STRING, UTC_TIME, GENERALIZED_TIME = 0x0C, 0x13, 0x17, 0x18


def tagged(tag: int, *contents: bytes) -> bytes:
    """One element: its tag, the length of its contents, and they."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*contents: bytes) -> bytes:
    """SEQUENCE of the given elements."""
    return tagged(SEQUENCE, *contents)


def set_of(*contents: bytes) -> bytes:
    """SET OF the given elements, in DER's order (X.690, 11.6)."""
    return tagged(SET, *sorted(contents))


def explicit(number: int, *contents: bytes) -> bytes:
    """A constructed, context-specific tag."""
    return tagged(0xA0 | number, *contents)


def integer(value: int) -> bytes:
    """INTEGER of a number that is not negative."""
    return tagged(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER in dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    octets = bytearray()
    for number in (first * 40 + second, *rest):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        octets += bytes(reversed(groups))
    return tagged(OBJECT_IDENTIFIER, bytes(octets))


def octets(data: bytes) -> bytes:
    """OCTET STRING."""
    return tagged(OCTET_STRING, data)


def bits(data: bytes) -> bytes:
    """BIT STRING of whole bytes."""
    return tagged(BIT_STRING, b"\0", data)


def printable(text: str) -> bytes:
    """PrintableString."""
    return tagged(PRINTABLE_STRING, text.encode("ascii"))


def null() -> bytes:
    """NULL."""
    return tagged(NULL)


def moment(seconds: int) -> bytes:
    """Time since 1970: UTCTime up to 2049, GeneralizedTime from then on (RFC 5280, 4.1.2.5)."""
    time = datetime.fromtimestamp(seconds, UTC)
    if time.year < 2050:
        return tagged(UTC_TIME, time.strftime("%y%m%d%H%M%SZ").encode())
    return tagged(GENERALIZED_TIME, time.strftime("%Y%m%d%H%M%SZ").encode())
