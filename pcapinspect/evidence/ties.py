"""What ties a record of a log to the capture: the same SYN, the same transaction, the HTTP Date of a reply.

Each tie says when, by the capture's clock, the record was written. They need no guess about the log's clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pcapinspect.address import halves
from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.evidence.log_model import LogRecord
from pcapinspect.evidence.moments import http_date
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.pki.operations import Operations
from pcapinspect.tcp.connections import Connections

METHODS = ("syn", "transaction", "date", "requests")
"""The firmest first."""

_MOST_DATES = 10_000


@dataclass(frozen=True, slots=True)
class Tie:
    """A record, and the capture's time for it."""

    record: int
    """Index into Logs.records."""
    at: int
    method: str


def ties_of(
    records: Iterable[LogRecord], connections: Connections, exchanges: Exchanges, operations: Operations
) -> tuple[list[Tie], bool]:
    """The ties of records that have some, in their order; and whether the server's clock was seen in the capture."""
    server = server_clock(exchanges)
    finders = (_Syns(connections), _Transactions(exchanges, operations))
    ties = []
    for index, record in enumerate(records):
        if record.kind == "queue_limit" and record.isn is not None:
            at, method = finders[0].time_of(record), "syn"
        elif record.transaction_id is not None:
            at, method = finders[1].time_of(record), "transaction"
        elif record.kind == "reply" and record.date is not None:
            # a Date is cut to its second: on average it is half a second behind
            at, method = record.date + SECOND // 2 - (server or 0), "date"
        else:
            continue
        if at is not None:
            ties.append(Tie(index, at, method))
    return ties, server is not None


class _Syns:
    """The first line of each discarded SYN is of the first SYN of that attempt; those after it are of others."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._order = np.argsort(connections.isn, kind="stable")
        self._isn = connections.isn[self._order]
        self._seen: set[tuple[int, int | None, int, str | None]] = set()

    def time_of(self, record: LogRecord) -> int | None:
        assert record.isn is not None
        key = record.file, record.clock, record.isn, record.peer
        if key in self._seen:
            return None
        self._seen.add(key)
        rows = [row for row in self.rows(record.isn) if is_client(self._connections, row, record.peer)]
        # Two attempts of one client with one number: which of them it was cannot be told.
        return int(self._connections.start[rows[0]]) if len(rows) == 1 else None

    def rows(self, isn: int) -> list[int]:
        low, high = np.searchsorted(self._isn, [isn, isn + 1])
        rows: list[int] = self._order[low:high].tolist()
        return rows


class _Transactions:
    """A transaction that the capture holds once, or as often as the log does, in the same order."""

    def __init__(self, exchanges: Exchanges, operations: Operations) -> None:
        self._times: dict[str, list[int]] = {}
        rows = np.flatnonzero((operations.transaction_id != None) & (exchanges.request_time != MISSING))  # noqa: E711
        for row in rows[np.argsort(exchanges.request_time[rows], kind="stable")].tolist():
            self._times.setdefault(operations.transaction_id[row], []).append(int(exchanges.request_time[row]))

    def time_of(self, record: LogRecord) -> int | None:
        times = self._times.get(record.transaction_id or "", [])
        return times[0] if len(times) == 1 else None


def is_client(connections: Connections, row: int, peer: str | None) -> bool:
    """Whether an attempt is of a client with this address; True where the log names none."""
    if peer is None:
        return True
    try:
        high, low = halves(peer)
    except ValueError:
        return False
    return int(connections.client_high[row]) == high and int(connections.client_low[row]) == low


def server_clock(exchanges: Exchanges) -> int | None:
    """How far the HTTP Date is ahead of the capture, in nanoseconds; None where no response has one."""
    rows = np.flatnonzero((exchanges.response_time != MISSING) & (exchanges.date != None))  # noqa: E711
    if len(rows) > _MOST_DATES:
        rows = rows[:: len(rows) // _MOST_DATES]
    read: dict[str, int | None] = {}
    ahead = []
    for text, time in zip(exchanges.date[rows].tolist(), exchanges.response_time[rows].tolist(), strict=True):
        if text not in read:
            read[text] = http_date(text)
        date = read[text]
        if date is not None:
            ahead.append(date + SECOND // 2 - time)
    return int(np.median(np.array(ahead, dtype=np.int64))) if ahead else None
