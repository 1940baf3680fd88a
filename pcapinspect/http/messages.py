"""The two directions: what a request is, what a response is, and what each must know of the other."""

from __future__ import annotations

from typing import Protocol

from pcapinspect.http.framing import Framer, Message
from pcapinspect.http.heads import (
    METHODS,
    RequestHead,
    ResponseHead,
    cut_request_head,
    cut_response_head,
    is_request,
    is_response,
    may_begin_request,
    may_begin_response,
    request_head,
    response_head,
)
from pcapinspect.http.streams import Budget, Piece

HELD_LIMIT = 64 * 1024
"""Bytes held while it is open whether they are HTTP: after CONNECT or Upgrade, before the answer. Real clients wait."""

_BEGINNINGS = tuple(f"{method} ".encode() for method in METHODS)
_LONGEST = max(map(len, _BEGINNINGS))


class Counterpart(Protocol):
    """What the framers of a connection tell, and ask, of the other direction."""

    def request_began(self, request: Message) -> None: ...
    def response_began(self, response: Message) -> None:
        """The head of the response is known by now, if it ever will be."""

    def request_of(self, response: Message) -> Message | None:
        """The request that a response answers."""

    def answer_awaited(self) -> bool:
        """Whether a request has no response yet."""

    def switched(self, tunnel: bool) -> None:
        """The answer to CONNECT or Upgrade is known: what follows is a tunnel, or HTTP still."""

    def keep_body(self, uri: str | None, content_type: str | None) -> bool: ...


class RequestFramer(Framer):
    """The client's direction. After CONNECT or Upgrade it waits for the answer before it reads on."""

    def __init__(self, counterpart: Counterpart, budget: Budget) -> None:
        super().__init__(budget)
        self._counterpart = counterpart
        self._waiting: list[Piece | tuple[int, bool, int]] | None = None
        """Pieces and gaps that may or may not be HTTP; None: not waiting."""
        self._waiting_size = 0
        self._fin: bool | None = None

    def feed(self, piece: Piece) -> None:
        if self._waiting is None:
            super().feed(piece)
            if self._waiting is None:
                return
        else:
            self._hold(piece)

    def gap(self, length: int, *, cut: bool, now: int) -> None:
        if self._waiting is None:
            super().gap(length, cut=cut, now=now)
        else:
            self._waiting.append((length, cut, now))

    def end(self, *, fin: bool) -> None:
        if self._waiting is None:
            super().end(fin=fin)
        else:
            self._fin = fin

    @property
    def waits(self) -> bool:
        return self._waiting is not None

    def go_on(self, tunnel: bool) -> None:
        """The answer is known, or will never be."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return
        self._budget.release(self._waiting_size)
        self._waiting_size = 0
        if tunnel:
            self.ignore()
            return
        for index, item in enumerate(waiting):
            if isinstance(item, Piece):
                super().feed(item)
            else:
                super().gap(item[0], cut=item[1], now=item[2])
            if self._waiting is not None:  # one more CONNECT or Upgrade among them
                for rest in waiting[index + 1 :]:
                    self._hold(rest)
                return
        if self._fin is not None:
            super().end(fin=self._fin)

    def _hold(self, item: Piece | tuple[int, bool, int]) -> None:
        assert self._waiting is not None
        size = len(item.data) if isinstance(item, Piece) else 0
        if self._waiting_size + size > HELD_LIMIT or not self._budget.hold(size):
            self.go_on(tunnel=True)
            return
        self._waiting_size += size
        self._waiting.append(item)

    def _after(self, message: Message) -> None:
        head = message.head
        if isinstance(head, RequestHead) and head.switches and message.complete:
            self._waiting = []
            self._read = self._rest

    def _rest(self, piece: Piece, at: int) -> int:
        """The rest of the piece in which the request ended, held back."""
        self._read = self._head
        self._hold(Piece(piece.offset + at, piece.data[at:], piece.origin, piece.now, False))
        return len(piece.data)

    def _may_begin(self, buffer: bytes | bytearray) -> bool:
        return may_begin_request(buffer)

    def _may_be_found(self, buffer: bytes | bytearray) -> bool:
        return is_request(buffer) or (len(buffer) < _LONGEST and any(b.startswith(buffer) for b in _BEGINNINGS))

    def _is_evident(self, buffer: bytes | bytearray) -> bool:
        return is_request(buffer)

    def _parse(self, raw: bytes) -> RequestHead | None:
        return request_head(raw)

    def _parse_cut(self, raw: bytes) -> RequestHead:
        return cut_request_head(raw)

    def _began(self, message: Message) -> None:
        self._counterpart.request_began(message)

    def _body_of(self, message: Message) -> int:
        assert isinstance(message.head, RequestHead)
        return message.head.body

    def _keeps(self, message: Message) -> bool:
        assert isinstance(message.head, RequestHead)
        return self._counterpart.keep_body(message.head.uri, message.head.content_type)


class ResponseFramer(Framer):
    """The server's direction. Whether a response has a body depends on the request that it answers."""

    def __init__(self, counterpart: Counterpart, budget: Budget) -> None:
        super().__init__(budget)
        self._counterpart = counterpart

    def _may_begin(self, buffer: bytes | bytearray) -> bool:
        return may_begin_response(buffer)

    def _may_be_found(self, buffer: bytes | bytearray) -> bool:
        return is_response(buffer) or (len(buffer) < 7 and may_begin_response(buffer))

    def _is_evident(self, buffer: bytes | bytearray) -> bool:
        return is_response(buffer)

    def _parse(self, raw: bytes) -> ResponseHead | None:
        return response_head(raw)

    def _parse_cut(self, raw: bytes) -> ResponseHead:
        return cut_response_head(raw)

    def _is_interim(self, head: RequestHead | ResponseHead) -> bool:
        return isinstance(head, ResponseHead) and 100 <= head.status < 200 and head.status != 101

    def _headless(self) -> bool:
        """The first bytes of the stream answer a request without a status line: HTTP/0.9."""
        return self._start == 0 and self._counterpart.answer_awaited()

    def _began(self, message: Message) -> None:
        self._counterpart.response_began(message)

    def _body_of(self, message: Message) -> int:
        head = message.head
        assert isinstance(head, ResponseHead)
        request = self._counterpart.request_of(message)
        asked = request.head if request else None
        method = asked.method if isinstance(asked, RequestHead) else None
        tunnel = head.status == 101 or (method == "CONNECT" and 200 <= head.status < 300)
        self._counterpart.switched(tunnel)
        if tunnel or method == "HEAD" or head.status in (204, 304):
            return 0
        return head.body

    def _after(self, message: Message) -> None:
        head = message.head
        if isinstance(head, ResponseHead) and self._tunnels(message, head):
            self.ignore()

    def _tunnels(self, message: Message, head: ResponseHead) -> bool:
        request = self._counterpart.request_of(message)
        asked = request.head if request else None
        method = asked.method if isinstance(asked, RequestHead) else None
        return head.status == 101 or (method == "CONNECT" and 200 <= head.status < 300)

    def _keeps(self, message: Message) -> bool:
        assert isinstance(message.head, ResponseHead)
        request = self._counterpart.request_of(message)
        asked = request.head if request else None
        uri = asked.uri if isinstance(asked, RequestHead) else None
        return self._counterpart.keep_body(uri, message.head.content_type)
