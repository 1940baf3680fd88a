"""The page: one HTML file with all that the report says, that loads nothing and opens anywhere.

The answer, the findings and the first rows of every table are in the HTML as such: they can be read, printed and
searched without scripts. Charts, filter and whole tables are drawn by the scripts of `assets/` from the same document.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from pcapinspect import clock
from pcapinspect.report import html_assets, html_view
from pcapinspect.report.document import Report
from pcapinspect.report.every_row import rows_of_tables
from pcapinspect.report.html_data import page_data
from pcapinspect.report.html_rows import packed
from pcapinspect.report.short_paths import Paths, named

TEMPLATES = Path(__file__).parent / "templates"


def render_html(report: Report, paths: Paths = "name") -> str:
    """The whole page. The same report gives the same text."""
    document = named(report.shown, paths)
    rows = report.every_row or rows_of_tables(document["tables"], document["servers"])
    every_row, numbers = packed(rows)
    # Markup: only what this package ships, and base64; everything of the report is escaped by the template
    return (
        _environment()
        .get_template("page.html")
        .render(
            **html_view.view(document),
            policy=html_assets.policy(),
            style=Markup(html_assets.style()),  # noqa: S704
            theme_script=Markup(html_assets.theme_script()),  # noqa: S704
            app_script=Markup(html_assets.app_script()),  # noqa: S704
            plotly=html_assets.packed_plotly(),
            data=html_assets.pack(page_data(document, every_row)),
            numbers=html_assets.pack(numbers),
        )
    )


@pass_context
def _sentence(context: Context, text: str) -> Markup:
    """A sentence of the report with its times in the zone of the page, and its commands set as code."""
    return html_view.with_code(html_view.in_words(text, clock.zone(context["zone"])))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["with_code"] = _sentence
    environment.filters["confidence"] = html_view.confidence
    return environment
