"""What charts and filters of the page need of every connection and exchange: a few numbers a row, however many.

The tables of a report hold 50,000 rows, for reading. Whatever is counted is counted over all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import orjson

from pcapinspect.address import endpoint, texts
from pcapinspect.columns import MISSING, Int64, UInt8
from pcapinspect.errors import ReportError
from pcapinspect.load.measures.parties import number
from pcapinspect.load.model import FELLS, RUNGS
from pcapinspect.report.columns import INTEGER, SECONDS, TEXT, TIME, memory_column
from pcapinspect.report.model import Cell, EmbeddedTable, EveryRow, Server
from pcapinspect.report.selection import ROW_BUDGET
from pcapinspect.tcp.connections import OUTCOMES

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis

MILLISECOND = 1_000_000
MICROSECOND = 1_000

CONNECTION_COLUMNS = ("start", "server", "client", "outcome", "syn_packets", "rung", "fell")
EXCHANGE_COLUMNS = ("connection", "asked", "operation", "status", "latency")


@dataclass(frozen=True, slots=True)
class Rows:
    """The numbers of every row; -1 stands for what is not there. Times are whole milliseconds since 1970."""

    clients: Sequence[str]
    operations: Sequence[str]
    connections: Mapping[str, Int64]
    """By CONNECTION_COLUMNS; `server` indexes the servers of the report, `client` and `outcome` the words."""
    exchanges: Mapping[str, Int64]
    """By EXCHANGE_COLUMNS; `latency` in microseconds."""

    def section(self) -> EveryRow:
        """As the document holds it."""
        numbers: EveryRow = orjson.loads(orjson.dumps(self.as_arrays(), option=orjson.OPT_SERIALIZE_NUMPY))
        return numbers

    def as_arrays(self) -> dict[str, object]:
        """The same with its columns as numpy arrays."""
        return {
            "clients": list(self.clients),
            "outcomes": list(OUTCOMES),
            "operations": list(self.operations),
            "connections": {name: self.connections[name] for name in CONNECTION_COLUMNS},
            "exchanges": {name: self.exchanges[name] for name in EXCHANGE_COLUMNS},
        }


def rows_of(analysis: Analysis) -> Rows | None:
    """Of an analysis; None where its tables are held whole, so that they say it themselves."""
    made, asked = analysis.connections, analysis.exchanges
    if max(len(made), len(asked)) <= ROW_BUDGET:
        return None
    client, first = number(made.client_high, made.client_low)
    operation, operations = _numbered(analysis.operations.operation)
    return Rows(
        clients=list(texts(made.client_high[first], made.client_low[first])),
        operations=operations,
        connections={
            "start": made.start // MILLISECOND,
            "server": analysis.load.server_of_connection.astype(np.int64),
            "client": client.astype(np.int64),
            "outcome": made.outcome.astype(np.int64),
            "syn_packets": made.syn_packets.astype(np.int64),
            "rung": _below(len(RUNGS), analysis.load.service.rung),
            "fell": _below(len(FELLS), analysis.load.service.fell),
        },
        exchanges={
            "connection": asked.connection.astype(np.int64),
            "asked": _asked(asked.request_time, asked.response_time),
            "operation": operation,
            "status": np.where(asked.status == MISSING, -1, asked.status).astype(np.int64),
            "latency": _latency(asked.latency),
        },
    )


def rows_of_section(section: EveryRow | None, servers: int) -> Rows | None:
    """Of a document; None where it has none. Raises ReportError where numbers point to nothing."""
    if section is None:
        return None
    try:
        rows = Rows(
            section["clients"],
            section["operations"],
            {name: _numbers(section["connections"][name]) for name in CONNECTION_COLUMNS},  # type: ignore[literal-required]
            {name: _numbers(section["exchanges"][name]) for name in EXCHANGE_COLUMNS},  # type: ignore[literal-required]
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise ReportError(f"every_row: {error}") from None
    if section["outcomes"] != list(OUTCOMES):
        raise ReportError("every_row: its outcomes are not those of this version")
    return _checked(rows, servers)


def _checked(rows: Rows, servers: int) -> Rows:
    """The rows, whose numbers all point to something. Raises ReportError."""
    made, asked = rows.connections, rows.exchanges
    whole = all(len(set(map(len, columns.values()))) == 1 for columns in (made, asked))
    if not whole or not all(
        (
            _point_into(made["server"], servers, least=-1),
            _point_into(made["client"], len(rows.clients)),
            _point_into(made["outcome"], len(OUTCOMES)),
            _point_into(made["rung"], len(RUNGS), least=-1),
            _point_into(made["fell"], len(FELLS), least=-1),
            _point_into(asked["connection"], len(made["start"])),
            _point_into(asked["operation"], len(rows.operations), least=-1),
        )
    ):
        raise ReportError("connections and exchanges of the report do not fit each other")
    return rows


def _numbers(values: list[int]) -> Int64:
    if not all(type(value) is int for value in values):
        raise TypeError("not a whole number")
    return np.array(values, dtype=np.int64)


def _point_into(values: Int64, length: int, least: int = 0) -> bool:
    return not len(values) or bool(values.min() >= least and values.max() < length)


def rows_of_tables(tables: Mapping[str, EmbeddedTable], servers: Sequence[Server]) -> Rows:
    """Of a document whose tables are whole. Raises ReportError where an exchange has no connection."""
    made, asked = tables["connections"]["columns"], tables["exchanges"]["columns"]
    places: dict[Cell, int] = {endpoint(server["ip"], server["port"]): at for at, server in enumerate(servers)}
    named = [f"{ip}" if port is None else endpoint(str(ip), int(port)) for ip, port in _pairs(made)]
    client, clients = _numbered(memory_column(TEXT, made["client_ip"]))
    operation, operations = _numbered(memory_column(TEXT, asked["operation"]))
    syns, status = memory_column(INTEGER, made["syn_packets"]), memory_column(INTEGER, asked["status"])
    rows = Rows(
        clients,
        operations,
        connections={
            "start": memory_column(TIME, made["start"]) // MILLISECOND,
            "server": np.array([places.get(name, -1) for name in named], dtype=np.int64),
            "client": client,
            "outcome": _places(OUTCOMES, made["outcome"]),
            "syn_packets": np.where(syns == MISSING, 0, syns),
            "rung": _places(RUNGS, made["rung"]),
            "fell": _places(FELLS, made["fell"]),
        },
        exchanges={
            "connection": memory_column(INTEGER, asked["connection"]),
            "asked": _asked(memory_column(TIME, asked["request_time"]), memory_column(TIME, asked["response_time"])),
            "operation": operation,
            "status": np.where(status == MISSING, -1, status),
            "latency": _latency(memory_column(SECONDS, asked["latency"])),
        },
    )
    return _checked(rows, len(servers))


def _below(length: int, numbers: UInt8) -> Int64:
    """The numbers, -1 for those that stand for nothing."""
    return np.where(numbers < length, numbers.astype(np.int64), -1)


def _places(words: Sequence[str], column: Sequence[Cell]) -> Int64:
    """The place of each word, -1 for one that is none of them."""
    places: dict[Cell, int] = {word: at for at, word in enumerate(words)}
    return np.array([places.get(word, -1) for word in column], dtype=np.int64)


def _pairs(made: Mapping[str, Sequence[Cell]]) -> list[tuple[Cell, int | None]]:
    ports = (None if port is None else int(port) for port in made["server_port"])
    return list(zip(made["server_ip"], ports, strict=True))


def _numbered(values: Iterable[str | None]) -> tuple[Int64, list[str]]:
    """The number of each text among the distinct ones, -1 for none, and these."""
    places: dict[str | None, int] = {None: -1}
    numbers = np.array([places.setdefault(value, len(places) - 1) for value in values], dtype=np.int64)
    return numbers, [word for word in places if word is not None]


def _asked(request: Int64, response: Int64) -> Int64:
    """When an exchange was asked for; where its request is not in the capture, when it was answered."""
    return np.where(request == MISSING, response, request) // MILLISECOND


def _latency(nanoseconds: Int64) -> Int64:
    return np.where(nanoseconds < 0, -1, nanoseconds // MICROSECOND)
