"""What a request URI asks of a SCEP server: `pkiclient.exe?operation=...&message=...` (RFC 8894, 4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from pcapinspect.http.text import readable

GET_CA_CAPS, GET_NEXT_CA_CERT, PKI_OPERATION = "GetCACaps", "GetNextCACert", "PKIOperation"

OPERATIONS = (GET_CA_CAPS, "GetCACert", GET_NEXT_CA_CERT, PKI_OPERATION, "GetCACertChain")
"""The operations of RFC 8894, and GetCACertChain of the drafts before it."""

SCRIPT = "pkiclient.exe"
"""The default program name in SCEP paths (RFC 8894, 4.1), and the only one of IOS. Most servers ignore the path."""

_CANONICAL = {name.lower(): name for name in OPERATIONS}
_METHODS = ("GET", "POST")


def classify(method: str | None, uri: str | None) -> tuple[str | None, str | None]:
    """The operation and CA identifier that a request names, each None where it names none.

    - A request is SCEP if it is a GET or POST (RFC 8894 knows no other) whose query holds `operation=`,
      and either the operation is one of OPERATIONS, on any path, or the path has a segment `pkiclient.exe`.
    - Names of operations match in any case and come back as RFC 8894 writes them; the name of an unknown
      operation of `pkiclient.exe` comes back as it was sent.
    - The CA identifier is `message=` of every operation but PKIOperation, where it is the request itself.
      An empty one names no CA: None.
    - Parameters may come in any order, with any part percent-encoded; of two that have one name the first counts,
      as in Go's and Java's servers. `+` is a plus sign: RFC 8894 percent-encodes, it does not send forms.

    `uri` is `Exchanges.uri`: origin form or absolute. Any text that UTF-8 can carry is safe. The cost is per call, so a
    reader calls it once for each distinct (method, uri).
    """
    if uri is None or method not in _METHODS:
        return None, None
    path, _, query = uri.partition("?")
    sent = _parameter(query, b"operation")
    if not sent:
        return None, None
    name = readable(sent)
    operation = _CANONICAL.get(name.lower())
    if operation is None:
        return (name if _is_script(path) else None), None
    message = None if operation == PKI_OPERATION else _parameter(query, b"message")
    return operation, readable(message) if message else None


def message_of(uri: str) -> bytes | None:
    """`message=` of a URI, percent-decoded; for PKIOperation that is base64, often with line breaks in it."""
    return _parameter(uri.partition("?")[2], b"message")


def _is_script(path: str) -> bool:
    return any(unquote_to_bytes(segment).lower() == SCRIPT.encode() for segment in path.split("/"))


def _parameter(query: str, name: bytes) -> bytes | None:
    """The first value of a parameter, decoded; names match in any case."""
    return next((value for key, value in _parameters(query) if key == name), None)


def _parameters(query: str) -> Iterator[tuple[bytes, bytes]]:
    for pair in query.partition("#")[0].split("&"):
        key, _, value = pair.partition("=")
        yield unquote_to_bytes(key).lower(), unquote_to_bytes(value)
