"""The verdict on a server."""

from __future__ import annotations

import heapq

from build import Made, steady, stop

from pcapinspect.clock import SECOND
from pcapinspect.load.causes import CAUSES
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import Verdict


def verdict(made: Made, quality: CaptureQuality | None = None) -> Verdict:
    found = made.analyse(quality=quality).servers[0].verdict
    assert found.cause in CAUSES
    assert 0 < found.confidence <= 1
    assert found.sentence.endswith(".")
    return found


def test_a_server_that_answers_everybody_is_healthy() -> None:
    made = Made()
    steady(made, 0, 120, 1)
    assert verdict(made).cause == "healthy"


def test_a_few_attempts_are_too_few() -> None:
    made = Made()
    steady(made, 0, 3, 1)
    assert verdict(made).cause == "insufficient"


def test_more_than_the_limit_without_a_pause_is_no_ios_limit() -> None:
    made = Made()
    steady(made, 0, 120, 0.5, clients=200)
    found = verdict(made)
    assert found.cause == "over_limit_unthrottled"
    assert "120" in found.sentence


def test_a_rolling_minute_over_the_limit_does_not_exclude_a_fixed_one() -> None:
    """Fifty in the last minute of an hour, fifty in the first of the next: a hundred in 60 s, fifty in each minute."""
    made = Made()
    for begin in (30.0, 60.0):
        steady(made, begin, begin + 30, 0.6, clients=100)
    found = verdict(made)
    assert found.cause == "over_limit_unthrottled"
    assert "has no limit" not in found.sentence
    assert found.confidence < 0.9
    assert any("fixed" in text for text in found.evidence_against)


def test_counts_of_a_clock_that_jumped_do_not_exclude_the_limit() -> None:
    """The same accepts as of a server without a limit: two minutes that the clock showed as one look like that."""
    made = Made()
    steady(made, 0, 120, 0.5, clients=200)
    found = verdict(made, CaptureQuality(clock_jumps=1))
    assert found.cause == "over_limit_unthrottled"
    assert found.confidence <= 0.6
    assert "a limit of 80 did not show" in found.sentence
    assert any("clock jumped" in text for text in found.evidence_against)


def test_two_counts_that_fit_are_both_in_the_headline() -> None:
    """10 s after each forty accepts; whoever asks in vain gives up, so that forty are all that come in between."""
    made = Made()
    begin = 0.0
    for spacing in (0.52, 0.58, 0.52, 0.55, 0.58, 0.53, 0.57, 0.52):
        last = begin + 39 * spacing
        steady(made, begin, last + spacing, spacing)
        for number in range(20):
            made.unanswered(f"10.1.0.{number + 1}", last + 0.1 + number * 0.4, (0.0, 2.0))
        begin = last + 10.1
    steady(made, begin, begin + 60, 5)
    found = verdict(made)
    assert found.cause == "rate_limit"
    assert "after about 80 or about 40 connections in 60 s" in found.sentence


def test_a_short_outage_is_not_said_to_be_long() -> None:
    made = Made()
    steady(made, 0, 120, 2)
    stop(made, 120, 12)
    steady(made, 132.02, 200, 2)
    found = verdict(made)
    assert found.cause == "outage"
    assert "longer" not in found.sentence


def test_late_answers_are_told_with_it() -> None:
    made = Made()
    for number in range(200):
        connection = made.answered(f"10.1.0.{number + 1}", number * 0.5, lasts=15.0)
        late = 90 <= number < 100
        made.asked(connection, "GetCACert", response_time=number * 0.5 + (14.0 if late else 0.03))
    (pause,) = made.analyse().servers[0].pauses
    assert (pause.form, pause.cause, pause.unanswered_attempts) == ("waiting", "no_response", 10)
    assert pause.silence_at_most is not None
    assert pause.silence_at_least <= 5 * SECOND <= pause.silence_at_most
    found = verdict(made)
    assert found.cause == "no_response"
    assert "10 requests waited" in found.sentence


def test_lost_syns_between_answers_are_loss() -> None:
    made = Made()
    steady(made, 0, 100, 2)
    for number in range(6):
        made.answered(f"10.2.0.{number + 1}", 12 + number * 15.0, earlier=(10 + number * 15.0,))
    assert verdict(made).cause == "loss"


def test_a_policer_is_told_by_its_rate_and_burst() -> None:
    """One SYN every 0.75 s passes, as with a packet limit of 80 a minute: nobody paused."""
    made = Made()
    tokens, before = 20.0, 0.0
    asking = [(number * 0.3, number, 0) for number in range(300)]
    lost: dict[int, list[float]] = {number: [] for number in range(300)}
    while asking:
        now, number, tries = heapq.heappop(asking)
        tokens, before = min(20.0, tokens + (now - before) / 0.75), now
        client = f"10.1.{number // 250}.{number % 250 + 1}"
        if tokens >= 1:
            tokens -= 1
            made.answered(client, now, earlier=lost[number])
        elif tries < 3:
            lost[number].append(now)
            heapq.heappush(asking, (now + 2.0 ** (tries + 1), number, tries + 1))
        else:
            made.unanswered(client, lost[number][0], [time - lost[number][0] for time in (*lost[number], now)])
    found = verdict(made)
    assert found.cause == "selective_drop"
    assert "as by a policer of 73 to 81 a minute with a burst of 20" in found.sentence
    assert any("how IOS counts is not public" in text for text in found.evidence_for)
    assert made.analyse().servers[0].pauses == ()


def test_refusals_are_refused_even_for_a_while() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(15):
        made.refused(f"10.2.0.{number + 1}", 60 + number)
    steady(made, 75, 120, 1)
    found = verdict(made)
    assert found.cause == "refused"
    (pause,) = made.analyse().servers[0].pauses
    assert (pause.form, pause.cause, pause.unanswered_attempts) == ("reset", "refused", 15)


def test_a_client_that_is_never_answered_is_blocked() -> None:
    made = Made()
    steady(made, 0, 180, 2)
    for number in range(4):
        made.unanswered("10.2.0.1", 5 + number * 45.0)
    found = verdict(made)
    assert found.cause == "blocked_client"
    assert found.sentence.startswith("1 client got")


def test_a_capture_that_lost_synacks_is_to_blame() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    quality = CaptureQuality(established=60, synack_not_captured=6)
    assert verdict(made, quality).cause == "capture"


def test_a_pause_outweighs_what_was_lost_beside_it() -> None:
    made = Made()
    steady(made, 0, 50, 50 / 80)
    made.answered("10.2.9.1", 21, earlier=(19,))
    stop(made, 50, 15, callers=40, every=0.4)
    steady(made, 65.02, 120, 1)
    assert verdict(made).cause == "rate_limit"


def test_a_limit_that_explains_less_than_is_left_is_not_the_verdict() -> None:
    """Six silences of 8 s; before the last the limit happened to be reached, and it lasted 15 s."""
    made = Made()
    for turn in range(6):
        begin = turn * 70.0
        steady(made, begin, begin + 50, 2)
        stop(made, begin + 50, 8)
    steady(made, 490, 540, 50 / 80)
    stop(made, 540, 15)
    steady(made, 555.02, 600, 2)
    assert [pause.cause for pause in made.analyse().servers[0].pauses][-1] == "rate_limit"
    assert verdict(made).cause != "rate_limit"
