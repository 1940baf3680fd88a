"""pcapng: sections, interfaces and blocks (draft-ietf-opsawg-pcapng). The walk over packets is in `pcapng_walk`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pcapinspect.capture import pcapng_options as opts
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.pcapng_walk import DROPPED, LARGEST_BLOCK, NOTED, WANTED, Interfaces, walk
from pcapinspect.capture.records import BLOCK, DAMAGED, MORE, Records
from pcapinspect.columns import UInt8

MAGIC = b"\x0a\x0d\x0d\x0a"

MOST_INTERFACES = 65_536
"""In one section. Packets of old blocks count them with 16 bits; more is an attempt to fill memory."""

MOST_COMMENTS = 10_000
"""Kept of one file: more than anyone reads."""

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
        self._memory = np.zeros(2, np.int64)
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

    def finish(self) -> None:
        """Add up what the sections said of dropped packets."""
        self._close_section()
        self._file.interface_drops = max(self._file.interface_drops, int(self._memory[DROPPED]))

    def _close_section(self) -> None:
        self._file.interface_drops += sum(self._section.drops.values())
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
        block = data[at : at + size].tobytes()
        if int.from_bytes(block[-4:], order) != size:
            return self._bad(
                f"a block whose lengths ({size} and {int.from_bytes(block[-4:], order)}) differ: damaged from here on"
            )
        body = block[8:-4]
        if kind == _SECTION:
            return size if self._open_section(body, order) else -1
        if kind == _INTERFACE:
            return size if self._add_interface(body, order) else -1
        if kind == _STATISTICS:
            self._read_statistics(body, order)
        return size

    def _bad(self, reason: str) -> int:
        self.damage = reason
        return -1

    def _open_section(self, body: bytes, order: opts.Order) -> bool:
        if len(body) < 16:
            return self._bad("a section header that is too short") > 0
        major = int.from_bytes(body[4:6], order)
        if major != 1:
            return self._bad(f"a section of pcapng version {major}, which nobody has defined") > 0
        self._close_section()
        self._section = _Section(order)
        self._keep_comments(0, opts.comments(body[16:], order))
        return True

    def _add_interface(self, body: bytes, order: opts.Order) -> bool:
        section = self._section
        if len(body) < 8:
            return self._bad("an interface description that is too short") > 0
        if section.count == MOST_INTERFACES:
            return self._bad(f"more than {MOST_INTERFACES} interfaces in a section") > 0
        if section.count == section.interfaces.link.size:
            section.interfaces = Interfaces(*(np.concatenate((c, np.zeros_like(c))) for c in section.interfaces))
        snaplen = int.from_bytes(body[4:8], order)
        resolution, offset = 6, 0
        for code, value in opts.options(body[8:], order):
            if code == opts.IF_TSRESOL and value:
                resolution = value[0]
            elif code == opts.IF_TSOFFSET and len(value) == 8:
                offset = opts.signed(value, order)
        row = section.count
        section.interfaces.link[row] = int.from_bytes(body[:2], order)
        section.interfaces.snaplen[row] = snaplen
        section.interfaces.resolution[row] = resolution
        section.interfaces.offset[row] = max(-(1 << 40), min(offset, 1 << 40))
        section.count += 1
        self._file.snaplen = max(self._file.snaplen or 0, snaplen) or None
        self._keep_comments(0, opts.comments(body[8:], order))
        return True

    def _read_statistics(self, body: bytes, order: opts.Order) -> None:
        """Totals since the start of the capture: the last block of an interface holds."""
        if len(body) < 12:
            return
        wanted = (opts.ISB_IFDROP, opts.ISB_OSDROP)
        values = [opts.unsigned(v, order) for code, v in opts.options(body[12:], order) if code in wanted]
        if values:
            self._section.drops[int.from_bytes(body[:4], order)] = sum(values)

    def _comments_of_packet(self, data: UInt8, at: int) -> int:
        """The packet block at `at` was counted as the last frame, and has comments. Returns the offset behind it."""
        order = self._section.order
        size = int.from_bytes(data[at + 4 : at + 8].tobytes(), order)
        captured = int.from_bytes(data[at + 20 : at + 24].tobytes(), order)
        found = opts.comments(data[at + 28 + (captured + 3 & ~3) : at + size - 4].tobytes(), order)
        self._keep_comments(self._frames, found)
        return at + size

    def _keep_comments(self, frame: int, found: list[str]) -> None:
        room = MOST_COMMENTS - len(self._file.comments)
        self._file.comments.extend((frame, text) for text in found[:room])
        self._memory[WANTED] = len(self._file.comments) < MOST_COMMENTS
