from __future__ import annotations

from pcapinspect.findings import late_answers
from pcapinspect.load.measures.quality import CaptureQuality
from tests.findings.scene import Scene


def scene(latency: float | None, complete: bool = True) -> Scene:
    made = Scene()
    connection = made.attempt("10.0.0.1", {1: 0}, answer=(2, 0.01))
    made.exchange(connection, (3, 1), None if latency is None else (9, 1 + latency), complete=complete)
    return made


def test_a_lost_packet_is_not_late() -> None:
    assert late_answers.judge(scene(0.02).case()) is None
    assert late_answers.judge(scene(3.0).case()) is None


def test_a_response_after_more_than_a_retransmission() -> None:
    found = late_answers.judge(scene(14.9).case())
    assert found is not None
    assert found.figures["late"] == 1
    assert found.figures["longest_seconds"] == 14.9
    assert found.frames == ((0, 3), (0, 9))
    assert found.confidence < 1


def test_no_response_counts_only_where_the_capture_proves_it() -> None:
    found = late_answers.judge(scene(None).case())
    assert found is not None
    assert found.figures["without_response"] == 1
    assert found.frames == ((0, 3),)
    assert late_answers.judge(scene(None, complete=False).case()) is None


def test_a_slow_web_server_is_not_worth_a_warning() -> None:
    found = late_answers.judge(scene(14.9).case())
    assert found is not None
    assert found.severity == "warning"
    found = late_answers.judge(scene(14.9).case(kind="http"))
    assert found is not None
    assert found.severity == "notice"


def test_a_clock_that_jumped_takes_confidence() -> None:
    found = late_answers.judge(scene(3600).case(quality=CaptureQuality(clock_jumps=1)))
    assert found is not None
    assert found.confidence < 0.5
