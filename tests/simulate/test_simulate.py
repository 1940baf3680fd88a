"""The scenarios as a whole: named, reproducible, and adjustable within reason."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pcapinspect.errors import UsageError
from pcapinspect.simulate import adjusted, scenario, simulate
from pcapinspect.simulate.document import truth_json
from pcapinspect.simulate.whatif import what_if

CAPTURES = Path(__file__).resolve().parents[2] / "captures"


@pytest.mark.parametrize("name", ["storm", "healthy-shuffled", "prohibited-client", "flood"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(name: str) -> None:
    first, again, other = (simulate(name, seed, minutes=2) for seed in (7, 7, 8))
    assert first == again
    assert first.packets != other.packets


@pytest.mark.parametrize("name", ["storm", "healthy", "down"])
def test_the_sample_captures_are_what_the_command_makes(name: str) -> None:
    made = simulate(name, 1)
    kept = (CAPTURES / f"{name}.pcap").read_bytes()
    assert hashlib.sha256(kept).digest() == hashlib.sha256(made.packets).digest()
    assert (CAPTURES / f"{name}.truth.json").read_text() == truth_json(made.truth)


def test_an_unknown_scenario_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="perhaps 'storm'"):
        simulate("strom")


@pytest.mark.parametrize("numbers", [{"routers": 0}, {"poll": -1}, {"minutes": float("nan")}, {"limit": 1e12}])
def test_senseless_numbers_are_an_error(numbers: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        simulate("storm", 1, **numbers)


def test_routers_are_adjusted_in_proportion() -> None:
    plan = adjusted(scenario("storm"), routers=64)
    assert [population.routers for population in plan.populations] == [40, 20, 4]


def test_what_if_finds_the_load_that_passes_the_limit() -> None:
    below = what_if(adjusted(scenario("healthy-busy"), routers=60), 1)
    above = what_if(adjusted(scenario("healthy-busy"), routers=120), 1)
    assert (below["limit_passed"], below["pauses"], below["first_passed"]) == (False, 0, None)
    assert above["limit_passed"]
    assert above["pauses"] > 0
    # 120 routers a minute come to 80 accepts after two thirds of a minute, give or take their jitter.
    assert 30 < above["first_passed"] < 50
    assert "reach the limit of 80" in above["sentence"]
