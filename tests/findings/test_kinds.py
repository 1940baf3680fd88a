"""No finding and no figure is shown that is not described."""

from __future__ import annotations

import ast
from pathlib import Path

from pcapinspect import findings
from pcapinspect.findings.kinds import KINDS, kind_of, undescribed
from tests.report import example, flows_example

SOURCES = sorted(Path(findings.__path__[0]).glob("*.py"))


def calls_of_finding() -> list[dict[str, ast.expr]]:
    """The arguments by name of every `Finding(...)` of the sources."""
    return [
        {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding"
    ]


def test_every_id_of_the_sources_is_listed_and_none_else() -> None:
    ids = {ast.literal_eval(call["id"]) for call in calls_of_finding()}
    assert ids == set(KINDS)


def test_every_figure_that_the_sources_name_is_described() -> None:
    for call in calls_of_finding():
        figures = call.get("figures")
        if isinstance(figures, ast.Dict):
            names = [key.value for key in figures.keys if isinstance(key, ast.Constant)]
            assert undescribed(ast.literal_eval(call["id"]), names) == []


def test_every_figure_that_is_shown_is_described(tmp_path: Path) -> None:
    reports = (example.report(), flows_example.flows_only(tmp_path))
    shown = [finding for report in reports for finding in report.sections["findings"]]
    assert {kind_of(finding["id"]) for finding in shown} >= {"root-cause", "rate-limit-pattern", "netflow-load"}
    for finding in shown:
        assert undescribed(finding["id"], finding["figures"]) == []


def test_a_star_stands_for_what_follows() -> None:
    figure = KINDS["rollover-404-loop"].figure("responses_404")
    assert figure is not None
    assert figure.label == "responses 404"
    assert undescribed("rollover-404-loop@192.0.2.1:80", ["errors", "unheard_of"]) == ["unheard_of"]
    assert undescribed("unheard-of", ["errors"]) == ["errors"]
