"""A report made of flows alone: which columns flows leave empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pcapinspect.columns import MISSING

if TYPE_CHECKING:
    from pcapinspect.report.columns import Array
    from pcapinspect.report.tables import Columns, Rows, Source

UNKNOWN = {
    "connections": (
        "syn_packets",
        "last_syn_time",
        "synack_time",
        "synack_captured",
        "handshake_rtt",
        "established_time",
        "answer_time",
        "close",
        "close_time",
        "exchanges",
        "first_down",
        "synack_packets",
    ),
    "minutes": (
        "syn_packets",
        "exchanges",
        "errors",
        "peak_open",
        "paused_seconds",
        "answered_otherwise",
        "asked",
        "answered",
        "succeeded",
    ),
    "clients": ("exchanges", "errors"),
    "curve": ("open",),
}
"""By table. Rates need a time of answer, for which the time of the dial stands: it is no time that a flow has.

How many connections were open is left out too: a connection without packets for the inactive time-out is in two flows,
and between them in none.
"""


def without_unknown(sources: Mapping[str, Source]) -> dict[str, Source]:
    """The tables with those columns null."""
    return {name: _blanked(source, UNKNOWN.get(name, ())) for name, source in sources.items()}


def _blanked(source: Source, names: tuple[str, ...]) -> Source:
    def make(rows: Rows) -> Columns:
        columns = source.make(rows)
        return columns | {name: _nothing(columns[name]) for name in names}

    return replace(source, make=make)


def _nothing(column: Array) -> Array:
    return np.full(len(column), None if column.dtype == object else MISSING, column.dtype)
