"""What the template is given."""

from __future__ import annotations

import shlex
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pcapinspect.clock import zone
from pcapinspect.report import html_view
from tests.report.example import report


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = report().document
    return found


def test_commands_survive_a_shell() -> None:
    path = 'it\'s; rm -rf $HOME `x` "y".pcap'
    shown = html_view.packets(path, [7, 3], None)
    assert shlex.split(shown["tshark"]) == ["tshark", "-r", path, "-Y", "frame.number in {3, 7}"]
    assert shlex.split(shown["wireshark"]) == ["wireshark", "-r", path, "-g", "7"]
    assert shlex.split(html_view.packets("-w.pcap", [1], "tcp")["tshark"]) == ["tshark", "-r", "./-w.pcap", "-Y", "tcp"]


def test_first_rows_of_a_long_table_and_how_many_there_are(document: dict[str, Any]) -> None:
    shown = html_view.table("connections", document["tables"]["connections"], zone("UTC"), 60)
    assert (len(shown["rows"]), shown["shown"], shown["total"]) == (200, 200, 2410)
    assert shown["rows"][0][0] == document["tables"]["connections"]["columns"]["start"][0][:-1].replace("T", " ")


def test_missing_is_a_dash_and_not_zero() -> None:
    assert [html_view.cell(None, kind, zone("UTC")) for kind in ("time", "integer", "text", "flag")] == ["–"] * 4
    assert html_view.cell(0, "integer", zone("UTC")) == "0"


def test_concerns_of_the_capture_are_counted_and_told(document: dict[str, Any]) -> None:
    changed = {**document, "capture": {**document["capture"], "notes": ["Half of the answers are missing."]}}
    changed["inputs"] = [{**document["inputs"][0], "warnings": ["the file ends within a packet"]}]
    found = html_view.quality(changed)
    assert found["label"] == "2 concerns"
    assert found["concerns"] == ["Half of the answers are missing.", "storm.pcapng: the file ends within a packet"]


def test_commands_in_sentences_become_code_and_nothing_else_does() -> None:
    assert html_view.with_code("do `show run` <now>") == "do <code>show run</code> &lt;now&gt;"
    assert html_view.with_code("one ` alone <b>") == "one ` alone &lt;b&gt;"
    assert html_view.with_code("for 15 s") == "for 15\u00a0s"


def test_figures_are_those_of_the_server_in_the_verdict(document: dict[str, Any]) -> None:
    shown = {figure["label"]: figure["count"] for figure in html_view.figures(document, zone("UTC"))}
    assert shown["attempts"] == "2,160"
    assert shown["failed"] == "720"
    assert shown["pauses of the server"] == "18"


def test_times_in_sentences_are_in_the_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert html_view.in_words("to 2026-06-05T08:00:00Z.", berlin) == "to 2026-06-05 10:00:00+02:00."
    assert html_view.in_words("to 2026-06-05T08:00:00Z.", UTC) == "to 2026-06-05T08:00:00Z."
    assert html_view.in_words("GET /2026-99-05T08:00:00Z", berlin) == "GET /2026-99-05T08:00:00Z"


def test_first_of_one_day_leaves_the_date_out() -> None:
    times = ["2026-03-01T22:30:00.000000000Z", "2026-03-01T23:30:00.000000000Z"]
    assert html_view.only_day(times, UTC) == "2026-03-01"
    assert html_view.only_day(times, ZoneInfo("Europe/Berlin")) is None
    assert html_view.first_of(times[0], UTC, "2026-03-01") == "first at 22:30:00"
    assert html_view.first_of(times[0], UTC) == "first at 2026-03-01 22:30:00"


def test_a_finding_that_many_servers_have_is_listed_once_with_the_others_under_it() -> None:
    ids = ["loss@a", "root-cause@a", "loss@b", "loss@c", "root-cause@b"]
    listed = html_view.grouped([{"id": name, "server": name[-1]} for name in ids])
    assert [(found["id"], found["place"]) for found in listed] == [
        ("loss@a", 1),
        ("root-cause@a", 2),
        ("root-cause@b", 5),
    ]
    rest = listed[0]["rest"]
    assert isinstance(rest, list)
    assert [(found["id"], found["place"]) for found in rest] == [("loss@b", 3), ("loss@c", 4)]
