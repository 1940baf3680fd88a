"""The panels of two capture points: the ladder of an attempt, and loss and delay over time."""

from __future__ import annotations

from typing import Any

import pytest

from pcapinspect.pipeline import analyze
from pcapinspect.report.document import Report
from tests.points.test_observe import client_side, is_syn, read, write

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Of every twelfth SYN nothing comes to the server's point."""
    folder = tmp_path_factory.mktemp("points")
    head, records = read("storm.pcap")
    syns = [place for place, record in enumerate(records) if is_syn(record[1])]
    dropped = set(syns[::12])
    near = write(folder / "near.pcap", head, client_side(records))
    far = write(folder / "far.pcap", head, [record for place, record in enumerate(records) if place not in dropped])
    return analyze([near, far])


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_ladder_shows_what_was_lost_and_the_next_one_is_a_click_away(
    open_page: Any, report: Report, width: int, scheme: str
) -> None:
    opened = open_page(report.document, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = opened.page
    courses = report.sections["points"][0]["courses"]
    panel = page.locator("#panel-ladder")
    panel.scroll_into_view_if_needed()
    opened.settle()
    for number, course in enumerate(courses[:3], 1):
        assert panel.locator("#course-number").inner_text() == f"{number} of {len(courses)}"
        sentence = panel.locator(".sentence").inner_text()
        assert course["client"] in sentence
        assert "lost between the points: SYN" in sentence
        names = panel.locator(".annotation-text").all_text_contents()
        assert names.count("not seen") == sum(None in (step["client"], step["server"]) for step in course["steps"])
        assert len(panel.locator(".scatterlayer .point").all()) == sum(step["lost"] for step in course["steps"])
        panel.locator("#course-next").click()
        opened.settle()
    panel.locator("#course-before").click()
    opened.settle()
    panel.locator("summary").click()
    cells = panel.locator("details tbody tr").all_inner_texts()
    assert len(cells) == len(courses[2]["steps"])
    assert not opened.complaints
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_losses_over_time_add_up_and_follow_the_filter(open_page: Any, report: Report) -> None:
    opened = open_page(report.document)
    (point,) = report.sections["points"]
    panel = opened.page.locator("#panel-between")
    panel.scroll_into_view_if_needed()
    opened.settle()
    lost = sum(stretch["lost"] for stretch in point["over_time"])
    assert lost == sum(point["lost"].values())
    assert panel.locator(".sentence").inner_text().startswith(f"{lost} of 1,159 attempts lost a packet")
    opened.page.fill("#filter [name=to]", point["over_time"][30]["start"])
    opened.page.press("#filter [name=to]", "Enter")
    opened.settle()
    begun = sum(stretch["lost"] for stretch in point["over_time"][:30])
    assert panel.locator(".sentence").inner_text().startswith(f"{begun} of ")


def test_one_point_has_no_such_panel(open_page: Any, document: dict[str, Any]) -> None:
    assert open_page(document).page.locator("#panel-ladder, #panel-between").count() == 0
