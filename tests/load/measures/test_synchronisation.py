"""Clients that poll in step."""

from __future__ import annotations

import numpy as np
from build import Made

from pcapinspect.clock import SECOND
from pcapinspect.load.model import Synchronisation


def polls(phases: list[float], count: int = 8, period: float = 60.0) -> Synchronisation:
    made = Made()
    for number, phase in enumerate(phases):
        for turn in range(count):
            made.answered(f"10.1.0.{number + 1}", phase + turn * period)
    return made.analyse().servers[0].synchronisation


def test_clients_in_step_are_concentrated() -> None:
    found = polls(np.linspace(0, 2, 40).tolist())
    assert (found.clients, found.period) == (40, 60 * SECOND)
    assert found.concentration is not None
    assert found.concentration > 0.9


def test_the_dials_of_enrolments_are_not_in_step_with_each_other() -> None:
    made = Made()
    for number, phase in enumerate(np.linspace(0, 60, 40, endpoint=False).tolist()):
        for turn in range(8):
            for dial in range(3):
                made.answered(f"10.1.0.{number + 1}", phase + turn * 60.0 + dial * 0.15)
    found = made.analyse().servers[0].synchronisation
    assert found.period == 60 * SECOND
    assert found.concentration is not None
    assert found.concentration < 0.1


def test_clients_spread_over_the_period_are_not() -> None:
    found = polls(np.linspace(0, 60, 40, endpoint=False).tolist())
    assert found.concentration is not None
    assert found.concentration < 0.1


def test_few_clients_at_random_are_not_either() -> None:
    random = np.random.default_rng(5)
    found = [polls((random.random(6) * 60).tolist(), count=4).concentration for _ in range(30)]
    assert np.mean([one for one in found if one is not None]) < 0.4


def test_without_periods_nothing_is_said() -> None:
    assert polls([0.0, 10.0], count=2) == Synchronisation(0, None, None)


def test_independent_clients_in_a_capture_of_two_periods_and_a_half_are_not_in_step() -> None:
    """Those with three polls began in the first half of a period, by which they seem to be in step."""
    random = np.random.default_rng(24)
    found = []
    for _ in range(20):
        made = Made()
        for number, phase in enumerate((random.random(40) * 24).tolist()):
            for turn in range(3):
                if phase + turn * 24.0 < 60:
                    made.answered(f"10.1.0.{number + 1}", phase + turn * 24.0)
        one = made.analyse().servers[0].synchronisation
        assert one.clients == 40
        assert one.concentration is not None
        found.append(one.concentration)
    assert np.mean(found) < 0.15
    assert max(found) < 0.4


def test_a_client_that_came_once_and_could_have_come_again_is_no_poller() -> None:
    made = Made()
    for number, phase in enumerate(np.linspace(0, 50, 10).tolist()):
        for turn in range(8):
            made.answered(f"10.1.0.{number + 1}", phase + turn * 60.0)
    for number in range(30):
        made.answered(f"10.2.0.{number + 1}", 200.0 + number / 100)
    found = made.analyse().servers[0].synchronisation
    assert found.clients == 10
    assert found.concentration is not None
    assert found.concentration < 0.3
