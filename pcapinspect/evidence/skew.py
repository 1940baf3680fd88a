"""How far each clock of the logs is from the capture's, stretch by stretch, stated with the pairs that agree.

What ties records to the capture (evidence/ties.py) says for each of them how far its clock was ahead. One value for all
is a skew. Values that change once are a clock that was set, by hand, by NTP or by summer-time; values that alternate
are the clocks of several devices in one file; a value that grows evenly is a clock that drifts. Records between ties
are placed where only one value fits, and else not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pcapinspect.address import text_of
from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.evidence import request_pattern
from pcapinspect.evidence.log_model import Clock, LogRecord, Logs, Skew
from pcapinspect.evidence.placing import place
from pcapinspect.evidence.skew_words import Agreement, beside_zone, sentence
from pcapinspect.evidence.stretches import Pair, Stretch, alternate, stretches_of
from pcapinspect.evidence.ties import METHODS, Tie, ties_of
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.pki.operations import Operations
from pcapinspect.tcp.connections import Connections

MOST_BY_PATTERN = 15 * 3600 * SECOND
"""Of a clock that IOS holds for set: what the farthest zone and an hour explain. A pattern of another day is no tie."""

MOST_AHEAD = 100 * 366 * 86_400 * SECOND
"""Of any clock: IOS begins at 1993 where nothing sets it. What is farther off is a damaged date, and beyond 64 bits."""

_HOW = {
    "syn": "discarded SYNs found in the capture by sequence number",
    "transaction": "SCEP transactions found in the capture by their number",
    "date": "HTTP Dates of replies in the log and in the capture",
    "date, alone": "HTTP Dates of replies in the log, the server's clock taken as the capture's",
    "requests": "requests matched to one client's",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """A record of a clock."""

    index: int
    """Of Logs.records."""
    reading: int
    synchronised: bool


def align(logs: Logs, connections: Connections, exchanges: Exchanges, operations: Operations) -> Logs:
    """The same logs with the skew of each clock, and each record's place. `operations` is parallel to `exchanges`."""
    found, server_seen = ties_of(logs.records, connections, exchanges, operations)
    ties = {tie.record: tie for tie in found}
    asked = _Asked(connections, exchanges, operations)
    placed: list[int | None] = [None] * len(logs.records)
    skews: dict[int, list[Skew]] = {}
    lines = _lines(logs)
    # A device's own clock is finer than the relay's, which places what is left.
    for number in sorted(range(len(logs.clocks)), key=lambda number: logs.clocks[number].relay):
        clock, own = logs.clocks[number], lines[number]
        pairs, method = _pairs(own, ties)
        if not pairs:
            pairs, method = _by_pattern(clock, own, logs.records, asked), "requests"
        stretches = stretches_of(pairs)
        how = _HOW["date, alone" if method == "date" and not server_seen else method]
        in_file = [logs.records[line.index].line for line in own]
        skews[number] = _Found(number, clock, in_file, pairs, stretches, method, how).skews()
        readings = [line.reading for line in own]
        for line, at in zip(own, place(readings, [line.synchronised for line in own], stretches), strict=True):
            placed[line.index] = at if placed[line.index] is None else placed[line.index]
    in_order: list[Skew | None] = []
    for number in range(len(logs.clocks)):
        in_order += skews[number] or [None]
    return replace(logs, skews=tuple(in_order), placed=tuple(placed))


def _lines(logs: Logs) -> list[list[_Line]]:
    """The records of each clock, in their order; of a relay's, every one that it stamped."""
    lines: list[list[_Line]] = [[] for _ in logs.clocks]
    relays = {clock.file: number for number, clock in enumerate(logs.clocks) if clock.relay}
    for index, record in enumerate(logs.records):
        if record.clock is not None and record.time is not None:
            lines[record.clock].append(_Line(index, record.time, record.synchronised))
        if record.relayed is not None and record.file in relays:
            lines[relays[record.file]].append(_Line(index, record.relayed, True))
    return lines


def _pairs(own: Sequence[_Line], ties: Mapping[int, Tie]) -> tuple[list[Pair], str]:
    """The pairs of the firmest method that has some."""
    tied = [(place, line, ties[line.index]) for place, line in enumerate(own) if line.index in ties]
    method = min((tie.method for _, _, tie in tied), key=METHODS.index, default="requests")
    pairs = [
        Pair(place, line.reading, line.reading - tie.at)
        for place, line, tie in tied
        if tie.method == method and abs(line.reading - tie.at) <= MOST_AHEAD
    ]
    return pairs, method


class _Asked:
    """Requests of the capture by client, operation and label."""

    def __init__(self, connections: Connections, exchanges: Exchanges, operations: Operations) -> None:
        self._connections, self._exchanges, self._operations = connections, exchanges, operations

    @cached_property
    def _client(self) -> tuple[Int64, list[str]]:
        of = self._exchanges.connection
        pairs = np.stack([self._connections.client_high[of], self._connections.client_low[of]])
        distinct, numbers = np.unique(pairs, axis=1, return_inverse=True)
        return numbers.ravel().astype(np.int64), [text_of(high, low) for high, low in distinct.T]

    def times(self, operation: str, label: str | None, device: str | None) -> list[Int64]:
        """Ascending times of each client's; of the device's alone, where it is a client's address."""
        numbers, names = self._client
        same = self._rows(operation, label)
        if device in names:
            same &= numbers == names.index(device)
        rows = np.flatnonzero(same)
        order = np.argsort(numbers[rows], kind="stable")
        cuts = np.cumsum(np.bincount(numbers[rows]))[:-1].tolist()
        return [np.sort(times) for times in np.split(self._exchanges.request_time[rows[order]], cuts) if len(times)]

    def of_servers(self, operation: str) -> list[Int64]:
        """Ascending times of what each server was asked."""
        rows = np.flatnonzero(self._rows(operation, None))
        of = self._exchanges.connection[rows]
        servers = np.stack([self._connections.server_high[of], self._connections.server_low[of]])
        numbers = np.unique(servers, axis=1, return_inverse=True)[1].ravel()
        times = self._exchanges.request_time[rows]
        return [np.sort(times[numbers == number]) for number in range(int(numbers.max(initial=-1)) + 1)]

    def _rows(self, operation: str, label: str | None) -> Bool:
        same: Bool = (self._operations.operation == operation) & (self._exchanges.request_time != MISSING)
        return same if label is None else same & (self._operations.ca_identifier == label)


def _by_pattern(clock: Clock, own: Sequence[_Line], records: Sequence[LogRecord], asked: _Asked) -> list[Pair]:
    """Pairs of the requests of a clock with those of one client, or with what one server was asked."""
    for kind in ("request", "server_request"):
        mine = [
            (place, line, records[line.index])
            for place, line in enumerate(own)
            if records[line.index].kind == kind and records[line.index].operation is not None
        ]
        if not mine:
            continue
        operation, label = mine[0][2].operation, mine[0][2].ca_identifier
        mine = [item for item in mine if (item[2].operation, item[2].ca_identifier) == (operation, label)]
        assert operation is not None
        clients = asked.times(operation, label, clock.device) if kind == "request" else asked.of_servers(operation)
        times = np.array([line.reading for _, line, _ in mine], np.int64)
        found = request_pattern.match(times, clients)
        if found is None:
            continue
        pairs = [Pair(mine[at][0], mine[at][1].reading, mine[at][1].reading - when) for at, when in found.pairs]
        unset = not mine[0][1].synchronised
        if unset or abs(pairs[0].ahead) <= MOST_BY_PATTERN:
            return pairs
    return []


@dataclass(frozen=True, slots=True)
class _Found:
    """What ties one clock to the capture's."""

    number: int
    clock: Clock
    lines: Sequence[int]
    """Of the file, by the place of a record among those of the clock."""
    pairs: Sequence[Pair]
    stretches: Sequence[Stretch]
    method: str
    how: str

    def skews(self) -> list[Skew]:
        """One a stretch."""
        return [self._skew(stretch) for stretch in self.stretches]

    def _skew(self, stretch: Stretch) -> Skew:
        # A Date is cut to its second, so pairs cannot tell less.
        spread = max(stretch.spread, SECOND) if self.method == "date" else stretch.spread
        rest = stretch.offset if self.clock.zone_known else beside_zone(stretch.offset)
        first, last = self.lines[stretch.pairs[0].line], self.lines[stretch.pairs[-1].line]
        several = len(self.stretches) > 1
        where = ""
        if several:
            where = ", among others" if alternate(self.stretches) else ""
            where = f", in lines {first} to {last}{where},"
        agreement = Agreement(stretch.offset, rest, spread, stretch.drift, len(stretch.pairs), len(self.pairs))
        return Skew(
            offset=stretch.offset,
            zone=(stretch.offset - rest) // SECOND,
            spread=spread,
            pairs=len(stretch.pairs),
            method=self.method,
            sentence=sentence(self._whose + where, agreement, self.how),
            pairs_apart=len(self.pairs) - len(stretch.pairs),
            clock=self.number,
            first_line=first if several else None,
            last_line=last if several else None,
            drift=stretch.drift,
            reference=stretch.reference,
        )

    @property
    def _whose(self) -> str:
        if self.clock.device is not None:
            return f"The clock of {self.clock.device}"
        if alternate(self.stretches):
            return "One of several clocks in the log"
        return "The relay's clock" if self.clock.relay else "The log's clock"
