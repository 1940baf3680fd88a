"""Charts of the report as plotly figures, for notebooks and scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from pcapinspect.address import endpoint
from pcapinspect.errors import UsageError
from pcapinspect.report.columns import Array
from pcapinspect.report.people import limits_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from pcapinspect.report.document import Report
    from pcapinspect.report.model import Server

OUTCOMES = {
    "established": "#0072B2",
    "half_open": "#E69F00",
    "unanswered": "#D55E00",
    "refused": "#CC79A7",
    "unreachable": "#8A3F6B",
    "answered_otherwise": "#8A6D00",
    "undetermined": "#6B7280",
}
"""Colours of the page (Okabe-Ito), in the order of the bars."""

LIMIT = "#9a2f00"


def figure_of(report: Report, name: str, server: int) -> go.Figure:
    """The chart of that name for one server, by its place in the report."""
    import plotly.graph_objects as go

    if name not in FIGURES:
        raise UsageError(f"no figure is called {name!r}: there are {', '.join(FIGURES)}")
    if not 0 <= server < len(report.servers):
        raise UsageError(f"the report has {len(report.servers)} servers, and none at place {server}")
    chosen = report.servers[server]
    figure = go.Figure()
    FIGURES[name](figure, report, chosen)
    figure.update_layout(
        title=endpoint(chosen["ip"], chosen["port"]), xaxis_title="time (UTC)", template="plotly_white", barmode="stack"
    )
    for pause in chosen["pauses"]:
        figure.add_vrect(
            x0=pause["first_unanswered"], x1=pause["last_unanswered"], fillcolor="#16191d", opacity=0.12, line_width=0
        )
    return figure


def _minutes(figure: Any, report: Report, server: Server) -> None:
    """Attempts a minute by outcome, and the limit."""
    columns = _own(report.tables.columns("minutes"), server)
    limits = limits_of(report.sections["settings"])
    for outcome, colour in OUTCOMES.items():
        if columns[outcome].any():
            figure.add_bar(
                x=_times(columns["minute"] + 30 * 10**9),
                y=np.maximum(columns[outcome], 0),
                name=outcome.replace("_", " "),
                marker_color=colour,
                width=60_000,
            )
    figure.add_hline(
        y=limits.limit, line_dash="dash", line_color=LIMIT, annotation_text=f"limit {limits.limit} in {limits.span}"
    )
    figure.update_layout(yaxis_title="attempts a minute")


def _open(figure: Any, report: Report, server: Server) -> None:
    """Connections open at once, and the limit."""
    columns = _own(report.tables.columns("curve"), server)
    limit = report.sections["settings"]["max_connections"]
    figure.add_scatter(x=_times(columns["time"]), y=columns["open"], name="open", line_shape="hv", line_color="#0072B2")
    figure.add_hline(y=limit, line_dash="dash", line_color=LIMIT, annotation_text=f"limit {limit}")
    figure.update_layout(yaxis_title="open connections")


FIGURES: dict[str, Callable[[Any, Report, Server], None]] = {"minutes": _minutes, "open": _open}


def _own(columns: dict[str, Array], server: Server) -> dict[str, Array]:
    own = (columns["server_ip"] == server["ip"]) & (columns["server_port"] == server["port"])
    return {name: values[own] for name, values in columns.items()}


def _times(nanoseconds: Array) -> Array:
    return nanoseconds.view("M8[ns]")
