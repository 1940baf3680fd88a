"""Case: one server with the rows of the tables that are its own. What a finding about a server judges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pcapinspect.address import endpoint
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.findings.display_filter import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.http.exchanges import Exchanges
    from pcapinspect.load.model import Pause, ServerLoad
    from pcapinspect.pki.operations import Operations
    from pcapinspect.tcp.connections import Connections


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
        return np.concatenate([self.of(group) for group in groups.tolist()] or [np.empty(0, dtype=np.int64)])


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


@dataclass(frozen=True, slots=True)
class Case:
    """One server. Row numbers are those of the analysis' tables."""

    index: int
    """In Load.servers."""
    load: ServerLoad
    analysis: Analysis
    grouping: Grouping

    @property
    def name(self) -> str:
        """Like `192.0.2.1:80`."""
        return endpoint(self.load.ip, self.load.port)

    @property
    def connection_rows(self) -> Int64:
        return self.grouping.connections.of(self.index)

    @property
    def connections(self) -> Connections:
        return self.analysis.connections.take(self.connection_rows)

    @property
    def exchanges(self) -> tuple[Exchanges, Operations]:
        """The server's exchanges, and what they ask; parallel."""
        rows = self.grouping.exchanges.of(self.index)
        return self.analysis.exchanges.take(rows), self.analysis.operations.take(rows)

    def syn_frames(self, connections: Int64) -> list[Frame]:
        """Frames of every SYN of the given connections."""
        rows = self.grouping.syns.of_all(connections)
        return list(zip(self.analysis.syns.file[rows].tolist(), self.analysis.syns.frame[rows].tolist(), strict=True))

    def answer_frames(self, connections: Int64) -> list[Frame]:
        """Frames of the answers (SYN/ACK, RST or ICMP error) to the given connections.

        None of them where there are several files: the table does not say which one holds the answer.
        """
        if len(self.analysis.inputs) > 1:
            return []
        answers = self.analysis.connections.answer_frame[connections]
        return [(0, frame) for frame in answers[answers != MISSING].tolist()]

    def synack_frames(self, connections: Int64) -> list[Frame]:
        """Frames of the first SYN/ACKs of the given connections, where they are in the capture."""
        rows = self.analysis.connections
        pairs = zip(rows.synack_file[connections].tolist(), rows.synack_frame[connections].tolist(), strict=True)
        return [pair for pair in pairs if MISSING not in pair]

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


def cases(analysis: Analysis) -> Iterator[Case]:
    """Every server, in the order of the load: the worst first."""
    grouping = Grouping(analysis)
    for index, load in enumerate(analysis.load.servers):
        yield Case(index, load, analysis, grouping)


def exchange_frames(exchanges: Exchanges) -> list[Frame]:
    """Frames of the requests and responses."""
    pairs = [(exchanges.request_file, exchanges.request_frame), (exchanges.response_file, exchanges.response_frame)]
    return [
        frame
        for files, frames in pairs
        for frame in zip(files.tolist(), frames.tolist(), strict=True)
        if MISSING not in frame
    ]
