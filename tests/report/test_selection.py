from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.report.selection import shown_rows


def outcomes(*words: str) -> dict[str, np.ndarray]:
    column = np.empty(len(words), dtype=object)
    column[:] = words
    return {"outcome": column}


def test_a_table_within_the_budget_is_whole() -> None:
    assert shown_rows("connections", outcomes("established", "unanswered"), 2).tolist() == [0, 1]


def test_failed_connections_come_first() -> None:
    words = ["established"] * 1000
    words[10] = words[700] = "unanswered"
    words[999] = "refused"
    rows = shown_rows("connections", outcomes(*words), 13)
    assert len(rows) == 13
    assert {10, 700, 999} <= set(rows.tolist())
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert rows[0] < 100  # the rest is spread over the whole
    assert rows[-2] > 800


def test_too_many_failures_are_sampled_over_the_whole_time() -> None:
    rows = shown_rows("connections", outcomes(*["unanswered"] * 1000), 10)
    assert len(rows) == 10
    assert rows.max() >= 900


def test_exchanges_show_errors_then_the_slowest() -> None:
    status = np.full(1000, 200)
    status[500], status[600] = 404, MISSING
    latency = np.zeros(1000, dtype=np.int64)
    latency[321] = 9
    rows = shown_rows("exchanges", {"status": status, "latency": latency}, 10).tolist()
    assert {321, 500, 600} <= set(rows)
    assert len(rows) == 10


def test_the_tables_of_the_charts_are_never_cut() -> None:
    columns = {"minute": np.arange(100)}
    assert len(shown_rows("minutes", columns, 10)) == 100


def test_the_clients_with_the_most_attempts_are_shown() -> None:
    assert shown_rows("clients", {"client_ip": np.arange(100)}, 3).tolist() == [0, 1, 2]
