"""Case: one server with the rows of the tables that are its own. What a finding about a server judges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from pcapinspect.address import endpoint
from pcapinspect.columns import Bool, Columns, Int64, Text
from pcapinspect.evidence.demand import ASKED, failed_polls, measure
from pcapinspect.evidence.ownership.model import Inquiry, Ownership
from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.rollover import RolloverDiagnosis, diagnose
from pcapinspect.findings.display_filter import keys
from pcapinspect.labels import number_labels
from pcapinspect.load.measures.flood import flood_of
from pcapinspect.load.measures.parties import number
from pcapinspect.pki.facts import CA, PkiFacts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.http.exchanges import Exchanges
    from pcapinspect.load.model import Pause, ServerLoad, Service
    from pcapinspect.pki.operations import Operations
    from pcapinspect.tcp.connections import Connections


Table = TypeVar("Table", bound=Columns)


class Rows:
    """Row numbers by the group that each row belongs to, found by one sort."""

    def __init__(self, group: NDArray[np.integer], groups: int) -> None:
        self._order = np.argsort(group, kind="stable")
        self._starts = np.searchsorted(group[self._order], np.arange(groups + 1))

    def of(self, group: int) -> Int64:
        """The rows of one group, ascending."""
        return self._order[self._starts[group] : self._starts[group + 1]]

    def of_all(self, groups: Int64) -> Int64:
        """The rows of several groups, one group after the other."""
        starts, stops = self._starts[groups], self._starts[groups + 1]
        sizes = stops - starts
        # Where each group ends among the rows found, less where it ends in the order, is how far its rows move.
        shift = np.repeat(stops - np.cumsum(sizes), sizes)
        rows: Int64 = self._order[np.arange(len(shift)) + shift]
        return rows


class Grouping:
    """The tables of an analysis by server, and SYNs by connection; each made when it is first asked for."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    @cached_property
    def connections(self) -> Rows:
        load = self.analysis.load
        return Rows(load.server_of_connection, len(load.servers))

    @cached_property
    def exchanges(self) -> Rows:
        load = self.analysis.load
        return Rows(load.server_of_connection[self.analysis.exchanges.connection], len(load.servers))

    @cached_property
    def syns(self) -> Rows:
        return Rows(self.analysis.syns.connection, len(self.analysis.connections))


@dataclass(frozen=True)
class Case:
    """One server. Row numbers are those of the analysis' tables. What is derived is kept: many findings ask for it."""

    index: int
    """In Load.servers."""
    load: ServerLoad
    analysis: Analysis
    grouping: Grouping

    @property
    def name(self) -> str:
        """Like `192.0.2.1:80`; with the captures, where several networks have a server of this name."""
        network = self.load.network
        return endpoint(self.load.ip, self.load.port) + ("" if network is None else f" in {network}")

    @cached_property
    def connection_rows(self) -> Int64:
        return self.grouping.connections.of(self.index)

    @cached_property
    def connections(self) -> Connections:
        return _taken(self.analysis.connections, self.connection_rows)

    @cached_property
    def service(self) -> Service:
        """How far each of `connections` came."""
        return _taken(self.analysis.load.service, self.connection_rows)

    @cached_property
    def exchanges(self) -> tuple[Exchanges, Operations]:
        """The server's exchanges, and what they ask; parallel."""
        rows = self.grouping.exchanges.of(self.index)
        return _taken(self.analysis.exchanges, rows), _taken(self.analysis.operations, rows)

    @cached_property
    def failed_polls(self) -> Bool:
        """Which of the server's exchanges are GetNextCACert with an error of its own; parallel to `exchanges`."""
        exchanges, operations = self.exchanges
        return failed_polls(exchanges, operations)

    @cached_property
    def granted_polls(self) -> int:
        """GetNextCACert requests that got the certificate."""
        exchanges, operations = self.exchanges
        return int(np.count_nonzero((operations.operation == ASKED) & (exchanges.status == 200)))

    @cached_property
    def refusals(self) -> Int64:
        """How often each client was refused a rollover certificate; one element a client that was."""
        exchanges, _ = self.exchanges
        rows = exchanges.connection[self.failed_polls]
        connections = self.analysis.connections
        return np.bincount(number(connections.client_high[rows], connections.client_low[rows])[0])

    @cached_property
    def inquiry(self) -> Inquiry:
        """The server as its own traffic shows it: what evidence is held against."""
        exchanges, operations = self.exchanges
        hosts = {host.lower().rpartition(":")[0] or host.lower() for host in _distinct(exchanges.host)}
        return Inquiry(
            ip=self.load.ip,
            port=self.load.port,
            hosts=frozenset(hosts),
            labels=frozenset(_distinct(operations.ca_identifier)),
            facts=self.facts,
        )

    @cached_property
    def facts(self) -> PkiFacts:
        """What the PKI traffic of this server says. A certificate that two servers gave counts for the first one.

        Where it gave none, that of the capture's only CA is taken: the RA or another address of it may have.
        """
        facts, mine = self.analysis.facts, self.analysis.load.server_of_connection
        if len(self.analysis.load.servers) == 1:
            return facts
        own = tuple(seen for seen in facts.certificates if mine[seen.first.connection] == self.index)
        authorities = {seen.certificate.fingerprint for seen in facts.certificates if seen.role == CA}
        if not any(seen.role == CA for seen in own) and len(authorities) == 1:
            own = facts.certificates
        return replace(
            facts,
            certificates=own,
            requesters=tuple(seen for seen in facts.requesters if mine[seen.first.connection] == self.index),
            transactions=tuple(seen for seen in facts.transactions if mine[seen.first.connection] == self.index),
        )

    @cached_property
    def owned(self) -> Ownership:
        """What of the configuration and show output belongs to this server."""
        return own(self.analysis.configuration, self.inquiry)

    @cached_property
    def flood(self) -> Bool:
        """Which of `connections` no TCP client makes."""
        own = self.connections
        client, _ = number(own.client_high, own.client_low)
        return flood_of(client, own.outcome, own.syn_packets, own.reset_up, own.start, self.end)

    @property
    def end(self) -> int:
        """When the capture ended, by all of its packets."""
        return max(self.load.last_time, self.analysis.quality.last_time or 0)

    @property
    def in_trouble(self) -> bool:
        """Whether it paused, or more was asked of it than its limit."""
        return bool(self.load.pauses) or self.load.minutes_over_limit > 0

    @cached_property
    def rollover(self) -> RolloverDiagnosis | None:
        """What the evidence says of the rollover of this server's CA; None where nobody asked for it in vain."""
        if not self.load.errors or not self.failed_polls.any():
            return None
        analysis = self.analysis
        demand = measure(analysis.connections, *self.exchanges)
        per_minute = round(analysis.settings.limit * 60 / analysis.settings.window)
        return diagnose(demand, self.facts, self.owned, analysis.logs, per_minute, serves=not self.in_trouble)

    def syn_frames(self, connections: Int64) -> Int64:
        """Keys of every SYN of the given connections."""
        rows = self.grouping.syns.of_all(connections)
        return keys(self.analysis.syns.file[rows], self.analysis.syns.frame[rows])

    def answer_frames(self, connections: Int64) -> Int64:
        """Keys of the answers (SYN/ACK, RST or ICMP error) to the given connections.

        None of them where there are several files: the table does not say which one holds the answer.
        """
        answers = self.analysis.connections.answer_frame[connections]
        if len(self.analysis.inputs) > 1:
            answers = answers[:0]
        return keys(np.zeros(len(answers), dtype=np.int64), answers)

    def synack_frames(self, connections: Int64) -> Int64:
        """Keys of the first SYN/ACKs of the given connections, where they are in the capture."""
        rows = self.analysis.connections
        return keys(rows.synack_file[connections], rows.synack_frame[connections])

    def pauses(self, *causes: str) -> list[Pause]:
        """The server's pauses with one of the causes."""
        return [pause for pause in self.load.pauses if pause.cause in causes]

    def in_pause(self, times: Int64) -> Bool:
        """Which times lie in a pause of the server, edges included."""
        inside = np.zeros(len(times), dtype=np.bool_)
        if self.load.pauses:
            starts = np.array([pause.first_unanswered for pause in self.load.pauses])
            ends = np.array([pause.last_unanswered for pause in self.load.pauses])
            begun = np.searchsorted(starts, times, side="right") - 1
            inside = (begun >= 0) & (times <= ends[begun])
        return inside


def _taken(table: Table, rows: Int64) -> Table:
    """The rows of a table; the table itself where they are all of it, as in most captures."""
    return table if len(rows) == len(table) else table.take(rows)


def _distinct(column: Text) -> list[str]:
    """The different texts of a column, at most MOST_NAMES of them."""
    names = number_labels(column)[1] if len(column) else ()
    return [name for name in names[:MOST_NAMES] if name]


MOST_NAMES = 1000
"""Different hosts or labels that are looked at; a server has a handful, a scanner sends any number."""


def exchange_frames(exchanges: Exchanges, of: Bool) -> Int64:
    """Keys of the requests and responses of some exchanges."""
    return np.concatenate(
        [
            keys(exchanges.request_file[of], exchanges.request_frame[of]),
            keys(exchanges.response_file[of], exchanges.response_frame[of]),
        ]
    )
