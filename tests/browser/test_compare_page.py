"""The page of a comparison, in Chromium: it loads nothing, breaks no policy, and draws both sides."""

from __future__ import annotations

import pytest

from pcapinspect import cli

pytestmark = pytest.mark.browser


def test_both_loads_are_drawn_on_one_axis(browser, tmp_path):
    target = tmp_path / "compare.html"
    assert cli.main(["compare", "captures/storm.pcap", "captures/healthy.pcap", "--quiet", "--html", str(target)]) == 0
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(target.as_uri())
    page.wait_for_selector("#chart-0 .scatterlayer .trace")
    assert page.locator("#chart-0 .scatterlayer .trace").count() == 2
    assert "minutes since" in page.locator("#chart-0 .xtitle").text_content()
    page.click("text=by time of day")
    page.wait_for_function("document.querySelector('#chart-0 .xtitle').textContent.startsWith('time of day')")
    assert said == []
    page.close()
