"""A report made of flows alone: the columns that flows do not show are empty.

Rates need a time of answer, for which the time of the dial stands: it is no time that a flow has. How many connections
were open is left out too: a connection without packets for the inactive time-out is in two flows, and between them in
none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.report.catalogue import TABLES

if TYPE_CHECKING:
    from pcapinspect.report.columns import Array
    from pcapinspect.report.tables import Columns, Rows, Source


def without_unknown(sources: Mapping[str, Source]) -> dict[str, Source]:
    """The tables with the columns null that flows do not show."""
    return {name: _blanked(source, TABLES[name].not_in_flows) for name, source in sources.items()}


def _blanked(source: Source, names: tuple[str, ...]) -> Source:
    def make(rows: Rows) -> Columns:
        columns = source.make(rows)
        return columns | {name: _nothing(columns[name]) for name in names}

    return replace(source, make=make)


def _nothing(column: Array) -> Array:
    return np.full(len(column), None if column.dtype == object else MISSING, column.dtype)
