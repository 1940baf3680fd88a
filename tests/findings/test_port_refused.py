from __future__ import annotations

from pcapinspect.findings import port_refused, unreachable
from pcapinspect.tcp.connections import REFUSED, UNREACHABLE
from tests.findings.scene import Scene


def refusing(outcome: int, file: int = 0) -> Scene:
    scene = Scene()
    scene.attempt("10.0.0.1", {1: 0}, outcome=outcome, answer=(2, 0.01), file=file)
    return scene


def test_rst_is_refused_and_icmp_is_unreachable() -> None:
    assert unreachable.judge(refusing(REFUSED).case()) is None
    assert port_refused.judge(refusing(UNREACHABLE).case()) is None
    found = port_refused.judge(refusing(REFUSED).case())
    assert found is not None
    assert found.frames == ((0, 1), (0, 2))
    found = unreachable.judge(refusing(UNREACHABLE).case())
    assert found is not None
    assert found.frames == ((0, 1), (0, 2))


def test_a_server_that_refuses_several_and_accepts_nobody_is_critical() -> None:
    scene = refusing(REFUSED)
    found = port_refused.judge(scene.case())
    assert found is not None
    assert found.severity == "warning"  # one client may be a scanner
    scene.attempt("10.0.0.2", {3: 1}, outcome=REFUSED, answer=(4, 1.01))
    found = port_refused.judge(scene.case())
    assert found is not None
    assert found.severity == "critical"


def test_a_server_that_accepts_others_is_not_critical() -> None:
    scene = refusing(REFUSED)
    scene.attempt("10.0.0.2", {3: 1}, answer=(4, 1.01))
    found = port_refused.judge(scene.case())
    assert found is not None
    assert found.severity == "warning"
    assert found.figures["share"] == 0.5


def test_only_syns_are_cited_where_the_file_of_the_answer_is_not_known() -> None:
    analysis = refusing(REFUSED, file=1).analysis(files=2)
    found = port_refused.judge(analysis.cases[0])
    assert found is not None
    assert found.frames == ((1, 1),)
