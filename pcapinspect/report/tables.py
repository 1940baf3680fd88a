"""From an Analysis to the columns of each table of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pcapinspect.address import texts
from pcapinspect.clock import MINUTE
from pcapinspect.columns import MISSING, Bool, Int64, Text, UInt64, constant
from pcapinspect.load.measures.clients import ERROR
from pcapinspect.load.model import FELLS, RUNGS
from pcapinspect.points.between import LOST
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import Array, frame_of
from pcapinspect.report.flows_only import without_unknown
from pcapinspect.report.words import FAIL_INFOS, MESSAGE_TYPES, PKI_STATUSES, words_of
from pcapinspect.tcp.connections import CLOSES, ESTABLISHED, OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.load.model import Pause

Columns = dict[str, Array]

Rows = Int64 | slice
"""Which rows of a table: their numbers, or a stretch of them."""

SYNS_AROUND_A_PAUSE = MINUTE
"""The table `syns` holds what came within a minute of a pause, before and after: it is for looking at one pause."""

WHOLE = slice(None)

_FINE = np.array([outcome in ("established", "undetermined", "midstream") for outcome in OUTCOMES])


@dataclass(frozen=True, slots=True)
class Source:
    """A table that is not made yet: a storm has a million rows, of which a report shows some."""

    length: int
    make: Callable[[Rows], Columns]
    """The columns of some of the rows, in the kinds of `report.catalogue.TABLES`."""
    failed: Bool | None = None
    """Rows that are shown before all others; None where no row is better than another."""
    latency: Int64 | None = None
    """Of what did not fail, the longest is shown first; None where nothing is slow."""

    @classmethod
    def of(cls, columns: Columns) -> Source:
        """A table that is there."""
        length = len(next(iter(columns.values())))
        return cls(length, lambda rows: {name: values[rows] for name, values in columns.items()})


class Tables(Mapping[str, "pd.DataFrame"]):
    """The tables as DataFrames, each made when it is first asked for."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self._frames: dict[str, pd.DataFrame] = {}

    def columns(self, name: str, rows: Rows = WHOLE) -> Columns:
        """The numpy columns of some rows of a table, made anew at each call."""
        return self.sources[name].make(rows)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            self._frames[name] = frame_of(TABLES[name].columns, self.columns(name))
        return self._frames[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)


def tables_of(analysis: Analysis, paths: Text) -> Tables:
    """All tables of an analysis. `paths`: the name of each input file."""
    load, asked = analysis.load, analysis.exchanges
    failed = (asked.status >= ERROR) | (asked.status == MISSING)
    near = near_pauses(analysis)
    pauses = pauses_of(analysis)
    flows = flows_of(analysis)
    exchanges_of = cache(lambda: np.bincount(asked.connection, minlength=len(analysis.connections)))
    sources = {
        "connections": Source(
            len(analysis.connections),
            lambda rows: connections(analysis, paths, rows, exchanges_of()),
            failed=~_FINE[analysis.connections.outcome],
        ),
        "exchanges": Source(
            len(asked), lambda rows: exchanges(analysis, paths, rows), failed=failed, latency=asked.latency
        ),
        "minutes": Source(len(load.minutes), lambda rows: minutes(analysis, rows)),
        "pauses": Source.of(pauses),
        "clients": Source(len(load.clients), lambda rows: clients(analysis, rows)),
        "flows": Source.of(flows),
        "curve": Source(len(load.curve), lambda rows: curve(analysis, rows)),
        "syns": Source(len(near), lambda rows: syns(analysis, paths, near[rows])),
    }
    return Tables(without_unknown(sources) if analysis.flows_only else sources)


def flows_of(analysis: Analysis) -> Columns:
    """One row a flow record towards or from a watched port."""
    rows = analysis.flows.evidence.flows if analysis.flows else None
    if rows is None:
        return {name: np.empty(0, dtype=np.int64) for name in TABLES["flows"].kinds}
    numbers = ("src_port", "dst_port")
    return {
        name: _int64(getattr(rows, name)) if name in numbers else getattr(rows, name) for name in TABLES["flows"].kinds
    }


def connections(analysis: Analysis, paths: Text, chosen: Rows, exchanges_of: Int64) -> Columns:
    """One row an attempt, or a connection that began before the capture. `exchanges_of`: how many each has."""
    rows, service = analysis.connections.take(chosen), analysis.load.service.take(chosen)
    has_synack = rows.synack_time != MISSING
    return {
        "connection": np.arange(*chosen.indices(len(exchanges_of))) if isinstance(chosen, slice) else chosen,
        "file": paths[rows.file],
        "first_frame": rows.first_frame,
        "client_ip": texts(rows.client_high, rows.client_low),
        "client_port": _int64(rows.client_port),
        "server_ip": texts(rows.server_high, rows.server_low),
        "server_port": _int64(rows.server_port),
        "isn": rows.isn,
        "start": rows.start,
        "outcome": words_of(OUTCOMES, rows.outcome),
        "syn_packets": _int64(rows.syn_packets),
        "synack_time": rows.synack_time,
        "synack_captured": np.where(has_synack, 1, np.where(rows.outcome == ESTABLISHED, 0, MISSING)),
        "handshake_rtt": rows.handshake_rtt,
        "established_time": rows.established_time,
        "end": rows.end,
        "close": words_of(CLOSES, rows.close),
        "bytes_up": rows.bytes_up,
        "bytes_down": rows.bytes_down,
        "packets_up": rows.packets_up,
        "packets_down": rows.packets_down,
        "tcp_stream": rows.tcp_stream,
        "exchanges": exchanges_of[chosen],
        "last_syn_time": rows.last_syn_time,
        "answer_time": rows.answer_time,
        "answer_frame": rows.answer_frame,
        "established_frame": rows.established_frame,
        "last_frame": rows.last_frame,
        "close_time": rows.close_time,
        "rung": words_of(RUNGS, service.rung),
        "fell": words_of(FELLS, service.fell),
        "network": _server_of(analysis, analysis.load.server_of_connection[chosen])["network"],
        "lost_between": _lost_between(analysis, chosen, len(rows)),
        "first_down": rows.first_down,
        "synack_packets": _int64(rows.synack_packets),
    }


def _lost_between(analysis: Analysis, chosen: Rows, count: int) -> Text:
    return constant(None, count, "O") if analysis.lost is None else words_of(LOST, analysis.lost[chosen])


def exchanges(analysis: Analysis, paths: Text, chosen: Rows) -> Columns:
    """One row a request and its response; what it asked of `pkiclient.exe` beside it."""
    rows, asked = analysis.exchanges.take(chosen), analysis.operations.take(chosen)
    of = analysis.connections.take(rows.connection)
    direct = (
        "connection index request_frame response_frame request_time response_time latency method uri version host "
        "user_agent status reason server content_type request_bytes response_bytes"
    )
    return {
        **{name: getattr(rows, name) for name in direct.split()},
        "operation": asked.operation,
        "ca_identifier": asked.ca_identifier,
        "scep_message_type": words_of(MESSAGE_TYPES, asked.scep_message_type),
        "scep_status": words_of(PKI_STATUSES, asked.scep_status),
        "scep_fail_info": words_of(FAIL_INFOS, asked.scep_fail_info),
        "transaction_id": asked.transaction_id,
        "complete": _int64(rows.complete),
        "request_file": _path_of(paths, rows.request_file),
        "response_file": _path_of(paths, rows.response_file),
        "client_ip": texts(of.client_high, of.client_low),
        "server_ip": texts(of.server_high, of.server_low),
        "server_port": _int64(of.server_port),
        "signer_subject": asked.signer_subject,
        "signer_self_signed": asked.signer_self_signed,
        "network": _server_of(analysis, analysis.load.server_of_connection[rows.connection])["network"],
    }


def minutes(analysis: Analysis, chosen: Rows) -> Columns:
    """One row a server and calendar minute."""
    rows = analysis.load.minutes.take(chosen)
    direct = (
        "minute syn_packets attempts accepted unanswered refused undetermined exchanges errors peak_accepted_60s "
        "peak_open established half_open unreachable answered_otherwise asked answered succeeded"
    )
    return {
        **_server_of(analysis, rows.server),
        **{name: getattr(rows, name) for name in direct.split()},
        "over_limit": _int64(rows.over_limit),
        "paused_seconds": rows.paused,
    }


def pauses_of(analysis: Analysis) -> Columns:
    """One row a pause, numbered from 1 over all servers, in their order."""
    servers = analysis.load.servers
    rows = [(index, pause) for index, server in enumerate(servers) for pause in server.pauses]
    counts = (
        "silence_at_least",
        "unanswered_syns",
        "unanswered_attempts",
        "clients",
        "accepted_before_60s",
        "open_before",
    )
    times = ("last_answer", "first_unanswered", "last_unanswered", "next_answer", "silence_at_most")
    optional = (*times, "accepted_since_pause")
    cause, form = np.empty((2, len(rows)), dtype=object)
    cause[:] = [pause.cause for _, pause in rows]
    form[:] = [pause.form for _, pause in rows]
    return {
        **_server_of(analysis, np.array([index for index, _ in rows], dtype=np.int64)),
        **{name: np.array([getattr(pause, name) for _, pause in rows], dtype=np.int64) for name in counts},
        **{name: _optional([getattr(pause, name) for _, pause in rows]) for name in optional},
        "form": form,
        "cause": cause,
        "confidence": np.array([pause.confidence for _, pause in rows], dtype=np.float64),
        "pause": np.arange(1, len(rows) + 1),
    }


def clients(analysis: Analysis, chosen: Rows) -> Columns:
    """One row a client of a server, most attempts first."""
    rows = analysis.load.clients.take(chosen)
    direct = (
        "attempts established unanswered refused exchanges errors poll_period first last operations poll_spread routers"
    )
    return {
        "client_ip": rows.client,
        **_server_of(analysis, rows.server),
        **{name: getattr(rows, name) for name in direct.split()},
    }


def curve(analysis: Analysis, chosen: Rows) -> Columns:
    """One row a server and second in which a rate or the number of open connections changed."""
    rows = analysis.load.curve.take(chosen)
    return {
        **_server_of(analysis, rows.server),
        **{name: getattr(rows, name) for name in ("time", "accepted_60s", "attempts_60s", "open")},
    }


def near_pauses(analysis: Analysis) -> Int64:
    """The SYN packets within SYNS_AROUND_A_PAUSE of a pause of their server: rows of `analysis.syns`."""
    rows = analysis.syns
    server = analysis.load.server_of_connection[rows.connection]
    near: Bool = np.zeros(len(rows), dtype=np.bool_)
    for index, load in enumerate(analysis.load.servers):
        if load.pauses:
            near[server == index] = _near_a_pause(rows.time[server == index], load.pauses)
    return np.flatnonzero(near)


def syns(analysis: Analysis, paths: Text, chosen: Int64) -> Columns:
    """One row a SYN packet."""
    rows = analysis.syns.take(chosen)
    return {
        **_server_of(analysis, analysis.load.server_of_connection[rows.connection]),
        "time": rows.time,
        "file": paths[rows.file],
        "frame": rows.frame,
        "connection": rows.connection,
    }


def _near_a_pause(times: Int64, pauses: tuple[Pause, ...]) -> Bool:
    """Which times lie within SYNS_AROUND_A_PAUSE of one of the pauses. Times may be in any order."""
    spans = sorted((pause.first_unanswered, pause.next_answer or pause.last_unanswered) for pause in pauses)
    starts, ends = np.array(spans, dtype=np.int64).T
    latest_end = np.maximum.accumulate(ends) + SYNS_AROUND_A_PAUSE
    # The latest end among the pauses that began before a time tells whether any of them covers it.
    begun = np.searchsorted(starts - SYNS_AROUND_A_PAUSE, times, side="right") - 1
    return (begun >= 0) & (times <= latest_end[begun])


def _server_of(analysis: Analysis, server: Int64) -> Columns:
    """The columns that name a server, of rows that name it by its index."""
    servers = analysis.load.servers
    networks = np.empty(len(servers), dtype=object)
    networks[:] = [load.network for load in servers]
    addresses = np.empty(len(servers), dtype=object)
    addresses[:] = [load.ip for load in servers]
    ports = np.array([load.port for load in servers], dtype=np.int64)
    return {"server_ip": addresses[server], "server_port": ports[server], "network": networks[server]}


def _path_of(paths: Text, file: Int64) -> Text:
    """The path of each file index; None where that is MISSING."""
    found = np.full(len(file), None, dtype=object)
    known = file != MISSING
    found[known] = paths[file[known]]
    return found


def _optional(values: list[int | None]) -> Int64:
    return np.array([MISSING if value is None else value for value in values], dtype=np.int64)


def _int64(values: Array | UInt64) -> Int64:
    return values.astype(np.int64)
