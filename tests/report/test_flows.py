"""What every output says of flows, and what none may say of them."""

from __future__ import annotations

import pytest

from pcapinspect.report.document import Report
from pcapinspect.report.flow_words import comparison, concerns, minute_rows
from pcapinspect.report.html import render_html
from pcapinspect.report.markdown import render_markdown
from pcapinspect.report.people import Zone
from pcapinspect.report.terminal import render_terminal
from tests.report import flows_example
from tests.report.flows_example import DIALS, SERVER, UNANSWERED

CLAIMS = ("never paused", "0 pauses", "no pause", "SYN packets an attempt", "Latency of responses", "error responses")
"""Only packets bear these."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return flows_example.flows_only(tmp_path_factory.mktemp("flows"))


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return flows_example.beside_a_capture(tmp_path_factory.mktemp("flows"))


def test_flows_alone_are_told_apart_in_the_document(alone: Report, beside: Report) -> None:
    assert alone.sections["capture"]["flows_only"] is True
    assert beside.sections["capture"]["flows_only"] is False
    assert Report.from_json(alone.to_json()).to_json() == alone.to_json()


def test_columns_that_no_flow_fills_are_null(alone: Report) -> None:
    tables = alone.document["tables"]
    for table, columns in {
        "connections": ("syn_packets", "synack_time", "synack_captured", "handshake_rtt", "close", "exchanges"),
        "minutes": ("syn_packets", "exchanges", "errors", "peak_open", "paused_seconds"),
        "clients": ("exchanges", "errors"),
        "curve": ("open",),
    }.items():
        for column in columns:
            assert set(tables[table]["columns"][column]) == {None}, (table, column)
    assert sum(tables["minutes"]["columns"]["attempts"]) == DIALS
    assert sum(tables["minutes"]["columns"]["unanswered"]) == UNANSWERED
    assert tables["connections"]["columns"]["outcome"].count("unanswered") == UNANSWERED


def test_no_output_claims_what_only_packets_show(alone: Report) -> None:
    for text in (render_terminal(alone), render_markdown(alone), render_html(alone).partition("<script>")[2]):
        body = text.partition("application/octet-stream")[0]
        assert not [claim for claim in CLAIMS if claim in body]


def test_the_terminal_counts_flow_records_where_there_are_no_packets(alone: Report) -> None:
    text = render_terminal(alone)
    assert f"{2 * DIALS - UNANSWERED} flow records of watched" in " ".join(text.split())
    assert "not shown" in text
    assert "paused" not in text.partition("ATTEMPTS A MINUTE")[2].partition("SERVERS")[0]


def test_markdown_has_a_section_of_flows(alone: Report) -> None:
    text = render_markdown(alone)
    section = text.partition("## NetFlow\n")[2].partition("\n## ")[0]
    answered = DIALS - UNANSWERED
    assert f"| {SERVER}:80 | {DIALS} | {answered} | {UNANSWERED} | 0 | 30 | {answered} | 1 |" in section
    assert f"| 2026-03-01 08:05:00Z | {DIALS} | {answered} | {UNANSWERED} | 0 | above 80 |" in section
    assert "What flows cannot show:" in section
    assert "\\<b\\>" in section
    assert "<b>" not in section


def test_flows_beside_a_capture_are_compared_in_every_text(beside: Report) -> None:
    told = comparison(beside.sections["evidence"]["netflow"])
    assert told is not None
    assert told.endswith("nothing tells how far their clocks are apart.")  # their ports are others
    for text in (render_terminal(beside), render_markdown(beside), render_html(beside)):
        assert " ".join(told.split()) in " ".join(text.split())
    assert "NETFLOW  228 flow records of watched ports in 1 file" in render_terminal(beside)


def test_a_capture_without_flows_has_no_word_of_them(beside: Report) -> None:
    bare = Report.from_json(beside.to_json())
    bare.sections["evidence"]["netflow"] = None
    assert "NETFLOW" not in render_terminal(bare)
    assert "\n## NetFlow" not in render_markdown(bare)
    assert 'id="netflow"' not in render_html(bare)


def test_the_page_has_flows_without_scripts(alone: Report, beside: Report) -> None:
    for report in (alone, beside):
        page = render_html(report)
        section = page.partition('id="netflow"')[2].partition("</section>")[0]
        assert f'<td class="number">{UNANSWERED}</td>' in section
        assert "flows &lt;b&gt;.csv" in section
        assert "too little evidence" in section
    page = render_html(alone)
    assert 'id="panel-pause"' not in page
    assert 'id="panel-flows"' in page
    assert "pauses of the server</a></dt>" not in page
    assert "pauses of the server</a></dt>" in render_html(beside)


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (0.0, "Their clocks agree."),
        (-0.883, "The exporter's clock is 883 ms behind the capture's."),
        (37.0, "The exporter's clock is 37 s ahead of the capture's."),
    ],
)
def test_clocks_in_words(offset: float, said: str) -> None:
    told = comparison({"comparison": {"both": 1, "only_capture": 2, "only_flows": 0, "clock_offset": offset}})
    assert told is not None
    assert told.startswith("Of the time that capture and flows share, 1 dial is in both, 2 in the capture only and 0")
    assert told.endswith(said)


def test_what_files_lack_is_said_with_their_names() -> None:
    file = {"path": "export.pcap", "warnings": ["sampled: 1 packet in 100 was looked at"], "malformed": 2}
    assert concerns({"files": [file]}) == [
        "export.pcap: sampled: 1 packet in 100 was looked at",
        "export.pcap: 2 datagrams, sets or lines damaged",
    ]


def test_the_busiest_minutes_are_listed_in_their_order() -> None:
    attempts = [5, 90, 0, *range(10, 22)]
    minutes = {
        "server": [0] * 15,
        "minute": [f"2026-03-01T08:{minute:02d}:00.000000000Z" for minute in range(15)],
        **dict.fromkeys(("accepted", "unanswered", "refused"), [0] * 15),
        "attempts": attempts,
        "over_limit": [count > 80 for count in attempts],
    }
    netflow = {"servers": [{"ip": "2001:db8::1", "port": 80}], "minutes": minutes}
    rows = minute_rows(netflow, {"limit": 80, "tz": "UTC"}, Zone.of({"settings": {"tz": "UTC"}}))
    assert [row[2] for row in rows] == [90, *range(13, 22)]
    assert rows[0][-1] == "above 80"
    assert rows[1][-1] == "within 80"
