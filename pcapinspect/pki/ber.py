"""A bounded reader of ASN.1 BER (X.690), for the few structures that SCEP sends in clear.

The libraries do not serve here: `cryptography` does not return the attributes of a signature, and refuses certificates
that old routers made; `asn1crypto` (no release since 2022) does not bound what a hostile message costs. This reader
takes indefinite lengths and constructed strings, which old encoders send, and gives up after a number of elements.
"""

from __future__ import annotations

from typing import NamedTuple

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OID = 0x06
UTF8_STRING = 0x0C
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
BMP_STRING = 0x1E
SEQUENCE = 0x30
SET = 0x31
CONSTRUCTED = 0x20

MAX_ELEMENTS = 10_000
"""In one message. The largest real one, a CA chain of ten certificates, has some hundreds."""

MAX_DEPTH = 32
"""A certificate within a SignedData within a SignedData is about 12 deep."""


class BerError(ValueError):
    """Bytes that are not BER, are cut, or go beyond the bounds."""


class Element(NamedTuple):
    """One element: offsets into the reader's data."""

    tag: int
    """The identifier octet: class, constructed bit and number."""
    begin: int
    start: int
    """Of the contents."""
    stop: int
    """Behind the contents."""
    end: int
    """Behind the element: beyond `stop` by the end-of-contents octets of an indefinite length."""


class BerReader:
    """Reads elements of one message. Raises BerError, and nothing else, for whatever bytes it is given."""

    __slots__ = ("_left", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._left = MAX_ELEMENTS

    def element(self, at: int, limit: int, depth: int = 0) -> Element:
        """The element that begins at `at` and ends at or before `limit`."""
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise BerError("too many or too deep elements")
        data = self.data
        if at + 2 > limit:
            raise BerError("cut")
        tag = data[at]
        if tag & 0x1F == 0x1F:
            raise BerError("a tag number above 30")
        length = data[at + 1]
        start = at + 2
        if length == 0x80:
            if not tag & CONSTRUCTED:
                raise BerError("an indefinite length of a primitive")
            stop = self._end_of_contents(start, limit, depth)
            return Element(tag, at, start, stop, stop + 2)
        if length > 0x80:
            octets = length & 0x7F
            start += octets
            if octets > 8 or start > limit:
                raise BerError("cut")
            length = int.from_bytes(data[at + 2 : start], "big")
        stop = start + length
        if stop > limit:
            raise BerError("cut")
        return Element(tag, at, start, stop, stop)

    def _end_of_contents(self, at: int, limit: int, depth: int) -> int:
        """Where the two zero octets of an indefinite length begin."""
        while self.data[at : min(at + 2, limit)] != b"\x00\x00":
            at = self.element(at, limit, depth + 1).end
        return at

    def whole(self, tag: int) -> Element:
        """The message's outermost element. Bytes behind it are left alone."""
        return self.expect(self.element(0, len(self.data)), tag)

    def expect(self, element: Element, tag: int) -> Element:
        """The same element, if it has this tag."""
        if element.tag != tag:
            raise BerError(f"tag {element.tag:#x} where {tag:#x} belongs")
        return element

    def children(self, parent: Element) -> list[Element]:
        """The elements inside a constructed element."""
        found = []
        at = parent.start
        while at < parent.stop:
            child = self.element(at, parent.stop)
            found.append(child)
            at = child.end
        return found

    def contents(self, element: Element) -> bytes:
        return self.data[element.start : element.stop]

    def encoded(self, element: Element) -> bytes:
        """The element with its tag and length."""
        return self.data[element.begin : element.end]

    def octets(self, element: Element, depth: int = 0) -> bytes:
        """The value of a string, put together where it is constructed of parts (X.690, 8.7)."""
        if not element.tag & CONSTRUCTED:
            return self.contents(element)
        if depth > MAX_DEPTH:
            raise BerError("too deep")
        return b"".join(self.octets(part, depth + 1) for part in self.children(element))

    def integer(self, element: Element) -> int:
        self.expect(element, INTEGER)
        return int.from_bytes(self.contents(element), "big", signed=True)

    def text(self, element: Element, most: int = 255) -> str:
        """A string of any type, at most `most` characters, without those that would disturb a terminal.

        Types are taken leniently: real CAs send PrintableString where UTF8String belongs.
        """
        octets = self.octets(element)[: 4 * most]
        if element.tag & 0x1F == BMP_STRING:
            decoded = octets.decode("utf-16-be", "replace")
        else:
            try:
                decoded = octets.decode("utf-8")
            except UnicodeDecodeError:
                decoded = octets.decode("latin-1")
        return "".join(c if c.isprintable() else "\ufffd" for c in decoded[:most])


def dotted(oid: bytes) -> str:
    """An object identifier's contents as `1.2.840.113549`."""
    arcs = [0]
    for octet in oid[:64]:
        arcs[-1] = arcs[-1] << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(0)
    first, rest = arcs[0], arcs[1:-1]
    root = min(first // 40, 2)
    return ".".join(map(str, (root, first - 40 * root, *rest)))
