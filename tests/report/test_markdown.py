from __future__ import annotations

import copy
import re

import pytest

from pcapinspect.report.document import Report
from pcapinspect.report.markdown import render_markdown
from tests.report import example

ORDER = [
    "Summary",
    "Symptoms",
    "Timeline",
    "Evidence",
    "Root cause",
    "Remedy",
    "What this does not show",
    "How to reproduce",
]


@pytest.fixture(scope="module")
def report() -> Report:
    return example.report()


@pytest.fixture(scope="module")
def text(report: Report) -> str:
    return render_markdown(report)


def test_the_order_is_that_of_a_tac_note(text: str) -> None:
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ORDER


def section(text: str, name: str) -> str:
    return text.split(f"\n## {name}\n")[1].split("\n## ")[0]


def test_the_summary_leads_with_the_verdict(report: Report, text: str) -> None:
    assert section(text, "Summary").strip().startswith(f"**{report.sections['verdict']['sentence']}")


def test_every_finding_is_there_with_its_filter(report: Report, text: str) -> None:
    evidence = section(text, "Evidence")
    for finding in report.sections["findings"]:
        assert f"`{finding['id']}`" in evidence
        if finding["frames"]:
            assert f"\n{finding['display_filter']}\n" in evidence


def test_the_timeline_is_in_order(text: str) -> None:
    times = re.findall(r"^\| (20\S+ \S+)Z \|", section(text, "Timeline"), re.MULTILINE)
    assert len(times) > 12
    assert times == sorted(times)
    assert "6 more pauses of 192.0.2.10:80" in section(text, "Timeline")


def test_the_remedy_cures_before_it_confirms(text: str) -> None:
    remedy = section(text, "Remedy")
    assert remedy.index("auto-rollover") < remedy.index("debug ip tcp transactions")
    assert len(re.findall(r"^\d+\. ", remedy, re.MULTILINE)) == len(
        set(re.findall(r"^\d+\. (.*)$", remedy, re.MULTILINE))
    )


def test_it_can_be_made_again(report: Report, text: str) -> None:
    reproduce = section(text, "How to reproduce")
    assert "pcapinspect analyze storm.pcapng" in reproduce
    assert "ab" * 32 in reproduce
    assert "80 connections in 60 s, a pause of 15 s" in reproduce


def test_what_a_capture_holds_is_no_markup(report: Report) -> None:
    hostile = Report(copy.deepcopy(report.sections), report.tables)
    evil = "x](http://evil)<script>alert(1)</script>![i](//e)\n# Fixed\n```\n| a | b |"
    sections = hostile.sections
    sections["inputs"][0]["path"] = evil
    sections["operations"][0]["ca_identifier"] = evil
    sections["findings"][0]["title"] = evil
    sections["findings"][0]["figures"]["labels"] = evil
    sections["capture"]["notes"] = [evil]
    sections["tool"]["command"] = evil
    text = render_markdown(hostile, paths="full")
    assert not re.search(r"^# Fixed", text, re.MULTILINE)
    outside_code = re.sub(r"^(`{3,})\n.*?\n\1$|(`+)(?!`).*?(?<!`)\2(?!`)", "", text, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"(?<!\\)<script", outside_code)
    assert not re.search(r"(?<!\\)\]\(", outside_code)
    assert "alert(1)" in outside_code


def test_frames_of_several_files_have_a_filter_each(report: Report) -> None:
    several = Report(copy.deepcopy(report.sections), report.tables)
    finding = several.sections["findings"][0]
    finding["frames"] = [{"file": "a.pcap", "frame": 7}, {"file": "b.pcap", "frame": 8}, {"file": "b.pcap", "frame": 9}]
    text = render_markdown(several)
    assert "Frames of `a.pcap`: 7." in text
    assert "\nframe.number in {8..9}\n" in text


def test_a_saved_report_renders_the_same(report: Report, text: str) -> None:
    assert render_markdown(Report.from_json(report.to_json())) == text
