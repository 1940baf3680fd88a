from __future__ import annotations

from pcapinspect.findings import over_limit_unthrottled
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import Peak
from tests.findings.scene import Scene, at, verdict


def test_the_accepts_of_the_peak_are_cited() -> None:
    scene = Scene()
    for number in range(5):
        scene.attempt("10.0.0.1", {10 * number + 1: number}, answer=(10 * number + 2, number + 0.1))
    peak = Peak(3, at(1.1), at(3.1))
    found = over_limit_unthrottled.judge(scene.case(verdict=verdict("over_limit_unthrottled"), peak_accepted_60s=peak))
    assert found is not None
    assert found.frames == ((0, 12), (0, 22), (0, 32))
    assert "clock" not in found.explanation
    assert over_limit_unthrottled.judge(scene.case(peak_accepted_60s=peak)) is None
    jumped = CaptureQuality(clock_jumps=1)
    found = over_limit_unthrottled.judge(
        scene.case(verdict=verdict("over_limit_unthrottled"), peak_accepted_60s=peak, quality=jumped)
    )
    assert found is not None
    assert "clock, which jumped" in found.explanation
