from __future__ import annotations

from pcapinspect.findings import loss
from tests.findings.scene import Scene, pause, verdict


def scene(repeated: int, straight: int) -> Scene:
    made = Scene()
    for number in range(repeated):
        frame, time = 10 * number + 1, 10.0 * number
        made.attempt("10.0.0.1", {frame: time, frame + 1: time + 1}, answer=(frame + 2, time + 1.01))
    for number in range(straight):
        made.attempt("10.0.0.2", {5000 + 2 * number: number}, answer=(5001 + 2 * number, number + 0.01))
    return made


def test_repeated_syns_are_told_from_one_in_a_hundred() -> None:
    found = loss.judge(scene(3, 297).case())
    assert found is not None
    assert found.severity == "notice"
    assert found.figures["repeated"] == 3
    assert found.figures["longest_wait_seconds"] == 1.01
    assert found.frames == ((0, 1), (0, 2), (0, 11), (0, 12), (0, 21), (0, 22))
    assert loss.judge(scene(2, 10).case()) is None
    assert loss.judge(scene(3, 298).case()) is None


def test_a_syn_that_is_repeated_though_answered_lost_its_answer() -> None:
    made = Scene()
    made.attempt("10.0.0.1", {1: 0, 3: 1}, answer=(2, 0.01))
    found = loss.judge(made.case(verdict=verdict("loss")))
    assert found is not None
    assert found.figures["repeated"] == 1
    assert found.figures["answered_after_a_repeated_syn"] == 0
    assert found.figures["longest_wait_seconds"] is None


def test_the_verdict_is_told_whatever_the_share() -> None:
    found = loss.judge(scene(1, 500).case(verdict=verdict("loss", 0.7)))
    assert found is not None
    assert found.severity == "warning"
    assert found.confidence == 0.7


def test_what_a_pause_delayed_is_no_loss() -> None:
    assert loss.judge(scene(3, 10).case(pauses=(pause(-1, 100, "rate_limit"),))) is None
