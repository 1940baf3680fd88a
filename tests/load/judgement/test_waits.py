"""Pauses behind a queue: every SYN is answered, and no request."""

from __future__ import annotations

import pytest
from build import Made, ns

from pcapinspect.load.model import Pause, ServerLoad


def queued(made: Made, begin: float, end: float, every: float, *, answered: bool = True) -> None:
    """Who asks from `begin` on is accepted at once, and answered when the server goes on at `end`."""
    for number in range(round((end - begin) / every)):
        start = begin + number * every
        connection = made.answered(f"10.4.{number // 250}.{number % 250 + 1}", start, lasts=end - start + 1)
        made.asked(connection, "GetNextCACert", 404 if answered else None, response_time=end + 0.01 * number)


def served(made: Made, begin: float, end: float, every: float) -> None:
    for number in range(round((end - begin) / every)):
        client = f"10.1.{number // 250}.{number % 250 + 1}"
        made.asked(made.answered(client, begin + number * every), "GetCACert")


def stopped_for(length: float, *, answered: bool = True, callers: float = 0.5) -> ServerLoad:
    """Eighty in 50 s, then nobody for so long, then one every second."""
    made = Made()
    served(made, 0, 50, 50 / 80)
    queued(made, 50.0, 50.0 + length, callers, answered=answered)
    served(made, 51.0 + length, 120 + length, 1.0)
    return made.analyse().servers[0]


def only(server: ServerLoad) -> Pause:
    (pause,) = server.pauses
    return pause


def test_a_stop_behind_a_queue_is_a_pause_after_the_limit() -> None:
    server = stopped_for(15)
    pause = only(server)
    assert (pause.form, pause.cause, pause.unanswered_syns) == ("waiting", "rate_limit", 0)
    assert pause.unanswered_attempts == 29  # the last of thirty waited for half a second
    assert pause.accepted_before_60s == 80
    assert pause.silence_at_most is not None
    assert pause.silence_at_least <= 15 * 10**9 <= pause.silence_at_most
    assert pause.silence_at_most - pause.silence_at_least < 3 * 10**9
    assert server.verdict.cause == "rate_limit"
    assert server.verdict.sentence == (
        "The server accepted everybody and answered nobody once, after about 80 connections in 60 s, for a time that "
        "15 s fits: the pattern of the IOS rate limit."
    )


@pytest.mark.parametrize(("length", "pauses"), [(2.9, 0), (3.5, 1)])
def test_a_shorter_wait_is_a_busy_server(length: float, pauses: int) -> None:
    assert len(stopped_for(length, callers=0.2).pauses) == pauses


def test_requests_that_are_never_answered_bound_it_by_themselves_alone() -> None:
    """Nobody knows how long the server would have been silent to somebody else."""
    pause = only(stopped_for(30, answered=False))
    assert pause.form == "waiting"
    assert pause.silence_at_least == ns(29.5)
    assert pause.cause == "no_response"


def test_one_slow_request_beside_others_is_no_pause() -> None:
    made = Made()
    served(made, 0, 60, 0.5)
    slow = made.answered("10.5.0.1", 20.2, lasts=10.0)
    made.asked(slow, "PKIOperation", response_time=29.4)
    server = made.analyse().servers[0]
    assert server.pauses == ()
    assert server.verdict.cause != "no_response"


def test_who_only_holds_a_connection_does_not_wait() -> None:
    made = Made()
    served(made, 0, 30, 1)
    for number in range(12):
        made.answered(f"10.6.0.{number + 1}", 31 + number, lasts=20.0)
    served(made, 60, 90, 1)
    assert made.analyse().servers[0].verdict.cause == "healthy"


def test_frames_are_of_the_requests_that_waited() -> None:
    pause = only(stopped_for(15))
    assert pause.last_answer is not None
    assert len(pause.frames) >= 2
