"""Which rows of a large table a report carries: failures first, then the slowest, then an even sample."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.report.columns import Array

ROW_BUDGET = 50_000
"""Rows of a table that the document carries: about 10 MB of page (measured for the dashboard)."""

WHOLE = frozenset({"minutes", "pauses", "curve"})
"""Tables that charts are drawn from: never cut."""

_FINE_OUTCOMES = ("established", "undetermined", "midstream")


def shown_rows(name: str, columns: Mapping[str, Array], budget: int = ROW_BUDGET) -> Int64:
    """Row numbers, ascending, of at most `budget` rows."""
    total = len(next(iter(columns.values())))
    every = np.arange(total)
    if total <= budget or name in WHOLE:
        return every
    if name == "clients":
        return every[:budget]
    failed = _failed(name, columns)
    chosen = _evenly(every[failed], budget)
    if name == "exchanges":
        left = every[~failed]
        slowest = left[np.argsort(-columns["latency"][left], kind="stable")][: (budget - len(chosen)) // 2]
        chosen = np.concatenate([chosen, slowest])
    rest = np.setdiff1d(every, chosen, assume_unique=True)
    return np.sort(np.concatenate([chosen, _evenly(rest, budget - len(chosen))]))


def _failed(name: str, columns: Mapping[str, Array]) -> Bool:
    if name == "connections":
        return np.array([outcome not in _FINE_OUTCOMES for outcome in columns["outcome"]], dtype=np.bool_)
    if name == "exchanges":
        return np.asarray((columns["status"] >= 400) | (columns["status"] == MISSING), dtype=np.bool_)
    return np.zeros(len(next(iter(columns.values()))), dtype=np.bool_)


def _evenly(rows: Int64, count: int) -> Int64:
    """`count` of the rows, spread over all of them; all where there are no more."""
    if len(rows) <= count:
        return rows
    return rows[np.arange(count) * len(rows) // count]
