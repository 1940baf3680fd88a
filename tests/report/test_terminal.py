from __future__ import annotations

import copy
import re

import pytest

from pcapinspect.errors import UsageError
from pcapinspect.report.document import Report
from pcapinspect.report.terminal import WIDTH, render_terminal
from tests.report import example


@pytest.fixture(scope="module")
def report() -> Report:
    return example.report()


def changed(report: Report) -> Report:
    return Report(copy.deepcopy(report.sections), report.tables)


def test_lines_fit_80_columns_but_for_commands_to_copy(report: Report) -> None:
    text = render_terminal(report)
    commands = text.index("NEXT")
    assert max(len(line) for line in text[:commands].splitlines()) <= WIDTH


def test_it_leads_with_the_verdict_and_has_every_finding(report: Report) -> None:
    lines = render_terminal(report).splitlines()
    assert lines.index("VERDICT  rate_limit, confidence 0.90, of 192.0.2.10:80") < 5
    for finding in report.sections["findings"]:
        assert any(f"({finding['id']}: " in line for line in lines)


def test_it_is_plain_text_in_a_log_file_and_the_same_text_in_colour(report: Report) -> None:
    plain = render_terminal(report)
    assert plain.isascii()
    assert "\x1b" not in plain
    coloured = render_terminal(report, colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_figures_of_servers_and_operations_are_shown(report: Report) -> None:
    text = render_terminal(report)
    assert re.search(r"192\.0\.2\.10:80: rate_limit\n +2,160 +1,440 +720 +0 +0 +80 +18\n", text)
    assert "\n[2001:db8::30]:80: outage\n" in text
    assert re.search(r"GetNextCACert +GETVPN +404 +1,440", text)


def test_what_a_capture_holds_cannot_act_on_the_terminal(report: Report) -> None:
    hostile = changed(report)
    sections = hostile.sections
    evil = "\x1b]0;owned\x07\u202eevil\r\nVERDICT healthy"
    sections["inputs"][0]["path"] = evil
    sections["verdict"]["sentence"] = evil
    sections["findings"][0]["title"] = evil
    sections["operations"][0]["ca_identifier"] = evil
    sections["capture"]["notes"] = [evil]
    sections["clients"][0]["operations"] = evil
    text = render_terminal(hostile)
    assert text.replace("\n", "").isprintable()
    assert "\\x1b]0;owned\\x07\\u202eevil" in text
    assert "\nVERDICT healthy" not in text


def test_times_are_in_the_zone_of_the_settings(report: Report) -> None:
    shifted = changed(report)
    shifted.sections["settings"]["tz"] = "Asia/Kolkata"
    text = render_terminal(shifted)
    assert "2026-03-01 13:30:00+05:30 to 2026-03-01 13:50:00+05:30" in text
    shifted.sections["settings"]["tz"] = "Mars/Olympus"
    with pytest.raises(UsageError, match="Mars/Olympus"):
        render_terminal(shifted)


def test_the_command_for_a_page_reads_what_was_read(report: Report) -> None:
    seen = changed(report)
    seen.sections["settings"] |= {"limit": 40, "tz": "Asia/Kolkata"}
    seen.sections["evidence"]["logs"] = {"files": [{"path": "debug 1.txt"}]}
    lines = render_terminal(seen).splitlines()
    assert lines[-1] == (
        "  pcapinspect analyze storm.pcapng --limit 40 --tz Asia/Kolkata --log 'debug 1.txt' "
        "--html report.html --markdown report.md"
    )
    assert any("pcapinspect timers" in line for line in lines)
    seen.sections["settings"]["ports"] = [8080]
    assert "pcapinspect timers" not in render_terminal(seen)


def test_a_saved_report_renders_the_same(report: Report) -> None:
    assert render_terminal(Report.from_json(report.to_json())) == render_terminal(report)


def test_a_finding_that_many_servers_have_is_told_once(report: Report) -> None:
    many = Report(copy.deepcopy(report.sections), report.tables)
    first = next(found for found in many.sections["findings"] if found["id"] == "server-down")
    many.sections["findings"] += [
        copy.deepcopy(first) | {"id": f"server-down@{n}", "title": f"Of {n}"} for n in range(3)
    ]  # type: ignore[misc]
    text = render_terminal(many)
    assert "3 more servers have the like" in " ".join(text.split())
    assert "Of 2" not in text


def test_it_is_as_wide_as_is_asked_for(report: Report) -> None:
    for width in (80, 120):
        lines = render_terminal(report, width=width).split("NEXT")[0].splitlines()
        assert width - 12 <= max(map(len, lines)) <= width
    assert render_terminal(report, width=10) == render_terminal(report, width=80)
