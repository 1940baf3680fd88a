from __future__ import annotations

import pytest

from pcapinspect.findings import rollover_404_loop
from pcapinspect.findings.finding import Finding
from pcapinspect.load.model import Counterfactual, Peak
from tests.findings.scene import BEGIN, Scene, pause


def loop(*statuses: int, operation: str = "GetNextCACert", one_client: bool = True) -> Scene:
    scene = Scene()
    for number, status in enumerate(statuses):
        frame, time = 10 * number + 1, 20.0 * number
        client = "10.0.0.1" if one_client else f"10.0.0.{number + 1}"
        connection = scene.attempt(client, {frame: time}, answer=(frame + 1, time + 0.01))
        request, response = (frame + 2, time + 0.02), (frame + 3, time + 0.05)
        scene.exchange(connection, request, response, status=status, operation=operation, ca_identifier="GETVPN")
    return scene


def judged(scene: Scene, **server: object) -> Finding:
    found = rollover_404_loop.judge(scene.case(**server))
    assert found is not None
    return found


def test_a_404_to_getcacaps_is_legitimate() -> None:
    assert rollover_404_loop.judge(loop(404, 404, operation="GetCACaps").case()) is None


def test_an_answered_getnextcacert_is_no_loop() -> None:
    assert rollover_404_loop.judge(loop(200, 200).case()) is None


@pytest.mark.parametrize("status", [403, 404, 500, 501])
def test_any_error_counts(status: int) -> None:
    found = judged(loop(status, status, status, 200))
    assert found.severity == "warning"
    assert found.figures["errors"] == 3
    assert found.figures[f"responses_{status}"] == 3
    assert found.figures["granted"] == 1
    assert found.figures["clients_that_asked_again"] == 1
    assert found.frames == ((0, 3), (0, 4), (0, 13), (0, 14), (0, 23), (0, 24))


def test_one_refusal_a_client_is_no_loop() -> None:
    found = judged(loop(404, 404, 404, one_client=False))
    assert found.severity == "notice"
    assert found.confidence < 0.9


def test_one_client_that_asks_twice_may_be_a_person() -> None:
    assert judged(loop(404, 404)).severity == "notice"


def test_a_server_that_does_not_know_the_operation_may_lack_no_certificate() -> None:
    assert judged(loop(404, 404, 404)).confidence > 0.9
    found = judged(loop(500, 500, 500))
    assert found.confidence < 0.9
    assert "or does not know the operation" in found.explanation


def test_a_loop_beside_pauses_is_critical() -> None:
    assert judged(loop(404, 404, 404), pauses=(pause(10, 22, "rate_limit"),)).severity == "critical"
    assert judged(loop(404, 404, 404), minutes_over_limit=1).severity == "critical"


def test_it_says_what_would_have_been_without_it() -> None:
    found = judged(
        loop(404, 404),
        peak_accepted_60s=Peak(95, BEGIN, BEGIN),
        counterfactual=Counterfactual(Peak(12, BEGIN, BEGIN), 2, 1.0, True),
    )
    assert "would have been 12 instead of 95: below the limit of 80" in found.explanation
    assert found.figures["peak_in_window_without_them"] == 12
