"""Every row's numbers: the same from the analysis and from whole tables, in JSON and back, and for the page."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pcapinspect.errors import ReportError
from pcapinspect.report import every_row, html_rows, selection
from pcapinspect.report.document import Report, build
from pcapinspect.report.every_row import CONNECTION_COLUMNS, EXCHANGE_COLUMNS, Rows, rows_of_section, rows_of_tables
from tests.report import example

BUDGET = 40


@pytest.fixture(scope="module")
def whole() -> Rows:
    document = example.report().shown
    return rows_of_tables(document["tables"], document["servers"])


@pytest.fixture(scope="module")
def cut() -> Report:
    """The same report with room for few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(every_row, "ROW_BUDGET", BUDGET)
        patch.setattr(selection.shown_rows, "__defaults__", (BUDGET,))
        report = build(example.analysis(), (), ["pcapinspect", "analyze", "storm.pcap"])
        assert report.shown["tables"]["connections"]["shown"] == BUDGET
        report.to_json()
    return report


def words(rows: Rows) -> list[dict[str, Any]]:
    """Every connection and exchange with its words in place of numbers: their order is no matter."""
    made, asked = rows.connections, rows.exchanges
    return [
        {
            "client": [rows.clients[place] for place in made["client"].tolist()],
            **{name: made[name].tolist() for name in ("start", "server", "outcome", "syn_packets", "rung", "fell")},
        },
        {
            "operation": [None if place < 0 else rows.operations[place] for place in asked["operation"].tolist()],
            **{name: asked[name].tolist() for name in ("connection", "asked", "status", "latency")},
        },
    ]


def test_an_analysis_and_its_whole_tables_say_the_same(whole: Rows, cut: Report) -> None:
    assert cut.every_row is not None
    assert words(cut.every_row) == words(whole)
    tables = example.report().tables
    assert words(whole)[0]["client"] == tables["connections"]["client_ip"].tolist()
    assert words(whole)[1]["status"] == tables["exchanges"]["status"].fillna(-1).tolist()


def test_tables_that_are_held_whole_need_no_more() -> None:
    assert example.report().every_row is None
    assert example.report().document["every_row"] is None


def test_json_and_back(cut: Report) -> None:
    text = json.dumps(cut.document)
    again = Report.from_json(text)
    assert again.every_row is not None
    assert cut.every_row is not None
    assert words(again.every_row) == words(cut.every_row)


def unpacked(form: dict[str, Any], block: bytes) -> list[int]:
    kind = dict(html_rows.TYPES)[form["type"]]
    values = np.frombuffer(block, kind, form["length"], form["at"]).astype(np.int64)
    return (values if form["from"] is None else np.cumsum(values) + form["from"]).tolist()  # type: ignore[no-any-return]


def test_the_page_gets_every_number(whole: Rows) -> None:
    head: Any
    head, block = html_rows.packed(whole)
    for name in CONNECTION_COLUMNS:
        assert unpacked(head["connections"][name], block) == whole.connections[name].tolist(), name
    begun = whole.connections["start"][whole.exchanges["connection"]]
    for name in EXCHANGE_COLUMNS:
        values = np.array(unpacked(head["exchanges"][name], block)) + (begun if name == "asked" else 0)
        assert values.tolist() == whole.exchanges[name].tolist(), name


@pytest.mark.parametrize(("low", "high"), [(0, 255), (-1, 127), (-1, 255), (0, 65_536), (-(2**31), 0), (-1, 2**40)])
def test_a_type_holds_its_values(low: int, high: int) -> None:
    block = bytearray()
    form = html_rows._add(block, np.array([low, high, 0]), rising=False)
    assert unpacked(form, bytes(block)) == [low, high, 0]


@pytest.mark.parametrize(
    ("part", "column", "value"),
    [("connections", "client", 10**6), ("connections", "start", "x"), ("exchanges", "connection", -1)],
)
def test_a_saved_report_that_points_to_nothing_is_refused(cut: Report, part: str, column: str, value: object) -> None:
    section: Any = json.loads(json.dumps(cut.document["every_row"]))
    section[part][column][0] = value
    with pytest.raises(ReportError, match=r"every_row|do not fit"):
        rows_of_section(section, 3)
    section[part][column] = section[part][column][1:]
    with pytest.raises(ReportError, match=r"every_row|do not fit"):
        rows_of_section(section, 3)


def test_whatever_a_filter_asks_for_some_rows_are_there_to_read() -> None:
    failed = np.ones(1000, dtype=np.bool_)
    failed[::100] = False
    source = selection.Source(1000, lambda _: {}, failed=failed)
    rows = selection.shown_rows("connections", source, 50)
    assert len(rows) == 50
    assert np.count_nonzero(~failed[rows]) == 10
    rows = selection.shown_rows("connections", selection.Source(1000, lambda _: {}, failed=~failed), 50)
    assert np.count_nonzero(~failed[rows]) == 10


@pytest.mark.parametrize(
    ("table", "column", "value"), [("exchanges", "connection", 10**6), ("connections", "outcome", "odd")]
)
def test_tables_of_a_saved_report_that_do_not_fit_end_in_one_line(table: str, column: str, value: object) -> None:
    document: Any = json.loads(example.report().to_json())
    document["tables"][table]["columns"][column][0] = value
    with pytest.raises(ReportError, match="do not fit"):
        Report.from_json(json.dumps(document)).to_html()
