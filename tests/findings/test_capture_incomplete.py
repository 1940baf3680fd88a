from __future__ import annotations

from pcapinspect.findings import capture_incomplete
from pcapinspect.load.measures.quality import CaptureQuality
from tests.findings.scene import Scene


def severity(**quality: object) -> str | None:
    found = capture_incomplete.judge(Scene().analysis(quality=CaptureQuality(**quality)))  # type: ignore[arg-type]
    return None if found is None else found.severity


def test_copies_and_earlier_connections_are_no_lack() -> None:
    assert severity(duplicates=100, midstream=5, retransmissions=7) is None


def test_what_may_hide_answers_is_a_warning() -> None:
    assert severity(one_way="to_server") == "warning"
    assert severity(drops=1) == "warning"
    assert severity(truncated=1) == "warning"
    assert severity(synack_not_captured=3, established=200) == "warning"


def test_what_hides_no_answers_is_a_notice() -> None:
    assert severity(snaplen_cut=9) == "notice"
    assert severity(synack_not_captured=1, established=200) == "notice"


def test_notes_and_figures_are_told() -> None:
    quality = CaptureQuality(drops=12, notes=("The capturing host dropped 12 packets.",))
    found = capture_incomplete.judge(Scene().analysis(quality=quality))
    assert found is not None
    assert found.figures == {"dropped_packets": 12}
    assert "dropped 12 packets" in found.explanation
