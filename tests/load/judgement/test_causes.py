"""The cause of a silence: only what the rules of the design bear out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from build import Made, ns, steady, stop

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement import pauses as search
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.evidence import describe_range, fits_pause
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import ServerLoad
from pcapinspect.settings import Limits, Settings


def storm(accepts: int, length: float = 15.0, overs: Sequence[float] = (50.0,)) -> ServerLoad:
    """So many accepts within each of `overs` seconds, then a stop; at last a quiet minute."""
    made = Made()
    begin = 0.0
    for over in overs:
        steady(made, begin, begin + over, over / accepts)
        stop(made, begin + over, length, callers=40, every=0.4)
        begin += over + length + 0.02
    steady(made, begin, begin + 60, 5)
    return made.analyse().servers[0]


def test_the_limit_and_fifteen_seconds_are_the_rate_limit() -> None:
    server = storm(accepts=80)
    assert [pause.cause for pause in server.pauses] == ["rate_limit"]
    assert server.verdict.cause == "rate_limit"
    assert any("80" in text for text in server.verdict.evidence_for)
    assert server.verdict.not_shown


def test_the_same_silence_after_half_the_limit_is_not() -> None:
    """The capture begins 50 s before: nobody can know what came in the ten before that."""
    server = storm(accepts=40)
    assert [pause.cause for pause in server.pauses] == ["insufficient"]
    assert server.verdict.cause == "insufficient"


def test_the_limit_and_a_minute_of_silence_are_an_outage() -> None:
    server = storm(accepts=80, length=60)
    assert [pause.cause for pause in server.pauses] == ["outage"]
    assert any("had been reached" in text for text in server.pauses[0].evidence_against)


def test_one_short_silence_far_from_the_limit_is_a_short_outage() -> None:
    made = Made()
    steady(made, 0, 120, 2)
    stop(made, 120, 12)
    steady(made, 132.02, 200, 2)
    (pause,) = made.analyse().servers[0].pauses
    assert pause.cause == "outage"
    assert pause.confidence < 0.8


def test_a_server_that_went_on_above_the_limit_was_not_stopped_by_it() -> None:
    """Three minutes of 200 accepts each, then one silence of 15 s, then 200 a minute again."""
    made = Made()
    steady(made, 0, 180, 0.3, clients=200)
    stop(made, 180, 15)
    steady(made, 195.02, 300, 0.3, clients=200)
    server = made.analyse().servers[0]
    assert [pause.cause for pause in server.pauses] == ["outage"]
    assert server.verdict.cause != "rate_limit"


def test_a_limit_of_other_numbers_is_one_when_it_is_regular() -> None:
    server = storm(accepts=40, length=10, overs=(20, 26, 17, 31, 22))
    assert {pause.cause for pause in server.pauses} == {"rate_limit"}
    assert server.estimate is not None
    assert server.estimate.limit is not None
    # The callers that waited are accepted at the end of each stop, and count.
    assert 35 <= server.estimate.limit <= 80
    assert server.estimate.pause is not None
    assert server.estimate.pause[0] <= 10 <= server.estimate.pause[1]
    assert any("80" in text for text in server.pauses[0].evidence_against)


def test_stops_that_come_every_minute_are_no_limit() -> None:
    """A timer, a backup or a flapping link: the count before each is the same only because the demand is."""
    server = storm(accepts=40, length=10, overs=(50,) * 6)
    assert server.pauses
    assert "rate_limit" not in {pause.cause for pause in server.pauses}
    assert server.verdict.cause != "rate_limit"


def test_fifteen_seconds_by_the_clock_are_no_limit_though_syns_add_up_to_it() -> None:
    """Every 30 s a silence of 15 s, for a demand of 60 a minute: with SYNs in vain more than 80 came in each."""
    made = Made()
    for turn in range(8):
        steady(made, turn * 30.0, turn * 30.0 + 15, 1)
        stop(made, turn * 30.0 + 15, 15, callers=15, every=1.0)
    steady(made, 240, 300, 2)
    server = made.analyse().servers[0]
    assert len(server.pauses) == 8
    assert "rate_limit" not in {pause.cause for pause in server.pauses}


def test_the_settings_decide_what_the_limit_is() -> None:
    made = Made()
    steady(made, 0, 20, 0.5)
    stop(made, 20, 6)
    steady(made, 26.02, 60, 2)
    (pause,) = made.analyse(Settings(limit=40, window=30, pause=6)).servers[0].pauses
    assert pause.cause == "rate_limit"


def test_a_server_that_never_answers_is_an_outage() -> None:
    made = Made()
    for number in range(8):
        made.unanswered(f"10.1.0.{number + 1}", number * 3.0)
    server = made.analyse().servers[0]
    assert [pause.cause for pause in server.pauses] == ["outage"]
    assert server.verdict.cause == "outage"


def test_a_capture_of_one_direction_shows_no_pause_of_the_server() -> None:
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=40, every=0.4)
    steady(made, 65.02, 100, 1)
    server = made.analyse(quality=CaptureQuality(one_way="to_server")).servers[0]
    assert {pause.cause for pause in server.pauses} == {"capture"}
    assert server.verdict.cause == "capture"


def test_a_capture_that_lost_much_is_not_called_throttled() -> None:
    made = Made()
    steady(made, 0, 50, 50 / 80)
    stop(made, 50, 15, callers=40, every=0.4)
    steady(made, 65.02, 100, 1)
    server = made.analyse(quality=CaptureQuality(established=100, synack_not_captured=40)).servers[0]
    assert server.verdict.cause == "capture"


def test_a_reader_that_stopped_shows_by_the_requests_that_waited() -> None:
    """A queue of ten hides most of the stop at 100 s, and how many the server had counted."""
    made = Made()
    for number in range(70):
        connection = made.answered(f"10.1.0.{number + 1}", 30 + number * 1.0)
        made.asked(connection, "GetNextCACert", 404)
    for number in range(10):
        connection = made.answered(f"10.3.0.{number + 1}", 100.3 + number, lasts=15.0)
        made.asked(connection, "GetNextCACert", 404, response_time=115.001)
    stop(made, 110.5, 4.5)
    steady(made, 115.02, 150, 1)
    (pause,) = made.analyse().servers[0].pauses
    assert (pause.cause, pause.confidence, pause.by_waiting) == ("rate_limit", 0.6, True)
    assert any("waited" in text for text in pause.evidence_for)
    assert pause.evidence_against == ("Only 60 were accepted in the 60 s before it: if it is a limit, it is below 80.",)
    assert "not known" in made.analyse().servers[0].verdict.sentence
    (lower,) = made.analyse(Settings(limit=60)).servers[0].pauses
    assert (lower.cause, lower.by_waiting) == ("rate_limit", False)


def test_each_pause_more_is_little_more_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What all pauses say together is asked once: with twice the pauses there is twice to ask, not four times."""
    asked = 0

    def counted(pause: Interval, limits: Limits) -> bool:
        nonlocal asked
        asked += 1
        return fits_pause(pause, limits)

    monkeypatch.setattr(search, "fits_pause", counted)
    work = []
    for pauses in (10, 20):
        asked = 0
        assert len(storm(accepts=80, overs=(50.0,) * pauses).pauses) == pauses
        work.append(asked)
    assert work[0] > 0
    assert work[1] <= 2.2 * work[0]


@pytest.mark.parametrize(
    ("at_least", "at_most", "fits"),
    [
        (14.2, 15.4, True),
        (2.0, None, True),
        (15.4, 16.0, True),
        (17.9, 22.0, True),
        (18.1, 22.0, False),
        (8.0, 12.1, True),
        (8.0, 11.9, False),
        (20, None, False),
    ],
)
def test_the_range_is_compared_with_the_pause(at_least: float, at_most: float | None, fits: bool) -> None:
    assert fits_pause(silence(at_least, at_most), Limits()) is fits


def test_ranges_are_said_as_they_are() -> None:
    assert describe_range(silence(14.25, 15.0)) == "14.2 to 15.0 s"
    assert describe_range(silence(9.96, 10.02)) == "10.0 s"
    assert describe_range(silence(3.0, None)) == "at least 3.0 s"


def silence(at_least: float, at_most: float | None) -> Interval:
    import numpy as np

    none = np.empty(0, np.int64)
    most = None if at_most is None else ns(at_most)
    return Interval(0, SECOND, 2 * SECOND, None, ns(at_least), most, none, none, 1, "silence", 0, 0)
