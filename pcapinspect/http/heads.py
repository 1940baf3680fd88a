"""Heads of HTTP/1 messages: what the start line and the fields say (RFC 9110, RFC 9112).

Parsed here and not by a kept parser (llhttp, h11), because in a capture a damaged head is data, not an error: a head
that the snaplen cut still names its method, and two lengths that differ are a fact to go on from. And because identical
heads occur by the hundred thousand: each distinct one is parsed once, then a look-up of its bytes gives the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pcapinspect.columns import MISSING
from pcapinspect.http.text import CUT, readable

HEAD_LIMIT = 64 * 1024
"""Bytes of a head, the URI included. Servers take less (Apache 8 KiB a line, Node and IIS 16 KiB, nginx 32 KiB)."""

CHUNKED = -1
"""`body` of a head whose body says itself where it ends (RFC 9112, 7.1)."""

UNTIL_CLOSE = -2
"""`body` of a response whose end is that of the connection (RFC 9112, 6.3), as IOS sends its 404."""

CUT_URI_LIMIT = 1024
"""Bytes kept of a URI that is cut: operation and CA identifier stand in front, the rest is a part of a message."""

METHODS = (
    *("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH"),  # RFC 9110, RFC 5789
    *("PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH"),  # WebDAV
)
"""Methods that are believed where nothing but a segment's first bytes says that a request begins there."""

_MEMORISED = 8192
"""Distinct heads remembered of each kind. A storm has a few requests, and a response each second (its Date)."""

_MEMORISED_LENGTH = 1024
"""Longer heads (a PKIOperation in a URI) are rarely the same twice; remembering them only costs memory."""

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_REQUEST_START = re.compile(_TOKEN + rb"{1,32}(?:[ \t]|\Z)")
_KNOWN_REQUEST = re.compile(rb"(?:" + "|".join(METHODS).encode() + rb") ")
_METHOD = re.compile(_TOKEN + rb"{1,32}\Z")
_VERSION = re.compile(rb"HTTP/(?:\d(?:\.\d?)?)?\Z")  # `HTTP/1.` is seen, and answered
_CUT_VERSION = re.compile(rb"[ \t]+(?:|H|HT|HTT|HTTP|HTTP/(?:\d(?:\.\d?)?)?\r?)\Z")
_STATUS_LINE = re.compile(rb"(HTTP/1\.\d)[ \t]+(\d{3})(?:[ \t]+(.*))?\Z", re.DOTALL)
_BODILESS = (b"101", b"204", b"304")
_HTTP_2 = b"PRI * HTTP/2.0"
_LENGTH = re.compile(rb"0*(\d{1,18})\Z")  # RFC 9110, 8.6: any number of digits; more that count cannot be true
_HEAD_END = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What is known of a request before its body. None: the head does not say it, or was cut before it."""

    method: str
    uri: str | None
    version: str | None
    host: str | None = None
    user_agent: str | None = None
    content_type: str | None = None
    body: int = 0
    """Bytes of body, or CHUNKED."""
    switches: bool = False
    """CONNECT or Upgrade: what follows is HTTP only if the answer says so."""


@dataclass(frozen=True, slots=True)
class ResponseHead:
    """What is known of a response before its body. `status` is MISSING where the head was cut before it."""

    status: int
    reason: str | None = None
    version: str | None = None
    server: str | None = None
    date: str | None = None
    content_type: str | None = None
    body: int = UNTIL_CLOSE
    """Bytes of body, CHUNKED or UNTIL_CLOSE, by status and fields; the method comes before (`response_body`)."""


def head_end(buffer: bytes | bytearray, start: int = 0) -> int:
    """The position after the empty line that ends a head, or -1. Lines may end with a bare LF (RFC 9112, 2.2)."""
    found = _HEAD_END.search(buffer, start)
    return found.end() if found else -1


def may_begin_request(buffer: bytes | bytearray) -> bool:
    """Whether bytes can still become a request line: a method, and blank space after it."""
    return _REQUEST_START.match(buffer) is not None


def may_begin_response(buffer: bytes | bytearray) -> bool:
    """Whether bytes can still become a status line."""
    return buffer[:5] == b"HTTP/"[: len(buffer)]


def is_request(buffer: bytes | bytearray) -> bool:
    """Whether bytes begin with a method that is believed on its own."""
    return _KNOWN_REQUEST.match(buffer) is not None


def is_response(buffer: bytes | bytearray) -> bool:
    """Whether bytes begin with an HTTP/1 version."""
    return buffer[:7] == b"HTTP/1."


def is_tunnel(method: str | None, status: int) -> bool:
    """Whether a response makes a tunnel of its connection: what follows in both directions is not HTTP."""
    return status == 101 or (method == "CONNECT" and 200 <= status < 300)


def response_body(method: str | None, head: ResponseHead) -> int:
    """Bytes of a response's body, CHUNKED or UNTIL_CLOSE, by RFC 9112, 6.3. `method` is the request's, where known."""
    if method == "HEAD" or (method == "CONNECT" and 200 <= head.status < 300):
        return 0
    return head.body


def request_head(raw: bytes) -> RequestHead | None:
    """The head of a request: complete lines, the empty one last or not there yet. None: this is no HTTP/1 request."""
    return _memorised_request(raw) if len(raw) <= _MEMORISED_LENGTH else _parse_request(raw)


def response_head(raw: bytes) -> ResponseHead | None:
    """The head of a response, as `request_head`."""
    return _memorised_response(raw) if len(raw) <= _MEMORISED_LENGTH else _parse_response(raw)


def cut_request_head(raw: bytes) -> RequestHead:
    """What a head that breaks off still says, once `is_request` holds.

    A request line that is not whole gives its URI as far as it goes, with CUT at its end: blank space after it shows
    that it is whole.
    """
    whole = request_head(raw[: raw.rfind(b"\n") + 1])
    if whole:
        return whole
    method, _, rest = raw.partition(b" ")
    version = _CUT_VERSION.search(rest)
    if version and version.start() <= CUT_URI_LIMIT:
        uri = readable(rest[: version.start()].strip())
    else:
        uri = readable(rest[:CUT_URI_LIMIT].strip()) + CUT
    return RequestHead(method.decode("ascii"), uri if uri not in ("", CUT) else None, None)


def cut_response_head(raw: bytes) -> ResponseHead:
    """What a head that breaks off still says, once `is_response` holds: the status where its three digits are there."""
    whole = response_head(raw[: raw.rfind(b"\n") + 1])
    if whole:
        return whole
    words = raw.split(None, 2)
    known = len(words) > 1 and len(words[1]) == 3 and words[1].isdigit()
    return ResponseHead(int(words[1]) if known else MISSING)


def _parse_request(raw: bytes) -> RequestHead | None:
    if head_end(raw) not in (-1, len(raw)):
        return None
    line, *rest = _lines(raw)
    before, _, version = line.rstrip(b" \t").rpartition(b" ")
    method, _, uri = before.replace(b"\t", b" ").partition(b" ")
    if not (_METHOD.match(method) and _VERSION.match(version)) or line.startswith(_HTTP_2):
        return _simple_request(line)
    fields = _fields(rest)
    name = method.decode("ascii")
    return RequestHead(
        method=name,
        uri=readable(uri.strip()),
        version=version.decode("ascii"),
        host=_text(fields, b"host"),
        user_agent=_text(fields, b"user-agent"),
        content_type=_text(fields, b"content-type"),
        body=_framing(fields, 0),
        switches=name == "CONNECT" or b"upgrade" in fields,
    )


def _simple_request(line: bytes) -> RequestHead | None:
    """HTTP/0.9 is `GET` and a path in one line, no version, no fields (RFC 1945, 5)."""
    words = line.split()
    if len(words) != 2 or words[0] != b"GET" or words[1][:1] != b"/":
        return None
    return RequestHead("GET", readable(words[1]), "HTTP/0.9")


def _parse_response(raw: bytes) -> ResponseHead | None:
    if head_end(raw) not in (-1, len(raw)):
        return None
    line, *rest = _lines(raw)
    match = _STATUS_LINE.match(line)
    if not match:
        return None
    version, status, reason = match.groups()
    fields = _fields(rest)
    return ResponseHead(
        status=int(status),
        reason=readable(reason.strip()) if reason else None,
        version=version.decode("ascii"),
        server=_text(fields, b"server"),
        date=_text(fields, b"date"),
        content_type=_text(fields, b"content-type"),
        body=0 if status in _BODILESS else _framing(fields, UNTIL_CLOSE),
    )


_memorised_request = lru_cache(_MEMORISED)(_parse_request)
_memorised_response = lru_cache(_MEMORISED)(_parse_response)


def _lines(raw: bytes) -> list[bytes]:
    return [line.removesuffix(b"\r") for line in raw.split(b"\n")]


_FIELDS = frozenset(
    (b"host", b"user-agent", b"content-type", b"content-length", b"transfer-encoding", b"upgrade", b"server", b"date")
)


def _fields(lines: list[bytes]) -> dict[bytes, list[bytes]]:
    """The values of the fields that matter, by name, in the order sent. A line without a colon is passed over."""
    fields: dict[bytes, list[bytes]] = {}
    for line in _unfolded(lines):
        name, colon, value = line.partition(b":")
        name = name.strip().lower()
        if colon and name in _FIELDS:
            fields.setdefault(name, []).append(value.strip())
    return fields


def _unfolded(lines: list[bytes]) -> Iterator[bytes]:
    """Lines that begin with blank space continue the one before (RFC 9112, 5.2)."""
    parts: list[bytes] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and parts:
            parts.append(line.strip())
            continue
        yield b" ".join(parts)
        parts = [line]
    yield b" ".join(parts)


def _text(fields: dict[bytes, list[bytes]], name: bytes) -> str | None:
    """The first value of a field; empty is no value."""
    values = fields.get(name)
    return readable(values[0]) or None if values else None


def _framing(fields: dict[bytes, list[bytes]], unknown: int) -> int:
    """Where the body ends by RFC 9112, 6.3; `unknown` where the fields do not say, or contradict themselves.

    A length that is repeated is one length; two that differ are none. Transfer-Encoding overrides any length.
    """
    codings = [c.strip().lower() for value in fields.get(b"transfer-encoding", ()) for c in value.split(b",")]
    codings = [c for c in codings if c not in (b"", b"identity")]
    if codings:
        return CHUNKED if codings[-1] == b"chunked" else unknown
    stated = [length.strip() for value in fields.get(b"content-length", ()) for length in value.split(b",")]
    lengths = {found[1] if (found := _LENGTH.match(length)) else b"" for length in stated}
    return int(lengths.pop()) if len(lengths) == 1 and b"" not in lengths else unknown
