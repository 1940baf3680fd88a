from __future__ import annotations

import pytest

from pcapinspect.clock import SECOND
from pcapinspect.findings import retry_synchronisation
from pcapinspect.load.model import Synchronisation
from tests.findings.scene import Scene


def scene() -> Scene:
    made = Scene()
    for number, time in enumerate((0.5, 5.1, 5.2, 5.9, 6.0)):
        made.attempt(f"10.0.0.{number}", {number + 1: time})
    return made


def test_clients_in_step_and_the_busiest_second() -> None:
    found = retry_synchronisation.judge(scene().case(synchronisation=Synchronisation(40, 60 * SECOND, 0.9)))
    assert found is not None
    assert found.frames == ((0, 2), (0, 3), (0, 4))
    assert found.figures["attempts_in_busiest_second"] == 3
    assert found.figures["period_seconds"] == 60


@pytest.mark.parametrize(("clients", "concentration"), [(40, 0.4), (5, 0.9), (0, None)])
def test_chance_and_weak_bursts_are_not_told(clients: int, concentration: float | None) -> None:
    # Five clients at 0.9: exp(-5 x 0.81) is 0.017, which chance makes more often than once in a hundred captures.
    synchronisation = Synchronisation(clients, 60 * SECOND, concentration)
    assert retry_synchronisation.judge(scene().case(synchronisation=synchronisation)) is None
