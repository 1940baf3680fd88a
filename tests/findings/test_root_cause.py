from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pcapinspect.clock import iso
from pcapinspect.evidence.configuration import read_configuration
from pcapinspect.findings import root_cause
from pcapinspect.findings.case import Case
from pcapinspect.findings.finding import Finding
from tests.findings.scene import Scene, at, pause

DAY = 86_400

CONFIGURATION = """\
hostname CA-1
crypto pki server CA-1
 lifetime certificate 600
 lifetime ca-certificate 1825
 auto-rollover 30
crypto pki trustpoint TP
 enrollment url http://192.0.2.1:80
 auto-enroll 70
"""


def loop(status: int, times: int = 3, operation: str = "GetNextCACert") -> Scene:
    scene = Scene()
    for number in range(times):
        frame, time = 10 * number + 1, 20.0 * number
        connection = scene.attempt("10.0.0.1", {frame: time}, answer=(frame + 1, time + 0.01))
        request, response = (frame + 2, time + 0.02), (frame + 3, time + 0.05)
        scene.exchange(connection, request, response, status=status, operation=operation)
    return scene


def judged(scene: Scene, **server: object) -> Finding | None:
    return root_cause.judge(scene.case(**server))


def test_only_a_loop_of_refused_rollover_requests_has_this_cause() -> None:
    assert judged(loop(200)) is None
    assert judged(loop(404, operation="GetCACaps")) is None
    assert judged(loop(404, times=1)) is None
    assert judged(loop(500)) is None


def test_traffic_alone_leaves_an_assumption() -> None:
    found = judged(loop(404))
    assert found is not None
    assert found.figures["verdict"] == "assumed"
    assert found.severity == "warning"
    assert found.confidence < 0.9
    assert any("--config" in sentence for sentence in found.not_shown)


def test_beside_a_pause_it_is_critical() -> None:
    found = judged(loop(404), pauses=(pause(10, 22, "rate_limit"),))
    assert found is not None
    assert found.severity == "critical"


def with_show_output(tmp_path: Path, days_to_expiry: int) -> Case:
    """The note's configuration, and a CA certificate that ends so many days after the capture."""
    expiry = at(days_to_expiry * DAY)
    moment = iso(expiry, digits=0)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    shown = f"{moment[11:19]} UTC {months[int(moment[5:7]) - 1]} {int(moment[8:10])} {moment[:4]}"
    text = CONFIGURATION + "CA-1#show crypto pki server\nCertificate Server CA-1:\n    Status: enabled\n"
    text += f"    CA certificate expiration timer: {shown}\n    Auto-Rollover configured, overlap period 30 days\n"
    path = tmp_path / "ca.txt"
    path.write_text(text)
    configuration = read_configuration([str(path)])
    return replace(loop(404).analysis(), configuration=configuration).cases[0]


def test_the_timers_of_the_note_make_a_window_around_the_capture(tmp_path: Path) -> None:
    found = root_cause.judge(with_show_output(tmp_path, days_to_expiry=100))
    assert found is not None
    assert found.figures["verdict"] == "inside_window"
    assert found.confidence > 0.9
    assert found.figures["auto_rollover_days_needed"] == 180  # (1 - 0.7) x 600 days
    assert found.figures["window_to"] == iso(at(70 * DAY), digits=0)
    assert any("auto-rollover 180" in step for step in found.remedy)
    assert any("crypto pki server CA-1" in step for step in found.remedy)


def test_a_capture_outside_of_the_window_is_a_misfit(tmp_path: Path) -> None:
    found = root_cause.judge(with_show_output(tmp_path, days_to_expiry=20))
    assert found is not None
    assert found.figures["verdict"] == "outside_window"
    assert "do not fit" in found.title
    assert found.severity == "warning"
