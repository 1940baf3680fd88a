"""Figures against the tables that they are drawn from, and the example notebook, cell by cell."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

import pcapinspect
from pcapinspect import Report
from pcapinspect.errors import UsageError
from pcapinspect.report.figures import FIGURES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def report() -> Report:
    return pcapinspect.analyze(ROOT / "captures" / "storm.pcap")


def drawn(figure: go.Figure) -> dict[str, int]:
    return {trace.name: int(np.nansum(trace.y)) for trace in figure.data}


def test_every_attempt_and_every_request_is_drawn(report: Report) -> None:
    connections, exchanges = report.tables["connections"], report.tables["exchanges"]
    outcomes = {name.replace("_", " "): count for name, count in connections["outcome"].value_counts().items()}
    assert drawn(report.figure("minutes")) == outcomes
    assert drawn(report.figure("handshakes")) == outcomes
    assert drawn(report.figure("operations")) == exchanges["operation"].value_counts().to_dict()


def test_latency_is_that_of_pandas(report: Report) -> None:
    exchanges = report.tables["exchanges"].dropna(subset=["latency"])
    minute = exchanges["request_time"].dt.floor("min")
    expected = exchanges.groupby(minute)["latency"].median()
    median = report.figure("latency").data[0]
    assert median.name == "p50"
    np.testing.assert_allclose(np.array(median.y, float), expected.to_numpy(float))


def test_polling_has_each_client_with_a_period(report: Report) -> None:
    (trace,) = report.figure("polling").data
    assert sorted(trace.x) == sorted(report.tables["clients"]["poll_period"].dropna())


@pytest.mark.parametrize("name", FIGURES)
def test_pauses_are_drawn_over_time_alone(report: Report, name: str) -> None:
    figure = report.figure(name)
    bands = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    over_time = figure.layout.xaxis.title.text == "time (UTC)"
    assert len(bands) == (len(report.servers[0]["pauses"]) if over_time else 0)
    assert figure.layout.yaxis.title.text


def test_what_is_not_there_is_said(report: Report) -> None:
    with pytest.raises(UsageError, match="there are minutes, open, operations"):
        report.figure("pie")
    with pytest.raises(UsageError, match="none at place 1"):
        report.figure("minutes", server=1)


def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Jupyter does: the last expression of a cell is what it shows."""
    monkeypatch.chdir(ROOT)
    notebook = json.loads((ROOT / "docs" / "notebook.ipynb").read_text("utf-8"))
    names: dict[str, Any] = {}
    shown = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            *body, last = ast.parse("".join(cell["source"])).body
            assert isinstance(last, ast.Expr)
            exec(compile(ast.Module(body, []), "notebook", "exec"), names)
            shown.append(eval(compile(ast.Expression(last.value), "notebook", "eval"), names))
    answer, verdict, polling, minutes, latency, stretch, _ = shown
    assert "stopped answering" in answer._repr_html_()
    assert verdict[0] == "rate_limit"
    assert list(polling.columns) == ["client_ip", "attempts", "errors", "poll_period"]
    assert len(polling) == 5
    assert minutes.data
    assert latency.data
    assert 0 < stretch.servers[0]["attempts"] < answer.servers[0]["attempts"]
