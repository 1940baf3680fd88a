"""Requests and responses of one connection, paired into exchanges."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from pcapinspect.http.framing import Message
from pcapinspect.http.messages import RequestFramer, ResponseFramer
from pcapinspect.http.rows import Rows
from pcapinspect.http.streams import Budget, Stream

KeepBody = Callable[[str | None, str | None], bool]
"""Says from a request's URI and a message's Content-Type whether its body is wanted."""


class Exchange:
    """A request and its response, or one of them."""

    __slots__ = ("hidden", "request", "response")

    def __init__(self, request: Message | None, response: Message | None = None) -> None:
        self.request = request
        self.response = response
        self.hidden = False
        """The response may be in a hole of the capture."""


class Pairing:
    """Two streams of one connection.

    Responses come in the order of their requests (RFC 9112, 9.3.2), with what a capture adds to that:

    - A response answers no request whose first byte came after its own: it is the answer to a request that the capture
      does not hold, or to none (408).
    - After a hole in which whole responses may have been lost, a response answers the last request before it: clients
      that do not pipeline asked again only because they had their answer.
    - A response proves that the server had a request. If none is known, but the client's bytes wait behind a hole, then
      the hole is the capture's loss and will not be filled.
    """

    def __init__(self, connection: int, rows: Rows, keep_body: KeepBody, budget: Budget) -> None:
        self.connection = connection
        self.keep_body = keep_body
        self.requests = RequestFramer(self, budget)
        self.responses = ResponseFramer(self, budget)
        self.up = Stream(self.requests, budget)
        self.down = Stream(self.responses, budget)
        self._rows = rows
        self._open: deque[Exchange] = deque()
        self._index = 0

    @property
    def ended(self) -> bool:
        """Both directions ended, nothing more can come."""
        return self.up.ended and self.down.ended and not self.requests.waits

    @property
    def http(self) -> bool | None:
        """Whether the connection speaks HTTP; None: too little of it was captured to tell."""
        if self.requests.found or self.responses.found:
            return True
        return False if self.requests.garbage or self.responses.garbage else None

    def finish(self) -> None:
        """No segment will come any more."""
        self.up.flush()
        self.down.flush()
        if not self.down.ended:
            self.responses.end(fin=False)
        while self.requests.waits:
            last = self._open[-1].request if self._open else None
            method = last.head.method if last and last.head else None  # type: ignore[union-attr]
            self.requests.go_on(tunnel=method == "CONNECT")
        if not self.up.ended:
            self.requests.end(fin=False)
        self.emit(last=True)

    # What the framers tell and ask (messages.Counterpart).

    def request_began(self, request: Message) -> None:
        self._open.append(Exchange(request))

    def response_began(self, response: Message) -> None:
        exchange = self._answered_by(response)
        while exchange is None and self.up.waits:
            self.up.skip_hole()
            exchange = self._answered_by(response)
        if exchange is None:
            self.requests.open_early()
            exchange = self._answered_by(response)
        if exchange is not None:
            exchange.response = response
            return
        place = sum(1 for exchange in self._open if exchange.response or exchange.hidden)
        self._open.insert(place, Exchange(None, response))

    def request_of(self, response: Message) -> Message | None:
        return next((exchange.request for exchange in self._open if exchange.response is response), None)

    def answer_awaited(self) -> bool:
        return any(exchange.response is None for exchange in self._open)

    def switched(self, tunnel: bool) -> None:
        self.requests.go_on(tunnel)
        if tunnel:
            self.requests.ignore()

    def _answered_by(self, response: Message) -> Exchange | None:
        """The exchange that a response belongs to."""
        serial = response.origin.serial
        open_ones = [
            exchange
            for exchange in self._open
            if exchange.response is None
            and not exchange.hidden
            and exchange.request
            and exchange.request.origin.serial < serial
        ]
        if not open_ones:
            return None
        if not response.holed:
            return open_ones[0]
        for exchange in open_ones[:-1]:
            exchange.hidden = True
        return open_ones[-1]

    def emit(self, last: bool = False) -> None:
        """Rows of the exchanges that are done with, in their order."""
        while self._open:
            exchange = self._open[0]
            request, response = exchange.request, exchange.response
            done = (request is None or request.ended) and (exchange.hidden or (response is not None and response.ended))
            if not done and not last:
                return
            self._open.popleft()
            self._rows.add(self.connection, self._index, request, response, self._complete(exchange))
            self._index += 1

    def _complete(self, exchange: Exchange) -> bool:
        """An exchange is complete if both messages are, or if it is proven that the server sent no response."""
        request, response = exchange.request, exchange.response
        if request is None or not request.complete:
            return False
        if response is not None:
            return response.complete
        return self.down.ended and not exchange.hidden and not self.responses.holed
