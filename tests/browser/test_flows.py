"""The page of flows: alone, beside a capture, and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.report import flows_example

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found: dict[str, Any] = flows_example.flows_only(tmp_path_factory.mktemp("flows")).document
    return found


def test_every_panel_of_flows_draws_and_none_complains(open_page: Any, alone: dict[str, Any]) -> None:
    opened = open_page(alone)
    opened.settle()
    assert opened.complaints == []
    assert opened.totals() == "120 of 120 connections"
    sentences = {
        panel.get_attribute("id"): panel.query_selector(".sentence").inner_text()
        for panel in opened.page.query_selector_all(".panel")
    }
    assert list(sentences) == ["panel-minutes", "panel-clients", "panel-polling", "panel-phase", "panel-flows"]
    assert sentences["panel-minutes"].startswith("At most 108 answered dials began in 60 s")
    assert sentences["panel-flows"].startswith("228 flow records in this selection, 12 of them SYN only")
    assert "pause" not in opened.page.inner_text("#charts").lower()


def test_flows_are_on_the_page_without_scripts(open_page: Any, alone: dict[str, Any]) -> None:
    page = open_page(alone, java_script_enabled=False).page
    text = page.inner_text("#netflow")
    assert "192.0.2.10:80" in text
    assert "flows <b>.csv" in text
    assert page.query_selector("#netflow b") is None


def test_flows_stand_beside_the_panels_of_a_capture(open_page: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    document = flows_example.beside_a_capture(tmp_path_factory.mktemp("flows")).document
    opened = open_page(document)
    opened.settle()
    assert opened.complaints == []
    assert opened.page.query_selector("#panel-pause") is not None
    assert "in the flows only" in opened.page.inner_text("#netflow-comparison")
    drawn = opened.page.evaluate("""() => document.querySelector('#panel-flows .chart').data
        .flatMap((trace) => Array.from(trace.y)).reduce((sum, n) => sum + (n || 0), 0)""")
    assert drawn == 228


def test_axe_finds_nothing(open_page: Any, alone: dict[str, Any]) -> None:
    opened = open_page(alone, viewport={"width": 390, "height": 800})
    opened.settle()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    found = Axe().run(opened.page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]][:3]) for rule in found] == []
