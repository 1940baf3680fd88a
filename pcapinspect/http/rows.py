"""Exchanges as rows while they are found, and as columns once a chunk."""

from __future__ import annotations

from typing import Any

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.http.exchanges import ExchangeBodies, Exchanges
from pcapinspect.http.framing import Message
from pcapinspect.http.heads import RequestHead, ResponseHead

_NO_REQUEST_HEAD = (None, None, None, None, None)
_NO_RESPONSE_HEAD = (MISSING, None, None, None, None)


class Rows:
    """Rows of finished exchanges since the last `take`."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._bodies: list[tuple[bytes | None, bytes | None]] = []

    def add(
        self, connection: int, index: int, request: Message | None, response: Message | None, complete: bool
    ) -> None:
        """One exchange. Its latency is missing where the response began before the request was whole."""
        asked = request.origin if request else None
        answered = response.origin if response else None
        latency = answered.time - request.end_time if request and answered else MISSING
        self._rows.append(
            (
                connection,
                index,
                asked.file if asked else MISSING,
                asked.frame if asked else MISSING,
                answered.file if answered else MISSING,
                answered.frame if answered else MISSING,
                asked.time if asked else MISSING,
                request.end_time if request else MISSING,
                answered.time if answered else MISSING,
                latency if latency >= 0 else MISSING,
                *_request_texts(request),
                *_response_texts(response),
                request.end - request.start if request else MISSING,
                response.end - response.start if response else MISSING,
                complete,
                request is not None and request.complete,
            )
        )
        self._bodies.append((_body(request), _body(response)))

    def take(self) -> tuple[Exchanges, ExchangeBodies]:
        """The rows so far as columns, in the order of (connection, index)."""
        rows, bodies = self._rows, self._bodies
        self._rows, self._bodies = [], []
        if not rows:
            return Exchanges.empty(), ExchangeBodies((), ())
        order = sorted(range(len(rows)), key=lambda i: rows[i][:2])
        names = Exchanges.__slots__
        columns = dict(zip(names, zip(*(rows[i] for i in order), strict=True), strict=True))
        arrays = {name: _array(columns[name], name) for name in names}
        requests, responses = zip(*(bodies[i] for i in order), strict=True)
        return Exchanges(**arrays), ExchangeBodies(requests, responses)


def _array(values: tuple[Any, ...], name: str) -> Any:
    dtype = Exchanges.__dataclass_fields__[name].metadata["dtype"]
    array = np.empty(len(values), dtype)
    array[:] = values
    return array


def _request_texts(request: Message | None) -> tuple[str | None, ...]:
    head = request.head if request else None
    if not isinstance(head, RequestHead):
        return _NO_REQUEST_HEAD
    return head.method, head.uri, head.version, head.host, head.user_agent


def _response_texts(response: Message | None) -> tuple[int | str | None, ...]:
    head = response.head if response else None
    if not isinstance(head, ResponseHead):
        return _NO_RESPONSE_HEAD
    return head.status, head.reason, head.server, head.date, head.content_type


def _body(message: Message | None) -> bytes | None:
    return message.kept.data if message and message.kept else None


def joined(
    first: tuple[Exchanges, ExchangeBodies], second: tuple[Exchanges, ExchangeBodies]
) -> tuple[Exchanges, ExchangeBodies]:
    """Two chunks as one, in the order of (connection, index)."""
    if not len(first[0]) or not len(second[0]):
        return second if not len(first[0]) else first
    exchanges = Exchanges.concatenate([first[0], second[0]])
    order = np.lexsort((exchanges.index, exchanges.connection))
    requests = first[1].request + second[1].request
    responses = first[1].response + second[1].response
    places = order.tolist()
    bodies = ExchangeBodies(tuple([requests[i] for i in places]), tuple([responses[i] for i in places]))
    return exchanges.take(order), bodies
