"""Framing: where messages begin and end in one direction, a byte or a megabyte at a time, without I/O.

A `Framer` is fed a stream's pieces. Its state is the method that reads next; each takes a piece and a position in it,
and returns the position that it has read to. After a hole, or bytes that are not HTTP, it searches: a message begins
where a segment begins with a known method or an HTTP version.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable

from pcapinspect.http.heads import CHUNKED, HEAD_LIMIT, UNTIL_CLOSE, RequestHead, ResponseHead, head_end
from pcapinspect.http.streams import Budget, Origin, Piece

BODY_LIMIT = 256 * 1024
"""Bytes of a body that is kept; a longer one is not kept at all. An SCEP message with its certificates takes a few kB."""

ENDLESS = 1 << 62
"""More bytes than any stream has."""

_CHUNK_LINE_LIMIT = 4096
"""Bytes of a chunk's size and its extensions; longer is no chunk. Real ones take a few bytes, extensions are not used."""

_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?\n\Z", re.DOTALL)


class Message:
    """A request or a response as far as it has been read."""

    __slots__ = ("body", "complete", "end", "end_time", "ended", "head", "holed", "origin", "start")

    def __init__(self, start: int, origin: Origin, head: RequestHead | ResponseHead | None, holed: bool) -> None:
        self.head = head
        """None: not known (yet), or an answer without a head, as HTTP/0.9 sends it."""
        self.start = start
        """Offset of the first byte."""
        self.end = start
        self.origin = origin
        """The packet that first carried the first byte."""
        self.end_time = origin.time
        """When the last byte read so far could be read."""
        self.complete = True
        """So far: no byte is missing."""
        self.ended = False
        self.holed = holed
        """Messages before it may be missing."""
        self.body: bytearray | None = None
        """The body without its chunk framing, where it is kept."""


class Framer(ABC):
    """Reads the messages of one direction. Subclasses know their heads, and whom to tell of a message."""

    def __init__(self, budget: Budget) -> None:
        self.message: Message | None = None
        """The one that is being read."""
        self.found = 0
        """Messages so far."""
        self.cut = 0
        """Messages that are not complete."""
        self.resynchronised = 0
        self.garbage = False
        """Bytes came where a message should have begun."""
        self.holed = False
        """A hole since the last message may hide others."""
        self._budget = budget
        self._read: Callable[[Piece, int], int] = self._head
        self._buffer = bytearray()
        self._held = 0
        self._start = 0
        self._origin = Origin(0, 0, 0, 0)
        self._searching = False
        self._early = False
        self._remaining = 0
        self._keeping = False

    # What a head is, and what follows from it.

    @abstractmethod
    def _may_begin(self, buffer: bytes | bytearray) -> bool:
        """Whether bytes where a message should begin can still become a head."""

    @abstractmethod
    def _may_be_found(self, buffer: bytes | bytearray) -> bool:
        """Whether bytes at the start of a segment can still become a head, with nothing else to go by."""

    @abstractmethod
    def _is_evident(self, buffer: bytes | bytearray) -> bool:
        """Whether bytes of a head that breaks off are enough to believe in a message."""

    @abstractmethod
    def _parse(self, raw: bytes) -> RequestHead | ResponseHead | None: ...

    @abstractmethod
    def _parse_cut(self, raw: bytes) -> RequestHead | ResponseHead: ...

    @abstractmethod
    def _began(self, message: Message) -> None:
        """A message has been found; its head may still be unknown."""

    @abstractmethod
    def _body_of(self, message: Message) -> int:
        """Bytes of the body, CHUNKED or UNTIL_CLOSE, once the head is known."""

    @abstractmethod
    def _keeps(self, message: Message) -> bool:
        """Whether the body is wanted."""

    def _is_interim(self, head: RequestHead | ResponseHead) -> bool:
        """Whether a head is passed over: another follows that counts."""
        return False

    def _headless(self) -> bool:
        """Whether bytes that are no head are taken for a message without one."""
        return False

    # What a stream tells (streams.Sink).

    def feed(self, piece: Piece) -> None:
        at, size = 0, len(piece.data)
        while at < size:
            at = self._read(piece, at)

    def gap(self, length: int, *, cut: bool, now: int) -> None:
        if self._read == self._head:
            if self._buffer:
                self._break_off(length, now)
            self._search_on(cut)
        elif self._read in (self._length, self._chunk_data):
            self._gap_in_body(length, cut, now)
        elif self._read == self._until_close:
            self._miss(length, now)
        elif self._read != self._ignore:
            self._miss(length, now)
            self._search_on(cut)

    def end(self, *, fin: bool) -> None:
        if self._read == self._head and self._buffer:
            self._break_off(0, self._origin.time)
        if self.message:
            whole = fin and self._read == self._until_close
            self._close(self.message.end, self.message.end_time, whole)
        self._drop_buffer()
        self._read = self._ignore

    def open_early(self) -> None:
        """A head that has begun counts as a message now: its answer is already there."""
        if self._read == self._head and not self._early and self._is_evident(self._buffer):
            self._open(None)
            self._early = True

    def ignore(self) -> None:
        """What follows is not HTTP."""
        self._drop_buffer()
        self._read = self._ignore

    @property
    def skippable(self) -> int:
        """Bytes, if they come next, that need not be looked at."""
        if self._read == self._ignore:
            return ENDLESS
        if self._keeping:
            return 0
        if self._read == self._until_close:
            return ENDLESS
        return self._remaining if self._read in (self._length, self._chunk_data) else 0

    def skip(self, length: int, now: int) -> None:
        """`length` bytes, at most `skippable`, were there."""
        if self.message and self._read != self._ignore:
            self._advance(self.message.end + length, length, now)

    # States.

    def _head(self, piece: Piece, at: int) -> int:
        buffer, data = self._buffer, piece.data
        known = len(buffer)
        if not known:
            at = _after_blank_lines(data, at)
            if at == len(data):
                return at
            self._start, self._origin = piece.offset + at, piece.origin
        buffer += data[at : at + HEAD_LIMIT - known]
        if not (self._may_be_found(buffer) if self._searching else self._may_begin(buffer)):
            return self._fail(piece, at)
        end = head_end(buffer, max(0, known - 2))
        line = buffer.find(b"\n") + 1
        if end < 0 and line <= known:
            return self._await_head(piece, len(buffer) - known)
        head = self._parse(bytes(buffer[: max(end, line)]))
        if head is None:
            return self._fail(piece, at)
        if head.version == "HTTP/0.9":
            end = line
        if end < 0:
            return self._await_head(piece, len(buffer) - known)
        self._drop_buffer()
        at += end - known
        if self._is_interim(head):
            return at
        if self._early and self.message:
            self.message.head = head
        else:
            self._open(head)
        self._begin_body(piece, at)
        return at

    def _search(self, piece: Piece, at: int) -> int:
        if at == 0 and piece.boundary and self._may_be_found(piece.data):
            self._searching = True
            self._read = self._head
            return 0
        self._extend(piece, len(piece.data))
        return len(piece.data)

    def _length(self, piece: Piece, at: int) -> int:
        at = self._take(piece, at, self._remaining)
        return at

    def _until_close(self, piece: Piece, at: int) -> int:
        return self._take(piece, at, ENDLESS)

    def _chunk_line(self, piece: Piece, at: int) -> int:
        stop = piece.data.find(b"\n", at) + 1 or len(piece.data)
        self._buffer += piece.data[at:stop]
        self._extend(piece, stop)
        match = _CHUNK_SIZE.match(self._buffer)
        if match:
            self._buffer.clear()
            self._remaining = int(match[1], 16)
            self._read = self._chunk_data
            if not self._remaining:
                self._buffer += b"\n"
                self._read = self._trailers
        elif self._buffer[-1:] == b"\n" or len(self._buffer) > _CHUNK_LINE_LIMIT:
            self._lose()
        return stop

    def _chunk_data(self, piece: Piece, at: int) -> int:
        return self._take(piece, at, self._remaining)

    def _chunk_end(self, piece: Piece, at: int) -> int:
        byte = piece.data[at : at + 1]
        self._extend(piece, at + 1)
        if byte == b"\n":
            self._read = self._chunk_line
        elif byte != b"\r":
            self._lose()
        return at + 1

    def _trailers(self, piece: Piece, at: int) -> int:
        known = len(self._buffer)
        self._buffer += piece.data[at : at + HEAD_LIMIT]
        end = head_end(self._buffer, max(0, known - 2))
        if end < 0:
            self._extend(piece, len(piece.data))
            if len(self._buffer) > HEAD_LIMIT:
                self._lose()
            return len(piece.data)
        at += end - known
        self._buffer.clear()
        self._close(piece.offset + at, piece.now, True)
        return at

    def _ignore(self, piece: Piece, _at: int) -> int:
        return len(piece.data)

    # Steps between states.

    def _await_head(self, piece: Piece, added: int) -> int:
        if len(self._buffer) >= HEAD_LIMIT or not self._budget.hold(added):
            self._break_off(0, piece.now)
            self._search_on(cut=True)
        else:
            self._held += added
        return len(piece.data)

    def _fail(self, piece: Piece, at: int) -> int:
        """What was read as a head is none."""
        earlier = self._start < piece.offset
        if not self._searching and not self._early and self._headless():
            self._open(None)
            self._drop_buffer()
            self._keeping = False
            self._read = self._until_close
            return at
        self.garbage = self.garbage or not self._searching
        if self._early:
            self._break_off(0, piece.now)
        self._drop_buffer()
        self._searching = False
        self._read = self._search
        return self._search(piece, 0) if earlier and at == 0 else len(piece.data)

    def _open(self, head: RequestHead | ResponseHead | None) -> None:
        if self.message:
            self._close(self.message.end, self.message.end_time, False)
        self.found += 1
        self.resynchronised += self._searching and self.holed
        self.message = Message(self._start, self._origin, head, self.holed)
        self._searching = self.holed = False
        self._began(self.message)

    def _begin_body(self, piece: Piece, at: int) -> None:
        message = self.message
        assert message is not None
        self._early = False
        size = self._body_of(message)
        self._extend(piece, at)
        if size == 0:
            self._close(piece.offset + at, piece.now, True)
            return
        self._keeping = size <= BODY_LIMIT and self._keeps(message)
        message.body = bytearray() if self._keeping else None
        self._remaining = max(0, size)
        self._read = {CHUNKED: self._chunk_line, UNTIL_CLOSE: self._until_close}.get(size, self._length)

    def _take(self, piece: Piece, at: int, most: int) -> int:
        """Reads body."""
        stop = min(len(piece.data), at + most)
        body = self.message.body if self.message and self._keeping else None
        if body is not None:
            if len(body) + stop - at > BODY_LIMIT or not self._budget.hold(stop - at):
                self._forget_body()
            else:
                body += piece.data[at:stop]
        self._advance(piece.offset + stop, stop - at, piece.now)
        return stop

    def _advance(self, end: int, length: int, now: int) -> None:
        """`length` bytes of body are done with."""
        message = self.message
        if message is None:
            return
        message.end, message.end_time = end, now
        if self._read == self._until_close:
            return
        self._remaining -= length
        if self._remaining == 0:
            if self._read == self._length:
                self._close(end, now, True)
            else:
                self._read = self._chunk_end

    def _extend(self, piece: Piece, at: int) -> None:
        if self.message:
            self.message.end, self.message.end_time = piece.offset + at, piece.now

    def _close(self, end: int, now: int, whole: bool) -> None:
        message = self.message
        assert message is not None
        message.end, message.end_time = end, now
        message.complete = message.complete and whole
        message.ended = True
        self.cut += not message.complete
        if self._keeping and message.body is not None:
            self._budget.release(len(message.body))
        self._keeping = self._early = False
        self.message = None
        self._read = self._head
        self._after(message)

    def _after(self, message: Message) -> None:
        """A message has ended."""

    def _gap_in_body(self, length: int, cut: bool, now: int) -> None:
        over = length - self._remaining
        self._miss(min(length, self._remaining), now)
        if over <= 0:
            message = self.message
            assert message is not None
            self._advance(message.end, length, now)
            return
        if self._read == self._length and self.message:
            self._close(self.message.end, now, False)
        self._miss(over, now)
        self._search_on(cut)

    def _miss(self, length: int, now: int) -> None:
        """Bytes of the open message, if there is one, are not in the capture."""
        message = self.message
        if message is None:
            return
        message.complete = False
        message.end += length
        message.end_time = now or message.end_time
        if self._keeping and message.body is not None:
            self._budget.release(len(message.body))
            self._keeping = False

    def _forget_body(self) -> None:
        message = self.message
        assert message is not None
        if message.body is not None:
            self._budget.release(len(message.body))
        message.body = None
        self._keeping = False

    def _break_off(self, missing: int, now: int) -> None:
        """A head ends in the middle: what it says so far is kept, if it is a message at all."""
        buffer = bytes(self._buffer)
        if self._early and self.message:
            self.message.head = self._parse_cut(buffer)
        elif self._is_evident(buffer):
            self._open(self._parse_cut(buffer))
        self._early = False
        if self.message and self.message.start == self._start:
            self.message.end = self._start + len(buffer)
            self._miss(missing, now)
            self.message.complete = False
        self._drop_buffer()

    def _search_on(self, cut: bool) -> None:
        """The next message must be searched for; whole ones may hide in a hole that is not only the end of a segment."""
        self.holed = self.holed or not cut
        self._drop_buffer()
        self._searching = False
        self._read = self._search

    def _lose(self) -> None:
        """The open message's framing makes no sense: where it ends is not known."""
        if self.message:
            self.message.complete = False
        self.garbage = True
        self._search_on(cut=True)

    def _drop_buffer(self) -> None:
        self._budget.release(self._held)
        self._held = 0
        self._buffer.clear()


def _after_blank_lines(data: bytes, at: int) -> int:
    """Empty lines before a start line are passed over (RFC 9112, 2.2)."""
    while data[at : at + 1] in (b"\r", b"\n"):
        at += 1
    return at
