"""pcapng: sections, interfaces and blocks (draft-ietf-opsawg-pcapng). The walk over packets is in `pcapng_walk`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pcapinspect.capture import pcapng_options as opts
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.pcapng_walk import DROPPED, EARLIER, LARGEST_BLOCK, NOTED, WANTED, Interfaces, walk
from pcapinspect.capture.records import BLOCK, DAMAGED, MORE, Records
from pcapinspect.columns import MOST, UInt8

MAGIC = b"\x0a\x0d\x0d\x0a"

MOST_INTERFACES = 65_536
"""In one section. Packets of old blocks count them with 16 bits; more is an attempt to fill memory."""

MOST_COMMENTS = 10_000
"""Kept of one file: more than anyone reads."""

MOST_COMMENT_LETTERS = 4 << 20
"""Kept of one file, in all its comments: each may have 65,535 bytes, and a few kB of gzip hold thousands of such."""

MICROSECONDS = 6
"""if_tsresol where an interface has none (4.2)."""

_SECTION, _INTERFACE, _STATISTICS = 0x0A0D0D0A, 1, 5
_ORDERS: dict[bytes, opts.Order] = {b"\x1a\x2b\x3c\x4d": "big", b"\x4d\x3c\x2b\x1a": "little"}


@dataclass(slots=True)
class _Section:
    order: opts.Order
    interfaces: Interfaces = field(
        default_factory=lambda: Interfaces(*(np.zeros(4, np.int64) for _ in Interfaces._fields))
    )
    count: int = 0
    drops: dict[int, int] = field(default_factory=dict)
    """Last total of each interface's statistics."""


class PcapngWalker:
    """Walks the blocks of one pcapng file, buffer by buffer, and notes in `file` what is no packet."""

    name = "pcapng"
    start = 0

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._section = _Section("little")
        self.damage = ""
        """What is wrong with the block at which the walk stopped as DAMAGED."""
        self._frames = 0
        self._comment_letters = 0
        self._memory = np.zeros(3, np.int64)
        self._memory[WANTED] = 1

    def walk(self, data: UInt8, at: int, out: Records) -> tuple[int, int, int]:
        """Fill `out` from the blocks in data[at:], as `pcap.walk`; blocks that are no packets are read on the way."""
        count = 0
        while True:
            section = self._section
            big = section.order == "big"
            found, at, why = walk(data, at, data.size, big, section.interfaces, section.count, out, count, self._memory)
            self._frames += found - count
            count = found
            if why == NOTED:
                at = self._comments_of_packet(data, at)
            elif why == BLOCK:
                size = self._block(data, at)
                if size <= 0:
                    return count, at, DAMAGED if size < 0 else MORE
                at += size
            else:
                if why == DAMAGED:
                    self.damage = "a packet block that contradicts itself: the file is damaged from here on"
                return count, at, why

    @property
    def interfaces(self) -> int:
        """How many were described so far, in all sections."""
        return int(self._memory[EARLIER]) + self._section.count

    def finish(self) -> None:
        """Add up what the sections said of dropped packets."""
        self._close_section()
        self._file.interface_drops = max(self._file.interface_drops, int(self._memory[DROPPED]))

    def _close_section(self) -> None:
        drops = self._file.interface_drops + sum(self._section.drops.values())
        self._file.interface_drops = min(drops, MOST)
        self._section.drops.clear()

    def _block(self, data: UInt8, at: int) -> int:
        """Read the block at `at`, which is no packet. Returns its size, 0 where more is needed, -1 where damaged."""
        head = data[at : at + 12].tobytes()
        if len(head) < 12:
            return 0
        order = self._section.order
        if head[:4] == MAGIC:
            if head[8:12] not in _ORDERS:
                return self._bad("a section header without its byte-order mark")
            order = _ORDERS[head[8:12]]
        kind, size = int.from_bytes(head[:4], order), int.from_bytes(head[4:8], order)
        if size < 12 or size % 4 or size > LARGEST_BLOCK:
            return self._bad(f"a block of {size} bytes: the file is damaged from here on")
        if at + size > data.size:
            return 0
        end = at + size - 4
        last = int.from_bytes(data[end : at + size].tobytes(), order)
        if last != size:
            return self._bad(f"a block whose lengths ({size} and {last}) differ: damaged from here on")
        readers = {_SECTION: self._open_section, _INTERFACE: self._add_interface, _STATISTICS: self._read_statistics}
        read = readers.get(kind)
        return size if read is None or read(data, at + 8, end, order) else -1

    def _bad(self, reason: str) -> int:
        self.damage = reason
        return -1

    def _open_section(self, data: UInt8, at: int, end: int, order: opts.Order) -> bool:
        """Read the body of a section header, data[at:end]. False where it is damaged; so do the next two."""
        if end - at < 16:
            return self._bad("a section header that is too short") > 0
        major = int.from_bytes(data[at + 4 : at + 6].tobytes(), order)
        if major != 1:
            return self._bad(f"a section of pcapng version {major}, which nobody has defined") > 0
        self._close_section()
        self._memory[EARLIER] += self._section.count
        self._section = _Section(order)
        self._keep_comments(0, data, at + 16, end)
        return True

    def _add_interface(self, data: UInt8, at: int, end: int, order: opts.Order) -> bool:
        section = self._section
        if end - at < 8:
            return self._bad("an interface description that is too short") > 0
        if section.count == MOST_INTERFACES:
            return self._bad(f"more than {MOST_INTERFACES} interfaces in a section") > 0
        if section.count == section.interfaces.link.size:
            section.interfaces = Interfaces(*(np.concatenate((c, np.zeros_like(c))) for c in section.interfaces))
        snaplen = int.from_bytes(data[at + 4 : at + 8].tobytes(), order)
        resolutions = opts.values(data, at + 8, end, order, opts.IF_TSRESOL)
        offsets = opts.values(data, at + 8, end, order, opts.IF_TSOFFSET)
        offset = int.from_bytes(offsets[0], order, signed=True) if offsets and len(offsets[0]) == 8 else 0
        row = section.count
        section.interfaces.link[row] = int.from_bytes(data[at : at + 2].tobytes(), order)
        section.interfaces.snaplen[row] = snaplen
        section.interfaces.resolution[row] = resolutions[0][0] if resolutions and resolutions[0] else MICROSECONDS
        section.interfaces.offset[row] = max(-(1 << 40), min(offset, 1 << 40))
        section.count += 1
        self._file.snaplen = max(self._file.snaplen or 0, snaplen) or None
        self._keep_comments(0, data, at + 8, end)
        return True

    def _read_statistics(self, data: UInt8, at: int, end: int, order: opts.Order) -> bool:
        """Totals since the start of the capture: the last block of an interface holds."""
        counters = [opts.counter(data, at + 12, end, order, code) for code in (opts.ISB_IFDROP, opts.ISB_OSDROP)]
        known = [counter for counter in counters if counter is not None]
        if known:
            self._section.drops[int.from_bytes(data[at : at + 4].tobytes(), order)] = sum(known)
        return True

    def _comments_of_packet(self, data: UInt8, at: int) -> int:
        """The packet block at `at` was counted as the last frame, and has comments. Returns the offset behind it."""
        order = self._section.order
        size = int.from_bytes(data[at + 4 : at + 8].tobytes(), order)
        captured = int.from_bytes(data[at + 20 : at + 24].tobytes(), order)
        self._keep_comments(self._frames, data, at + 28 + (captured + 3 & ~3), at + size - 4)
        return at + size

    def _keep_comments(self, frame: int, data: UInt8, at: int, end: int) -> None:
        """Of the options in data[at:end], as far as there is room."""
        kept = self._file.comments
        for text in opts.comments(data, at, end, self._section.order, MOST_COMMENTS - len(kept)):
            if self._comment_letters + len(text) > MOST_COMMENT_LETTERS:
                self._memory[WANTED] = 0
                return
            self._comment_letters += len(text)
            kept.append((frame, text))
        self._memory[WANTED] = len(kept) < MOST_COMMENTS
