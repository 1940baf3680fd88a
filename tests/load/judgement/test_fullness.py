"""Pauses that end when a connection closes."""

from __future__ import annotations

import numpy as np
import pytest
from build import Made, steady

from pcapinspect.load.judgement.fullness import Fullness, used_up
from pcapinspect.load.measures.concurrency import Open
from pcapinspect.load.model import ServerLoad


def full_house(room: int, rounds: int = 6, closes: bool = True) -> ServerLoad:
    """`room` connections of 8 s each; who asks while they are open is answered when they have closed."""
    made = Made()
    for turn in range(rounds):
        begin = turn * 30.0
        for number in range(room):
            made.answered(f"10.1.{turn}.{number + 1}", begin + number * 0.1, lasts=8.0 if closes else None)
        for number in range(2):
            asked = begin + 3 + number
            made.answered(f"10.2.{turn}.{number + 1}", begin + 8.0 + 0.2 * room + number, earlier=(asked, asked + 2))
    steady(made, rounds * 30.0, rounds * 30.0 + 60, 6)
    return made.analyse().servers[0]


def test_silences_of_a_full_server_are_its_connection_limit() -> None:
    server = full_house(5)
    assert {pause.cause for pause in server.pauses} == {"max_connections"}
    assert {pause.open_before for pause in server.pauses} == {5}
    assert server.verdict.cause == "max_connections"


def test_sixteen_is_a_limit_too() -> None:
    assert full_house(16).verdict.cause == "max_connections"


def test_another_number_is_a_limit_when_it_showed_often() -> None:
    server = full_house(11)
    assert {pause.cause for pause in server.pauses} == {"max_connections"}
    assert server.verdict.cause == "max_connections"
    assert server.verdict.confidence < full_house(5).verdict.confidence
    assert any("11 is estimated" in text for text in server.verdict.evidence_against)


def test_another_number_that_showed_seldom_is_none() -> None:
    """Connections that hang while a server is down are a number, too."""
    assert full_house(11, rounds=3).verdict.cause != "max_connections"
    assert full_house(16, rounds=3).verdict.cause == "max_connections"


def test_connections_that_do_not_close_explain_no_answer() -> None:
    assert full_house(5, rounds=1, closes=False).verdict.cause != "max_connections"


def test_a_queue_that_nobody_reads_is_no_connection_limit() -> None:
    """A reader that stops for 8 s, after another number each time; meanwhile 7 wait in the queue, and SYNs are dropped.
    The capture misses every tenth SYN/ACK and one end, so that how many were open is not known exactly."""
    made = Made()
    for turn in range(8):
        begin = turn * 40.0
        for number in range(6 + turn % 3):
            made.asked(made.answered(f"10.1.{turn}.{number + 1}", begin + number), "GetCACaps")
        for number in range(7):
            captured = number != 3
            waits = made.answered(
                f"10.3.{turn}.{number + 1}", begin + 12 + number * 0.1, lasts=8.0, synack_captured=captured
            )
            made.asked(waits, "GetCACaps", response_time=begin + 20.0)
        for number in range(3):
            asked = begin + 13 + number
            made.answered(f"10.2.{turn}.{number + 1}", begin + 21 + number, earlier=(asked, asked + 2, asked + 4))
    server = made.analyse().servers[0]
    assert server.pauses
    assert "max_connections" not in {pause.cause for pause in server.pauses}


def test_a_place_that_was_free_for_a_moment_parts_what_is_known_of_a_silence() -> None:
    """Five are open from 2.9 s on; one closes at 10 s, the answer to who takes its place is lost, and SYNs are in vain
    until 12.5 s: the server was full for 7.1 s, and again."""
    made = Made()
    for turn in range(6):
        begin = turn * 60.0
        for number, lasts in enumerate((7.49, 20.0, 20.0, 20.0, 20.0)):
            made.answered(f"10.1.{turn}.{number + 1}", begin + 2.5 + number * 0.1, lasts=lasts)
        for number, asked in enumerate([*(3 + 0.5 * n for n in range(14)), 10.5, 11.5, 12.5]):
            made.answered(f"10.2.{turn}.{number + 1}", begin + 26 + number, earlier=(begin + asked,))
        made.answered(f"10.3.{turn}.1", begin + 24.0, earlier=(begin + 10.2,))
    pauses = made.analyse().servers[0].pauses
    assert {pause.cause for pause in pauses} == {"max_connections"}
    for pause in pauses:
        assert pause.last_unanswered - pause.first_unanswered > 9 * 10**9
        assert 6 * 10**9 < pause.silence_at_least <= 7.1 * 10**9


def used(made: Made, most: int = 16) -> Fullness | None:
    (traffic,) = made.traffic()
    return used_up(traffic, Open(traffic), np.zeros(len(traffic.syn_time), np.bool_), most)


@pytest.mark.parametrize(("in_vain", "told"), [(3, True), (2, False)])
def test_three_syns_in_vain_show_a_room_of_five(in_vain: int, told: bool) -> None:
    """Five are open from 0.4 to 8 s. Who asks then is answered when one has closed; a hundred others find room."""
    made = Made()
    for number in range(5):
        made.answered(f"10.1.0.{number + 1}", number * 0.1, lasts=8.0)
    for number in range(in_vain):
        made.answered(f"10.2.0.{number + 1}", 9.0 + number * 0.2, earlier=(3.0 + number * 0.5,))
    steady(made, 20, 220, 2)
    found = used(made)
    assert (found is not None) is told
    if found is not None:
        assert (found.limit, found.estimated, found.exact) == (5, False, True)
        assert (found.dropped_full, found.dropped_free) == (1.0, 0.0)
        assert np.count_nonzero(found.room.full) == 3
        assert len(found.room.freed) == 108


@pytest.mark.parametrize(("room", "most", "estimated"), [(7, 7, False), (7, 16, None), (16, 3, False), (5, 3, False)])
def test_a_room_that_nobody_named_must_show_five_times(room: int, most: int, estimated: bool | None) -> None:
    """It shows twice here: that is enough for what IOS takes, or what the settings say."""
    made = Made()
    for turn in range(2):
        begin = turn * 30.0
        for number in range(room):
            made.answered(f"10.1.{turn}.{number + 1}", begin + number * 0.1, lasts=8.0)
        for number in range(3):
            asked = begin + 3 + number * 0.5
            made.answered(f"10.2.{turn}.{number + 1}", begin + 12.0 + number, earlier=(asked,))
    steady(made, 60, 160, 2)
    found = used(made, most)
    assert (None if found is None else found.estimated) == estimated
    if found is not None:
        assert (found.limit, found.exact) == (room, True)
