"""The fixed parts: what may run is exactly what ships."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest

from pcapinspect.report import html_assets


def test_every_script_is_in_the_page_once() -> None:
    ours = {path.name for path in html_assets.ASSETS.glob("*.js")}
    assert ours == {*html_assets.SCRIPTS, "theme.js"}
    assert len(html_assets.SCRIPTS) == len(set(html_assets.SCRIPTS))


def test_no_script_ends_the_element_that_it_is_in() -> None:
    for text in (html_assets.app_script(), html_assets.theme_script(), html_assets.style()):
        assert not re.search(r"</(script|style)|<!--", text, re.IGNORECASE)


def test_no_script_makes_html_or_code_from_text() -> None:
    banned = r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.srcdoc"
    assert not re.search(banned, html_assets.app_script())


def test_the_policy_names_the_hash_of_each_script_and_allows_no_other() -> None:
    policy = dict(part.split(" ", 1) for part in html_assets.policy().split("; "))
    scripts = [html_assets.theme_script().encode(), html_assets.app_script().encode(), html_assets.plotly()]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts]
    assert policy["default-src"] == "'none'"
    assert policy["script-src"].split() == hashes
    assert policy["img-src"] == "data: blob:"
    assert policy["base-uri"] == policy["form-action"] == "'none'"


def test_plotly_is_packed_whole_and_the_same_every_time() -> None:
    packed = html_assets.packed_plotly()
    assert gzip.decompress(base64.b64decode(packed)) == html_assets.plotly()
    assert html_assets.pack(b"a" * 1000) == html_assets.pack(b"a" * 1000)


@pytest.mark.skipif(not html_assets.BUNDLE.exists(), reason="the package was built where npm had no bundle")
def test_all_that_a_page_carries_besides_its_report_is_less_than_a_megabyte() -> None:
    fixed = (html_assets.packed_plotly(), html_assets.app_script(), html_assets.theme_script(), html_assets.style())
    assert sum(len(text.encode()) for text in fixed) < 850_000


def test_without_a_bundle_pages_carry_that_of_the_plotly_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(html_assets, "BUNDLE", tmp_path / "none.js")
    assert html_assets.plotly.__wrapped__().startswith(b"/**\n* plotly.js v")
