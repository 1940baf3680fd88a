"""What a report offers to a script or a notebook."""

from __future__ import annotations

import copy
from pathlib import Path

import pandas as pd
import pytest

import pcapinspect
from pcapinspect.errors import UsageError
from pcapinspect.report.document import Report
from tests.report import example

STORM = Path(__file__).parents[2] / "captures" / "storm.pcap"


@pytest.fixture(scope="module")
def report() -> Report:
    return example.report()


@pytest.mark.parametrize("captures", [STORM, str(STORM), [STORM], (str(STORM),)])
def test_a_capture_may_be_named_in_any_way(captures: object) -> None:
    found = pcapinspect.analyze(captures)  # type: ignore[arg-type]
    assert [file["path"] for file in found.sections["inputs"]] == [str(STORM)]
    assert found.servers[0]["attempts"] == 1159


def test_it_says_what_it_is(report: Report) -> None:
    assert repr(report) == f"<Report: rate_limit, 3 servers, {len(report.findings)} findings>"


def test_a_notebook_shows_the_answer_and_nothing_that_acts(report: Report) -> None:
    hostile = Report(copy.deepcopy(report.sections), report.tables)
    hostile.sections["verdict"]["sentence"] = "<script>alert(1)</script> `x`"
    html = hostile._repr_html_()
    assert "<script" not in html
    assert "<code>x</code>" in html
    ladder = report.servers[0]["ladder"]
    assert ladder is not None
    assert f"{ladder['dialled']:,} dialled" in html


def test_the_minutes_as_a_figure(report: Report) -> None:
    figure = report.figure("minutes")
    bars = {bar.name: bar for bar in figure.data}
    assert sum(bars["unanswered"].y) == report.servers[0]["unanswered"]
    assert sum(sum(bar.y) for bar in figure.data) == report.servers[0]["attempts"]
    assert len([shape for shape in figure.layout.shapes if shape.type == "rect"]) == len(report.servers[0]["pauses"])
    assert max(report.figure("open").data[0].y) == max(report.tables["curve"]["open"])


def test_a_figure_that_is_none_ends_in_one_line(report: Report) -> None:
    with pytest.raises(UsageError, match="there are minutes, open"):
        report.figure("nothing")
    with pytest.raises(UsageError, match="3 servers"):
        report.figure("minutes", 3)


def test_every_output_from_the_library(report: Report, tmp_path: Path) -> None:
    assert report.to_html().startswith("<!doctype html>")
    assert report.to_markdown().startswith("# Outage report")
    report.to_parquet(tmp_path)
    report.to_csv(tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "pauses.parquet"), report.tables["pauses"])
    assert len(pd.read_csv(tmp_path / "connections.csv")) == len(report.tables["connections"])
