"""Writes pcapng (draft-ietf-opsawg-pcapng): sections, interfaces and packets with comments, times in nanoseconds."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import BinaryIO

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_BYTE_ORDER = 0x1A2B3C4D
_COMMENT, _APPLICATION, _RESOLUTION = 1, 4, 9
_NANOSECONDS = b"\x09"
"""if_tsresol: units of 10^-9 s."""
_UNKNOWN_LENGTH = -1

MOST_COMMENT = 60_000
"""Bytes of a comment: an option's length has 16 bits."""


class PcapngFile:
    """One pcapng file that is being written. Each source file is a section, with an interface for each link type."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._interfaces: dict[int, int] = {}

    def section(self, comment: str, application: str) -> None:
        """Begins a section."""
        self._interfaces.clear()
        body = struct.pack("<IHHq", _BYTE_ORDER, 1, 0, _UNKNOWN_LENGTH)
        options = _options([(_COMMENT, _text(comment)), (_APPLICATION, _text(application))])
        self._block(_SECTION, body + options)

    def packet(self, data: bytes, wire: int, time: int, link: int, comments: Sequence[str] = ()) -> None:
        """Writes one packet of `wire` bytes, of which `data` was captured. `time` is nanoseconds since 1970."""
        interface = self._interface(link)
        stamp = max(time, 0)
        head = struct.pack("<IIIII", interface, stamp >> 32, stamp & 0xFFFFFFFF, len(data), wire)
        options = _options([(_COMMENT, _text(comment)) for comment in comments]) if comments else b""
        self._block(_PACKET, head + _padded(data) + options)

    def _interface(self, link: int) -> int:
        if link not in self._interfaces:
            self._interfaces[link] = len(self._interfaces)
            no_snaplen = 0
            self._block(_INTERFACE, struct.pack("<HHI", link, 0, no_snaplen) + _options([(_RESOLUTION, _NANOSECONDS)]))
        return self._interfaces[link]

    def _block(self, kind: int, body: bytes) -> None:
        size = len(body) + 12
        self._file.write(struct.pack("<II", kind, size) + body + struct.pack("<I", size))


def _options(values: Sequence[tuple[int, bytes]]) -> bytes:
    end = struct.pack("<HH", 0, 0)
    return b"".join(struct.pack("<HH", code, len(value)) + _padded(value) for code, value in values) + end


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _text(text: str) -> bytes:
    return text.encode("utf-8", "replace")[:MOST_COMMENT].decode("utf-8", "ignore").encode("utf-8")
