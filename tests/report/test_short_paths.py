"""Names of files in what is sent: without the folders of whoever made it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from pcapinspect import Evidence, Report, analyze
from pcapinspect.report.html_data import page_data
from pcapinspect.report.short_paths import named, names_of

STORM = Path(__file__).parents[2] / "captures" / "storm.pcap"


def sections(*paths: str, command: str = "", text: str = "") -> Any:
    inputs = [{"path": path, "warnings": [text]} for path in paths]
    return {"inputs": inputs, "evidence": {"account": []}, "tool": {"command": command}}


def test_names_are_told_apart_by_the_folders_below_the_one_they_share() -> None:
    given = sections("/home/me/case/a/x.pcap", "/home/me/case/b/x.pcap", "/home/me/y.pcap", "z.pcap", "-")
    assert names_of(given) == {
        "/home/me/case/a/x.pcap": "a/x.pcap",
        "/home/me/case/b/x.pcap": "b/x.pcap",
        "/home/me/y.pcap": "y.pcap",
    }


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("pcapinspect analyze /home/me/case/x.pcap --html /tmp/out.html", "pcapinspect analyze x.pcap --html out.html"),
        ("pcapinspect analyze /home/me/case --json=/srv/r.json", "pcapinspect analyze case --json=r.json"),
        ("pcapinspect analyze '/home/me/my case/x y.pcap'", "pcapinspect analyze 'x y.pcap'"),
        ("pcapinspect analyze x.pcap --limit 80", "pcapinspect analyze x.pcap --limit 80"),
    ],
)
def test_a_command_names_no_folder(command: str, said: str) -> None:
    given = sections("/home/me/case/x.pcap", "/home/me/my case/x y.pcap", command=command)
    assert named(given, "name")["tool"]["command"] == said
    assert named(given, "full")["tool"]["command"] == command


def test_a_name_in_a_sentence_is_shortened_and_a_longer_path_is_not() -> None:
    given = sections("a/x.pcap", text="a/x.pcap: cut; b/a/x.pcap and a/x.pcap/y are others")
    assert named(given, "name")["inputs"][0]["warnings"] == ["x.pcap: cut; b/a/x.pcap and a/x.pcap/y are others"]


def test_the_shells_quotes_stay_around_a_name() -> None:
    given = sections("$'/home/me/a\\001.pcap'", command="pcapinspect analyze $'/home/me/a\\001.pcap'")
    shown = named(given, "name")
    assert shown["inputs"][0]["path"] == "$'a\\001.pcap'"
    assert shown["tool"]["command"] == "pcapinspect analyze $'a\\001.pcap'"


@pytest.fixture
def report(tmp_path: Path) -> Report:
    folder = tmp_path / "private folder"
    folder.mkdir()
    capture, log = folder / "storm.pcap", folder / "ca.log"
    shutil.copy(STORM, capture)
    log.write_text("Mar  2 08:00:00.000 UTC: %SYS-5-CONFIG_I: Configured from console by console\n")
    command = ["pcapinspect", "analyze", str(capture), "--html", str(tmp_path / "out.html")]
    return analyze(capture, evidence=Evidence(logs=[str(log)]), command=command)


def test_what_is_sent_names_no_folder_unless_asked(report: Report, tmp_path: Path) -> None:
    carried = page_data(named(report.shown, "name"), {}).decode()
    for text in (report.to_html(), report.to_markdown(), carried):
        assert "private folder" not in text
        assert str(tmp_path) not in text
        assert "storm.pcap" in text
    assert "private folder" in report.to_html(paths="full")
    assert "private folder" in report.to_markdown(paths="full")
    assert "private folder" in report.to_json()
