"""Report: the one document that every output renders, and its way to JSON and back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from pcapinspect import __version__
from pcapinspect.address import endpoint
from pcapinspect.findings.figures import plural
from pcapinspect.report import json_text, sections
from pcapinspect.report.account_section import account_section
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import json_column
from pcapinspect.report.every_row import Rows, rows_of, rows_of_section
from pcapinspect.report.evidence_section import configuration_section, logs_section
from pcapinspect.report.inert import command_line, file_name
from pcapinspect.report.json_text import JsonTable
from pcapinspect.report.model import (
    Client,
    Document,
    EmbeddedTable,
    Finding,
    LeadingVerdict,
    Rollover,
    Sections,
    Server,
)
from pcapinspect.report.netflow_section import netflow_section
from pcapinspect.report.pki_section import pki_section, rollover_section
from pcapinspect.report.selection import shown_rows
from pcapinspect.report.tables import Source, Tables, tables_of
from pcapinspect.report.words import server_name

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.findings.finding import Finding as Judgement
    from pcapinspect.load.measures.elsewhere import Endpoint
    from pcapinspect.report.short_paths import Paths

SCHEMA_VERSION: Literal[1] = 1
"""Rises when a reader of the JSON would have to change."""

MOST_ELSEWHERE = 5
"""Servers that are named where none was watched."""

TOP_CLIENTS = 50
"""Clients in the section `clients`; the table has all of them."""


class Report:
    """All that is shown of an analysis, and every way to write it.

    `sections` is the document without its tables (docs/json.md), `tables` are pandas DataFrames by name, made when they
    are asked for (docs/tables.md). In a notebook a report shows its answer.
    """

    def __init__(
        self,
        sections: Sections,
        tables: Tables,
        rows: dict[str, int] | None = None,
        every_row: Rows | None = None,
    ) -> None:
        self.sections = sections
        self.tables = tables
        self.every_row = every_row
        self._rows = rows

    @cached_property
    def rows(self) -> dict[str, int]:
        """How many rows each table had when the captures were read; a saved report may hold fewer."""
        return self._rows or {name: self.tables.sources[name].length for name in TABLES}

    @property
    def document(self) -> Document:
        """The JSON document (report/schema.json)."""
        return {**self.shown, "every_row": None if self.every_row is None else self.every_row.section()}

    @cached_property
    def shown(self) -> Document:
        """The document without the numbers of every row, of which a large capture has millions."""
        tables = map(self._table, TABLES)
        shown: dict[str, EmbeddedTable] = {
            table.name: {"rows": table.rows, "shown": table.shown, "columns": dict(table.columns)} for table in tables
        }
        return {**self.sections, "tables": shown, "every_row": None}

    @property
    def servers(self) -> list[Server]:
        """Every server on a watched port, the busiest and worst first, as in the JSON."""
        return self.sections["servers"]

    @property
    def findings(self) -> list[Finding]:
        """Every judgement with its evidence, the worst first, as in the JSON."""
        return self.sections["findings"]

    def __repr__(self) -> str:
        verdict = self.sections["verdict"]
        return f"<Report: {verdict['cause']}, {len(self.servers)} servers, {len(self.findings)} findings>"

    def _repr_html_(self) -> str:
        from pcapinspect.report.notebook import answer_html

        return answer_html(self)

    def figure(self, name: str, server: int = 0) -> go.Figure:
        """A chart of one server, by its place in `servers`, as a plotly figure.

        Over time (UTC): `minutes` (attempts a minute by outcome), `open` (connections), `operations` (requests a
        minute), `latency` (seconds, percentiles a minute). Others: `handshakes` (attempts by SYNs sent), `polling`
        (clients by seconds between attempts). Raises UsageError for another name or place.
        """
        from pcapinspect.report.figures import figure_of

        return figure_of(self, name, server)

    def to_html(self, paths: Paths = "name") -> str:
        """The page: one HTML file that loads nothing. `paths`: `full` names files with their folders."""
        from pcapinspect.report.html import render_html

        return render_html(self, paths)

    def to_markdown(self, paths: Paths = "name") -> str:
        """The outage report; `paths` as for `to_html`."""
        from pcapinspect.report.markdown import render_markdown

        return render_markdown(self, paths)

    def to_parquet(self, folder: str | os.PathLike[str]) -> None:
        """One file a table into a folder that exists. Raises OutputError where writing fails."""
        from pcapinspect.report.table_files import write_parquet

        write_parquet(self.tables, os.fspath(folder))

    def to_csv(self, folder: str | os.PathLike[str]) -> None:
        """The same as CSV, with ISO 8601 times in UTC."""
        from pcapinspect.report.table_files import write_csv

        write_csv(self.tables, os.fspath(folder))

    def to_json(self) -> str:
        """The document as text: the same report gives the same bytes."""
        return b"".join(self.json_pieces()).decode()

    def json_pieces(self) -> Iterator[bytes]:
        """The same in UTF-8, made while it is written."""
        return json_text.render(self.sections, map(self._table, TABLES), self.every_row)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """The report that `to_json` wrote. Raises ReportError for anything else."""
        document = json_text.parse(text)
        beside = ("tables", "every_row")
        sections = cast(Sections, {name: section for name, section in document.items() if name not in beside})
        tables = document["tables"]
        columns = json_text.columns_of(tables)
        every = rows_of_section(document["every_row"], len(document["servers"]))
        rows = {name: table["rows"] for name, table in tables.items()}
        return cls(sections, Tables({name: Source.of(columns[name]) for name in TABLES}), rows, every)

    def _table(self, name: str) -> JsonTable:
        rows = shown_rows(name, self.tables.sources[name])
        columns = self.tables.columns(name, rows)
        values = ((column, json_column(kind, columns.pop(column))) for column, kind in TABLES[name].kinds.items())
        return JsonTable(name, self.rows[name], len(rows), values)


def build(analysis: Analysis, findings: Sequence[Judgement], command: Sequence[str]) -> Report:
    """The report of an analysis. `command` is the command line that made it."""
    paths = [file_name(file.path) for file in analysis.inputs]
    names = np.empty(len(paths), dtype=object)
    names[:] = paths
    tables = tables_of(analysis, names)
    sections = _sections(analysis, findings, command, paths, tables)
    return Report(sections, tables, every_row=rows_of(analysis))


def _sections(
    analysis: Analysis, findings: Sequence[Judgement], command: Sequence[str], paths: list[str], tables: Tables
) -> Sections:
    servers = _servers(analysis, paths)
    shown = {file.path: path for file, path in zip(analysis.inputs, paths, strict=True)}
    names = [server_name(server) for server in servers]
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {
            "name": "pcapinspect",
            "version": __version__,
            "engine": sections.plain(analysis.settings.engine),
            "command": command_line(map(file_name, command)),
        },
        "inputs": [sections.input_section(file, path) for file, path in zip(analysis.inputs, paths, strict=True)],
        "settings": sections.settings_section(analysis.settings),
        "capture": sections.capture_section(analysis.quality),
        "points": [sections.point_section(point, shown) for point in analysis.points],
        "verdict": _verdict(servers, names, analysis, findings),
        "servers": servers,
        "elsewhere": sections.plain(analysis.elsewhere),
        "operations": [sections.operation_section(count, names[count.server]) for count in analysis.load.operations],
        "clients": _top_clients(tables),
        "findings": [sections.finding_section(finding, paths) for finding in findings],
        "pki": pki_section(analysis.facts, paths, _rollovers(analysis)),
        "evidence": {
            "account": account_section(analysis),
            "netflow": netflow_section(analysis.flows),
            "logs": logs_section(analysis.logs),
            "configuration": configuration_section(
                analysis.configuration, () if analysis.flows_only else analysis.cases
            ),
        },
    }


def _servers(analysis: Analysis, paths: list[str]) -> list[Server]:
    found = []
    number = 1
    for server in analysis.load.servers:
        found.append(sections.server_section(server, number, paths))
        number += len(server.pauses)
    return found


def _rollovers(analysis: Analysis) -> list[Rollover]:
    """What timers and dates say of each server that was asked for a rollover certificate in vain."""
    return [rollover_section(case.rollover, case.name) for case in analysis.cases if case.rollover is not None]


def _without_traffic(findings: Sequence[Judgement]) -> LeadingVerdict:
    """What logs and configuration say first; of a server nothing is concluded without its traffic."""
    said = f"{findings[0].title}." if findings else "Nothing in the files that were given tells of an outage."
    return {
        "server": None,
        "cause": "insufficient",
        "confidence": 1.0,
        "sentence": f"{said} No capture and no flows were given, so no server is judged.",
        "evidence_for": [],
        "evidence_against": [],
        "not_shown": ["Whether connections were refused, dropped or late: a capture at the server shows that."],
        "explains": None,
        "also": [],
    }


def _verdict(
    servers: list[Server], names: list[str], analysis: Analysis, findings: Sequence[Judgement]
) -> LeadingVerdict:
    """The sentence that every output leads with: that of the first server, the worst."""
    if servers:
        return {"server": names[0], **servers[0]["verdict"]}
    if not analysis.inputs:
        return _without_traffic(findings)
    if analysis.flows and analysis.flows_only and analysis.flows.undated:
        first = analysis.flows.undated[0]
        undated: LeadingVerdict = sections.plain(first.verdict) | {"server": endpoint(first.ip, first.port)}
        return undated
    watched = " or ".join(str(port) for port in analysis.settings.ports)
    of = f"{' or '.join(analysis.settings.servers)} at " if analysis.settings.servers else ""
    unread = sum(sum(file.unknown.values()) for file in analysis.inputs)
    but = f"; {unread:,} of its packets could not be decoded" if unread else ""
    other = [_elsewhere(found) for found in analysis.elsewhere]
    return {
        "server": None,
        "cause": "insufficient",
        "confidence": 1.0,
        "sentence": f"No TCP connection to {of}port {watched} was found in the capture{but}."
        + (f" It holds {other[0]}." if other else ""),
        "evidence_for": [f"The capture holds {one}." for one in other[1:MOST_ELSEWHERE]],
        "evidence_against": [],
        "not_shown": [
            "Whether a server was reachable at another port, at another time, or past another capture point."
        ],
        "explains": None,
        "also": [],
    }


def _elsewhere(found: Endpoint) -> str:
    """`40 SYNs to 192.0.2.80:8080, which sent 0 SYN/ACKs and 40 RSTs`."""
    name = endpoint(found.ip, found.port)
    if not found.syn_packets:
        return f"{plural(found.packets, 'packet')} to and from {name}, without a SYN"
    sent = f"{plural(found.synacks, 'SYN/ACK')} and {plural(found.resets, 'RST')}"
    return f"{plural(found.syn_packets, 'SYN')} to {name}, which sent {sent}"


def _top_clients(tables: Tables) -> list[Client]:
    kinds, columns = TABLES["clients"].kinds, tables.columns("clients", slice(TOP_CLIENTS))
    lists = [json_column(kind, columns[name]) for name, kind in kinds.items()]
    return [cast(Client, dict(zip(kinds, row, strict=True))) for row in zip(*lists, strict=True)]
