"""What looks like another cause, and small captures in which all failed."""

from __future__ import annotations

import numpy as np
import pytest
from build import SAID_NOTHING, Made, ns, steady

from pcapinspect.load.model import ServerLoad


def judged(made: Made) -> ServerLoad:
    return made.analyse().servers[0]


@pytest.mark.parametrize("served", [0, 60])
def test_who_is_answered_otherwise_at_once_is_no_flood_though_it_asks_only_once(served: int) -> None:
    made = Made()
    steady(made, 0, served * 2.0, 2)
    for number in range(15):
        made.answered_otherwise(f"10.5.0.{number + 1}", number * 8.0)
    verdict = judged(made).verdict
    assert (verdict.cause, verdict.explains) == ("stale_connections", 1.0)
    assert f"The server answered 15 of {15 + served} SYNs at once" in verdict.sentence


def look(made: Made, client: str, at: float, lasts: float, packets: int = 3) -> None:
    """A client opens a connection, sends so many packets but no request, and closes."""
    connection = made.answered(client, at, lasts=lasts)
    made.connections[connection] |= {"packets_up": 1 + packets, **SAID_NOTHING}


def test_who_only_tries_the_port_was_not_left_without_a_response() -> None:
    """A monitor, or telnet: handshake, FIN, the ACK of the server's. Nobody else called."""
    made = Made()
    for number in range(30):
        look(made, "10.5.0.1", number * 10.0, 1.5)
    server = judged(made)
    assert (server.verdict.cause, len(server.pauses)) == ("healthy", 0)
    assert server.ladder is not None
    assert server.ladder.fell["no_request"] == 30


def test_who_goes_on_sending_into_a_closed_window_was() -> None:
    made = Made()
    for number in range(30):
        look(made, f"10.5.0.{number + 1}", number * 10.0, 20.0, packets=9)
    assert judged(made).verdict.cause == "no_response"


@pytest.mark.parametrize(("status", "cause"), [(404, "healthy"), (501, "healthy"), (500, "error_responses")])
def test_not_implemented_is_a_legitimate_answer_to_getcacaps(status: int, cause: str) -> None:
    made = Made()
    for number in range(10):
        made.asked(made.answered(f"10.5.0.{number + 1}", number * 5.0), "GetCACaps", status)
        made.asked(made.answered(f"10.5.0.{number + 1}", number * 5.0 + 1), "GetCACert")
    assert judged(made).verdict.cause == cause


@pytest.mark.parametrize(("clients", "calls", "words"), [(1, 6, "1 client"), (7, 2, "7 clients")])
def test_answers_that_never_reach_some_clients_are_of_the_path(clients: int, calls: int, words: str) -> None:
    made = Made()
    steady(made, 0, 120, 2)
    for call in range(calls):
        for client in range(clients):
            made.half_open(f"10.5.0.{client + 1}", 40.0 * call + 3.3 * client)
    verdict = judged(made).verdict
    number = clients * calls
    assert (verdict.cause, verdict.explains) == ("path", 1.0)
    assert verdict.sentence == (
        f"The server answered {number} of {60 + number} attempts with SYN/ACK, and {words} never completed the "
        "handshake while others did: its answers do not reach the clients, or they reject them."
    )


def test_one_lost_handshake_of_each_is_not() -> None:
    """Every third client had one handshake that it could not complete, and completed others."""
    made = Made()
    steady(made, 0, 120, 2, clients=20)
    for client in range(6):
        made.half_open(f"10.1.0.{client + 1}", 150.0 + 20 * client)
    assert judged(made).verdict.cause != "path"


@pytest.mark.parametrize(("attempts", "cause"), [(2, "insufficient"), (3, "no_response"), (4, "no_response")])
def test_of_few_attempts_it_is_told_when_all_fell(attempts: int, cause: str) -> None:
    made = Made()
    for number in range(attempts):
        unacknowledged(made, number)
    assert judged(made).verdict.cause == cause


def test_of_few_attempts_one_that_was_served_leaves_it_open() -> None:
    made = Made()
    for number in range(3):
        unacknowledged(made, number)
    made.asked(made.answered("10.5.0.1", 60.0), "GetCACert")
    assert judged(made).verdict.cause == "insufficient"


def unacknowledged(made: Made, number: int) -> None:
    """A connection whose small request was sent five times, and never acknowledged."""
    connection = made.answered(f"10.5.0.{number + 1}", number * 9.0, lasts=8.0)
    made.connections[connection] |= {
        "first_up": ns(number * 9.0 + 0.02),
        "sent_up": 150,
        "acked_up": 0,
        "unacked_up": 150,
        "unacked_up_sent": 5,
        "bytes_down": 0,
        "packets_down": 1,
    }


def test_an_outage_that_few_met_is_told_by_its_likes() -> None:
    """Both of 8 s; four attempts met the first, eight the second. The limit was far."""
    made = Made()
    for begin, end in ((0, 60), (68, 130), (138, 200)):
        steady(made, begin, end, 1.5)
    for begin, number in ((60.0, 4), (130.0, 8)):
        for caller in range(number):
            made.unanswered(f"10.1.0.{caller + 1}", begin + 0.3 + caller * 7 / number, (0.0,))
    server = judged(made)
    assert [pause.cause for pause in server.pauses] == ["outage", "outage"]
    assert server.pauses[0].confidence < server.pauses[1].confidence
    assert server.verdict.explains == 1.0


def test_every_other_attempt_at_a_steady_demand_is_no_policer() -> None:
    """As of one of two servers that is down. A bucket that fills with 4 to 6 a minute would have dropped the same, and
    passed each of the others with the same part of a token."""
    made = Made()
    for number in range(60):
        client = f"10.5.0.{number // 2 * 3 % 20 + 1}"
        if number % 2:
            made.unanswered(client, number * 4.0)
        else:
            made.asked(made.answered(client, number * 4.0), "GetCACert")
    verdict = judged(made).verdict
    assert verdict.cause == "selective_drop"
    assert not any("policer" in said or "bucket" in said for said in (verdict.sentence, *verdict.evidence_for))


STOPS = ((60.0, 75.0), (150.0, 165.0), (300.0, 315.0))
"""When one of two listeners takes nobody."""


@pytest.mark.parametrize(("seed", "every"), [(0, 0.7), (3, 0.7), (1, 0.5), (3, 0.25)])
def test_while_every_other_syn_is_dropped_a_few_in_a_row_are_no_pause(seed: int, every: float) -> None:
    """Kernels ask again after 1, 3, 7 and 15 s, and the listener takes them when it goes on."""
    made, random = Made(), np.random.default_rng(seed)
    for number in range(round(420 / every)):
        at = number * every
        client = f"10.5.0.{random.integers(1, 41)}"
        stop = next((end for begin, end in STOPS if begin < at < end), None)
        if stop is not None and random.random() < 0.5:
            times = [at + offset for offset in (0.0, 1.0, 3.0, 7.0, 15.0)]
            taken = next(time for time in times if time >= stop)
            connection = made.answered(client, taken, earlier=[time for time in times if time < stop])
        else:
            connection = made.answered(client, at)
        made.asked(connection, "GetCACert")
        made.connections[connection] |= {"data_up": 1, "data_down": 1}
    server = judged(made)
    assert server.verdict.cause == "selective_drop"
    assert server.verdict.explains == 1.0
    assert len(server.pauses) <= 1


def test_a_silence_among_dropped_syns_is_still_one() -> None:
    """Every third attempt needs a second SYN; for 30 s nobody is answered."""
    made = Made()
    for number in range(300):
        at, client = number * 0.7, f"10.5.0.{number * 7 % 40 + 1}"
        if 100 < at < 130:
            made.unanswered(client, at, [offset for offset in (0.0, 1.0, 3.0, 7.0, 15.0) if at + offset < 130])
        elif number % 3:
            made.answered(client, at)
        else:
            made.answered(client, at + 1, earlier=(at,))
    (pause,) = judged(made).pauses
    assert pause.cause == "outage"
    assert 25e9 < pause.silence_at_least < 30e9
