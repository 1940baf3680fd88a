"""The page can be used by everyone: axe finds nothing, keys do what the mouse does, themes and paper are readable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Any, document: dict[str, Any], scheme: str) -> None:
    opened = open_page(document, color_scheme=scheme, reduced_motion="reduce")
    opened.settle()
    for details in opened.page.query_selector_all("details"):
        details.evaluate("(found) => { found.open = true; }")
    found = Axe().run(opened.page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]][:3]) for rule in found] == []


def test_axe_finds_nothing_in_an_open_drawer(open_page: Any, document: dict[str, Any]) -> None:
    opened = open_page(document, viewport={"width": 390, "height": 800})
    opened.page.click("#pause-facts")
    found = Axe().run(opened.page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]][:3]) for rule in found] == []


def test_nothing_is_wider_than_a_phone(open_page: Any, document: dict[str, Any]) -> None:
    opened = open_page(document, viewport={"width": 390, "height": 800})
    opened.settle()
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nothing_moves_for_who_asked_for_that(open_page: Any, document: dict[str, Any]) -> None:
    page = open_page(document, reduced_motion="reduce").page
    assert page.evaluate("getComputedStyle(document.querySelector('#said')).transitionDuration") == "0s"


def test_keys(open_page: Any, document: dict[str, Any]) -> None:
    opened = open_page(document)
    page = opened.page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "client"
    page.keyboard.type("10.1.0.7")
    page.keyboard.press("Enter")
    assert opened.totals().startswith("18 of 2,410")
    page.keyboard.press("Escape")  # out of the field
    page.keyboard.press("Escape")
    assert opened.totals().startswith("2,410 of 2,410")
    page.keyboard.press("]")
    assert page.inner_text("#pause-number").startswith("2 of")
    page.keyboard.press("[")
    assert page.inner_text("#pause-number").startswith("1 of")
    page.keyboard.press("+")
    assert "from=" in page.evaluate("location.hash")
    page.keyboard.press("0")
    assert page.evaluate("location.hash") == ""
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()


def test_the_ends_of_the_strip_move_by_arrow_keys(open_page: Any, document: dict[str, Any]) -> None:
    page = open_page(document).page
    low = page.locator("[data-end=low]")
    low.focus()
    before = low.get_attribute("aria-valuenow")
    page.keyboard.press("Shift+ArrowRight")
    assert int(low.get_attribute("aria-valuenow")) > int(before)
    assert "from=" in page.evaluate("location.hash")
    page.keyboard.press("Home")
    assert page.evaluate("location.hash") == ""


def test_a_row_is_opened_by_keys_and_shows_its_commands(open_page: Any, document: dict[str, Any]) -> None:
    page = open_page(document).page
    page.focus("#rows .rows")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#drawer").is_visible()
    copies = page.eval_on_selector_all("#drawer [data-copy]", "(all) => all.map((one) => one.dataset.copy)")
    assert copies == [
        "tcp.stream eq 1",
        "tshark -r storm.pcapng -Y 'tcp.stream eq 1'",
        "wireshark -r storm.pcapng -g 8",
    ]


def test_copy_button_copies(open_page: Any, document: dict[str, Any]) -> None:
    opened = open_page(document, permissions=["clipboard-read", "clipboard-write"])
    opened.page.click("#pause-facts")
    opened.page.click("#drawer [data-copy] >> nth=0")
    opened.page.wait_for_selector("#said.shown")
    assert opened.page.inner_text("#said") == "Copied"


def test_dark_and_light_change_with_a_button_and_stay(open_page: Any, document: dict[str, Any]) -> None:
    page = open_page(document).page
    paper = """() => [getComputedStyle(document.body).backgroundColor,
        document.querySelector('#panel-minutes .chart').layout.paper_bgcolor]"""
    page.locator("#panel-minutes").scroll_into_view_if_needed()
    page.wait_for_selector("html[data-settled]", state="attached")
    light = page.evaluate(paper)
    page.click("#theme")
    page.wait_for_selector("html[data-settled]", state="attached")
    dark = page.evaluate(paper)
    assert light[0] != dark[0]
    assert light[1] != dark[1]
    page.reload()
    page.wait_for_selector("html[data-theme=dark]", state="attached")


def test_paper_is_light_and_has_every_chart_and_finding(
    open_page: Any, document: dict[str, Any], tmp_path: Path
) -> None:
    opened = open_page(document, color_scheme="dark")
    seen = opened.page.evaluate("""() => {
        dispatchEvent(new Event('beforeprint'));
        const charts = [...document.querySelectorAll('.panel:not(.empty) .chart')];
        const state = {
            theme: document.documentElement.dataset.theme,
            drawn: charts.every((chart) => chart.layout.paper_bgcolor === '#ffffff' && chart.layout.width < 720),
            findings: [...document.querySelectorAll('details.finding')].every((found) => found.open),
        };
        dispatchEvent(new Event('afterprint'));
        return { ...state, after: document.documentElement.dataset.theme };
    }""")
    assert seen == {"theme": "light", "drawn": True, "findings": True, "after": "auto"}
    content = opened.page.pdf(format="A4", print_background=True)
    assert content.startswith(b"%PDF")
    assert len(content) > 50_000
    assert opened.complaints == []


def test_png_of_a_chart(open_page: Any, document: dict[str, Any]) -> None:
    opened = open_page(document)
    opened.settle()
    with opened.page.expect_download() as download:
        opened.page.click("#panel-minutes [data-do=png]")
    content = download.value.path().read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) > 20_000
    assert opened.complaints == []
