"""What a request URI asks of a SCEP server: `pkiclient.exe?operation=...&message=...` (RFC 8894, 4.1)."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from pcapinspect.http.text import CUT, readable

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

    - Of a URI that the capture cut, the last value may be a part: a name of which one operation begins is that
      operation, and what stays uncertain comes back with CUT at its end.

    `uri` is `Exchanges.uri`: origin form or absolute. Any text that UTF-8 can carry is safe. The cost is per call, so a
    reader calls it once for each distinct (method, uri).
    """
    if uri is None or method not in _METHODS:
        return None, None
    path, _, query = uri.removesuffix(CUT).partition("?")
    cut = uri.endswith(CUT)
    sent, ended = _parameter(query, b"operation", cut)
    if not sent:
        return None, None
    name = readable(sent)
    operation = _canonical(name.lower(), ended)
    if operation is None:
        return (name + CUT * (not ended) if _is_script(path) else None), None
    message, ended = (None, True) if operation == PKI_OPERATION else _parameter(query, b"message", cut)
    return operation, readable(message) + CUT * (not ended) if message else None


def _canonical(name: str, ended: bool) -> str | None:
    """The operation of this name, or the only one whose name begins so."""
    if ended:
        return _CANONICAL.get(name)
    candidates = [operation for known, operation in _CANONICAL.items() if known.startswith(name)]
    return candidates[0] if len(candidates) == 1 else None


def message_of(uri: str) -> bytes | None:
    """`message=` of a URI, percent-decoded; for PKIOperation that is base64, often with line breaks in it."""
    return _parameter(uri.removesuffix(CUT).partition("?")[2], b"message", False)[0]


def _is_script(path: str) -> bool:
    return any(unquote_to_bytes(segment).lower() == SCRIPT.encode() for segment in path.split("/"))


def _parameter(query: str, name: bytes, cut: bool) -> tuple[bytes | None, bool]:
    """The first value of a parameter, decoded, and whether it is known to end there; names match in any case.

    `cut`: the last value of the query may go on.
    """
    pairs = query.partition("#")[0].split("&")
    for place, pair in enumerate(pairs, 1):
        key, _, value = pair.partition("=")
        if unquote_to_bytes(key).lower() == name:
            return unquote_to_bytes(value), place < len(pairs) or not cut
    return None, True
