from __future__ import annotations

from pcapinspect.findings import concurrent_limit_pattern
from pcapinspect.load.model import Concurrency
from tests.findings.scene import BEGIN, Scene, pause


def test_other_causes_are_no_concurrent_limit() -> None:
    assert concurrent_limit_pattern.judge(Scene().case(pauses=(pause(10, 22, "rate_limit"),))) is None


def test_it_says_how_many_were_open() -> None:
    pauses = (pause(10, 12, "max_connections", open_before=5), pause(30, 33, "max_connections", open_before=6))
    found = concurrent_limit_pattern.judge(Scene().case(pauses=pauses, concurrency=Concurrency(6, BEGIN, 12.5, 0.0)))
    assert found is not None
    assert "5 to 6 connections open" in found.title
    assert found.figures["most_open"] == 6
    assert found.figures["seconds_at_5_or_more"] == 12.5
    assert any("ip http max-connections 16" in step for step in found.remedy)
