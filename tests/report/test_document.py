from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import jsonschema
import pytest

from pcapinspect.errors import ReportError
from pcapinspect.findings.registry import find
from pcapinspect.load.measures.elsewhere import Endpoint
from pcapinspect.report import json_text, selection
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.document import Report, build
from pcapinspect.report.html import render_html
from pcapinspect.report.terminal import render_terminal
from tests.report import example


@pytest.fixture(scope="module")
def report() -> Report:
    return example.report()


def test_the_schema_is_a_schema_and_knows_every_column() -> None:
    schema = json_text.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    tables = schema["properties"]["tables"]["properties"]
    assert list(tables) == list(TABLES)
    for name, columns in ((name, table.kinds) for name, table in TABLES.items()):
        assert tables[name]["properties"]["columns"]["required"] == list(columns)
        references = tables[name]["properties"]["columns"]["properties"]
        assert {c: r["$ref"] for c, r in references.items()} == {
            column: f"#/$defs/{kind}_column" for column, kind in columns.items()
        }


def test_the_whole_document_obeys_the_schema(report: Report) -> None:
    jsonschema.validate(json.loads(report.to_json()), json_text.schema(), jsonschema.Draft202012Validator)


def test_the_same_input_gives_the_same_bytes(report: Report) -> None:
    assert example.report().to_json() == report.to_json()


def test_json_and_back_loses_nothing(report: Report) -> None:
    text = report.to_json()
    again = Report.from_json(text)
    assert again.to_json() == text
    for name in TABLES:
        assert again.tables[name].equals(report.tables[name]), name


def test_the_counts_are_those_of_the_attempts(report: Report) -> None:
    attempts = example.attempts()
    storm = report.document["servers"][0]
    answered = [a for a in attempts if a.server == example.STORM and a.answered is not None]
    assert storm["attempts"] == sum(a.server == example.STORM for a in attempts)
    assert storm["established"] == len(answered)
    connections = report.tables["connections"]
    assert len(connections) == len(attempts)
    assert (connections["outcome"] == "unanswered").sum() == sum(a.answered is None for a in attempts)
    assert (
        connections["exchanges"].sum()
        == len(report.tables["exchanges"])
        == sum(a.answered is not None for a in attempts)
    )


def test_what_is_not_there_is_null(report: Report) -> None:
    row = next(row for row in report.tables["connections"].to_dict("records") if row["outcome"] == "unanswered")
    columns = report.document["tables"]["connections"]["columns"]
    place = row["connection"]
    for name in ("synack_time", "handshake_rtt", "established_time", "close", "synack_captured"):
        assert columns[name][place] is None, name
    assert columns["bytes_up"][place] == 0


def test_pauses_are_numbered_over_all_servers(report: Report) -> None:
    pauses = report.document["tables"]["pauses"]["columns"]["pause"]
    assert pauses == list(range(1, len(pauses) + 1))
    assert [pause["pause"] for pause in report.document["servers"][0]["pauses"]] == pauses


def test_syns_are_those_around_pauses(report: Report) -> None:
    syns = report.tables["syns"]
    assert set(syns["server_ip"]) == {"192.0.2.10"}  # the only server with pauses
    assert len(syns) == report.document["servers"][0]["syn_packets"]


def test_a_large_table_says_how_much_of_it_is_shown(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection.shown_rows, "__defaults__", (100,))
    cut = example.report()
    table = cut.document["tables"]["connections"]
    assert (table["rows"], table["shown"]) == (len(report.tables["connections"]), 100)
    assert Counter(table["columns"]["outcome"]) == {"unanswered": 50, "established": 50}
    again = Report.from_json(cut.to_json())
    assert again.rows["connections"] == table["rows"]
    assert len(again.tables["connections"]) == 100
    assert again.to_json() == cut.to_json()


def test_a_capture_without_servers_has_a_verdict_too() -> None:
    analysis = example.analysis()
    empty = replace(
        analysis,
        connections=analysis.connections.take([]),
        syns=analysis.syns.take([]),
        exchanges=analysis.exchanges.take([]),
        operations=analysis.operations.take([]),
        load=replace(
            analysis.load,
            servers=(),
            server_of_connection=analysis.load.server_of_connection[:0],
            minutes=analysis.load.minutes.take([]),
            clients=analysis.load.clients.take([]),
            curve=analysis.load.curve.take([]),
            operations=(),
        ),
    )
    report = build(empty, find(empty), ["pcapinspect", "analyze", "storm.pcapng"])
    assert report.sections["verdict"]["cause"] == "insufficient"
    assert "port 80" in report.sections["verdict"]["sentence"]
    assert report.sections["elsewhere"] == []
    other = build(replace(empty, elsewhere=(Endpoint("192.0.2.80", 8080, 80, 40, 0, 40),)), (), ())
    assert other.sections["verdict"]["sentence"].endswith(
        "It holds 40 SYNs to 192.0.2.80:8080, which sent 0 SYN/ACKs and 40 RSTs."
    )
    assert "--port 8080" in render_terminal(other)
    assert "--port 8080" in render_html(other)
    assert 'id="charts"' not in render_html(other)
    assert Report.from_json(report.to_json()).to_json() == report.to_json()


def test_a_file_name_need_not_be_utf8() -> None:
    analysis = example.analysis()
    analysis.inputs[0].path = "storm-\udcff.pcap"
    report = build(analysis, (), ["pcapinspect", "analyze", "storm-\udcff.pcap"])
    report.to_json().encode()
    assert report.sections["inputs"][0]["path"] == "$'storm-\\377.pcap'"
    assert report.tables["connections"]["file"][0] == "$'storm-\\377.pcap'"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(schema_version=99), "schema_version"),
        (lambda d: d.pop("findings"), "findings"),
        (lambda d: d["tables"].pop("minutes"), "tables"),
        (lambda d: d["tables"]["minutes"].update(shown=7), "7 rows"),
        (
            lambda d: d["tables"]["minutes"]["columns"].update(attempts=["many"] * d["tables"]["minutes"]["shown"]),
            "minutes",
        ),
        (lambda d: d["tables"]["minutes"]["columns"].update(attempts=5), "attempts"),
        (lambda d: d["servers"][0].update(attempts="5"), "servers/0/attempts"),
        (lambda d: d["servers"][0].update(attempts=10**26), "servers/0/attempts"),
    ],
)
def test_another_document_is_no_report(report: Report, change: object, said: str) -> None:
    document = json.loads(report.to_json())
    change(document)  # type: ignore[operator]
    with pytest.raises(ReportError, match=said):
        Report.from_json(json.dumps(document))


@pytest.mark.parametrize(
    "text", ["", "5", "[]", '{"a": NaN}', "{", "[" * 100_000, "null", '{"tables": {"minutes": 5}}']
)
def test_text_that_is_no_report_is_an_error_of_one_line(text: str) -> None:
    with pytest.raises(ReportError) as error:
        Report.from_json(text)
    assert len(str(error.value)) < 400
