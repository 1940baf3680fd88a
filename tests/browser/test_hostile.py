"""Whatever a capture holds is text: in tables, drawer, charts (plotly reads a little HTML), CSV and filters."""

from __future__ import annotations

import copy
import csv
import io
from typing import Any

import pytest

pytestmark = pytest.mark.browser

SCRIPT = "</script><img src=x onerror=alert(1)>"
PSEUDO = '<b>bold</b><br><a href="javascript:alert(1)">%{x}&lt;'
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def opened(open_page: Any, document: dict[str, Any]) -> Any:
    hostile = copy.deepcopy(document)
    exchanges = hostile["tables"]["exchanges"]["columns"]
    for place, text in enumerate((SCRIPT, PSEUDO, FORMULA)):
        for column in ("operation", "uri", "user_agent", "host", "reason", "ca_identifier", "request_file"):
            exchanges[column][place] = text
    connections = hostile["tables"]["connections"]["columns"]
    connections["file"] = [SCRIPT if file else file for file in connections["file"]]
    hostile["tables"]["syns"]["columns"]["file"] = connections["file"][:1] * hostile["tables"]["syns"]["shown"]
    hostile["inputs"][0]["path"] = SCRIPT
    hostile["evidence"]["logs"] = {
        "files": [{"path": SCRIPT}],
        "skews": [None],
        "counts": {},
        "messages": {},
        "records_seen": 1,
        "records": [
            {
                "kind": "message",
                "mnemonic": PSEUDO,
                "text": SCRIPT,
                "file": 0,
                "line": 1,
                "time": "2026-03-01T08:05:00.000000000Z",
                "capture_time": "2026-03-01T08:05:00.000000000Z",
            }
        ],
    }
    found = open_page(hostile)
    found.page.on("dialog", lambda dialog: found.complaints.append(dialog.message))
    found.settle()
    return found


@pytest.fixture(autouse=True)
def _nothing_ran(opened: Any) -> Any:
    yield
    assert opened.complaints == []
    assert opened.page.evaluate("violations") == []
    assert opened.page.locator("img").count() == 0
    assert opened.page.locator("a[href^='javascript:']").count() == 0
    assert opened.page.evaluate("[...document.querySelectorAll('.chart a')].length") == 0


def test_legend_and_axis_show_markup_as_it_is(opened: Any) -> None:
    legend = opened.page.eval_on_selector_all(
        "#panel-operations .legendtext", "(all) => all.map((one) => one.textContent)"
    )
    assert {SCRIPT, PSEUDO, FORMULA} <= set(legend)
    ticks = opened.page.eval_on_selector_all("#panel-logs .ytick text", "(all) => all.map((one) => one.textContent)")
    assert ticks == [PSEUDO]


def test_hover_shows_markup_as_it_is(opened: Any) -> None:
    opened.page.locator("#panel-logs").scroll_into_view_if_needed()
    place = opened.page.evaluate("""() => {
        const chart = document.querySelector('#panel-logs .chart');
        const { xaxis, yaxis } = chart._fullLayout;
        const box = chart.getBoundingClientRect();
        return [box.x + xaxis._offset + xaxis.l2p(chart.data[0].x[0]), box.y + yaxis._offset + yaxis.l2p(0)];
    }""")
    opened.page.mouse.move(place[0] - 3, place[1])
    opened.page.mouse.move(*place)
    opened.page.wait_for_selector("#panel-logs .hovertext")
    assert SCRIPT in opened.page.locator("#panel-logs .hovertext").first.text_content()


def test_rows_and_drawer_show_markup_as_it_is(opened: Any) -> None:
    opened.page.click("#tab-exchanges")
    assert opened.page.locator("#rows tbody td", has_text=SCRIPT).count() >= 3
    opened.page.locator("#rows tbody tr").first.click()
    assert SCRIPT in opened.page.inner_text("#drawer")
    copies = opened.page.eval_on_selector_all("#drawer [data-copy]", "(all) => all.map((one) => one.dataset.copy)")
    opened.page.keyboard.press("Escape")
    assert any(text.startswith(f"wireshark -r '{SCRIPT}' -g ") for text in copies)


def test_filter_takes_markup_as_a_word(opened: Any) -> None:
    opened.page.select_option("select[name=operation]", SCRIPT)
    assert "1 of 1,680 exchanges" in opened.totals()
    opened.page.click("#clear")


def test_csv_has_no_formula(opened: Any) -> None:
    opened.page.click("#tab-exchanges")
    with opened.page.expect_download() as download:
        opened.page.click("#rows-csv")
    rows = list(csv.reader(io.StringIO(download.value.path().read_bytes().decode(), newline="")))
    head = rows[0]
    uris = [row[head.index("uri")] for row in rows[1:4]]
    assert uris == [SCRIPT, PSEUDO, "'" + FORMULA]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@", "+", "\t"))]
