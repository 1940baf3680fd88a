"""Classic pcap: the file header in its variants, and the walk over the records.

Sources: libpcap's sf-pcap.c, Wireshark's wiretap/libpcap.c and draft-ietf-opsawg-pcap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pcapinspect.capture.records import DAMAGED, FULL, LARGEST, LARGEST_BY_LINK, MORE, Records
from pcapinspect.columns import UInt8
from pcapinspect.fields import word32
from pcapinspect.kernel import kernel

HEADER = 24

_FORMATS = {
    0xA1B2C3D4: ("pcap", 1000, 16),
    0xA1B23C4D: ("pcap-nanosecond", 1, 16),
    0xA1B2CD34: ("pcap-modified", 1000, 24),
}
"""By magic number: name, nanoseconds in a unit of the fraction, bytes of a record header.

`pcap-modified` is A. Kuznetzov's: interface, protocol and packet type follow the usual four fields."""

_RESERVED = 0x03FF0000

_NEVER, _ALWAYS, _WHEN_WRONG = range(3)


@dataclass(frozen=True, slots=True)
class PcapHeader:
    """What the 24 bytes at the start of the file say."""

    name: str
    big: bool
    unit: int
    """Nanoseconds in a unit of the time's fraction."""
    record: int
    """Bytes of a record header."""
    swapped: int
    """Whether the two lengths of a record change places."""
    snaplen: int
    link: int
    reserved: int
    """Bits of the link type field that must be 0: set, the header is damaged, as libpcap sees it."""

    @property
    def largest(self) -> int:
        """Bytes beyond which a record is damage."""
        return LARGEST_BY_LINK.get(self.link, LARGEST)


def is_magic(head: bytes) -> bool:
    """Whether a file that begins with these bytes is pcap."""
    return len(head) >= 4 and _order(head) is not None


def _order(head: bytes) -> Literal["little", "big"] | None:
    if int.from_bytes(head[:4], "little") in _FORMATS:
        return "little"
    if int.from_bytes(head[:4], "big") in _FORMATS:
        return "big"
    return None


def read_header(head: bytes) -> PcapHeader:
    """The header in the first HEADER bytes of a file, which begin with a magic number."""
    order = _order(head)
    assert order is not None

    def number(at: int, size: int) -> int:
        return int.from_bytes(head[at : at + size], order)

    name, unit, record = _FORMATS[number(0, 4)]
    major, minor = number(4, 2), number(6, 2)
    # The lengths changed places at version 2.3; some wrote 2.3 without changing them, and DG/UX 543.0.
    swapped = _NEVER
    if (major == 2 and minor < 3) or major == 543:
        swapped = _ALWAYS
    elif major == 2 and minor == 3:
        swapped = _WHEN_WRONG
    # The uppermost bits tell the length of a frame check sequence, which no length in IP counts.
    link = number(20, 4)
    return PcapHeader(name, order == "big", unit, record, swapped, number(16, 4), link & 0xFFFF, link & _RESERVED)


@kernel
def walk(
    data: UInt8,
    at: int,
    end: int,
    big: bool,
    unit: int,
    record: int,
    swapped: int,
    largest: int,
    link: int,
    out: Records,
) -> tuple[int, int, int]:
    """Fill `out` from the records in data[at:end].

    Returns how many there are, the offset of the first byte that was not used, and why the walk stopped there.
    """
    count = 0
    while at + record <= end:
        if count == out.start.size:
            return count, at, FULL
        captured = word32(data, at + 8, big)
        wire = word32(data, at + 12, big)
        if swapped == _ALWAYS or (swapped == _WHEN_WRONG and captured > wire):
            captured, wire = wire, captured
        if captured > largest:
            return count, at, DAMAGED
        if at + record + captured > end:
            break
        out.start[count] = at + record
        out.captured[count] = captured
        out.wire[count] = max(wire, captured)
        out.time[count] = word32(data, at, big) * 1_000_000_000 + word32(data, at + 4, big) * unit
        out.link[count] = link
        out.cut[count] = 1 if captured < wire else 0
        count += 1
        at += record + captured
    return count, at, MORE


class PcapWalker:
    """Walks the records of one pcap file, buffer by buffer."""

    def __init__(self, header: PcapHeader) -> None:
        self._header = header
        self.name = header.name
        self.start = HEADER
        self.damage = ""
        """What is wrong with the record at which the walk stopped as DAMAGED."""

    def walk(self, data: UInt8, at: int, out: Records) -> tuple[int, int, int]:
        """As the kernel `walk`, over data[at:]."""
        header = self._header
        count, at, why = walk(
            data,
            at,
            data.size,
            header.big,
            header.unit,
            header.record,
            header.swapped,
            header.largest,
            header.link,
            out,
        )
        if why == DAMAGED:
            place = at + (12 if header.swapped == _ALWAYS else 8)
            length = int.from_bytes(data[place : place + 4].tobytes(), "big" if header.big else "little")
            self.damage = f"a packet of {length} bytes, more than {header.largest}: the file is damaged from here on"
        return count, at, why

    def finish(self) -> None:
        """Nothing follows the records."""
