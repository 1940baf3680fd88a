"""What IOS logs and debugs say, as records on the clock of the device that wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pcapinspect.evidence.account import Account

if TYPE_CHECKING:
    from pcapinspect.evidence.request_log import RequestTimes

KINDS = (
    "message",
    "request",
    "own_request",
    "reply",
    "server_request",
    "shadow_state",
    "shadow_timer",
    "socket_timeout",
    "connection_opened",
    "connection_error",
    "receive_error",
    "not_a_certificate",
    "rejected",
    "failed",
    "queue_limit",
    "no_listener",
    "http_disabled",
    "server_state",
)
"""`message` is a `%FACILITY-severity-MNEMONIC`; the others are debug lines.

`own_request` is the block that IOS labels `Reply HTTP header` and that echoes the client's own request.
`server_request` is one that a CA or RA says it received. `failed` names an error of IOS's certificate library.
`queue_limit` says that a SYN was discarded because the listener's queue was full, not that a rate limit fired.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """One line, or a line with the untimestamped lines that belong to it."""

    kind: str
    time: int | None
    """Nanoseconds as the clock reads: its zone taken off where that is known, else read as UTC. None: the line has no
    time, only an uptime, or nothing tells the year."""
    stamped_by: str | None
    """Whose stamp it is: `device`, `relay` (the device stamped nothing), `before` (no stamp: that of the line
    before, to which it belongs), or None."""
    synchronised: bool
    """False where IOS marks its clock with `*` (never set by an authority) or `.` (no longer)."""
    file: int
    """Index into Logs.files."""
    line: int
    clock: int | None
    """Index into Logs.clocks; None without a time."""
    text: str
    """At most 200 characters, without what stands behind `password` and the like."""
    relayed: int | None = None
    """Nanoseconds of the relay's stamp, where the device has one of its own."""
    mnemonic: str | None = None
    """Like `PKI-3-SOCKETSEND`."""
    trustpoint: str | None = None
    state: str | None = None
    operation: str | None = None
    ca_identifier: str | None = None
    message_type: int | None = None
    """Of SCEP (RFC 8894, 3.2.1.2), as the server prints it."""
    transaction_id: str | None = None
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
class Clock:
    """A clock by which records of one file are stamped: a device's, or the relay's."""

    file: int
    device: str | None
    """As the relay or the line names it; None where nothing does."""
    relay: bool
    """The relay's own, for lines that their device did not stamp."""
    records: int
    first: int | None
    last: int | None
    """The first and last time of all its lines."""
    year_from: str | None
    """What told the year: `stamp`, `date` (an HTTP Date in the log) or `capture`; None: nothing did."""
    zones: tuple[str, ...]
    """Zone names in its stamps."""
    zone_known: bool
    """The offset of every zone in the stamps is known, and there is one in each."""
    zones_from: str | None = None
    """The configuration that defines a zone by which the stamps are read; None where the names alone do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFile:
    path: str
    lines: int
    stamped: int
    """Lines with a time."""
    first: int | None
    last: int | None
    year_from: str | None
    zones: tuple[str, ...]
    zone_known: bool
    """These five as of the first clock of the file."""
    not_kept: int
    """Records beyond the bound."""
    account: Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """How far a clock is ahead of the capture's in a stretch of lines: subtract `offset` from a record's time."""

    offset: int
    """Nanoseconds."""
    zone: int
    """The part of it that a time zone explains: whole quarters of an hour, in seconds."""
    spread: int
    """Nanoseconds between the extreme pairs; at least the second to which an HTTP Date is cut."""
    pairs: int
    """That agree."""
    method: str
    """`syn`: discarded SYNs found by their sequence number; `transaction`: SCEP transactions found by their number;
    `requests`: requests matched to packets; `date`: the HTTP Date of replies in the log, taken as the capture's time
    where the capture has no Date to compare with."""
    sentence: str
    pairs_apart: int = 0
    """That do not agree: with other stretches, or with none."""
    clock: int = 0
    """Index into Logs.clocks."""
    first_line: int | None = None
    last_line: int | None = None
    """The stretch, where the clock has several: lines of the first and last pair."""
    drift: float = 0.0
    """Seconds that the clock gains in a second of its own, from `reference` on."""
    reference: int = 0

    def capture_time(self, time: int) -> int:
        """The capture's time at a reading of the clock."""
        return time - self.offset - round(self.drift * (time - self.reference))


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
    clocks: tuple[Clock, ...] = ()
    """In the order of files, and of their first lines there."""
    skews: tuple[Skew | None, ...] = ()
    """Every stretch of every clock; None for a clock that nothing ties to the capture. Empty before `skew.align`."""
    placed: tuple[int | None, ...] = ()
    """Parallel to records: the capture's time of each; None where it is not known. Empty before `skew.align`."""
    requests: tuple[RequestTimes, ...] = ()
    """Of each device that says which requests it received."""

    def of_kind(self, kind: str) -> tuple[LogRecord, ...]:
        return tuple(record for record in self.records if record.kind == kind)

    def placed_of_kind(self, kind: str) -> list[tuple[LogRecord, int | None]]:
        """Records of a kind, each with its time by the capture's clock."""
        placed = self.placed or (None,) * len(self.records)
        return [(record, at) for record, at in zip(self.records, placed, strict=True) if record.kind == kind]
