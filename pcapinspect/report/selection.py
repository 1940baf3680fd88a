"""Which rows of a large table a report carries for reading: failures, the slowest, and an even sample of the rest.

Whatever is counted is counted over all rows (`every_row`)."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING, Int64
from pcapinspect.report.tables import Source

ROW_BUDGET = 50_000
"""Rows of a table that the document carries: about 10 MB of page (measured for the dashboard)."""

WHOLE = frozenset({"minutes", "pauses", "curve"})
"""Tables that charts are drawn from: never cut."""


def shown_rows(name: str, table: Source, budget: int = ROW_BUDGET) -> Int64:
    """Row numbers, ascending, of at most `budget` rows."""
    every = np.arange(table.length)
    if table.length <= budget or name in WHOLE:
        return every
    if name == "clients":
        return every[:budget]
    if table.failed is None:
        return _evenly(every, budget)
    others = int(np.count_nonzero(~table.failed))
    # However many failed, half of the room is for what did not: whoever looks for it must find some.
    chosen = _evenly(every[table.failed], budget - min(others, budget // 2))
    if table.latency is not None:
        left = every[~table.failed & (table.latency != MISSING)]
        slowest = left[np.argsort(-table.latency[left], kind="stable")][: (budget - len(chosen)) // 2]
        chosen = np.concatenate([chosen, slowest])
    rest = np.setdiff1d(every[~table.failed], chosen, assume_unique=True)
    return np.sort(np.concatenate([chosen, _evenly(rest, budget - len(chosen))]))


def _evenly(rows: Int64, count: int) -> Int64:
    """`count` of the rows, spread over all of them; all where there are no more."""
    if len(rows) <= count:
        return rows
    return rows[np.arange(count) * len(rows) // count]
