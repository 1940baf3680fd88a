"""Exchanges: a request and its response, or one without the other; one row each."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.columns import Bool, Columns, Int64, Text, column


@dataclass(frozen=True, slots=True)
class Exchanges(Columns):
    """In the order of (connection, index). Int64 columns may hold MISSING, text columns None."""

    connection: Int64 = column("i8")
    index: Int64 = column("i8")
    """0-based place in its connection."""
    request_file: Int64 = column("i8")
    request_frame: Int64 = column("i8")
    """The frame that holds the request's first byte."""
    response_file: Int64 = column("i8")
    response_frame: Int64 = column("i8")
    request_time: Int64 = column("i8")
    """Of the request's first byte."""
    request_end_time: Int64 = column("i8")
    response_time: Int64 = column("i8")
    """Of the response's first byte."""
    latency: Int64 = column("i8")
    """From the last byte of the request to the first of the response."""
    method: Text = column("O")
    uri: Text = column("O")
    version: Text = column("O")
    host: Text = column("O")
    user_agent: Text = column("O")
    status: Int64 = column("i8")
    reason: Text = column("O")
    server: Text = column("O")
    date: Text = column("O")
    """The response's Date header: it anchors a clock (see evidence)."""
    content_type: Text = column("O")
    request_bytes: Int64 = column("i8")
    """Head and body, as on the wire."""
    response_bytes: Int64 = column("i8")
    complete: Bool = column("?")
    """False where bytes of either message are missing from the capture, or it ended in the middle of one."""


@dataclass(frozen=True, slots=True)
class ExchangeBodies:
    """Bodies of exchanges that `pki` reads, parallel to a chunk of Exchanges: bytes, or None where not kept.

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
