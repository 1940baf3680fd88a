"""Charts of the report as plotly figures, for notebooks and scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

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

LATENCY_SHARES = (50, 90, 99)
"""Percentiles, as on the page."""

POLL_BINS = 30


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
    along = NOT_OF_TIME.get(name)
    title = endpoint(chosen["ip"], chosen["port"])
    figure.update_layout(title=title, xaxis_title=along or "time (UTC)", template="plotly_white", barmode="stack")
    for pause in () if along else chosen["pauses"]:
        figure.add_vrect(
            x0=pause["first_unanswered"], x1=pause["last_unanswered"], fillcolor="#16191d", opacity=0.12, line_width=0
        )
    return figure


def _minutes(figure: go.Figure, report: Report, server: Server) -> None:
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


def _open(figure: go.Figure, report: Report, server: Server) -> None:
    """Connections open at once, and the limit."""
    columns = _own(report.tables.columns("curve"), server)
    limit = report.sections["settings"]["max_connections"]
    figure.add_scatter(x=_times(columns["time"]), y=columns["open"], name="open", line_shape="hv", line_color="#0072B2")
    figure.add_hline(y=limit, line_dash="dash", line_color=LIMIT, annotation_text=f"limit {limit}")
    figure.update_layout(yaxis_title="open connections")


def _operations(figure: go.Figure, report: Report, server: Server) -> None:
    """Requests a minute by operation."""
    asked = _exchanges(report, server).dropna(subset=["request_time"])
    minutes = asked["request_time"].dt.floor("min") + pd.Timedelta(seconds=30)
    for operation, own in minutes.groupby(asked["operation"].fillna("other")):
        counts = own.value_counts().sort_index()
        figure.add_bar(x=counts.index, y=counts.to_numpy(), name=str(operation), width=60_000)
    figure.update_layout(yaxis_title="requests a minute")


def _latency(figure: go.Figure, report: Report, server: Server) -> None:
    """Percentiles of the time to the response, of the requests of each minute."""
    answered = _exchanges(report, server).dropna(subset=["request_time", "latency"])
    by_minute = answered.groupby(answered["request_time"].dt.floor("min") + pd.Timedelta(seconds=30))["latency"]
    for share in LATENCY_SHARES:
        values = by_minute.quantile(share / 100)
        figure.add_scatter(x=values.index, y=values.to_numpy(), name=f"p{share}", mode="lines+markers")
    figure.update_yaxes(type="log", title="time to the response, seconds; percentiles a minute")


def _handshakes(figure: go.Figure, report: Report, server: Server) -> None:
    """Attempts by how many SYNs they sent."""
    columns = _own(report.tables.columns("connections"), server)
    for outcome, colour in OUTCOMES.items():
        syns, counts = np.unique(columns["syn_packets"][columns["outcome"] == outcome], return_counts=True)
        if len(syns):
            figure.add_bar(x=syns, y=counts, name=outcome.replace("_", " "), marker_color=colour)
    figure.update_layout(yaxis_title="attempts")


def _polling(figure: go.Figure, report: Report, server: Server) -> None:
    """Clients by their poll period."""
    clients = report.tables["clients"]
    own = clients[(clients["server_ip"] == server["ip"]) & (clients["server_port"] == server["port"])]
    figure.add_histogram(x=own["poll_period"].dropna().to_numpy(), name="clients", nbinsx=POLL_BINS)
    figure.update_layout(yaxis_title=f"clients, at most {POLL_BINS} steps")


def _exchanges(report: Report, server: Server) -> pd.DataFrame:
    """Those of one server: the table names their connections."""
    connections = report.tables["connections"]
    own = (connections["server_ip"] == server["ip"]) & (connections["server_port"] == server["port"])
    exchanges = report.tables["exchanges"]
    return exchanges[exchanges["connection"].isin(connections.loc[own, "connection"])]


FIGURES: dict[str, Callable[[go.Figure, Report, Server], None]] = {
    "minutes": _minutes,
    "open": _open,
    "operations": _operations,
    "latency": _latency,
    "handshakes": _handshakes,
    "polling": _polling,
}

NOT_OF_TIME = {"handshakes": "SYN packets of an attempt", "polling": "poll period, seconds"}
"""What other figures have on their first axis, over which no pause can be drawn."""


def _own(columns: dict[str, Array], server: Server) -> dict[str, Array]:
    own = (columns["server_ip"] == server["ip"]) & (columns["server_port"] == server["port"])
    return {name: values[own] for name, values in columns.items()}


def _times(nanoseconds: Array) -> Array:
    return nanoseconds.view("M8[ns]")
