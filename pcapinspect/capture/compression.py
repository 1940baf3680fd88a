"""Compressed captures, told by their first bytes and inflated piece by piece.

Memory does not follow the claims of a file: a bomb costs time, not memory.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

import lz4.frame
import zstandard

from pcapinspect.capture.control import Ended, Silence
from pcapinspect.capture.inputs import InputFile
from pcapinspect.capture.source import ByteStream
from pcapinspect.errors import CaptureError

DEEPEST = 4
"""Compressions on top of each other that are undone. Twice happens by accident; more is an attempt to keep us busy."""

_PIECE = 64 << 10
"""Compressed bytes that are inflated at a time."""

_FINE = 4 << 10
"""The same where a decoder keeps nothing of a piece in which it finds damage."""

_FINEST = 1 << 10
"""The same for zstd, whose decoder takes no limit: four bytes can stand for a block of 128 kB, so this is 32 MB."""

_MOST = 1 << 20
"""Inflated bytes at a time, of the others."""

_WINDOW = 128 << 20
"""Bytes that a decoder may need for itself: zstd's --ultra -22 and xz -9 stay below."""


_MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
)
"""RFC 1952, RFC 8878, the LZ4 frame format, the .xz file format, bzip2."""

_HEAD = 16


def compression(head: bytes) -> str | None:
    """The compression whose data begins with these bytes."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if len(head) >= 4 and head[0] & 0xF0 == 0x50 and head[1:4] == b"\x2a\x4d\x18":
        return "zstd"  # a skippable frame, as pzstd writes first
    return None


class Headed:
    """A stream of which the first bytes can be looked at, and bytes can be given back."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._held = b""

    def head(self) -> bytes:
        """The next _HEAD bytes, fewer at the end; they stay."""
        while len(self._held) < _HEAD:
            more = bytearray(_HEAD - len(self._held))
            try:
                count = self._stream.readinto(memoryview(more))
            except Silence:
                continue
            except Ended:
                break
            if count == 0:
                break
            self._held += more[:count]
        return self._held[:_HEAD]

    def give_back(self, data: bytes) -> None:
        """Put bytes that were taken in front again."""
        self._held = data + self._held

    def readinto(self, buffer: memoryview) -> int:
        if not self._held:
            return self._stream.readinto(buffer)
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

    def take(self, size: int) -> bytes:
        """Up to `size` bytes, none at the end."""
        buffer = bytearray(size)
        return bytes(buffer[: self.readinto(memoryview(buffer))])


class _Decoder(Protocol):
    """What all formats are made to look like."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""
        ...

    @property
    def unused(self) -> bytes:
        """What follows the member."""
        ...

    @property
    def hungry(self) -> bool:
        """Whether there is nothing to give without more input."""
        ...

    def decompress(self, data: bytes) -> bytes:
        """The next inflated bytes. Raises ValueError."""
        ...


class _Gzip:
    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=31)
        self._tail = b""

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused(self) -> bytes:
        return self._zlib.unused_data

    @property
    def hungry(self) -> bool:
        return not self._tail

    def decompress(self, data: bytes) -> bytes:
        data = self._tail + data
        before = self._zlib.copy()
        try:
            found = self._zlib.decompress(data, _MOST)
        except zlib.error:
            self._zlib, self._tail = before, b""
            return self._up_to_damage(data)
        self._tail = self._zlib.unconsumed_tail
        return found

    def _up_to_damage(self, data: bytes) -> bytes:
        """zlib throws away what it inflated before the damage: go there byte by byte."""
        found = []
        for at in range(len(data)):
            before = self._zlib.copy()
            try:
                found.append(self._zlib.decompress(data[at : at + 1]))
            except zlib.error as error:
                self._zlib = before
                if not found or not any(found):
                    raise ValueError(str(error)) from None
                self._tail = data[at:]
                break
        return b"".join(found)


class _Lzma:
    def __init__(self) -> None:
        self._lzma = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_WINDOW)

    @property
    def eof(self) -> bool:
        return self._lzma.eof

    @property
    def unused(self) -> bytes:
        return self._lzma.unused_data

    @property
    def hungry(self) -> bool:
        return self._lzma.needs_input

    def decompress(self, data: bytes) -> bytes:
        try:
            return self._lzma.decompress(data, _MOST)
        except lzma.LZMAError as error:
            raise ValueError(str(error)) from None


class _Bzip2:
    def __init__(self) -> None:
        self._bz2 = bz2.BZ2Decompressor()

    @property
    def eof(self) -> bool:
        return self._bz2.eof

    @property
    def unused(self) -> bytes:
        return self._bz2.unused_data

    @property
    def hungry(self) -> bool:
        return self._bz2.needs_input

    def decompress(self, data: bytes) -> bytes:
        try:
            return self._bz2.decompress(data, _MOST)
        except (OSError, EOFError) as error:
            raise ValueError(str(error)) from None


class _Lz4:
    def __init__(self) -> None:
        self._lz4 = lz4.frame.LZ4FrameDecompressor()

    @property
    def eof(self) -> bool:
        return bool(self._lz4.eof)

    @property
    def unused(self) -> bytes:
        return self._lz4.unused_data or b""

    @property
    def hungry(self) -> bool:
        return bool(self._lz4.needs_input)

    def decompress(self, data: bytes) -> bytes:
        try:
            return bytes(self._lz4.decompress(data, _MOST))
        except (RuntimeError, EOFError) as error:
            raise ValueError(str(error)) from None


class _Zstd:
    def __init__(self) -> None:
        self._zstd = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()

    @property
    def eof(self) -> bool:
        return self._zstd.eof

    @property
    def unused(self) -> bytes:
        return self._zstd.unused_data

    @property
    def hungry(self) -> bool:
        return True

    def decompress(self, data: bytes) -> bytes:
        try:
            return self._zstd.decompress(data)
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from None


class _Stream:
    """Inflates members that follow each other; what follows the last of them is named and left."""

    def __init__(self, below: Headed, name: str, file: InputFile) -> None:
        self._below = below
        self._name = name
        self._file = file
        self._make, self._size = _DECODERS[name]
        self._decoder = self._make()
        self._ready = memoryview(b"")
        self._over = False

    def readinto(self, buffer: memoryview) -> int:
        while not self._ready and not self._over:
            self._ready = memoryview(self._more())
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _more(self) -> bytes:
        """The next inflated bytes, which may be none."""
        piece = b""
        if self._decoder.hungry:
            piece = self._below.take(self._size)
            if not piece:
                return self._end("the compressed data ends too early")
        try:
            found = self._decoder.decompress(piece)
        except ValueError as error:
            return self._end(f"the compressed data is damaged ({error})")
        if self._decoder.eof:
            self._below.give_back(self._decoder.unused)
            self._next_member()
        return found

    def _next_member(self) -> None:
        head = self._below.head()
        if compression(head) == self._name:
            self._decoder = self._make()
            return
        self._over = True
        if head.strip(b"\0"):
            self._file.warnings.append(f"what follows the {self._name} data is not {self._name} data, and was not read")

    def _end(self, reason: str) -> bytes:
        self._over = True
        self._file.truncated = True
        self._file.warnings.append(f"{self._name}: {reason}; everything before it was read")
        return b""


_DECODERS: dict[str, tuple[Callable[[], _Decoder], int]] = {
    "gzip": (_Gzip, _PIECE),
    "xz": (_Lzma, _FINE),
    "bzip2": (_Bzip2, _FINE),
    "lz4": (_Lz4, _FINE),
    "zstd": (_Zstd, _FINEST),
}


def inflate(stream: ByteStream, file: InputFile) -> ByteStream:
    """The stream without its compressions, whose names are put into `file.format`. Raises CaptureError."""
    below = Headed(stream)
    for _ in range(DEEPEST):
        name = compression(below.head())
        if name is None:
            return below
        file.format += f"{name}:"
        below = Headed(_Stream(below, name, file))
    raise CaptureError(file.path, f"compressed more than {DEEPEST} times over")
