from __future__ import annotations

from pcapinspect.findings import late_answers
from pcapinspect.load.measures.quality import CaptureQuality
from tests.findings.scene import Scene


def scene(*latencies: float | None, acknowledged: bool = True, again: int = 0) -> Scene:
    """One connection for each latency, None: no response. `again`: packets with data that were sent again."""
    made = Scene()
    for number, latency in enumerate(latencies):
        frame, begin = 10 * number, 100.0 * number
        connection = made.attempt(f"10.0.0.{number + 1}", {frame + 1: begin}, answer=(frame + 2, begin + 0.01))
        acked = 80 if acknowledged else 0
        made.rows[-1] |= {"sent_up": 80, "bytes_up": 80, "acked_up": acked, "again_up": again, "packets_down": 2}
        answer = None if latency is None else (frame + 9, begin + 1 + latency)
        made.exchange(connection, (frame + 3, begin + 1), answer, request_complete=True)
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


def test_no_response_counts_only_where_the_request_was_delivered() -> None:
    found = late_answers.judge(scene(None).case())
    assert found is not None
    assert found.figures["without_response"] == 1
    assert found.frames == ((0, 3),)
    assert late_answers.judge(scene(None, acknowledged=False).case()) is None


def test_a_slow_web_server_is_not_worth_a_warning() -> None:
    found = late_answers.judge(scene(14.9, 9.0, 5.0).case())
    assert found is not None
    assert found.severity == "warning"
    found = late_answers.judge(scene(14.9, 9.0, 5.0).case(kind="http"))
    assert found is not None
    assert found.severity == "notice"


def test_a_clock_that_jumped_takes_confidence() -> None:
    found = late_answers.judge(scene(3600).case(quality=CaptureQuality(clock_jumps=1)))
    assert found is not None
    assert found.confidence < 0.5


def test_where_data_was_sent_again_the_server_is_not_to_blame() -> None:
    """The request itself was lost, and answered at once when it came."""
    found = late_answers.judge(scene(6.1, 3.4, 7.0, again=1).case())
    assert found is not None
    assert found.figures["late_with_retransmissions"] == 3
    assert "data was sent again: packets were lost there" in found.explanation
    assert "overloaded" not in found.explanation
    assert found.remedy == (late_answers.ON_THE_PATH,)


def test_one_slow_answer_is_no_overload() -> None:
    found = late_answers.judge(scene(9.0, *[0.01] * 9).case())
    assert found is not None
    assert found.severity == "notice"
    assert found.explanation.endswith("So few may each have a reason of their own.")


def test_what_waited_and_what_got_nothing_are_told_apart() -> None:
    found = late_answers.judge(scene(9.0, 8.0, None, None).case())
    assert found is not None
    assert found.title == "192.0.2.1:80: 2 requests waited more than 3 s, up to 9 s, 2 requests got no response"
    assert "Inferred: 2 waited and 2 got nothing although the request had arrived." in found.explanation
