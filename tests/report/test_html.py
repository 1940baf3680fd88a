"""The page as text: one file that loads nothing, with the answer in it, the same bytes for the same report."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from pcapinspect.report.document import Report
from pcapinspect.report.html import render_html
from tests.report.example import HOSTILE, report

MARKUP = HOSTILE[: HOSTILE.index("\x1b")]


class Reader(HTMLParser):
    """Elements with their attributes, and the text that is shown."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._hidden = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self._hidden = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._hidden = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


@pytest.fixture(scope="module")
def example() -> Report:
    return report()


@pytest.fixture(scope="module")
def page(example: Report) -> str:
    return render_html(example)


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    return Reader(page)


def test_same_report_same_bytes(page: str, example: Report) -> None:
    assert render_html(report()) == page
    assert render_html(Report.from_json(example.to_json())) == page


def test_small(page: str) -> None:
    data = re.search(r'id="data">([^<]*)<', page)
    assert data is not None
    assert len(page.encode()) - len(data[1]) < 3_000_000


def test_nothing_is_loaded_from_anywhere(read: Reader) -> None:
    loading = ("src", "href", "action", "data", "srcset", "poster", "background", "formaction", "ping")
    found = {value for _, attributes in read.elements for name, value in attributes.items() if name in loading}
    assert {value for value in found if not value.startswith("#")} == {"data:,"}
    assert "#answer" in found


def test_answer_findings_and_hashes_are_in_the_html(read: Reader, example: Report) -> None:
    text = " ".join(read.texts).replace("\u00a0", " ")
    assert example.document["verdict"]["sentence"] in text
    assert all(finding["title"] in text for finding in example.document["findings"])
    assert all(sentence in text for sentence in example.document["verdict"]["not_shown"])
    assert example.document["inputs"][0]["sha256"] in text
    assert example.document["tool"]["command"] in text


def test_hostile_strings_are_text(page: str, read: Reader) -> None:
    assert MARKUP not in page
    assert MARKUP in "".join(read.texts)
    assert not [tag for tag, _ in read.elements if tag == "img"]
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("place", ["file name", "command", "verdict", "finding", "comment"])
def test_hostile_strings_are_text_wherever_they_come_from(example: Report, place: str) -> None:
    document = Report.from_json(example.to_json()).document
    if place == "file name":
        document["inputs"][0]["path"] = MARKUP
        document["inputs"][0]["warnings"] = [MARKUP]
    elif place == "command":
        document["tool"]["command"] = f"pcapinspect analyze '{MARKUP}'"
    elif place == "verdict":
        document["verdict"] |= {
            "sentence": f"`{MARKUP}` {MARKUP}",
            "not_shown": [MARKUP],
            "evidence_for": [f"`{MARKUP}`"],
        }
    elif place == "finding":
        hostile = dict.fromkeys(("id", "title", "explanation", "server", "display_filter"), MARKUP)
        document["findings"] = [
            hostile
            | {
                "severity": "critical",
                "figures": {MARKUP: MARKUP},
                "frames": [{"file": MARKUP, "frame": 1}],
                "confidence": 0.5,
                "not_shown": [MARKUP],
                "remedy": [f"`{MARKUP}`"],
                "start": None,
                "end": None,
            }
        ]
    else:
        document["inputs"][0]["comments"] = [{"frame": 1, "text": MARKUP}]
        document["capture"]["notes"] = [MARKUP]
    hostile_page = render_html(Holding(document))  # type: ignore[arg-type]
    assert MARKUP not in hostile_page
    assert not [tag for tag, _ in Reader(hostile_page).elements if tag == "img"]


class Holding:
    """Stands in for a Report that would be slow to build: only its document is rendered."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.shown = document
        self.every_row = None


def test_times_are_shown_in_the_zone_of_the_report(example: Report) -> None:
    document = Report.from_json(example.to_json()).document
    document["settings"]["tz"] = "Asia/Kolkata"
    text = " ".join(Reader(render_html(Holding(document))).texts)  # type: ignore[arg-type]
    first = document["tables"]["pauses"]["columns"]["first_unanswered"][0]
    assert first == "2026-03-01T08:02:13.446498864Z"
    assert "2026-03-01 13:32:13.446498864" in text
    assert "2026-03-01 08:02:13.446498864" not in text
    assert "(Asia/Kolkata)" in text


def test_a_capture_without_anything_has_a_page(example: Report) -> None:
    document = Report.from_json(example.to_json()).document
    document["servers"] = document["findings"] = document["operations"] = document["clients"] = []
    document["inputs"][0] |= {"first_time": None, "last_time": None, "packets": 0}
    for table in document["tables"].values():
        table |= {"rows": 0, "shown": 0, "columns": {name: [] for name in table["columns"]}}
    assert "no packet" in render_html(Holding(document))  # type: ignore[arg-type]
