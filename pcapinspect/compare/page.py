"""A comparison as one HTML page that loads nothing: the change, its figures, and both loads on one axis."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pcapinspect.clock import iso
from pcapinspect.compare.comparison import Comparison, ServerChange
from pcapinspect.compare.figures import rows_of
from pcapinspect.compare.side import MINUTE, Side
from pcapinspect.compare.words import sentences
from pcapinspect.report import html_assets

FOLDER = Path(__file__).parent

DAY = 24 * 60 * MINUTE

GOOD = ("removed", "reduced")
"""Changes in the colour of what is well."""


def render_html(comparison: Comparison, limit: int) -> str:
    """The whole page. `limit` is drawn beside the loads."""
    script = (FOLDER / "assets" / "compare.js").read_text("utf-8")
    plotly = html_assets.plotly().decode("utf-8")
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Markup: only what this package ships, and JSON in which no tag can end
    return environment.get_template("compare.html").render(
        comparison=comparison,
        servers=[(server, list(rows_of(server)), list(sentences(server.clients))) for server in comparison.servers],
        tone="good" if comparison.change.verdict in GOOD else "bad" if comparison.change.verdict == "worse" else "open",
        policy=_policy(plotly, script),
        style=Markup(html_assets.style()),  # noqa: S704
        plotly=Markup(plotly),  # noqa: S704
        script=Markup(script),  # noqa: S704
        data=Markup(_json([_chart(server, limit) for server in comparison.servers])),  # noqa: S704
    )


def _policy(*scripts: str) -> str:
    """Only the scripts of the page run, by their hashes, and nothing is loaded."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii") for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode().replace("<", "\\u003c")


def _chart(server: ServerChange, limit: int) -> dict[str, Any]:
    """Attempts a minute on both sides, by the minutes since each side's begin and by the time of day."""
    sides = {"before": server.before, "after": server.after}
    return {
        "limit": limit,
        "sides": [{"name": name, **_load(side)} for name, side in sides.items() if side is not None],
    }


def _load(side: Side) -> dict[str, Any]:
    first = side.starts[0] if side.starts else 0
    return {
        "attempts": side.attempts_by_minute,
        "accepted": side.accepted_by_minute,
        "since_begin": [(start - first) // MINUTE for start in side.starts],
        # One day for both, so that the same hour of two days lies in one place.
        "time_of_day": [iso((start - first // DAY * DAY), digits=0).rstrip("Z") for start in side.starts],
    }
