"""Framing: where messages begin and end in one direction, a byte or a megabyte at a time, without I/O.

A `Framer` is fed a stream's pieces. Its state says which method reads next; each takes a piece and a position in it,
and returns the position that it has read to. After a hole, or bytes that are not HTTP, it searches: a message begins
where a segment begins with a known method or an HTTP version.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum, auto

from pcapinspect.columns import MISSING
from pcapinspect.http.bodies import ENDLESS, Body, Kept, new_body
from pcapinspect.http.heads import HEAD_LIMIT, RequestHead, ResponseHead, head_end
from pcapinspect.http.streams import Budget, Origin, Piece


class Message:
    """A request or a response as far as it has been read."""

    __slots__ = ("complete", "end", "end_time", "ended", "head", "holed", "kept", "origin", "start")

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
        self.kept: Kept | None = None
        """The body, where it is wanted."""


class State(Enum):
    """What a framer reads next."""

    HEAD = auto()
    """A message begins here, or its head goes on."""
    BODY = auto()
    SEARCH = auto()
    """Where the next message begins is not known."""
    WAIT = auto()
    """Whether what follows is HTTP is not known yet."""
    IGNORE = auto()
    """What follows is not HTTP."""
    ENDED = auto()
    """Nothing follows."""


class Framer(ABC):
    """Reads the messages of one direction. Subclasses know their heads, and whom to tell of a message."""

    __slots__ = (
        *("_body", "_budget", "_buffer", "_early", "_held", "_message", "_origin", "_searching", "_start", "_state"),
        *("cut", "found", "garbage", "holed", "resynchronised"),
    )

    def __init__(self, budget: Budget) -> None:
        self.found = 0
        """Messages so far."""
        self.cut = 0
        """Messages that are not complete."""
        self.resynchronised = 0
        """Messages found after a hole that could have hidden others."""
        self.garbage = False
        """Bytes came where a message should have begun."""
        self.holed = False
        """A hole since the last message may hide others."""
        self._budget = budget
        self._state = State.HEAD
        self._message: Message | None = None
        """The one that is being read, or whose end is not known."""
        self._body: Body | None = None
        self._buffer = bytearray()
        """A head that is not whole yet; `_held` bytes of it are counted in the budget."""
        self._held = 0
        self._start = 0
        self._origin = Origin(0, 0, 0, 0, MISSING)
        self._searching = False
        """The head in the buffer was found, not expected."""
        self._early = False
        """The head in the buffer is that of `_message` already."""

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
    def _is_interim(self, head: RequestHead | ResponseHead) -> bool:
        """Whether a head is passed over: another follows that counts."""

    @abstractmethod
    def _is_headless(self) -> bool:
        """Whether bytes that are no head are taken for a message without one: all there is up to a head, or the end."""

    @abstractmethod
    def _began(self, message: Message) -> None:
        """A message has been found; its head may still be unknown."""

    @abstractmethod
    def _body_size(self, message: Message) -> int:
        """Bytes of the body, CHUNKED or UNTIL_CLOSE, once the head is known."""

    @abstractmethod
    def _keeps(self, message: Message) -> bool:
        """Whether the body is wanted."""

    @abstractmethod
    def _ended(self, message: Message) -> None:
        """A message has ended."""

    @abstractmethod
    def _hold_back(self, piece: Piece, at: int) -> None:
        """Keeps the rest of a piece until it is known whether it is HTTP."""

    # What a stream tells (streams.Sink).

    def feed(self, piece: Piece) -> None:
        at, size = 0, len(piece.data)
        while at < size:
            match self._state:
                case State.BODY:
                    at = self._in_body(piece, at)
                case State.HEAD:
                    at = self._head(piece, at)
                case State.SEARCH:
                    at = self._search(piece, at)
                case State.WAIT:
                    self._hold_back(piece, at)
                    return
                case State.IGNORE | State.ENDED:
                    return

    def gap(self, length: int, *, cut: bool, now: int) -> None:
        if self._body is not None:
            beyond = self._body.pass_over(length)
            self._miss(length - beyond, now)
            if self._body.ended:
                self._close(now, False)
            elif not self._body.lost:
                return
            if beyond or self._body is not None:
                self._search_on(cut)
        elif self._state not in (State.IGNORE, State.ENDED):
            if self._buffer:
                self._break_off()
            self._miss(length, now)
            self._search_on(cut)

    def end(self, *, fin: bool) -> None:
        if self._buffer:
            self._break_off()
        message = self._message
        if message:
            headless = message.head is None and self._state is State.SEARCH
            self._close(message.end_time, fin and (headless or (self._body is not None and self._body.at_close)))
        self._drop_buffer()
        if self._state is not State.IGNORE:
            self._state = State.ENDED

    def go_on_after_reset(self) -> None:
        if self._state is State.ENDED:
            self._state = State.HEAD

    def ignore(self) -> None:
        """What follows is not HTTP."""
        self._drop_buffer()
        self._state = State.IGNORE

    def open_early(self) -> None:
        """A head that has begun counts as a message now: its answer is already there."""
        if not self._early and self._is_evident(self._buffer):
            self._open(None)
            self._early = True

    def conclude(self, message: Message) -> None:
        """A message has ended by now, for its answer is there; if it was not known where, it was here."""
        if message is self._message and self._state is State.SEARCH:
            self._close(message.end_time, False)
            self._state = State.SEARCH

    @property
    def skippable(self) -> int:
        """Bytes, if they come next, that need not be looked at."""
        if self._body is None:
            return ENDLESS if self._state in (State.IGNORE, State.ENDED) else 0
        kept = self._body.kept
        return 0 if kept is not None and kept.wants else self._body.room

    def skip(self, length: int, now: int) -> None:
        """`length` bytes, at most `skippable`, were there."""
        if self._body is not None and self._message is not None:
            self._body.pass_over(length)
            self._message.end += length
            self._message.end_time = now
            if self._body.ended:
                self._close(now, True)

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
        line, end = buffer.find(b"\n") + 1, head_end(buffer, max(0, known - 2))
        if end < 0 and not known < line:
            return self._await_more(piece, len(buffer) - known)
        head = self._parse(bytes(buffer[: max(line, end)]))
        if head is None:
            return self._fail(piece, at)
        if head.version == "HTTP/0.9":
            end = line
        if end < 0:
            return self._await_more(piece, len(buffer) - known)
        self._drop_buffer()
        at += end - known
        if not self._is_interim(head):
            self._head_is_whole(head, piece, at)
        return at

    def _in_body(self, piece: Piece, at: int) -> int:
        body, message = self._body, self._message
        assert body is not None
        assert message is not None
        at = body.read(piece.data, at)
        message.end, message.end_time = piece.offset + at, piece.now
        if body.ended:
            self._close(piece.now, True)
        elif body.lost:
            self._lose()
        return at

    def _search(self, piece: Piece, at: int) -> int:
        if at == 0 and piece.boundary and self._may_be_found(piece.data):
            self._searching = True
            self._state = State.HEAD
            return 0
        if self._message:
            self._message.end, self._message.end_time = piece.offset + len(piece.data), piece.now
        return len(piece.data)

    # Steps between states.

    def _await_more(self, piece: Piece, added: int) -> int:
        """The head goes on in a later piece, unless it is longer than any server takes."""
        if len(self._buffer) < HEAD_LIMIT and self._budget.hold(added):
            self._held += added
        else:
            self._break_off()
            self._search_on(cut=True)
        return len(piece.data)

    def _fail(self, piece: Piece, at: int) -> int:
        """What was taken for a head is none."""
        began_earlier = self._start < piece.offset
        if not self._searching and self._is_headless():
            self._open(None)
        else:
            self.garbage = self.garbage or not self._searching
        if self._early:
            self._break_off()
        self._search_on(cut=True)
        if self._message:
            self._message.end, self._message.end_time = piece.offset + len(piece.data), piece.now
        return self._search(piece, 0) if began_earlier and at == 0 else len(piece.data)

    def _open(self, head: RequestHead | ResponseHead | None) -> None:
        if self._message:
            self._close(self._message.end_time, False)
        self.found += 1
        self.resynchronised += self._searching and self.holed
        self._message = Message(self._start, self._origin, head, self.holed)
        self._searching = self.holed = False
        self._began(self._message)

    def _head_is_whole(self, head: RequestHead | ResponseHead, piece: Piece, at: int) -> None:
        if self._early and self._message:
            self._message.head = head
            self._early = False
        else:
            self._open(head)
        message = self._message
        assert message is not None
        message.end, message.end_time = piece.offset + at, piece.now
        size = self._body_size(message)
        if size:
            self._read_body(size)
        else:
            self._close(piece.now, True)

    def _read_body(self, size: int) -> None:
        message = self._message
        assert message is not None
        message.kept = Kept(self._budget) if self._keeps(message) else None
        self._body = new_body(size, message.kept)
        self._state = State.BODY

    def _close(self, now: int, whole: bool) -> None:
        message = self._message
        assert message is not None
        message.end_time = now
        message.complete = message.complete and whole
        message.ended = True
        self.cut += not message.complete
        if message.kept:
            message.kept.close()
        self._message = self._body = None
        self._early = False
        self._state = State.HEAD
        self._ended(message)

    def _miss(self, length: int, now: int) -> None:
        """Bytes of the open message, if there is one, are not in the capture."""
        message = self._message
        if message is None:
            return
        message.complete = False
        message.end += length
        message.end_time = now
        if message.kept:
            message.kept.close()

    def _break_off(self) -> None:
        """A head ends in the middle: what it says so far is kept, if it is evident that it is one."""
        buffer = bytes(self._buffer)
        if self._early and self._message:
            self._message.head = self._parse_cut(buffer)
        elif self._is_evident(buffer):
            self._open(self._parse_cut(buffer))
        else:
            return
        assert self._message is not None
        self._early = False
        self._message.end = self._start + len(buffer)
        self._message.complete = False
        self._drop_buffer()

    def _lose(self) -> None:
        """The open message's framing makes no sense."""
        if self._message:
            self._message.complete = False
        self.garbage = True
        self._search_on(cut=True)

    def _search_on(self, cut: bool) -> None:
        """The next message must be found. Others may hide in a hole, unless it is but the cut end of a segment."""
        self.holed = self.holed or not cut
        self._drop_buffer()
        self._body = None
        self._searching = False
        self._state = State.SEARCH

    def _drop_buffer(self) -> None:
        self._budget.release(self._held)
        self._held = 0
        self._buffer.clear()


def _after_blank_lines(data: bytes, at: int) -> int:
    """Empty lines before a start line are passed over (RFC 9112, 2.2)."""
    while data[at : at + 1] in (b"\r", b"\n"):
        at += 1
    return at
