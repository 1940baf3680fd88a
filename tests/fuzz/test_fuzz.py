"""A bounded, seeded run of each reader; `make fuzz` and `make fuzz-guided` go on for hours."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from tests.fuzz.mutation import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, try_one

EXECUTIONS = {
    "capture": 1500,
    "job": 30,
    "http": 2000,
    "cms": 4000,
    "netflow": 3000,
    "flow_text": 1000,
    "log": 800,
    "configuration": 800,
    "saved_report": 40,
}
"""About a second of processor time each (AMD EPYC, 2026-11-26)."""


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read(name: str) -> None:
    for data in seeds(name):
        try_one(TARGETS[name], data)


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_our_own_errors(name: str) -> None:
    for number, data in enumerate(islice(mutated(seeds(name), Random(20261126)), EXECUTIONS[name])):
        try:
            try_one(TARGETS[name], data)
        except Exception as error:
            raise AssertionError(f"execution {number}: {data[:2000]!r}") from error
