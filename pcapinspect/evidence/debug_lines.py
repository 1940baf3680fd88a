"""What a line of an IOS log or debug says: each message and debug line that belongs to an outage, by its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

MESSAGE = re.compile(r"%(?P<mnemonic>(?P<facility>[A-Z][A-Z0-9_]{1,30})-[0-7]-[A-Z0-9_]{1,60})\b")
KEPT_FACILITIES = ("PKI", "CRYPTO", "HTTP", "TCP", "HA_EM")
"""HA_EM: what EEM applets log, that of `pcapinspect plan --eem` among them."""

_PATTERNS = {
    "queue limit": ("queue_limit", r"connection queue limit reached(?:\s*:\s*port (?P<port>\d{1,5})\b)?"),
    "wild listener": ("no_listener", r"No wild listener\s*:\s*port (?P<port>\d{1,5})"),
    "Socket timeout": ("socket_timeout", r"CRYPTO_PKI: Socket timeout"),
    "Shadow state": ("shadow_state", r"Shadow state for (?P<trustpoint>\S+) now\b\s*(?P<state>\w*)"),
    "Shadow timer": ("shadow_timer", r"Shadow timer went off for (?P<trustpoint>\S+)"),
    "CA Certificate Request": ("request", r"Sending (?:Next )?CA Certificate Request"),
    " request with msg": ("request", r"Sending (?P<asked>GetCACert|GetNextCACert|GetCACaps) request with msg ="),
    "Client sending": (
        "request",
        r"Client sending (?P<asked>GetCACert|GetNextCACert|GetCACaps|PKCSReq|GetCertInitial|CertPoll|GetCert|GetCRL)\b",
    ),
    "CS received": ("server_request", r"CS received (?P<asked>\w{4,20}) request\b"),
    "HTTP header": ("reply", r"Reply HTTP header"),
    "http connection": ("connection_opened", r"http connection opened"),
    "Error in connection": ("connection_error", r"%\s?Error in connection to Certificate Authority"),
    "Error in receiving": ("receive_error", r"%\s?Error in receiving Certificate Authority certificate"),
    "Content-Type indicates": ("not_a_certificate", r"Content-Type indicates we did not receive a certificate"),
    "REJECTED": ("rejected", r"received CertRep - REJECTED"),
    "request is rejected": ("rejected", r"certificate request is rejected"),
    "status = ": ("failed", r"status = 0x[0-9A-Fa-f]{1,8}\s?\((?P<error>E_[A-Z0-9_]{2,60})\b"),
    "HTTP Server is": ("http_disabled", r"HTTP Server is disabled"),
    "HTTP server not": ("http_disabled", r"HTTP server not enabled"),
    "enter FSM": ("server_state", r"CRYPTO_CS: enter FSM"),
    "SCEP server st": ("server_state", r"CRYPTO_CS: SCEP server (?:started|stopped)"),
}
_DEBUGS = tuple((word, kind, re.compile(pattern)) for word, (kind, pattern) in _PATTERNS.items())
"""By words that are in every text which the pattern finds: looking for them first costs less than any pattern."""

_WORDS = ("%", "CRYPTO_CS: ", "HTTP/", "Date: ", *_PATTERNS)
"""One of these is in every text that says something. None holds a digit."""

_NO_DIGITS = str.maketrans("", "", "0123456789")

MESSAGE_TYPE = re.compile(r"CRYPTO_CS: scep msg type - (?P<number>\d{1,3})\b")
TRANSACTION = re.compile(r"CRYPTO_CS: trans id - (?P<transaction>\S{1,80})")
"""What the server says of the PKIOperation that it has received."""

SEGMENT = ": bad seg"
"""Begins what TCP says of a segment that it discards: whose it was, then why."""

_SERVERS_NAMES = {"CACert": "GetCACert", "CACaps": "GetCACaps", "NextCACert": "GetNextCACert"}
_PEER = re.compile(r"\bfrom (?P<peer>[0-9A-Fa-f.:]{3,45})\b")
_PORT = re.compile(r"(?:reached|listener)\s*:\s*port (?P<port>\d{1,5})\b")
_SEQUENCE = re.compile(r"\bseq (?P<isn>\d{1,18})\b")

CLEAR_OPERATIONS = ("GetCACert", "GetNextCACert", "GetCACaps")
"""Asked for by a GET without a signed message."""


class Said(NamedTuple):
    """One debug line. A tuple, as heads of lines are."""

    kind: str
    """Of log_model.KINDS."""
    found: re.Match[str]

    @property
    def begin(self) -> int:
        return self.found.start()

    @property
    def end(self) -> int:
        return self.found.end()

    def fields(self) -> dict[str, Any]:
        """What it says, by the names of a record."""
        return _fields(self.kind, self.found, self.found.string)


def messages(text: str) -> Iterator[re.Match[str]]:
    """Every `%FACILITY-severity-MNEMONIC`."""
    return MESSAGE.finditer(text)


@lru_cache(maxsize=64)
def _told(text: str) -> tuple[bool, tuple[tuple[str, re.Pattern[str]], ...]]:
    """As _of_shape. A line is asked for twice, and servers repeat themselves word by word."""
    return _of_shape(text.translate(_NO_DIGITS))


@lru_cache(maxsize=4096)
def _of_shape(shape: str) -> tuple[bool, tuple[tuple[str, re.Pattern[str]], ...]]:
    """Whether a text without its digits says something, and the patterns of which it holds the word.

    Logs repeat few lines, with other numbers: most are known by their shape.
    """
    found = tuple((kind, pattern) for word, kind, pattern in _DEBUGS if word in shape)
    return bool(found) or any(map(shape.__contains__, _WORDS)), found


def says(text: str) -> bool:
    """Whether the text may say something that is known; never False where it does."""
    return _told(text)[0]


def debugs(text: str) -> list[Said]:
    """Every debug line that is known, in the order of the text."""
    said = [Said(kind, found) for kind, pattern in _told(text)[1] for found in pattern.finditer(text)]
    return sorted(said, key=lambda one: one.begin) if len(said) > 1 else said


def _fields(kind: str, found: re.Match[str], text: str) -> dict[str, Any]:
    if kind == "server_request":
        return {"operation": _SERVERS_NAMES.get(found["asked"], found["asked"])}
    if kind in ("queue_limit", "no_listener"):
        return of_segment(text) | {"port": int(found["port"]) if found["port"] else None}
    groups = found.groupdict()
    if kind in ("shadow_state", "shadow_timer"):
        return {"trustpoint": groups["trustpoint"][:63], "state": groups.get("state") or None}
    if kind == "request":
        asked = groups.get("asked")
        return {"operation": PKI if asked and asked not in CLEAR_OPERATIONS else asked}
    return {"state": groups["error"]} if kind == "failed" else {}


def of_segment(text: str) -> dict[str, Any]:
    """What TCP says of a segment that it discards, by the names of a record."""
    peer, isn, port = _PEER.search(text), _SEQUENCE.search(text), _PORT.search(text)
    return {
        "peer": peer["peer"].rstrip(".:") if peer else None,
        "isn": int(isn["isn"]) if isn else None,
        "port": int(port["port"]) if port else None,
    }


PKI = "PKIOperation"
"""The operation of every signed message: PKCSReq, GetCertInitial, GetCert, GetCRL."""
