from __future__ import annotations

import pytest

from pcapinspect.findings import error_responses
from pcapinspect.findings.finding import Finding
from tests.findings.scene import Scene


def found(*asked: tuple[str | None, int], kind: str = "pki") -> Finding | None:
    """What is found where these (operation, status) were asked, one a connection."""
    scene = Scene()
    for number, (operation, status) in enumerate(asked):
        frame, second = 10 * number, 5.0 * number
        connection = scene.attempt("10.0.0.1", {frame + 1: second}, answer=(frame + 2, second + 0.01))
        scene.exchange(
            connection, (frame + 3, second + 1), (frame + 4, second + 1.1), operation=operation, status=status
        )
    return error_responses.judge(scene.case(kind=kind))


def test_a_server_that_fails_its_clients_is_told_by_operation_and_status() -> None:
    finding = found(*[("PKIOperation", 503)] * 3, (None, 500), ("PKIOperation", 200))
    assert finding is not None
    assert finding.severity == "warning"
    assert finding.title == "192.0.2.1:80 answered 4 requests with 500 and 503 (80 % of its exchanges)"
    assert "503 to PKIOperation (3) and 500 to other requests" in finding.explanation
    assert finding.frames[:2] == ((0, 3), (0, 4))
    assert len(finding.frames) == 8


def test_few_errors_are_a_notice_of_a_pki_server_only() -> None:
    asked = [("PKIOperation", 500), *[("PKIOperation", 200)] * 9]
    finding = found(*asked)
    assert finding is not None
    assert finding.severity == "notice"
    assert found((None, 404), *[(None, 200)] * 9, kind="http") is None


def test_what_cannot_be_told_by_its_operation_is_told_of_any_server() -> None:
    finding = found(*[(None, 404)] * 9, (None, 200), kind="http")
    assert finding is not None
    assert finding.severity == "warning"


@pytest.mark.parametrize("asked", [("GetNextCACert", 404), ("GetCACaps", 404), ("PKIOperation", 302)])
def test_what_another_finding_tells_or_means_something_else_is_left_out(asked: tuple[str, int]) -> None:
    assert found(*[asked] * 5) is None


def test_a_server_error_to_getcacaps_is_one() -> None:
    assert found(("GetCACaps", 500)) is not None


def test_overload_is_told_as_such_and_never_as_a_certificate_that_is_missing() -> None:
    asked = [("GetNextCACert", 429)] * 6 + [("GetCACert", 429)] * 3 + [("GetCACert", 200)]
    finding = found(*asked)
    assert finding is not None
    assert finding.severity == "warning"
    assert finding.figures["overload"] == 9
    assert "429 is the answer of a limit on requests" in finding.explanation
    assert "several operations alike, and says nothing of any certificate" in finding.explanation
    assert not any("show crypto" in step for step in finding.remedy)


def test_a_gateway_that_fails_now_and_then_is_no_overload() -> None:
    finding = found(("PKIOperation", 502), *[("PKIOperation", 200)] * 25)
    assert finding is not None
    assert finding.severity == "notice"
    assert "overload" not in finding.explanation
    assert "show crypto pki server" in finding.remedy[0]


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ([("GetNextCACert", 404)] * 3 + [("GetCACert", 200)], 3),
        ([("GetNextCACert", 404)] * 3 + [("GetCACert", 404)], 0),
        ([("GetNextCACert", 503)] * 3 + [("GetCACert", 200)], 0),
        ([("GetNextCACert", 404), ("GetNextCACert", 429), ("PKIOperation", 429)], 1),
        ([("GetNextCACert", 404), ("GetCACaps", 404), (None, 404)], 1),
        ([("GetNextCACert", 500)] * 2 + [("GetCACert", 200)] * 2, 2),
    ],
)
def test_only_an_error_of_its_own_says_that_there_is_no_next_certificate(
    asked: list[tuple[str | None, int]], refused: int
) -> None:
    scene = Scene()
    for number, (operation, status) in enumerate(asked):
        connection = scene.attempt("10.0.0.1", {10 * number + 1: 5.0 * number}, answer=(10 * number + 2, 5.0 * number))
        frames = (10 * number + 3, 5.0 * number + 1), (10 * number + 4, 5.0 * number + 1.1)
        scene.exchange(connection, *frames, operation=operation, status=status)
    assert int(scene.case().failed_polls.sum()) == refused
