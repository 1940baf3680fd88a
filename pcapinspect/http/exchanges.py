"""Exchanges: a request and its response, or one without the other; one row each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.columns import MISSING, Bool, Columns, Int64, Text, column


@dataclass(frozen=True, slots=True)
class Exchanges(Columns):
    """In the order of (connection, index). Int64 columns may hold MISSING, text columns None."""

    connection: Int64 = column("i8")
    index: Int64 = column("i8")
    """0-based place in its connection: in the order of requests, and an answer without request where it came."""
    request_file: Int64 = column("i8")
    request_frame: Int64 = column("i8")
    """The frame that holds the request's first byte."""
    response_file: Int64 = column("i8")
    response_frame: Int64 = column("i8")
    request_time: Int64 = column("i8")
    """Of the packet that first carried the request's first byte."""
    request_end_time: Int64 = column("i8")
    """When the request's last byte could be read: it was there, and every byte before it."""
    response_time: Int64 = column("i8")
    """Of the packet that first carried the response's first byte. Interim responses (1xx) are not the response."""
    latency: Int64 = column("i8")
    """From `request_end_time` to `response_time`; MISSING where the response began before the request was whole.

    Wireshark's `http.time` ends where the response was whole: it is equal for a response in one segment.
    """
    method: Text = column("O")
    uri: Text = column("O")
    """As it was sent (heads.HEAD_LIMIT bounds it), bytes that do not print as escapes. Where the capture cut it, what
    there is of it with `text.CUT` at its end."""
    version: Text = column("O")
    host: Text = column("O")
    user_agent: Text = column("O")
    status: Int64 = column("i8")
    """MISSING without a response, and where the response has no status line, or it was cut."""
    reason: Text = column("O")
    server: Text = column("O")
    date: Text = column("O")
    """The response's Date header: it anchors a clock (see evidence)."""
    content_type: Text = column("O")
    request_bytes: Int64 = column("i8")
    """Head and body, as on the wire; of a message that is not complete, as far as it is known to reach."""
    response_bytes: Int64 = column("i8")
    complete: Bool = column("?")
    """False where bytes of either message are missing from the capture, or it ended in the middle of one.

    A response that lasts until close needs the server's FIN; no response at all, the end of the server's stream; and
    an answer without a request is never complete.
    """
    request_complete: Bool = column("?")
    """The request was read to its end, and no byte of it is missing."""


@dataclass(frozen=True, slots=True)
class ExchangeBodies:
    """Bodies of exchanges that `pki` reads, parallel to a chunk of Exchanges: bytes without chunk framing, or None.

    Only bodies up to a bound are kept, and never longer than the chunk is looked at.
    """

    request: tuple[bytes | None, ...]
    response: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class HttpQuality:
    """What could not be read as HTTP. Counts are of connections unless they say otherwise."""

    not_http: int = 0
    """Connections whose bytes are not HTTP."""
    messages_cut: int = 0
    """Messages with a hole or cut by the snaplen or the capture's end."""
    resynchronised: int = 0
    """Times that a message was found again after a hole."""


def first_request_times(exchanges: Exchanges, connections: int) -> Int64:
    """When the first request on each of so many connections began; MISSING without one."""
    times = np.full(connections, MISSING)
    asked = np.flatnonzero(exchanges.request_time != MISSING)[::-1]  # of several writes to one place the last stays
    times[exchanges.connection[asked]] = exchanges.request_time[asked]
    return times


def on_clients_clock(exchanges: Exchanges, offset: Int64) -> Exchanges:
    """The exchanges with responses moved to the clients' clock. `offset`: of the servers' stamps, by exchange."""
    answered = exchanges.response_time != MISSING
    response = np.where(answered, exchanges.response_time - offset, MISSING)
    latency = response - exchanges.request_end_time
    told = answered & (exchanges.request_end_time != MISSING) & (latency >= 0)
    return replace(exchanges, response_time=response, latency=np.where(told, latency, MISSING))
