from __future__ import annotations

from pcapinspect.findings import scep_pending, scep_rejected
from tests.findings.scene import Scene


def scene(status: int, **more: object) -> Scene:
    made = Scene()
    connection = made.attempt("10.0.0.1", {1: 0}, answer=(2, 0.01))
    made.exchange(
        connection, (3, 1), (4, 1.1), operation="PKIOperation", scep_status=status, transaction_id="A7", **more
    )
    return made


def test_a_rejection_is_told_with_its_reason_although_http_says_200() -> None:
    found = scep_rejected.judge(scene(2, scep_fail_info=3).case())
    assert found is not None
    assert found.severity == "warning"
    assert "badTime" in found.explanation
    assert found.frames == ((0, 3), (0, 4))
    assert found.figures == {"rejected": 1, "transactions": 1}


def test_a_rejection_without_reason() -> None:
    found = scep_rejected.judge(scene(2).case())
    assert found is not None
    assert "no reason given" in found.explanation


def test_success_is_no_finding() -> None:
    assert scep_rejected.judge(scene(0).case()) is None
    assert scep_pending.judge(scene(0).case()) is None


def test_pending_is_for_information() -> None:
    found = scep_pending.judge(scene(3, scep_message_type=20).case())
    assert found is not None
    assert found.severity == "info"
    assert found.figures == {"pending": 1, "polls": 1, "transactions": 1}
