"""Bodies: where each kind ends (RFC 9112, 6.3 and 7.1), and what of them is kept."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable

from pcapinspect.http.heads import CHUNKED, HEAD_LIMIT, UNTIL_CLOSE, head_end
from pcapinspect.http.streams import Budget

BODY_LIMIT = 256 * 1024
"""Bytes of a body that is kept; a longer one is not kept at all. SCEP messages take a few kB."""

ENDLESS = 1 << 62
"""More bytes than any stream has."""

_CHUNK_LINE_LIMIT = 4096
"""Bytes of a chunk's size and its extensions; longer is no chunk. Real ones take a few bytes, and no extensions."""

_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?\n\Z", re.DOTALL)


class Kept:
    """The bytes of a body that someone wants, up to BODY_LIMIT, without chunk framing."""

    __slots__ = ("_budget", "_bytes", "_open")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._bytes: bytearray | None = bytearray()
        self._open = True

    def add(self, data: bytes) -> None:
        if self._bytes is None or not self._open:
            return
        if len(self._bytes) + len(data) > BODY_LIMIT or not self._budget.hold(len(data)):
            self.close()
            self._bytes = None
        else:
            self._bytes += data

    def close(self) -> None:
        """No more is kept: the body ended, or has a hole from here on."""
        if self._open and self._bytes is not None:
            self._budget.release(len(self._bytes))
        self._open = False

    @property
    def wants(self) -> bool:
        return self._open

    @property
    def data(self) -> bytes | None:
        """What came before the first hole; None: it was too long."""
        return None if self._bytes is None else bytes(self._bytes)


class Body(ABC):
    """Reads one body, in bits of any size."""

    at_close = False
    """The end of the connection is the end of the body."""

    def __init__(self, kept: Kept | None) -> None:
        self.kept = kept
        self.ended = False
        self.lost = False
        """Its framing makes no sense, or is in a hole: where it ends is not known."""

    @abstractmethod
    def read(self, data: bytes, at: int) -> int:
        """Reads from `at`, to the end of the body at most; the position reached."""

    @abstractmethod
    def pass_over(self, length: int) -> int:
        """`length` bytes came that need not be looked at, or are missing; how many of them are not of this body."""

    @property
    @abstractmethod
    def room(self) -> int:
        """Bytes, if they come next, that are content for certain."""

    def _content(self, data: bytes, at: int, most: int) -> int:
        stop = min(len(data), at + most)
        if self.kept is not None:
            self.kept.add(data[at:stop])
        return stop


class SizedBody(Body):
    """Content-Length says how long it is."""

    def __init__(self, kept: Kept | None, size: int) -> None:
        super().__init__(kept)
        self._remaining = size

    def read(self, data: bytes, at: int) -> int:
        stop = self._content(data, at, self._remaining)
        self.pass_over(stop - at)
        return stop

    def pass_over(self, length: int) -> int:
        mine = min(length, self._remaining)
        self._remaining -= mine
        self.ended = not self._remaining
        return length - mine

    @property
    def room(self) -> int:
        return self._remaining


class ClosedBody(Body):
    """It ends with the connection."""

    at_close = True

    def read(self, data: bytes, at: int) -> int:
        return self._content(data, at, ENDLESS)

    def pass_over(self, length: int) -> int:  # noqa: ARG002
        return 0

    @property
    def room(self) -> int:
        return ENDLESS


class ChunkedBody(Body):
    """Chunks, each with its size before it; the last has size 0, then come trailers and an empty line."""

    def __init__(self, kept: Kept | None) -> None:
        super().__init__(kept)
        self._read: Callable[[bytes, int], int] = self._line
        self._buffer = bytearray()
        self._remaining = 0

    def read(self, data: bytes, at: int) -> int:
        while at < len(data) and not (self.ended or self.lost):
            at = self._read(data, at)
        return at

    def pass_over(self, length: int) -> int:
        if length > self._remaining:
            self.lost = True
            return 0
        self._remaining -= length
        self._after_content()
        return 0

    @property
    def room(self) -> int:
        return self._remaining

    def _line(self, data: bytes, at: int) -> int:
        stop = data.find(b"\n", at) + 1 or len(data)
        self._buffer += data[at : min(stop, at + _CHUNK_LINE_LIMIT + 1)]
        match = _CHUNK_SIZE.match(self._buffer)
        if match:
            self._remaining = int(match[1], 16)
            self._buffer.clear()
            self._read = self._chunk
            if not self._remaining:
                self._buffer += b"\n"  # the end of this line: an empty one after it ends the trailers
                self._read = self._trailers
        else:
            self.lost = self._buffer.endswith(b"\n") or len(self._buffer) > _CHUNK_LINE_LIMIT
        return stop

    def _chunk(self, data: bytes, at: int) -> int:
        stop = self._content(data, at, self._remaining)
        self._remaining -= stop - at
        self._after_content()
        return stop

    def _after_content(self) -> None:
        if not self._remaining:
            self._read = self._chunk_end

    def _chunk_end(self, data: bytes, at: int) -> int:
        byte = data[at : at + 1]
        if byte == b"\n":
            self._read = self._line
        elif byte != b"\r":
            self.lost = True
        return at + 1

    def _trailers(self, data: bytes, at: int) -> int:
        known = len(self._buffer)
        self._buffer += data[at : at + HEAD_LIMIT]
        end = head_end(self._buffer, max(0, known - 2))
        if end >= 0:
            self.ended = True
            return at + end - known
        self.lost = len(self._buffer) > HEAD_LIMIT
        return len(data)


def new_body(size: int, kept: Kept | None) -> Body:
    """The body of a head whose framing is `size`: bytes (not 0), CHUNKED or UNTIL_CLOSE."""
    if size == CHUNKED:
        return ChunkedBody(kept)
    return ClosedBody(kept) if size == UNTIL_CLOSE else SizedBody(kept, size)
