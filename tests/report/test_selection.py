from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.report.selection import shown_rows
from pcapinspect.report.tables import Source


def table(length: int, failed: Bool | None = None, latency: Int64 | None = None) -> Source:
    return Source(length, lambda rows: {}, failed, latency)


def failing(length: int, *rows: int) -> Bool:
    failed = np.zeros(length, dtype=np.bool_)
    failed[list(rows)] = True
    return failed


def test_a_table_within_the_budget_is_whole() -> None:
    assert shown_rows("connections", table(2, failing(2, 1)), 2).tolist() == [0, 1]


def test_failed_connections_come_first() -> None:
    rows = shown_rows("connections", table(1000, failing(1000, 10, 700, 999)), 13)
    assert len(rows) == 13
    assert {10, 700, 999} <= set(rows.tolist())
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert rows[0] < 100  # the rest is spread over the whole
    assert rows[-2] > 800


def test_too_many_failures_are_sampled_over_the_whole_time() -> None:
    rows = shown_rows("connections", table(1000, np.ones(1000, dtype=np.bool_)), 10)
    assert len(rows) == 10
    assert rows.max() >= 900


def test_exchanges_show_errors_then_the_slowest() -> None:
    latency = np.zeros(1000, dtype=np.int64)
    latency[321] = 9
    rows = shown_rows("exchanges", table(1000, failing(1000, 500, 600), latency), 10).tolist()
    assert {321, 500, 600} <= set(rows)
    assert len(rows) == 10


def test_an_exchange_without_a_latency_is_not_the_slowest() -> None:
    latency = np.full(1000, MISSING)
    latency[[10, 20, 30]] = 7, 8, 9
    rows = shown_rows("exchanges", table(1000, failing(1000), latency), 10).tolist()
    assert {10, 20, 30} <= set(rows)
    assert rows[-1] > 800  # the rest is spread over the whole


def test_the_tables_of_the_charts_are_never_cut() -> None:
    assert len(shown_rows("minutes", table(100), 10)) == 100


def test_the_clients_with_the_most_attempts_are_shown() -> None:
    assert shown_rows("clients", table(100), 3).tolist() == [0, 1, 2]
