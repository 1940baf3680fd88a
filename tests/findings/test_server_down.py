from __future__ import annotations

from pcapinspect.findings import server_down
from pcapinspect.tcp.connections import UNANSWERED
from tests.findings.scene import Scene, pause, verdict


def test_a_healthy_server_is_not_down() -> None:
    scene = Scene()
    scene.attempt("10.0.0.1", {1: 0}, answer=(2, 0.01))
    assert server_down.judge(scene.case()) is None


def test_a_server_that_never_answered() -> None:
    scene = Scene()
    scene.attempt("10.0.0.1", {1: 0, 3: 2}, outcome=UNANSWERED)
    scene.attempt("10.0.0.2", {2: 1, 4: 3}, outcome=UNANSWERED)
    found = server_down.judge(scene.case(verdict=verdict("outage", 0.8)))
    assert found is not None
    assert found.severity == "critical"
    assert found.title.endswith("never answered 2 attempts of 2 clients")
    assert found.frames == ((0, 1), (0, 2), (0, 3), (0, 4))
    assert found.confidence == 0.8


def test_one_client_alone_may_have_a_path_of_its_own() -> None:
    scene = Scene()
    scene.attempt("10.0.0.1", {1: 0}, outcome=UNANSWERED)
    found = server_down.judge(scene.case(verdict=verdict("outage")))
    assert found is not None
    assert found.severity == "warning"


def test_an_outage_between_answers_cites_the_attempts_of_its_pause() -> None:
    scene = Scene()
    scene.attempt("10.0.0.1", {1: 0}, answer=(2, 0.01))
    hit = scene.attempt("10.0.0.1", {3: 10, 4: 12}, outcome=UNANSWERED)
    scene.attempt("10.0.0.2", {9: 400}, outcome=UNANSWERED)
    found = server_down.judge(scene.case(pauses=(pause(10, 300, "outage", connections=(hit,)),)))
    assert found is not None
    assert found.frames == ((0, 3), (0, 4))
    assert "4 min 50 s" in found.title
