from __future__ import annotations

from pcapinspect.findings import client_blocked
from pcapinspect.tcp.connections import UNANSWERED
from tests.findings.scene import Scene, pause


def scene(others_at: tuple[float, ...] = (0, 1, 3, 8, 20, 21, 22, 23, 24, 25, 26)) -> Scene:
    made = Scene()
    for number, time in enumerate(others_at):
        made.attempt(f"10.0.1.{number + 1}", {100 + 2 * number: time}, answer=(101 + 2 * number, time + 0.01))
    made.attempt("10.0.0.66", {1: 2, 2: 4, 3: 8.5, 4: 16}, outcome=UNANSWERED)
    return made


def test_a_client_without_answers_among_others_with_answers() -> None:
    found = client_blocked.judge(scene().case())
    assert found is not None
    assert found.figures["clients"] == 1
    assert found.figures["syns"] == 4
    assert found.frames == ((0, 1), (0, 2), (0, 3), (0, 4))
    assert "10.0.0.66" in found.explanation
    assert found.confidence == 0.99  # others: none of 11 SYNs lost, taken as 1 of 13; 12 clients x (1/13)^4 is 0.0004


def test_nobody_was_answered_meanwhile() -> None:
    assert client_blocked.judge(scene(others_at=(0, 1, 20)).case()) is None


def test_a_pause_hits_everybody() -> None:
    assert client_blocked.judge(scene().case(pauses=(pause(1.5, 16, "insufficient"),))) is None


def test_two_syns_are_too_few() -> None:
    made = scene()
    made.rows[-1]["syn_packets"] = 2
    assert client_blocked.judge(made.case()) is None


def test_a_client_that_was_answered_once_is_not_blocked() -> None:
    made = scene()
    made.attempt("10.0.0.66", {200: 30}, answer=(201, 30.01))
    assert client_blocked.judge(made.case()) is None


def test_where_others_lose_as_much_nobody_is_blocked() -> None:
    made = scene()
    for number in range(30):
        syns = {300 + 10 * number + n: 30.0 + number + n for n in range(4)}
        made.attempt(f"10.0.2.{number + 1}", syns, answer=(309 + 10 * number, 34.0 + number))
    # 90 of 131 SYNs of the others went unanswered: four in a row are no surprise for one of 42 clients.
    assert client_blocked.judge(made.case()) is None
