"""The verdict matrix itself, and a small part of it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("verdict_matrix", Path(__file__).with_name("verdict_matrix.py"))
assert SPEC is not None
assert SPEC.loader is not None
matrix = importlib.util.module_from_spec(SPEC)
sys.modules["verdict_matrix"] = matrix
SPEC.loader.exec_module(matrix)


@pytest.mark.parametrize(
    "name",
    [
        "storm",
        "storm-fixed-attempts",
        "storm-40-30-10",
        "storm-lossy",
        "overflow",
        "max-connections-5",
        "outage",
        "blocked-client",
        "flood",
        "one-way-up",
        "capture-loss-heavy",
        "cut",
    ],
)
def test_a_scenario_is_judged_as_it_was_simulated(name: str) -> None:
    result = matrix.judge(name, 101)
    assert [server.cause for server in result.servers if server.cause not in server.right] == []
    assert result.false_pauses == 0
    assert [pause for pause in result.pauses if pause.in_range is False] == []
    assert result.wrong_outcomes <= 0.001 * result.attempts


def test_figures_are_shares_of_what_can_be_known() -> None:
    right, wrong = matrix.ServerResult(("loss",), "loss", 0.9), matrix.ServerResult(("loss",), "outage", 0.6)
    result = matrix.Result(attempts=100, wrong_outcomes=1, servers=[right, wrong], missed_pauses=1)
    result.pauses = [
        matrix.PauseResult("rate_limit", "rate_limit", 0.95, True),
        matrix.PauseResult("outage", "insufficient", 0.6, None),
        matrix.PauseResult("rate_limit", "capture", 0.95, False),
    ]
    assert list(result.shares().values()) == [0.99, 1.0, 0.75, 0.5, 0.5, 0.5]
    page = matrix.page({"made-up": result}, 1)
    assert "| made-up | 1 of 2 | 3 | 0 | 1 | 1 of 2 | 1 of 2 |" in page
    assert "| 0.95 | 100.0% | 1 |  |  |" in page
