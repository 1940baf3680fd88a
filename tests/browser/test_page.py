"""The page opens from a file, alone: it asks nobody for anything, breaks no policy, and draws every panel."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pcapinspect.report.every_row import rows_of_tables
from tests.report.page_example import cut, enlarged

pytestmark = pytest.mark.browser

MARKS = ".points path, .lines path, .bars path, .hm image, .js-line"


@pytest.fixture(scope="module")
def opened(open_page: Any, document: dict[str, Any]) -> Any:
    found = open_page(document)
    found.settle()
    return found


def test_nothing_is_asked_for_but_the_file(opened: Any) -> None:
    assert [url for url in opened.requests if not url.startswith(("file:", "blob:null", "data:"))] == []
    assert sum(url.startswith("file:") for url in opened.requests) == 1


def test_no_complaint_and_no_violation_of_the_policy(opened: Any) -> None:
    assert opened.complaints == []
    assert opened.page.evaluate("violations") == []


def test_the_policy_keeps_foreign_scripts_and_requests_out(open_page: Any, document: dict[str, Any]) -> None:
    opened = open_page(document)
    blocked = opened.page.evaluate("""async () => {
        const script = document.createElement('script');
        script.textContent = 'window.foreign = 1';
        document.body.append(script);
        const image = new Image();
        const loaded = new Promise((done) => {
            image.onload = () => done('loaded');
            image.onerror = () => done('blocked');
        });
        image.src = 'https://example.com/x.png';
        const fetched = await fetch('https://example.com/').then(() => 'fetched', () => 'blocked');
        return [window.foreign ?? 'blocked', await loaded, fetched];
    }""")
    assert blocked == ["blocked", "blocked", "blocked"]
    assert sorted(opened.page.evaluate("violations")) == ["connect-src", "img-src", "script-src-elem"]


def test_every_panel_has_marks_a_sentence_and_a_table(opened: Any) -> None:
    for panel in opened.page.query_selector_all(".panel"):
        name = panel.get_attribute("id")
        assert panel.query_selector_all(MARKS), name
        sentence = panel.query_selector(".sentence").inner_text()
        assert sentence.endswith("."), name
        assert re.search(r"\d", sentence), name
        assert panel.query_selector(".chart").get_attribute("aria-label") == sentence
        panel.query_selector("summary").click()
        panel.wait_for_selector("details[open] tbody tr")


def test_hero_bars_are_the_minutes_of_the_report(opened: Any, document: dict[str, Any]) -> None:
    table = document["tables"]["minutes"]["columns"]
    storm = [n for n, ip in zip(table["unanswered"], table["server_ip"], strict=True) if ip == "192.0.2.10"]
    drawn = opened.page.evaluate("""() => document.querySelector('#panel-minutes .chart').data
        .filter((trace) => trace.name === 'unanswered' && trace.yaxis === 'y')
        .flatMap((trace) => Array.from(trace.y))""")
    assert sum(drawn) == sum(storm) == document["servers"][0]["unanswered"]


def test_pauses_are_bands_with_their_own_times(opened: Any, document: dict[str, Any]) -> None:
    shapes = opened.page.evaluate("""() => document.querySelector('#panel-minutes .chart').layout.shapes
        .filter((shape) => shape.type === 'rect').map((shape) => shape.x1 - shape.x0)""")
    pauses = document["servers"][0]["pauses"]
    assert len(shapes) == 2 * len(pauses)
    assert shapes[len(pauses)] == pytest.approx(1000 * pauses[0]["silence_at_least"], abs=0.01)


NODES = "() => document.querySelectorAll('*').length"


def test_a_page_of_an_hour_with_20000_exchanges_is_hardly_larger(open_page: Any, document: dict[str, Any]) -> None:
    """What the browser lays out depends on what can be seen, not on the rows."""
    nodes = []
    for rows in (2_000, 20_000):
        large = open_page(enlarged(document, rows, 3600))
        large.settle()
        nodes.append(large.page.evaluate(NODES))
    assert nodes[1] < 1.25 * nodes[0]


@pytest.fixture(scope="module")
def large(open_page: Any, document: dict[str, Any]) -> Any:
    """The page of a day with 20,000 connections, of which it holds 2,000 for reading."""
    whole = enlarged(document, 20_000, 86_400)
    found = open_page(cut(whole, 2_000), every_row=rows_of_tables(whole["tables"], whole["servers"]))
    found.settle()
    return found


def test_all_rows_are_counted_and_the_table_says_that_it_holds_a_part(large: Any, document: dict[str, Any]) -> None:
    assert large.totals().startswith("20,000 of 20,000 connections")
    assert "the page holds 2,000 of 20,000 rows" in large.page.inner_text("#rows .count")
    outcomes = enlarged(document, 20_000, 86_400)["tables"]["connections"]["columns"]["outcome"]
    large.page.select_option("select[name=outcome]", "established")
    large.settle()
    assert large.totals().startswith(f"{outcomes.count('established'):,} of 20,000 connections")
    large.page.click("#clear")
    large.settle()
    assert large.complaints == []


def test_a_filter_draws_what_is_in_sight_first_and_each_chart_once(large: Any) -> None:
    large.page.evaluate("""() => {
        const draw = Plotly.react;
        window.drawn = [];
        delete document.documentElement.dataset.settled;
        Plotly.react = (chart, ...rest) => { drawn.push(chart.closest('.panel').id); return draw(chart, ...rest); };
    }""")
    large.page.select_option("select[name=outcome]", "unanswered")
    large.settle()
    drawn = large.page.evaluate("drawn")
    assert drawn[0] == "panel-minutes"
    assert len(drawn) == len(set(drawn)) > 3


def test_page_without_scripts_has_answer_findings_and_tables(open_page: Any, document: dict[str, Any]) -> None:
    page = open_page(document, java_script_enabled=False).page
    assert document["verdict"]["sentence"] in page.inner_text("h1").replace("\u00a0", " ")
    assert page.locator("#charts").is_hidden()
    page.locator("#printed summary").first.click()
    rows = page.locator("#printed details").first.locator("tbody tr")
    assert rows.count() == 200
    assert "10.2.0." in rows.first.inner_text() or "10.1." in rows.first.inner_text()


def test_a_browser_that_cannot_unpack_the_data_says_so_and_shows_the_tables(open_page: Any, document: Any) -> None:
    opened = open_page(document, java_script_enabled=False)
    page = opened.page.context.browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(opened.page.url)
    page.wait_for_selector("#failed")
    assert "Firefox 113" in page.inner_text("#failed")
    assert page.locator("#printed summary").first.is_visible()
    assert page.locator("#charts").is_hidden()
    page.close()
