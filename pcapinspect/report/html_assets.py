"""What is the same in every page: style, scripts, plotly, and the policy that lets only them run."""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"

BUNDLE = Path(__file__).parent / "plotly" / "plotly-cartesian.min.js"
"""What draws the page's kinds of charts, and no more (scripts/plotly_bundle.py)."""

SCRIPTS = (
    "words.js",
    "time.js",
    "data.js",
    "filter.js",
    "count.js",
    "wireshark.js",
    "csv.js",
    "page.js",
    "chart.js",
    "panel_minutes.js",
    "panel_service.js",
    "panel_pauses.js",
    "panel_operations.js",
    "panel_clients.js",
    "panel_open.js",
    "panel_points.js",
    "panel_evidence.js",
    "strip.js",
    "tables.js",
    "drawer.js",
    "panels.js",
    "controls.js",
    "keyboard.js",
    "app.js",
)
"""In the order in which they use each other: one script in the page."""


LEVEL = 5
"""Of compression: plotly.js becomes 1 % larger than at 9, in 60 % of the time, a twentieth of a second."""


@cache
def style() -> str:
    return (ASSETS / "app.css").read_text("utf-8")


@cache
def theme_script() -> str:
    """Runs in the head, before the first paint."""
    return (ASSETS / "theme.js").read_text("utf-8")


@cache
def app_script() -> str:
    """All scripts as one, closed in a function: the page gets no global names from it."""
    parts = "\n".join((ASSETS / name).read_text("utf-8") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


@cache
def plotly() -> bytes:
    """plotly.js (MIT): the bundle that the package was built with, else all that Python's plotly ships."""
    whole = resources.files("plotly") / "package_data" / "plotly.min.js"
    return (BUNDLE if BUNDLE.exists() else whole).read_bytes()


@cache
def packed_plotly() -> str:
    """plotly.js for the page: a third of its size as it is."""
    return pack(plotly())


def pack(content: bytes) -> str:
    """gzip in base64. Without a time in the gzip header, so the same content gives the same text."""
    return base64.b64encode(gzip.compress(content, LEVEL, mtime=0)).decode("ascii")


@cache
def policy() -> str:
    """The content security policy: nothing is loaded, and only the scripts of the page run, by their hashes.

    plotly.js is inflated by the page and added as an inline script: its hash, too, is in the list, so that a page
    whose packed plotly was changed runs nothing of it. Styles may be inline because plotly sets style attributes;
    images are the data: and blob: URLs from which plotly makes a PNG.
    """
    scripts = " ".join(_hash(text) for text in (theme_script().encode(), app_script().encode(), plotly()))
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode('ascii')}'"
