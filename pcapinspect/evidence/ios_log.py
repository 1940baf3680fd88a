"""IOS logs and debugs of PKI clients and servers: lines -> records.

What belongs to the outage becomes records; every other `%` message is counted by its mnemonic. Lines may be relayed by
a syslog server, begin in their middle, have run together, or come out of a document that marks them up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.log_model import LogFile, LogRecord, Logs
from pcapinspect.evidence.moments import ZONES, http_date
from pcapinspect.evidence.stamps import RELAYED, STAMP, UPTIME, Stamp, StampReader, base_year
from pcapinspect.pki.pkiclient import classify

__all__ = ["LogRecord", "Logs", "read_logs"]

MOST_RECORDS = 200_000
"""Kept of one file; a busy server's debugs reach this in hours, and the first hours say what happens."""

_LONGEST_LINE = 8192

_MESSAGE = re.compile(r"%(?P<mnemonic>(?P<facility>[A-Z][A-Z0-9_]{1,30})-[0-7]-[A-Z0-9_]{1,60})\b")
_KEPT_FACILITIES = ("PKI", "CRYPTO", "HTTP", "TCP")

_DEBUG = re.compile(
    r"(?P<queue_limit>connection queue limit reached(?:\s*:\s*port (?P<port1>\d{1,5}))?)"
    r"|(?P<no_listener>No wild listener\s*:\s*port (?P<port2>\d{1,5}))"
    r"|(?P<socket_timeout>CRYPTO_PKI: Socket timeout)"
    r"|(?P<shadow_state>Shadow state for (?P<trustpoint1>\S+) now\b\s*(?P<state>\w*))"
    r"|(?P<shadow_timer>Shadow timer went off for (?P<trustpoint2>\S+))"
    r"|(?P<request>Sending (?:Next )?CA Certificate Request"
    r"|Client sending (?P<asked>GetCACert|GetNextCACert|GetCACaps)\b)"
    r"|(?P<reply>Reply HTTP header)"
    r"|(?P<connection_opened>http connection opened)"
    r"|(?P<connection_error>%\s?Error in connection to Certificate Authority)"
    r"|(?P<receive_error>%\s?Error in receiving Certificate Authority certificate)"
    r"|(?P<not_a_certificate>Content-Type indicates we did not receive a certificate)"
    r"|(?P<rejected>certificate request is rejected|received CertRep - REJECTED)"
    r"|CRYPTO_CS: (?P<server_state>enter FSM|SCEP server (?:started|stopped))"
)
_DEBUG_WORDS = (
    "queue limit",
    "wild listener",
    "Socket timeout",
    "Shadow ",
    "ending ",
    "HTTP header",
    "http connection",
    "Error in ",
    "Content-Type indicates",
    "REJECTED",
    "rejected",
    "CRYPTO_CS: ",
)
"""One of these is in every text that _DEBUG matches; looking for them first costs less than the pattern."""

_PEER = re.compile(r"\bfrom (?P<peer>[0-9A-Fa-f.:]{3,45})\b")
_SEQUENCE = re.compile(r"\bseq (?P<isn>\d{1,10})\b")
_SECRET = re.compile(r"(?i)\b(password|passphrase|secret|challenge|key)\b.*")
_REQUEST_LINE = re.compile(r"(?:^|\s)(?P<method>GET|POST) (?P<uri>\S+)")
_STATUS_LINE = re.compile(r"^HTTP/\d\.\d (?P<status>\d{3})\b")
_HEADER = re.compile(r"^(?P<name>[A-Za-z-]{1,30}):\s*(?P<value>.*)$")


@dataclass(slots=True)
class _Open:
    """A record that later lines may add to."""

    fields: dict[str, Any]
    stamp: Stamp | None
    decided: bool = True
    """False: a `Reply HTTP header` whose first line has not come yet."""


@dataclass(slots=True)
class _File:
    """One file while it is read."""

    index: int
    lines: int = 0
    stamped: int = 0
    not_kept: int = 0
    stamps: tuple[Stamp, Stamp] | None = None
    dated: tuple[Stamp, int] | None = None
    zones: set[str] = field(default_factory=set)
    without_zone: bool = False
    kept: list[_Open] = field(default_factory=list)
    messages: Counter[str] = field(default_factory=Counter)


def read_logs(paths: Sequence[str], anchor: int | None) -> Logs:
    """All records of the files. `anchor` is the capture's first time (nanoseconds), which tells the year.

    Raises EvidenceError where a file cannot be read.
    """
    files, records = [], []
    messages: Counter[str] = Counter()
    for index, path in enumerate(paths):
        reading = _File(index)
        reader = _Reader(reading)
        for text in _lines(path):
            reader.take(text)
        base, year_from = base_year(reading.stamps, reading.dated, anchor)
        times = [_time(stamp, base) for stamp in reading.stamps or ()]
        records += [LogRecord(time=_time(kept.stamp, base), **kept.fields) for kept in reading.kept]
        messages += reading.messages
        files.append(
            LogFile(
                path=path,
                lines=reading.lines,
                stamped=reading.stamped,
                first=times[0] if times else None,
                last=times[1] if times else None,
                year_from=year_from,
                zones=tuple(sorted(reading.zones)),
                zone_known=bool(reading.zones)
                and not reading.without_zone
                and all(zone.upper() in ZONES for zone in reading.zones),
                not_kept=reading.not_kept,
            )
        )
    return Logs(
        files=tuple(files),
        records=tuple(records),
        counts=tuple(Counter(record.kind for record in records).most_common()),
        messages=tuple(messages.most_common()),
    )


def _time(stamp: Stamp | None, base: int | None) -> int | None:
    return None if stamp is None or (base is None and stamp.year is None) else stamp.time(base or 0)


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def _lines(path: str) -> Iterator[str]:
    """Lines, long ones in parts; markup of documents taken off (`\\_`, `*...*`)."""
    try:
        with Path(path).open("rb") as file:
            while octets := file.readline(_LONGEST_LINE):
                text = octets.decode("utf-8", "replace").rstrip().replace("\\_", "_")
                while len(text) > 1 and text[0] == text[-1] == "*":
                    text = text[1:-1]
                yield text
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from None


class _Reader:
    """Takes the lines of one file."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._stamps = StampReader()
        self._stamp: Stamp | None = None
        self._open: _Open | None = None

    def take(self, line: str) -> None:
        self._file.lines += 1
        found = list(STAMP.finditer(line))
        if not found and _MESSAGE.search(line) and (relayed := RELAYED.search(line)):
            found = [relayed]
        if not found:
            if UPTIME.match(line):
                self._stamp, self._open = None, None
                self._piece(line)
            else:
                self._continue(line)
            return
        if found[0].start() > 0:
            # a relay's prefix, or the end of a line that lost its line end
            self._piece(line[: found[0].start()])
        ends = [match.start() for match in found[1:]] + [len(line)]
        for match, end in zip(found, ends, strict=True):
            self._stamped(match)
            self._piece(line[match.end() : end])

    def _stamped(self, found: re.Match[str]) -> None:
        file, stamp = self._file, self._stamps.read(found)
        self._stamp, self._open = stamp, None
        file.stamped += 1
        file.stamps = (file.stamps[0] if file.stamps else stamp, stamp)
        if stamp.zone is None:
            file.without_zone = True
        elif len(file.zones) < 16:
            file.zones.add(stamp.zone)

    def _piece(self, text: str) -> None:
        """One stamp's worth of text: every message and debug line in it."""
        for found in _MESSAGE.finditer(text) if "%" in text else ():
            if len(self._file.messages) < 10_000 or found["mnemonic"] in self._file.messages:
                self._file.messages[found["mnemonic"]] += 1
            if found["facility"].startswith(_KEPT_FACILITIES):
                self._keep("message", text[found.start() :], mnemonic=found["mnemonic"])
        if any(words in text for words in _DEBUG_WORDS):
            for found in _DEBUG.finditer(text):
                self._debug(found, text)

    def _debug(self, found: re.Match[str], text: str) -> None:
        kind = found.lastgroup
        assert kind is not None, "every alternative of _DEBUG is a named group"
        said: dict[str, Any] = {}
        if kind in ("queue_limit", "no_listener"):
            peer, isn = _PEER.search(text), _SEQUENCE.search(text)
            port = found["port1"] or found["port2"]
            said = {
                "peer": peer["peer"].rstrip(".:") if peer else None,
                "isn": int(isn["isn"]) if isn else None,
                "port": int(port) if port else None,
            }
        elif kind in ("shadow_state", "shadow_timer"):
            trustpoint = found["trustpoint1"] or found["trustpoint2"]
            said = {"trustpoint": trustpoint[:63], "state": found["state"] or None}
        elif kind == "request":
            said = {"operation": found["asked"]}
        kept = self._keep(kind, text[found.start() :], **said)
        kept.decided = kind != "reply"
        self._open = kept
        rest = text[found.end() :].lstrip(": ")
        if rest and kind in ("reply", "request"):
            self._add_http(kept, rest)

    def _keep(self, kind: str, text: str, **said: Any) -> _Open:
        clean = _SECRET.sub(r"\1 ...", text.strip()[:400])
        fields = {
            "kind": kind,
            "synchronised": self._stamp is None or self._stamp.synchronised,
            "file": self._file.index,
            "line": self._file.lines,
            "text": _printable(clean[:200]),
            **said,
        }
        kept = _Open(fields, self._stamp)
        if len(self._file.kept) < MOST_RECORDS:
            self._file.kept.append(kept)
        else:
            self._file.not_kept += 1
        return kept

    def _continue(self, line: str) -> None:
        """A line without a time: part of the record before it, or a debug line of its own."""
        text = line.strip()
        if not text:
            return
        if self._open is not None and self._add(self._open, text):
            return
        self._piece(text)

    def _add(self, kept: _Open, text: str) -> bool:
        """True where the text belongs to the open record."""
        fields, kind = kept.fields, kept.fields["kind"]
        if kind == "shadow_state" and fields["state"] is None and re.fullmatch(r"[A-Z][A-Z_]{2,60}", text):
            fields["state"] = text
            return True
        if kind in ("reply", "own_request", "request"):
            return self._add_http(kept, text)
        return False

    def _add_http(self, kept: _Open, text: str) -> bool:
        """A line of an HTTP head. The first tells a reply from the client's own request."""
        fields = kept.fields
        status = _STATUS_LINE.match(text)
        if not kept.decided:
            kept.decided = True
            fields["kind"] = "reply" if status else "own_request"
        if status:
            fields["status"] = int(status["status"])
            return True
        if asked := _REQUEST_LINE.search(text):
            operation, label = classify(asked["method"], asked["uri"])
            fields["operation"], fields["ca_identifier"] = operation or fields.get("operation"), label
            return True
        header = _HEADER.match(text)
        if header is None:
            return text.startswith("HTTP/")
        if header["name"].lower() == "host" and fields["kind"] == "request":
            fields["peer"] = header["value"][:80]
        elif header["name"].lower() == "date" and (date := http_date(header["value"])) is not None:
            fields["date"] = date
            if kept.stamp is not None and self._file.dated is None:
                self._file.dated = kept.stamp, date
        return True
