"""One filter for everything: what the page counts is what Python counts over the same rows."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest

from pcapinspect.clock import parse_iso

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(open_page: Any, document: dict[str, Any]) -> Any:
    return open_page(document)


@pytest.fixture(autouse=True)
def _unfiltered(opened: Any) -> None:
    opened.page.evaluate("location.hash = ''")
    opened.page.wait_for_selector("#clear[disabled]")


def rows(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    columns = document["tables"][name]["columns"]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def expected(document: dict[str, Any], **wanted: Any) -> str:
    """The totals line for a filter, counted here."""
    connections = {row["connection"]: row for row in rows(document, "connections")}
    exchanges = rows(document, "exchanges")
    low, high = wanted.get("from", 0), wanted.get("to", 1 << 62)

    def of_connection(row: dict[str, Any]) -> bool:
        return (
            wanted.get("server") in (None, f"{row['server_ip']}:{row['server_port']}")
            and wanted.get("client") in (None, row["client_ip"])
            and wanted.get("outcome") in (None, row["outcome"])
        )

    def of_exchange(row: dict[str, Any]) -> bool:
        return (
            of_connection(connections[row["connection"]])
            and wanted.get("operation") in (None, row["operation"] or "not SCEP")
            and wanted.get("status") in (None, row["status"])
        )

    asked = [row for row in exchanges if of_exchange(row) and low <= parse_iso(row["request_time"]) <= high]
    left = [row for row in connections.values() if of_connection(row) and low <= parse_iso(row["start"]) <= high]
    if "operation" in wanted or "status" in wanted:
        having = {row["connection"] for row in exchanges if of_exchange(row)}
        left = [row for row in left if row["connection"] in having]
    return f"{len(left):,} of {len(connections):,} connections, {len(asked):,} of {len(exchanges):,} exchanges"


@pytest.mark.parametrize(
    ("name", "value"),
    [("server", "192.0.2.20:80"), ("outcome", "unanswered"), ("operation", "GetNextCACert"), ("status", 404)],
)
def test_choosing_counts_as_python_does(opened: Any, document: dict[str, Any], name: str, value: Any) -> None:
    opened.page.select_option(f"select[name={name}]", str(value))
    assert opened.totals() == expected(document, **{name: value})
    assert parse_qs(opened.page.evaluate("location.hash.slice(1)")) == {name: [str(value)]}


def test_filters_together(opened: Any, document: dict[str, Any]) -> None:
    opened.page.fill("#client", "10.1.0.7")
    opened.page.press("#client", "Tab")
    opened.page.select_option("select[name=status]", "404")
    assert opened.totals() == expected(document, client="10.1.0.7", status=404)
    opened.page.click("#clear")
    assert opened.totals() == expected(document)


def test_brushing_the_strip_sets_the_time_everywhere(opened: Any, document: dict[str, Any]) -> None:
    opened.page.locator("#strip").scroll_into_view_if_needed()
    box = opened.page.locator("#strip").bounding_box()
    opened.page.mouse.move(box["x"] + box["width"] * 0.30, box["y"] + 20)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + 20, steps=4)
    opened.page.mouse.up()
    words = parse_qs(opened.page.evaluate("location.hash.slice(1)"))
    low, high = parse_iso(words["from"][0]), parse_iso(words["to"][0])
    assert parse_iso("2026-03-01T08:05:00Z") < low < high < parse_iso("2026-03-01T08:10:00Z")
    assert opened.totals() == expected(document, **{"from": low, "to": high})
    opened.settle()
    ranges = opened.page.evaluate("""() => ['minutes', 'operations', 'latency', 'clients', 'open']
        .map((name) => document.querySelector(`#panel-${name} .chart`).layout.xaxis.range)""")
    assert all(found == pytest.approx([low / 1e6, high / 1e6], abs=1) for found in ranges)


def test_dragging_over_a_chart_sets_the_time(opened: Any, document: dict[str, Any]) -> None:
    plot = opened.page.locator("#panel-minutes .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    height = box["y"] + box["height"] - 12
    opened.page.mouse.move(box["x"] + box["width"] * 0.5, height)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.7, height, steps=6)
    opened.page.mouse.up()
    opened.page.wait_for_selector("#clear:not([disabled])")
    words = parse_qs(opened.page.evaluate("location.hash.slice(1)"))
    low, high = parse_iso(words["from"][0]), parse_iso(words["to"][0])
    assert opened.totals() == expected(document, **{"from": low, "to": high})


def test_preset_of_a_pause_shows_the_minute_before_and_half_a_minute_after(
    opened: Any, document: dict[str, Any]
) -> None:
    opened.page.select_option("#preset", "pause 3")
    pause = document["servers"][0]["pauses"][2]
    words = parse_qs(opened.page.evaluate("location.hash.slice(1)"))
    assert parse_iso(words["from"][0]) == parse_iso(pause["last_answer"]) // 1_000_000 * 1_000_000 - 60_000_000_000
    assert parse_iso(words["to"][0]) >= parse_iso(pause["next_answer"]) + 30_000_000_000
    assert opened.page.inner_text("#pause-number") == f"3 of {len(document['servers'][0]['pauses'])}"


def test_the_address_holds_the_filter(opened: Any, open_page: Any, document: dict[str, Any]) -> None:
    opened.page.select_option("select[name=outcome]", "unanswered")
    opened.page.fill("input[name=from]", "2026-03-01 08:04")
    opened.page.press("input[name=from]", "Enter")
    address = opened.page.evaluate("location.hash")
    other = open_page(document, address)
    assert (
        other.totals()
        == opened.totals()
        == expected(document, outcome="unanswered", **{"from": parse_iso("2026-03-01T08:04:00Z")})
    )
    assert other.page.input_value("input[name=from]") == "2026-03-01 08:04:00"


def test_an_address_that_makes_no_sense_is_no_filter_and_no_error(open_page: Any, document: dict[str, Any]) -> None:
    other = open_page(document, "#from=never&to=%3Cimg%3E&x=1&client=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    assert other.totals().startswith("0 of 2,410 connections")
    assert other.page.locator("img").count() == 0
    assert other.complaints == []


def test_clicking_a_bar_filters_by_its_minute_and_outcome(opened: Any, document: dict[str, Any]) -> None:
    opened.settle()
    opened.page.locator("#panel-minutes").scroll_into_view_if_needed()
    opened.page.evaluate(
        "scrollTo(0, document.querySelector('#panel-minutes .chart').getBoundingClientRect().top + scrollY - 300)"
    )
    place = opened.page.evaluate("""() => {
        const chart = document.querySelector('#panel-minutes .chart');
        const trace = chart.data.find((found) => found.name === 'unanswered');
        const bar = trace.y.findIndex((height) => height > 0);
        const { xaxis, yaxis } = chart._fullLayout;
        const box = chart.getBoundingClientRect();
        return [box.x + xaxis._offset + xaxis.l2p(trace.x[bar]) - 4, box.y + yaxis._offset + yaxis.l2p(100)];
    }""")
    opened.page.mouse.move(*place)
    opened.page.mouse.click(*place)
    opened.page.wait_for_selector("#clear:not([disabled])")
    words = parse_qs(opened.page.evaluate("location.hash.slice(1)"))
    low = parse_iso("2026-03-01T08:02:00Z")
    assert words["outcome"] == ["unanswered"]
    assert parse_iso(words["from"][0]) == low
    assert opened.totals() == expected(document, outcome="unanswered", **{"from": low, "to": low + 59_999_000_000})


def test_a_finding_shows_its_time_in_the_charts(opened: Any, document: dict[str, Any]) -> None:
    place, finding = next((place, found) for place, found in enumerate(document["findings"]) if found["end"])
    opened.page.click(f"#finding-{place + 1} summary")
    opened.page.click(f"#finding-{place + 1} [data-from]")
    words = parse_qs(opened.page.evaluate("location.hash.slice(1)"))
    assert 0 <= parse_iso(finding["start"]) - parse_iso(words["from"][0]) < 1_000_000
    assert 0 <= parse_iso(words["to"][0]) - parse_iso(finding["end"]) < 1_000_000


def test_table_follows_the_filter_and_gives_it_as_csv(opened: Any, document: dict[str, Any]) -> None:
    opened.page.select_option("select[name=outcome]", "unanswered")
    found = [row for row in rows(document, "connections") if row["outcome"] == "unanswered"]
    assert opened.page.inner_text("#rows .count") == f"{len(found)} of 2,410 rows"
    with opened.page.expect_download() as download:
        opened.page.click("#rows-csv")
    lines = download.value.path().read_bytes().decode().split("\r\n")
    assert lines[0].split(",")[:4] == ["connection", "file", "first_frame", "client_ip"]
    assert len(lines) == len(found) + 2
    start = lines[0].split(",").index("start")
    assert [line.split(",")[start] for line in lines[1:-1]] == [row["start"] for row in found]


def test_a_short_time_is_drawn_in_bars_below_a_minute_that_count_the_same(
    opened: Any, document: dict[str, Any]
) -> None:
    low, high = parse_iso("2026-03-01T08:02:00Z"), parse_iso("2026-03-01T08:03:30Z")
    opened.page.evaluate("location.hash = 'server=192.0.2.10:80&from=2026-03-01T08:02:00Z&to=2026-03-01T08:03:30Z'")
    opened.page.wait_for_selector("#clear:not([disabled])")
    opened.settle()
    attempts = [
        row
        for row in rows(document, "connections")
        if row["server_ip"] == "192.0.2.10" and row["outcome"] != "midstream" and low <= parse_iso(row["start"]) <= high
    ]
    drawn = opened.page.evaluate("""() => document.querySelector('#panel-minutes .chart').data
        .filter((trace) => trace.type === 'bar').map((trace) => [trace.name, trace.x.length, trace.y])""")
    assert sum(sum(heights) for _, _, heights in drawn) == len(attempts) > 0
    assert max(bars for _, bars, _ in drawn) > 10
    unanswered = sum(row["outcome"] == "unanswered" for row in attempts)
    sentence = opened.page.inner_text("#panel-minutes .sentence")
    assert f"{len(attempts)} attempts, {unanswered} of them unanswered; a bar counts 2\u00a0s" in sentence


def test_back_takes_the_last_filter_off(opened: Any, document: dict[str, Any]) -> None:
    opened.page.select_option("select[name=outcome]", "unanswered")
    opened.page.select_option("select[name=server]", "192.0.2.20:80")
    opened.page.go_back()
    assert opened.totals() == expected(document, outcome="unanswered")
    opened.page.go_forward()
    assert opened.totals() == expected(document, outcome="unanswered", server="192.0.2.20:80")


def test_the_curve_is_dotted_while_the_capture_is_younger_than_the_window(opened: Any) -> None:
    opened.settle()
    window, begin, early, late = opened.page.evaluate("""() => {
        const chart = document.querySelector('#panel-minutes .chart');
        const lines = chart.data.filter((trace) => trace.mode === 'lines' && trace.name);
        const of = (dash) => lines.filter((trace) => trace.line.dash === dash).flatMap((trace) => trace.x);
        return [60000, chart.layout.xaxis.range[0], of('dot'), of('solid')];
    }""")
    assert max(early) <= begin + window <= min(late)


@pytest.mark.parametrize("server", ["", "192.0.2.10:80"])
def test_the_funnel_is_of_what_the_filter_leaves(opened: Any, document: dict[str, Any], server: str) -> None:
    opened.page.select_option("select[name=server]", server)
    opened.page.locator("#panel-service").scroll_into_view_if_needed()
    opened.page.wait_for_selector("html[data-settled]")
    left = [row for row in rows(document, "connections") if server in ("", f"{row['server_ip']}:{row['server_port']}")]
    rungs = ["dialled", "accepted", "asked", "answered", "succeeded"]
    reached = [sum(row["rung"] in rungs[place:] for row in left) for place in range(len(rungs))]
    traces = opened.page.evaluate("""() => document.querySelector('#panel-service .chart').data
        .map((trace) => [trace.name, Array.from(trace.x)])""")
    assert traces[0] == ["came so far", reached]
    # Of each rung, those that reached it and those that did not are all that reached the rung below.
    sums = [sum(counts[place] for _, counts in traces) for place in range(len(rungs))]
    assert sums == [reached[0], *reached[:-1]]
    fell = dict(traces)["without any answer to the SYN"]
    assert sum(fell) == sum(row["fell"] == "silence" for row in left) > 0


def test_a_name_of_the_legend_filters_and_a_second_click_takes_that_off(
    open_page: Any, document: dict[str, Any]
) -> None:
    opened = open_page(document)
    opened.settle()
    names = opened.page.eval_on_selector_all("#panel-minutes .traces", "(all) => all.map((trace) => trace.textContent)")
    press = """(place) => {
        const name = document.querySelectorAll('#panel-minutes .traces')[place].querySelector('.legendtoggle');
        for (const kind of ['mousedown', 'mouseup']) name.dispatchEvent(new MouseEvent(kind, { bubbles: true }));
    }"""
    opened.page.evaluate(press, names.index("unanswered"))
    opened.page.wait_for_function("location.hash === '#outcome=unanswered'")
    opened.settle()
    missed = document["tables"]["connections"]["columns"]["outcome"].count("unanswered")
    assert opened.totals().startswith(f"{missed:,} of ")
    opened.page.evaluate(press, 0)
    opened.page.wait_for_function("location.hash === ''")
    assert opened.complaints == []
