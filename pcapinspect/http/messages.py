"""The two directions: what a request is, what a response is, and what each must know of the other."""

from __future__ import annotations

from typing import Protocol

from pcapinspect.http.framing import Framer, Message, State
from pcapinspect.http.heads import (
    METHODS,
    RequestHead,
    ResponseHead,
    cut_request_head,
    cut_response_head,
    is_request,
    is_response,
    is_tunnel,
    may_begin_request,
    may_begin_response,
    request_head,
    response_body,
    response_head,
)
from pcapinspect.http.streams import Budget, Piece

HELD_LIMIT = 64 * 1024
"""Bytes held while it is open whether they are HTTP: after CONNECT or Upgrade, before the answer. Real clients wait."""

_BEGINNINGS = tuple(f"{method} ".encode() for method in METHODS)
_LONGEST = max(map(len, _BEGINNINGS))


class Counterpart(Protocol):
    """What the framers of a connection tell of their direction, and ask of the other."""

    def request_began(self, request: Message) -> None: ...
    def response_began(self, response: Message) -> None:
        """The head of the response is known by now, if it ever will be."""

    def request_head(self) -> RequestHead | None:
        """What is known of the request that the latest response answers."""

    def answered(self, tunnel: bool) -> None:
        """The latest response's head is whole; `tunnel`: what follows it, in both directions, is not HTTP."""

    def answer_awaited(self) -> bool:
        """Whether a request has no response yet."""

    def keep_body(self, uri: str | None, content_type: str | None) -> bool: ...


class RequestFramer(Framer):
    """The client's direction. After CONNECT or Upgrade it waits for the answer before it reads on."""

    __slots__ = ("_counterpart", "_fin", "_waiting", "_waiting_size", "asked")

    def __init__(self, counterpart: Counterpart, budget: Budget) -> None:
        super().__init__(budget)
        self._counterpart = counterpart
        self.asked: Message | None = None
        """The CONNECT or Upgrade whose answer is waited for."""
        self._waiting: list[Piece | tuple[int, bool, int]] | None = None
        self._waiting_size = 0
        self._fin: bool | None = None

    def gap(self, length: int, *, cut: bool, now: int) -> None:
        if self._waiting is not None:
            self._waiting.append((length, cut, now))
        else:
            super().gap(length, cut=cut, now=now)

    def end(self, *, fin: bool) -> None:
        if self._waiting is not None:
            self._fin = fin
        else:
            super().end(fin=fin)

    def go_on(self, tunnel: bool) -> None:
        """The answer is known, or will never be: reads what waited for it, unless that is a tunnel's."""
        waiting, fin = self._waiting or (), self._fin
        self._budget.release(self._waiting_size)
        self.asked, self._waiting, self._waiting_size, self._fin = None, None, 0, None
        if tunnel:
            self.ignore()
            return
        self._state = State.HEAD
        for item in waiting:  # a second CONNECT or Upgrade among them holds back the rest again
            if isinstance(item, Piece):
                self.feed(item)
            else:
                self.gap(item[0], cut=item[1], now=item[2])
        if fin is not None:
            self.end(fin=fin)

    def _ended(self, message: Message) -> None:
        if isinstance(message.head, RequestHead) and message.head.switches and message.complete:
            self.asked = message
            self._waiting = []
            self._state = State.WAIT

    def _hold_back(self, piece: Piece, at: int) -> None:
        size = len(piece.data) - at
        if self._waiting is None or self._waiting_size + size > HELD_LIMIT or not self._budget.hold(size):
            self.go_on(tunnel=True)
            return
        self._waiting_size += size
        rest = Piece(piece.offset + at, piece.data[at:], piece.origin, piece.now, piece.boundary and at == 0)
        self._waiting.append(rest)

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

    def _is_interim(self, _head: RequestHead | ResponseHead) -> bool:
        return False

    def _is_headless(self) -> bool:
        return False

    def _began(self, message: Message) -> None:
        self._counterpart.request_began(message)

    def _body_size(self, message: Message) -> int:
        assert isinstance(message.head, RequestHead)
        return message.head.body

    def _keeps(self, message: Message) -> bool:
        assert isinstance(message.head, RequestHead)
        return self._counterpart.keep_body(message.head.uri, message.head.content_type)


class ResponseFramer(Framer):
    """The server's direction. Whether a response has a body depends on the request that it answers."""

    __slots__ = ("_counterpart",)

    def __init__(self, counterpart: Counterpart, budget: Budget) -> None:
        super().__init__(budget)
        self._counterpart = counterpart

    def _may_begin(self, buffer: bytes | bytearray) -> bool:
        return may_begin_response(buffer)

    def _may_be_found(self, buffer: bytes | bytearray) -> bool:
        return is_response(buffer) or (len(buffer) < len(b"HTTP/1.") and may_begin_response(buffer))

    def _is_evident(self, buffer: bytes | bytearray) -> bool:
        return is_response(buffer)

    def _parse(self, raw: bytes) -> ResponseHead | None:
        return response_head(raw)

    def _parse_cut(self, raw: bytes) -> ResponseHead:
        return cut_response_head(raw)

    def _is_interim(self, head: RequestHead | ResponseHead) -> bool:
        assert isinstance(head, ResponseHead)
        return 100 <= head.status < 200 and head.status != 101

    def _is_headless(self) -> bool:
        """HTTP/0.9 answers without a status line, and with all that the server ever sends."""
        return self._start == 0 and self._counterpart.answer_awaited()

    def _began(self, message: Message) -> None:
        self._counterpart.response_began(message)

    def _body_size(self, message: Message) -> int:
        assert isinstance(message.head, ResponseHead)
        method = self._method()
        self._counterpart.answered(is_tunnel(method, message.head.status))
        return response_body(method, message.head)

    def _ended(self, message: Message) -> None:
        if isinstance(message.head, ResponseHead) and is_tunnel(self._method(), message.head.status):
            self.ignore()

    def _hold_back(self, piece: Piece, at: int) -> None:
        """A server's bytes never have to wait."""

    def _method(self) -> str | None:
        request = self._counterpart.request_head()
        return request.method if request else None

    def _keeps(self, message: Message) -> bool:
        assert isinstance(message.head, ResponseHead)
        request = self._counterpart.request_head()
        return self._counterpart.keep_body(request.uri if request else None, message.head.content_type)
