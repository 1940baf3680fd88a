from __future__ import annotations

from pcapinspect.findings import server_pauses
from tests.findings.scene import Scene, pause


def test_no_pause_no_finding() -> None:
    assert server_pauses.judge(Scene().case()) is None


def test_figures_are_those_of_the_pauses() -> None:
    found = server_pauses.judge(
        Scene().case(
            pauses=(
                pause(10, 22, "rate_limit", frames=((0, 5), (0, 9)), unanswered_attempts=7, unanswered_syns=20),
                pause(70, 84.5, "rate_limit", frames=((0, 50), (0, 59)), unanswered_attempts=4, unanswered_syns=9),
            )
        )
    )
    assert found is not None
    assert found.severity == "critical"
    assert found.confidence == 1.0
    assert found.figures["pauses"] == 2
    assert found.figures["silent_seconds_at_least"] == 26.5
    assert found.figures["longest_seconds_at_least"] == 14.5
    assert found.figures["longest_seconds_at_most"] == 15.5
    assert found.figures["unanswered_attempts"] == 11
    assert found.frames == ((0, 5), (0, 9), (0, 50), (0, 59))
    assert found.display_filter == "frame.number in {5, 9, 50, 59}"


def test_the_severity_is_that_of_the_worst_cause() -> None:
    def severity(*causes: str) -> str:
        pauses = tuple(pause(n * 60, n * 60 + 10, cause) for n, cause in enumerate(causes))
        found = server_pauses.judge(Scene().case(pauses=pauses))
        assert found is not None
        return found.severity

    assert severity("capture", "outage") == "critical"
    assert severity("insufficient") == "warning"
    assert severity("capture", "capture") == "notice"


def test_a_pause_that_the_capture_cuts_has_no_upper_bound() -> None:
    cut = pause(10, 22, "insufficient", next_answer=None, silence_at_most=None)
    found = server_pauses.judge(Scene().case(pauses=(cut,)))
    assert found is not None
    assert found.figures["longest_seconds_at_most"] is None
    assert "at most" not in found.explanation
    assert found.end == cut.last_unanswered
