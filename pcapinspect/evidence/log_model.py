"""What IOS logs and debugs say, as records on the clock of the log."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = (
    "message",
    "request",
    "own_request",
    "reply",
    "shadow_state",
    "shadow_timer",
    "socket_timeout",
    "connection_opened",
    "connection_error",
    "receive_error",
    "not_a_certificate",
    "rejected",
    "queue_limit",
    "no_listener",
    "server_state",
)
"""`message` is a `%FACILITY-severity-MNEMONIC`; the others are debug lines.

`own_request` is the block that IOS labels `Reply HTTP header` and that echoes the client's own request.
`queue_limit` says that a SYN was discarded because the listener's queue was full, not that a rate limit fired.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """One line, or a line with the untimestamped lines that belong to it."""

    kind: str
    time: int | None
    """Nanoseconds as the log's clock reads: its zone taken off where that is known, else read as UTC. None: the line
    has no time, only an uptime, or nothing tells the year."""
    synchronised: bool
    """False where IOS marks its clock with `*` (never set by an authority) or `.` (no longer)."""
    file: int
    """Index into Logs.files."""
    line: int
    text: str
    """At most 200 characters, without what stands behind `password` and the like."""
    mnemonic: str | None = None
    """Like `PKI-3-SOCKETSEND`."""
    trustpoint: str | None = None
    state: str | None = None
    operation: str | None = None
    ca_identifier: str | None = None
    peer: str | None = None
    """Address or name of the other side."""
    port: int | None = None
    isn: int | None = None
    """Sequence number of the SYN that was discarded."""
    status: int | None = None
    """HTTP code of a reply."""
    date: int | None = None
    """The reply's HTTP Date: the server's clock, in nanoseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """How far a log's clock is ahead of the capture's: subtract `offset` from a record's time."""

    offset: int
    """Nanoseconds."""
    zone: int
    """The part of it that a time zone explains: whole quarters of an hour, in seconds."""
    spread: int
    """Nanoseconds between the extreme pairs; at least the second to which an HTTP Date is cut."""
    pairs: int
    method: str
    """`syn`: discarded SYNs found by their sequence number; `requests`: requests matched to packets; `date`: the HTTP
    Date of replies in the log, taken as the capture's time where the capture has no Date to compare with."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    path: str
    lines: int
    stamped: int
    """Lines with a time."""
    first: int | None
    last: int | None
    year_from: str | None
    """What told the year: `stamp`, `date` (an HTTP Date in the log) or `capture`; None: nothing did."""
    zones: tuple[str, ...]
    """Zone names in the stamps."""
    zone_known: bool
    """The offset of every zone in the stamps is known, and there is one in each."""
    not_kept: int
    """Records beyond the bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """All files together."""

    files: tuple[LogFile, ...]
    records: tuple[LogRecord, ...]
    """In the order of files and lines."""
    counts: tuple[tuple[str, int], ...]
    """(kind, records), the most first."""
    messages: tuple[tuple[str, int], ...]
    """(`FACILITY-severity-MNEMONIC`, lines) of every facility, the most first."""
    skews: tuple[Skew | None, ...] = ()
    """Parallel to files; None where nothing ties the log to the capture. Empty before `skew.align`."""

    def capture_time(self, record: LogRecord) -> int | None:
        """When it was by the capture's clock; None where the time or the skew is not known."""
        skew = self.skews[record.file] if self.skews else None
        return None if record.time is None or skew is None else record.time - skew.offset

    def of_kind(self, kind: str) -> tuple[LogRecord, ...]:
        return tuple(record for record in self.records if record.kind == kind)
