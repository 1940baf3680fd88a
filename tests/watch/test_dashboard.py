"""Dashboard and alert rules speak of metrics that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pcapinspect.watch.outlets import Metrics

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"


def known() -> set[str]:
    names = {metric.name: metric.type for metric in Metrics().registry.collect()}
    return {f"{name}_total" if kind == "counter" else name for name, kind in names.items()}


def test_the_dashboard_names_every_metric_and_no_other():
    board = json.loads((DASHBOARDS / "grafana.json").read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    named = set(re.findall(r"pcapinspect_\w+", " ".join(expressions)))
    assert named <= known()
    assert known() - named == {"pcapinspect_seconds_to_limit"}


def test_the_rules_name_metrics_that_there_are():
    rules = (DASHBOARDS / "prometheus-rules.yml").read_text()
    assert set(re.findall(r"pcapinspect_\w+", rules)) <= known()


def test_the_page_of_the_documentation_names_them_all():
    page = (DASHBOARDS.parent / "docs" / "watch.md").read_text()
    assert set(re.findall(r"pcapinspect_\w+", page)) == known()
