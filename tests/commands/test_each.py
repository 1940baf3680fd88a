"""`analyze --each`: a folder of captures, a line each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pcapinspect.cli import main
from pcapinspect.commands.each import cases_of

SAMPLES = Path(__file__).resolve().parents[2] / "captures"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three captures and a broken one."""
    for name in ("healthy", "storm", "down"):
        (tmp_path / f"{name}.pcap").symlink_to(SAMPLES / f"{name}.pcap")
    (tmp_path / "broken.pcap").write_bytes((SAMPLES / "down.pcap").read_bytes()[:30])
    return tmp_path


def test_the_worst_comes_first_and_a_broken_file_costs_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", str(folder), "--each", "--json", "-", "--quiet"]) == 2
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(Path(line["files"][0]).name, line["cause"], line["exit_code"]) for line in lines] == [
        ("storm.pcap", "rate_limit", 0),
        ("down.pcap", "outage", 0),
        ("healthy.pcap", "healthy", 0),
        ("broken.pcap", "error", 2),
    ]
    assert lines[0]["command"] == f"pcapinspect analyze {folder}/storm.pcap"
    assert lines[0]["since"].startswith("2026-03-02 08:02:09Z")
    assert "the file ends in the middle of a packet" in lines[3]["sentence"]


def test_the_exit_code_is_that_of_the_worst(folder: Path) -> None:
    (folder / "broken.pcap").unlink()
    assert main(["analyze", str(folder), "--each", "--quiet", "--fail-on", "critical"]) == 1
    assert main(["analyze", str(folder / "healthy.pcap"), "--each", "--quiet", "--fail-on", "critical"]) == 0


def test_a_page_for_each_and_an_index_that_leads_to_them(folder: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    main(
        ["analyze", str(folder / "storm.pcap"), str(folder / "healthy.pcap"), "--each", "--html", str(pages), "--quiet"]
    )
    assert sorted(page.name for page in pages.iterdir()) == ["0001.html", "0002.html", "index.html"]
    index = (pages / "index.html").read_text()
    assert index.index('href="0001.html">storm.pcap') < index.index('href="0002.html">healthy.pcap')
    assert main(["analyze", str(folder / "storm.pcap"), "--each", "--html", str(pages), "--quiet"]) == 2


def test_a_ring_is_one_case(tmp_path: Path) -> None:
    names = [
        "a_00001_20260302080000.pcapng",
        "a_00002_20260302080100.pcapng",
        "b.pcap0",
        "b.pcap1",
        "c1.pcap",
        "c2.pcap",
    ]
    for name in names:
        (tmp_path / name).touch()
    cases = [[Path(file).name for file in case] for case in cases_of([str(tmp_path)])]
    assert sorted(cases) == [names[:2], names[2:4], names[4:5], names[5:]]


def test_outputs_that_are_of_one_capture_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(folder), "--each", "--csv", "out"]) == 2
    assert "leave out --csv" in capsys.readouterr().err
