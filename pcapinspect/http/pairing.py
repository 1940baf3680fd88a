"""Requests and responses of one connection, paired into exchanges."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from pcapinspect.columns import MISSING
from pcapinspect.http.framing import Message
from pcapinspect.http.heads import RequestHead
from pcapinspect.http.messages import RequestFramer, ResponseFramer
from pcapinspect.http.rows import Rows
from pcapinspect.http.streams import PIECE_COST, Budget, Origin, Part, Stream

KeepBody = Callable[[str | None, str | None], bool]
"""Says from a request's URI and a message's Content-Type whether its body is wanted."""


class Exchange:
    """A request and its response, or one of them."""

    __slots__ = ("hidden", "request", "response")

    def __init__(self, request: Message | None, response: Message | None = None) -> None:
        self.request = request
        self.response = response
        self.hidden = False
        """The response is in a hole of the capture."""


class Pairing:
    """Two streams of one connection.

    Responses come in the order of their requests (RFC 9112, 9.3.2), with what a capture adds to that:

    - A response answers no request of which its sender had not received the first byte, by what it acknowledges (where
      that is not known: whose first byte came later): it is the answer to a request that the capture does not hold, or
      to none (408).
    - What the server sent after bytes that are not there yet waits for them: the two directions may have been captured
      by two clocks.
    - After a hole in which whole responses may be, a response answers the last request before it: a client that
      does not pipeline asked again only because it had its answer.
    - A response proves that the server had a request. If none is known, but bytes of the client wait behind a hole,
      then the hole is the capture's loss and will not be filled.
    """

    __slots__ = (
        *(
            "_answered",
            "_budget",
            "_early",
            "_index",
            "_rows",
            "_unanswered",
            "connection",
            "down",
            "keep_body",
            "requests",
            "responses",
            "up",
        ),
    )

    def __init__(self, connection: int, rows: Rows, keep_body: KeepBody, budget: Budget) -> None:
        self.connection = connection
        self.keep_body = keep_body
        self.requests = RequestFramer(self, budget)
        self.responses = ResponseFramer(self, budget)
        self.up = Stream(self.requests, budget)
        self.down = Stream(self.responses, budget)
        self._budget = budget
        self._rows = rows
        self._answered: list[Exchange] = []
        """Exchanges that have their response, or never will; they come before all others."""
        self._unanswered: deque[Exchange] = deque()
        self._early: list[Part] = []
        """What the server sent after bytes of the client that are not there yet."""
        self._index = 0

    @property
    def ended(self) -> bool:
        """Both directions have ended: nothing more can come."""
        return self.up.ended and self.down.ended

    @property
    def http(self) -> bool | None:
        """Whether the connection speaks HTTP; None: too little of it was captured to tell."""
        if self.requests.found or self.responses.found:
            return True
        return False if self.requests.garbage or self.responses.garbage else None

    def direction(self, down: bool) -> tuple[Stream, RequestFramer | ResponseFramer]:
        """The stream of one direction and what reads it."""
        return (self.down, self.responses) if down else (self.up, self.requests)

    def take(self, down: bool, part: Part) -> None:
        """One segment."""
        if down and self._is_early(part) and self._budget.hold(len(part.data) + PIECE_COST):
            self._early.append(part)
            return
        (self.down if down else self.up).add(*part)
        if self._early and not down:
            self._take_early()

    def _is_early(self, part: Part) -> bool:
        # A FIN takes a number, too. Behind a hole the bytes may never come.
        return part.origin.acked > self.up.next + 1 and not self.up.waits and not self.up.ended

    def _take_early(self) -> None:
        """What need not wait any more, in the order of the capture."""
        early, self._early = self._early, []
        for part in early:
            if self._is_early(part):
                self._early.append(part)
            else:
                self._budget.release(len(part.data) + PIECE_COST)
                self.down.add(*part)

    def finish(self) -> None:
        """No segment will come any more."""
        self.up.flush()
        for part in self._early:
            self._budget.release(len(part.data) + PIECE_COST)
            self.down.add(*part)
        self._early.clear()
        self.down.flush()
        if not self.down.ended:
            self.responses.end(fin=False)
        while self.requests.asked:
            head = self.requests.asked.head
            self.requests.go_on(tunnel=isinstance(head, RequestHead) and head.method == "CONNECT")
        if not self.up.ended:
            self.requests.end(fin=False)
        self.emit()
        for exchange in (*self._answered, *self._unanswered):
            self._emit(exchange)

    def emit(self) -> None:
        """Hands over the exchanges that are done with, in their order."""
        done = 0
        for exchange in self._answered:
            request, response = exchange.request, exchange.response
            if (request and not request.ended) or (response and not response.ended):
                break
            self._emit(exchange)
            done += 1
        del self._answered[:done]

    def _emit(self, exchange: Exchange) -> None:
        complete = self._is_complete(exchange)
        self._rows.add(self.connection, self._index, exchange.request, exchange.response, complete)
        self._index += 1

    def _is_complete(self, exchange: Exchange) -> bool:
        """Both messages are complete, or the server's stream is, and holds no response."""
        request, response = exchange.request, exchange.response
        if request is None or not request.complete:
            return False
        if response is not None:
            return response.complete
        return self.down.ended and not exchange.hidden and not self.responses.holed

    def take_apart(self) -> None:
        """Lets go of all parts. They refer to each other, and would wait for the garbage collector, which walks through
        every open connection to find that it is not garbage."""
        del self.requests, self.responses, self.up, self.down

    # What the framers tell and ask (messages.Counterpart).

    def request_began(self, request: Message) -> None:
        self._unanswered.append(Exchange(request))

    def response_began(self, response: Message) -> None:
        exchange = self._answered_by(response)
        while exchange is None and self.up.waits:
            self.up.skip_hole()
            exchange = self._answered_by(response)
        if exchange is None:
            self.requests.open_early()
            exchange = self._answered_by(response) or Exchange(None)
        exchange.response = response
        self._answered.append(exchange)
        if exchange.request is not None:
            self.requests.conclude(exchange.request)

    def _answered_by(self, response: Message) -> Exchange | None:
        """The exchange that a response belongs to; it is no longer among the unanswered."""
        waiting, origin = self._unanswered, response.origin
        if not waiting or not _had(origin, waiting[0]):
            return None
        while response.holed and len(waiting) > 1 and _had(origin, waiting[1]):
            waiting[0].hidden = True
            self._answered.append(waiting.popleft())
        return waiting.popleft()

    def request_head(self) -> RequestHead | None:
        request = self._answered[-1].request
        return request.head if request and isinstance(request.head, RequestHead) else None

    def answered(self, tunnel: bool) -> None:
        asked = self.requests.asked
        if asked is not None and self._answered[-1].request is asked:
            self.requests.go_on(tunnel)
        elif tunnel:
            self.requests.ignore()

    def answer_awaited(self) -> bool:
        return bool(self._unanswered)


def _had(answer: Origin, exchange: Exchange) -> bool:
    """Whether the sender of a packet had received the begin of a request; where it does not tell, whether it was late
    enough."""
    request = exchange.request
    if request is None:
        return False
    return request.start < answer.acked if answer.acked != MISSING else request.origin.serial < answer.serial
