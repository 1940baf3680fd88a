"""With every setting off its default, no output names a default: no sentence, head or figure has one frozen in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pcapinspect import pipeline
from pcapinspect.report import html_assets
from pcapinspect.report.document import Report
from pcapinspect.report.html import render_html
from pcapinspect.report.markdown import render_markdown
from pcapinspect.report.terminal import render_terminal
from pcapinspect.settings import Limits, Settings
from pcapinspect.simulate import simulate

OTHER = Settings(ports=(80,), limit=41, window=37, pause=13, max_connections=9, tz="Asia/Kathmandu")

FROZEN = re.compile(
    r"\b(60|15) ?s\b|\b(?<!:)80 (connections|in \d|a minute)|limit(?: of)? 80\b|118734|\b16 connections at once"
)
"""The defaults of `Limits` as a sentence would name them, and the note that vouches for them and for no others."""


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A server that counts to 41 in 37 s and then stops for 13 s, held against just that."""
    path: Path = tmp_path_factory.mktemp("storm") / "storm.pcap"
    path.write_bytes(simulate("storm", 1, minutes=4, limit=41, window=37, pause=13).packets)
    return pipeline.analyze([str(path)], OTHER)


def sentences(value: object) -> Iterator[str]:
    """Every text of the document that is no name of a column or figure."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from sentences(item)
    elif isinstance(value, list):
        for item in value:
            yield from sentences(item)


def test_the_storm_is_what_it_is_said_to_be(storm: Report) -> None:
    verdict = storm.sections["verdict"]
    assert verdict["cause"] == "rate_limit"
    assert "41 connections in 37 s, counted anew after each pause, for a time that 13 s fits" in verdict["sentence"]


def test_no_sentence_of_the_document_names_a_default(storm: Report) -> None:
    for text in sentences(json.loads(storm.to_json())):
        assert not FROZEN.search(text), text


@pytest.mark.parametrize("render", [render_terminal, render_markdown, render_html])
def test_no_output_names_a_default(storm: Report, render: object) -> None:
    assert callable(render)
    text = re.sub(r"<(script|style).*?</\1>", "", render(storm), flags=re.DOTALL)
    for line in text.splitlines():
        assert not FROZEN.search(line), line


def test_the_note_is_cited_for_its_own_numbers_alone() -> None:
    assert "118734" in Limits().behaviour
    assert "IOS" in Limits().silence
    for other in (Limits(limit=81), Limits(window=61), Limits(pause=14)):
        assert "118734" not in other.behaviour
    assert "IOS" not in Limits(pause=14).silence
    assert Limits(limit=81, window=61).rate == "81 connections in 61 s"


def test_no_script_of_the_page_names_a_default() -> None:
    for name in html_assets.SCRIPTS:
        text = (html_assets.ASSETS / name).read_text("utf-8")
        assert not re.search(r"\b60 s\b|\b80\b a minute", text), name
