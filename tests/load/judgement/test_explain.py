"""What each cause says of a whole server: all of it, just below and just above each border."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from shown import CLASSES, counted, fallen, met, pause, seen, server, told, which

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement.bounds import Interval, Room
from pcapinspect.load.judgement.causes import (
    blocked_client,
    capture,
    error_responses,
    insufficient,
    loss,
    max_connections,
    no_response,
    outage,
    path,
    path_mtu,
    rate_limit,
    refused,
    stale_connections,
)
from pcapinspect.load.judgement.control import Control
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, PauseCause
from pcapinspect.load.judgement.fullness import Fullness
from pcapinspect.load.judgement.strangers import Strangers
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.measures.traffic import UNANSWERED
from pcapinspect.load.model import (
    NO_REQUEST,
    NO_RESPONSE,
    NOT_DELIVERED,
    PENDING,
    RESET,
    Estimate,
)
from pcapinspect.points.between import LOST, NOT_LOST
from pcapinspect.tcp.connections import HALF_OPEN, REFUSED

SERVER = server()
"""A hundred attempts, one each two seconds, all answered."""

NOTHING = Caused(())


def grave(one: Explanation | None) -> bool:
    assert one is not None
    return one.grave


def caused(evidence: Evidence, *causes: PauseCause) -> Caused:
    return Caused(causes, evidence.pauses)


# stale_connections


def stale(number: int, healed: int = 0, attempts: int = 100) -> Explanation | None:
    evidence = seen(
        server(attempts),
        otherwise=dict.fromkeys(range(number), 5),
        accepted=dict.fromkeys(range(healed, number), False),
    )
    return stale_connections.explain(evidence, NOTHING)


def test_stale_connections_in_words() -> None:
    said = (
        "The server answered 7 of 100 SYNs at once, but with something else than SYN/ACK or RST, as it does while it "
        "still holds an older connection on the same addresses and ports."
    )
    up = ("The server was heard at once: it is up, and no packet was lost.",)
    assert told(stale(7)) == (7, 0.9, f"{said} None of them came in.", up, (), 0, True)
    assert told(stale(7, healed=3)) == (7, 0.9, f"{said} 3 of them came in later.", up, (), 0, True)
    assert stale(0) is None


@pytest.mark.parametrize(
    ("number", "attempts", "expected"), [(5, 100, True), (4, 100, False), (2, 20, True), (1, 10, False)]
)
def test_a_twentieth_of_stale_connections_and_two_are_grave(number: int, attempts: int, expected: bool) -> None:
    assert grave(stale(number, attempts=attempts)) is expected


# blocked_client


def blocked(clients: int, gone: int, away: int = 0) -> Explanation | None:
    """Clients 0, 1, ... of fifty, each of two attempts, at 2 and 102 s and so on."""
    evidence = SERVER
    syns = np.isin(evidence.traffic.client[evidence.traffic.syn_attempt], np.arange(clients))
    nobody = np.zeros(len(syns), np.bool_)
    found = Strangers(syns, nobody, np.arange(clients), np.arange(gone), syns, 0)
    evidence = fallen(replace(evidence, strangers=found), vain=range(100))
    return blocked_client.explain(seen(evidence, turned_away=dict.fromkeys(range(away), 7)), NOTHING)


def test_blocked_clients_in_words() -> None:
    assert blocked(0, 0) is None
    said = (
        "got no answer to {} SYNs while the server answered others: an access list, a route or a firewall's table, not "
        "a pause."
    )
    between = ("Others were answered between their SYNs.",)
    assert told(blocked(1, 0)) == (2, 0.9, "1 client " + said.format(2), between, (), 0, True)
    assert told(blocked(3, 0, away=2)) == (
        6,
        0.9,
        "3 clients " + said.format(6),
        between,
        ("2 attempts got a RST or an ICMP error instead.",),
        0,
        True,
    )
    first = "1970-01-01T00:00:00Z"
    assert told(blocked(3, 1)) == (
        6,
        0.9,
        "3 clients " + said.format(6) + f" 1 of them had been served before, the first until {first}.",
        between,
        (),
        0,
        True,
    )
    assert told(blocked(2, 2)) == (
        4,
        0.9,
        "2 clients " + said.format(4) + f" All had been served before; the first is not from {first} on.",
        between,
        (),
        0,
        True,
    )


# path_mtu


def holes(sizes: tuple[int, ...], passed: int = 0, sent: int = 6, attempts: int = 100) -> Explanation | None:
    """Segments of these sizes that never got through; elsewhere one of so many bytes did."""
    rows = range(len(sizes))
    evidence = fallen(server(attempts), unserved=rows)
    evidence = seen(
        evidence,
        stuck_bytes=dict(enumerate(sizes)),
        stuck_sent=dict.fromkeys(rows, sent),
        fell=dict.fromkeys(rows, NOT_DELIVERED),
        passed_bytes={90: passed, 0: 3000},
    )
    return path_mtu.explain(evidence, NOTHING)


def test_black_holes_in_words() -> None:
    said = (
        "stopped at full-size segments that never arrive, while small ones pass: a path MTU black hole, which neither "
        "the server nor the capture is to blame for."
    )
    assert told(holes((1460, 1400, 1300))) == (
        3,
        0.95,
        f"3 connections {said}",
        ("Segments of 1,400 bytes were sent 6 times and never acknowledged.", "No segment as large passed."),
        (),
        0,
        True,
    )
    assert told(holes((1460, 1300), passed=1299)) == (
        2,
        0.95,
        f"2 connections {said}",
        (
            "Segments of 1,380 bytes were sent 6 times and never acknowledged.",
            "The largest that was acknowledged has 1,299 bytes.",
        ),
        (),
        0,
        True,
    )
    assert told(holes((1300,), passed=1300, sent=0)) == (
        1,
        0.85,
        f"1 connection {said}",
        (
            "1,300 bytes never arrive at the capture point and are never acknowledged, while what follows does.",
            "The largest that was acknowledged has 1,300 bytes.",
        ),
        ("Segments of up to 1,300 bytes were acknowledged elsewhere: not every path is hit.",),
        0,
        False,
    )
    assert holes(()) is None


@pytest.mark.parametrize(
    ("size", "sent", "stuck"), [(900, 3, True), (899, 3, False), (900, 2, False), (900, 1, False), (900, 0, True)]
)
def test_only_a_large_segment_sent_again_and_again_is_stuck(size: int, sent: int, stuck: bool) -> None:
    assert (holes((size,), sent=sent) is not None) is stuck


# path


def between(kinds: list[int], attempts: int = 100) -> Explanation | None:
    """The first attempts lost these (LOST) between two points."""
    evidence = server(attempts)
    lost = np.full(attempts, NOT_LOST, np.uint8)
    lost[: len(kinds)] = kinds
    evidence = replace(evidence, traffic=replace(evidence.traffic, lost=lost))
    return path.explain(fallen(evidence, lost=range(len(kinds))), NOTHING)


def test_what_was_lost_between_two_points_in_words() -> None:
    kinds = [LOST.index(name) for name in ("syn", "answer", "answer", "request", "response")]
    assert told(between(kinds)) == (
        5,
        0.95,
        "5 of 100 attempts lost packets between the two capture points (1 a SYN, 2 a SYN/ACK, 1 a request, 1 a "
        "response).",
        ("Of 100 attempts that came to the server's point, 100 were accepted.",),
        (),
        0,
        True,
    )
    assert between([]) is None


def test_what_never_came_to_the_server_is_not_held_against_it() -> None:
    evidence = server(10)
    traffic = evidence.traffic
    lost = np.full(10, NOT_LOST, np.uint8)
    lost[:2] = LOST.index("syn")
    kept = traffic.syn_attempt > 0  # of the second another SYN came
    evidence = replace(
        evidence,
        traffic=replace(traffic, lost=lost, syn_attempt=traffic.syn_attempt[kept], syn_time=traffic.syn_time[kept]),
    )
    found = path.explain(fallen(evidence, lost=range(2)), NOTHING)
    assert found is not None
    assert found.evidence_for == ("Of 9 attempts that came to the server's point, 9 were accepted.",)


@pytest.mark.parametrize(
    ("number", "attempts", "expected"), [(2, 100, True), (1, 20, False), (2, 200, True), (2, 201, False)]
)
def test_a_hundredth_lost_between_two_points_and_two_are_grave(number: int, attempts: int, expected: bool) -> None:
    assert grave(between([1] * number, attempts)) is expected


@pytest.mark.parametrize(
    ("number", "attempts", "expected"), [(50, 100, True), (49, 100, False), (3, 6, True), (2, 3, False)]
)
def test_half_of_the_handshakes_without_an_end_are_the_paths(number: int, attempts: int, expected: bool) -> None:
    rows = range(number)
    evidence = fallen(seen(server(attempts), outcome=dict.fromkeys(rows, HALF_OPEN)), unserved=rows)
    found = path.explain(evidence, NOTHING)
    assert (found is not None) is expected
    if found is not None:
        assert told(found) == (
            number,
            0.7,
            f"The server answered {number} of {attempts} attempts with SYN/ACK, and their clients did not complete "
            "the handshake while others did: its answers do not reach the clients, or they reject them.",
            ("The SYN/ACKs are in the capture, and no ACK of theirs.",),
            (),
            0,
            True,
        )


# error_responses


def errors(attempts: int = 100, *, replied: int | None = None, **classes: int) -> Evidence:
    """The first attempts got an error of each class, one class after the other."""
    evidence = server(attempts)
    row, columns = 0, {}
    for name in CLASSES:
        number = classes.get(name, 0)
        columns[name] = which(evidence, range(row, row + number))
        row += number
    failed = range(sum(number for name, number in classes.items() if name != "not_there"))
    rung = dict.fromkeys(range(attempts), 0) | dict.fromkeys(range(attempts if replied is None else replied), 4)
    return fallen(seen(replace(evidence, errors=columns), rung=rung), failed=failed)


def test_errors_in_words() -> None:
    one = error_responses.explain(errors(overload=5), NOTHING)
    assert told(one) == (
        5,
        0.9,
        "The server answers, but 5 of 100 answered attempts (5 %) got an overload or gateway error (429, 502, 503, "
        "504).",
        ("By class: overload 5.",),
        (),
        0,
        True,
    )
    several = error_responses.explain(errors(overload=2, rejected=1, other=3, replied=60), NOTHING)
    assert told(several) == (
        6,
        0.9,
        "The server answers, but 6 of 60 answered attempts (10 %) got an error: 2 with an overload or gateway error "
        "(429, 502, 503, 504), 1 with a rejection (pkiStatus FAILURE), 3 with an error.",
        ("By class: overload 2, rejected 1, other 3.",),
        (),
        0,
        False,
    )
    assert error_responses.explain(errors(), NOTHING) is None
    assert error_responses.explain(errors(overload=3, replied=0), NOTHING) is None


@pytest.mark.parametrize(
    ("attempts", "classes", "expected"),
    [
        (100, {"overload": 5}, True),
        (100, {"overload": 4}, False),
        (100, {"other": 50}, True),
        (100, {"other": 49}, False),
        (100, {"rejected": 30, "other": 20}, True),
        (2, {"other": 2}, True),
        (1, {"overload": 1}, False),
    ],
)
def test_how_many_errors_are_grave(attempts: int, classes: dict[str, int], expected: bool) -> None:
    assert grave(error_responses.explain(errors(attempts, **classes), NOTHING)) is expected


@pytest.mark.parametrize(
    ("classes", "replied", "expected"),
    [
        ({"not_there": 90}, 100, True),
        ({"not_there": 89}, 100, False),
        ({"not_there": 9}, 10, True),
        ({}, 0, False),
        ({"not_there": 60, "other": 30}, 100, True),
    ],
)
def test_nine_in_ten_for_what_is_not_there(classes: dict[str, int], replied: int, expected: bool) -> None:
    found = error_responses.explain_polls(errors(replied=replied, **classes))
    assert (found is not None) is expected


# refused


def refusals(number: int, attempts: int = 100, late: int = 0, before: int | None = None) -> Evidence:
    """So many RSTs; `late` came 2 s after the first SYN, `before` to attempts that had not been accepted."""
    rows = range(number)
    evidence = server(attempts)
    start = evidence.traffic.start
    away = {row: int(start[row]) + (2 * SECOND if row < late else SECOND) for row in rows}
    return seen(
        evidence,
        fell=dict.fromkeys(rows, RESET),
        accepted=dict.fromkeys(rows, False),
        turned_away=away,
        outcome=dict.fromkeys(range(number if before is None else before), REFUSED),
    )


def test_refusals_in_words() -> None:
    assert told(refused.explain(refusals(10), NOTHING)) == (
        10,
        0.95,
        "The server refused 10 of 100 attempts at once, with RST.",
        (),
        (),
        0,
        True,
    )
    late = refused.explain(refusals(10, late=6), NOTHING)
    assert late is not None
    assert late.sentence == (
        "The server refused 10 of 100 attempts with RST, 6 of them only when the SYN came again, 2.0 s after it."
    )
    after = refused.explain(refusals(10, before=7), NOTHING)
    assert after is not None
    assert after.sentence == (
        "The server refused 10 of 100 attempts at once, with RST; 3 of them after it had accepted them."
    )
    accepted = refused.explain(refusals(10, before=0), NOTHING)
    assert accepted is not None
    assert accepted.sentence == (
        "The server accepted 10 of 100 attempts and then reset them: none of these was served."
    )
    assert refused.explain(SERVER, NOTHING) is None


@pytest.mark.parametrize(
    ("number", "attempts", "expected"), [(5, 100, True), (4, 100, False), (2, 20, True), (1, 10, False)]
)
def test_a_twentieth_of_refusals_and_two_are_grave(number: int, attempts: int, expected: bool) -> None:
    assert grave(refused.explain(refusals(number, attempts), NOTHING)) is expected


def test_stretches_of_refusals_are_told_and_those_of_another_cause_left() -> None:
    own = pause(20, 21, form="reset", attempts=np.arange(4, 8))
    longest = pause(40, 41, form="reset", attempts=np.arange(8, 10))
    others = pause(15, 15.2, form="reset", attempts=np.arange(3))
    evidence = met(refusals(10), own, longest, others)
    mine = PauseCause("refused", 0.9, (), ("Against it.",))
    found = refused.explain(evidence, caused(evidence, mine, mine, PauseCause("rate_limit", 0.9, ())))
    assert told(found) == (
        7,
        0.95,
        "The server refused 7 of 100 attempts at once, with RST.",
        ("In 2 stretches nobody was accepted, the longest 40.0 to 41.0 s.",),
        ("Against it.",),
        0,
        True,
    )


# no_response


def unserved(whys: list[int], attempts: int = 100, quality: CaptureQuality | None = None) -> Evidence:
    """The first attempts were accepted, and fell for these reasons."""
    rows = range(len(whys))
    evidence = seen(server(attempts), fell=dict(enumerate(whys)), ended=dict.fromkeys(rows, 10**15))
    evidence = seen(evidence, stuck_bytes=dict.fromkeys(rows, 100))
    return replace(fallen(evidence, unserved=rows), quality=quality or CaptureQuality())


HANGS = "{} requests were acknowledged by the server, and no response came."


def test_no_response_in_words() -> None:
    assert told(no_response.explain(unserved([NO_RESPONSE] * 5), NOTHING)) == (
        5,
        0.75,
        "The server accepted 100 attempts and did not answer 5 of them (5 %).",
        (HANGS.format(5),),
        (),
        0,
        True,
    )
    assert told(no_response.explain(unserved([NO_RESPONSE] * 100), NOTHING)) == (
        100,
        0.9,
        "The server accepted 100 attempts and answered none of them.",
        (HANGS.format(100),),
        (),
        0,
        True,
    )
    several = no_response.explain(
        unserved([NO_RESPONSE] * 2 + [NOT_DELIVERED] * 3 + [RESET] * 4 + [NO_REQUEST] * 5), NOTHING
    )
    assert several is not None
    assert several.evidence_for == (
        HANGS.format(2),
        "3 requests were never acknowledged: something else may have completed the handshake.",
        "4 waited in vain, and were reset when the client gave up.",
        "5 clients were accepted and waited, but could not send their request.",
    )
    assert no_response.explain(SERVER, NOTHING) is None
    assert no_response.explain(unserved([PENDING] * 5), NOTHING) is None


@pytest.mark.parametrize(
    ("number", "attempts", "lost", "expected"),
    [
        (5, 100, 0, True),
        (4, 100, 0, False),
        (3, 20, 0, True),
        (2, 20, 0, False),
        (9, 100, 2, True),  # two per cent of the SYN/ACKs are not in the capture: twice that is allowed for
        (8, 100, 2, False),
    ],
)
def test_how_many_without_a_response_are_grave(number: int, attempts: int, lost: int, expected: bool) -> None:
    quality = CaptureQuality(established=100, synack_not_captured=lost)
    found = no_response.explain(unserved([NO_RESPONSE] * number, attempts, quality), NOTHING)
    assert found is not None
    assert found.grave is expected
    lacks = "The capture lacks packets: some of the responses may be missing from it."
    assert found.evidence_against == ((lacks,) if lost else ())


@pytest.mark.parametrize(("number", "sure"), [(50, 0.9), (49, 0.75)])
def test_half_without_a_response_is_sure(number: int, sure: float) -> None:
    found = no_response.explain(unserved([NO_RESPONSE] * number), NOTHING)
    assert found is not None
    assert found.confidence == sure


def test_pauses_of_waiting_are_told_and_those_of_another_cause_left() -> None:
    mine, others = pause(20, 21, form="waiting", attempts=np.arange(4, 10)), pause(15, 15.2, attempts=np.arange(3))
    evidence = met(unserved([NO_RESPONSE] * 3), mine, others)
    causes = (PauseCause("no_response", 0.8, ()), PauseCause("rate_limit", 0.9, ()))
    assert told(no_response.explain(evidence, caused(evidence, *causes))) == (
        6,
        0.75,
        "The server accepted everybody, and for a time answered nobody: 6 requests waited.",
        (),
        (),
        0,
        True,
    )


def test_who_got_half_a_handshake_was_not_accepted() -> None:
    evidence = seen(unserved([NO_REQUEST] * 10), outcome=dict.fromkeys(range(10), HALF_OPEN))
    assert no_response.explain(evidence, NOTHING) is None


# outage


def outages(*pauses: Interval, silent: bool = False) -> Explanation | None:
    evidence = met(SERVER, *pauses)
    if silent:
        evidence = replace(evidence, traffic=replace(evidence.traffic, prompt=np.empty(0, np.int64)))
    sure = [PauseCause("outage", 0.75 + 0.01 * n, (f"For {n}.",), (f"Against {n}.",)) for n in range(len(pauses))]
    return outage.explain(evidence, caused(evidence, *sure))


@pytest.mark.parametrize(("at_least", "longer"), [(15.5, False), (15.6, True)])
def test_outages_in_words(at_least: float, longer: bool) -> None:
    said = (
        "The server served nobody for longer than the rate limit would explain (2 times): an outage."
        if longer
        else "The server served nobody (2 times), and no limit of its own explains it: an outage."
    )
    found = outages(pause(3, 4, attempts=np.arange(5, 9)), pause(at_least, 17, attempts=np.arange(3)))
    assert told(found) == (7, 0.76, said, ("For 1.",), ("Against 1.",), 0, True)
    assert outage.explain(SERVER, NOTHING) is None


def test_an_outage_from_begin_to_end_in_words() -> None:
    one = outages(pause(60, None, attempts=np.arange(100)), silent=True)
    assert one is not None
    assert one.sentence == "The server answered none of 100 attempts: an outage."
    told_of = outages(pause(60, None, form="icmp"), pause(60, None, form="icmp"), silent=True)
    assert told_of is not None
    assert told_of.sentence == "The server cannot be reached: ICMP errors answered all 100 attempts."
    partly = outages(pause(60, None, form="icmp"), pause(60, None), silent=True)
    assert partly is not None
    assert partly.sentence == "The server answered none of 100 attempts: an outage."


# capture


@pytest.mark.parametrize(
    ("missing", "of", "expected"), [(2, 20, True), (1, 20, False), (3, 100, True), (2, 100, False), (0, 100, False)]
)
def test_two_and_three_per_cent_lost_must_be_mended_first(missing: int, of: int, expected: bool) -> None:
    quality = CaptureQuality(established=of, synack_not_captured=missing)
    found = capture.explain(replace(SERVER, quality=quality), NOTHING)
    assert (found is not None) is expected
    if found is not None:
        assert told(found) == (
            0,
            0.9,
            f"The capture lost packets: {missing} of {of} established connections have no SYN/ACK in it. No pause of "
            "the server is seen.",
            ("100 of 100 attempts are proven to have been answered.",),
            (),
            0,
            True,
        )


def test_a_pause_that_is_the_captures_own_in_words() -> None:
    quality = CaptureQuality(established=100, synack_not_captured=30)
    evidence = met(SERVER, pause(15, 16), quality=quality)
    found = capture.explain(evidence, caused(evidence, PauseCause("capture", 0.7, ())))
    assert told(found) == (
        10,
        0.7,
        "The capture lost too much to say whether the server was silent (once).",
        ("100 of 100 attempts are proven to have been answered.",),
        (),
        0,
        True,
    )


@pytest.mark.parametrize(("direction", "word"), [("to_server", "towards"), ("from_server", "from")])
def test_one_direction_in_words(direction: str, word: str) -> None:
    found = capture.explain(replace(SERVER, one_way=direction), NOTHING)
    assert told(found) == (
        100,
        0.95,
        f"The capture holds only packets {word} the server: whether it answered cannot be seen.",
        ("There is no packet in the other direction, though connections went on.",),
        (),
        0,
        True,
    )
    of_pause = capture.of_pause(met(replace(SERVER, one_way=direction), pause(15, 16)), 0)
    assert of_pause == PauseCause("capture", 0.95, ("The capture holds one direction only: answers cannot be seen.",))


# insufficient


@pytest.mark.parametrize(
    ("number", "attempts", "expected"), [(5, 100, True), (4, 100, False), (3, 20, True), (2, 20, False)]
)
def test_three_and_a_twentieth_without_a_reason_are_grave(number: int, attempts: int, expected: bool) -> None:
    evidence = server(attempts)
    found = insufficient.explain(evidence, NOTHING, which(evidence, range(number)))
    said = f"{number} of {attempts} attempts were not served, and the capture does not show why."
    assert told(found) == (number, 0.2, said, (), (), 0, expected)


def test_pauses_without_a_reason_are_grave() -> None:
    evidence = met(SERVER, pause(5, 6, attempts=np.arange(1)), pause(5, 6, attempts=np.arange(5, 6)))
    one, other = PauseCause("insufficient", 0.2, ("For.",), ("Against.",)), PauseCause("insufficient", 0.2, ("No.",))
    assert told(insufficient.explain(evidence, caused(evidence, one, other), which(evidence, range(3, 5)))) == (
        4,
        0.2,
        "The server stopped answering (2 pauses), but the capture does not show why.",
        ("For.",),
        ("Against.",),
        0,
        True,
    )
    assert insufficient.explain(SERVER, NOTHING, which(SERVER, ())) is None


# loss


def left(vain: int, repeated: int, syns: int, at_once: int = 90) -> loss.Remainder:
    return loss.Remainder(which(SERVER, range(vain + repeated)), vain, repeated, syns, at_once)


def lossy(vain: int, repeated: int, syns: int, control: Control, most: Evidence | None = None) -> Explanation | None:
    return loss.explain(replace(most or SERVER, control=control), left(vain, repeated, syns))


def test_loss_in_words() -> None:
    said = (
        "{} of {} SYNs or their answers were lost one by one, while others were answered: loss on the path, not a "
        "pause of the server."
    )
    assert told(lossy(4, 6, 200, Control(400, 20))) == (
        10,
        0.9,
        said.format(10, 200),
        (
            "4 SYNs were not answered, and 6 were sent again though answered.",
            "Of all other packets 5 % had to be sent again (20 of 400).",
        ),
        (),
        0,
        True,
    )
    assert told(lossy(4, 6, 200, Control(0, 0))) == (
        10,
        0.6,
        said.format(10, 200),
        ("4 SYNs were not answered, and 6 were sent again though answered.",),
        ("There are too few other packets to tell whether only SYNs were lost.",),
        0,
        True,
    )
    assert lossy(0, 0, 200, Control(400, 20)) is None
    assert lossy(20, 0, 200, Control(4000, 2)) is None  # that is no loss


@pytest.mark.parametrize(
    ("vain", "syns", "again", "expected"),
    [
        (2, 200, 0, True),
        (2, 201, 0, False),  # under one in a hundred
        (1, 100, 0, False),  # one is no pattern
        (1, 100, 4, True),  # but where other packets were lost, too
        (1, 100, 3, False),
    ],
)
def test_how_much_loss_is_grave(vain: int, syns: int, again: int, expected: bool) -> None:
    assert grave(lossy(vain, 0, syns, Control(400, again))) is expected


@pytest.mark.parametrize(("lost", "expected"), [(20, True), (19, False)])
def test_beside_a_limit_that_was_passed_loss_must_be_a_tenth(lost: int, expected: bool) -> None:
    busy = server(200, 0.5)  # 120 in 60 s
    found = lossy(0, lost, 200, Control(400, 40), busy)
    assert found is not None
    assert found.evidence_for[-1] == "The server went on accepting, 120 in 60 s."
    assert found.grave is expected


@pytest.mark.parametrize(
    ("vain", "repeated", "at_once", "others", "spares"),
    [
        (20, 0, 90, 2000, True),
        (20, 19, 90, 2000, True),
        (20, 20, 90, 2000, False),
        (20, 0, 90, 0, False),
        (3, 0, 0, 0, True),  # nobody came in at the first SYN: as many as make a pattern are enough
        (2, 0, 0, 0, True),
        (1, 0, 0, 0, False),
    ],
)
def test_when_only_syns_are_dropped(vain: int, repeated: int, at_once: int, others: int, spares: bool) -> None:
    """Of 200 SYNs; none of the other packets was sent again."""
    evidence = replace(SERVER, control=Control(others, 0))
    assert loss.spares_others(evidence, left(vain, repeated, 200, at_once)) is spares


def test_shares_of_nothing() -> None:
    assert (left(0, 0, 0).share, left(0, 0, 0).selective) == (0.0, 0.0)
    assert (left(3, 1, 100).share, left(3, 1, 100).selective) == (0.04, 0.03)
    assert Control(0, 0).share == 0.0


# max_connections


def full(limit: int, syns: range, **more: Any) -> Fullness:
    room = Room(np.isin(np.arange(len(SERVER.traffic.syn_time)), syns), np.empty(0, np.int64))
    return Fullness(
        **{
            "limit": limit,
            "room": room,
            "estimated": False,
            "exact": True,
            "dropped_full": 1.0,
            "dropped_free": 0.0,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("fullness", "sure", "number"),
    [
        (full(5, range(10)), 0.8, "5"),
        (full(5, range(10), estimated=True), 0.85, "about 5"),
        (full(5, range(10), exact=False), 0.85, "about 5"),
    ],
)
def test_single_syns_that_met_a_full_server(fullness: Fullness, sure: float, number: str) -> None:
    """Ten met it, and seven of them fell: three should have, and did not."""
    found = max_connections.explain(fallen(replace(SERVER, fullness=fullness), vain=range(7)), NOTHING)
    assert found is not None
    assert (int(np.count_nonzero(found.falls)), found.confidence, found.cost, found.grave) == (7, sure, 3, True)
    assert found.sentence == (
        f"The server did not answer SYNs because as many connections were open as it takes: {number}."
    )
    assert len(found.evidence_against) == fullness.estimated
    assert max_connections.explain(SERVER, NOTHING) is None
    assert max_connections.explain(replace(SERVER, fullness=full(5, range(0))), NOTHING) is None


def test_its_pauses_are_told_and_those_of_another_cause_left() -> None:
    mine, others = pause(8, 9, attempts=np.arange(20, 24)), pause(15, 15.2, attempts=np.arange(3))
    evidence = met(replace(SERVER, fullness=full(5, range(10))), mine, mine, others)
    causes = (
        PauseCause("max_connections", 0.8, ("No.",)),
        PauseCause("max_connections", 0.95, ("For.",), ("Against.",)),
        PauseCause("rate_limit", 0.9, ()),
    )
    said = "The server did not answer 2 times because as many connections were open as it takes: 5."
    found = max_connections.explain(fallen(evidence, vain=range(30)), caused(evidence, *causes))
    assert told(found) == (11, 0.95, said, ("For.",), ("Against.",), 0, True)


# rate_limit


def limited(*pauses: Interval, by: str = "", **more: Any) -> Explanation | None:
    evidence = met(SERVER, *pauses, **more)
    flags = {"by_estimate": by == "estimate", "by_waiting": by == "waiting"}
    sure = [
        PauseCause("rate_limit", 0.8 + 0.01 * n, (f"For {n}.",), (f"Against {n}.",), **flags)
        for n in range(len(pauses))
    ]
    return rate_limit.explain(evidence, caused(evidence, *sure))


@pytest.mark.parametrize(
    ("forms", "verb"),
    [
        (["silence"], "stopped answering once, after"),
        (["reset"], "reset everybody once, after"),
        (["icmp"], "could not be reached once, after"),
        (["waiting"], "accepted everybody and answered nobody once, after"),
        (["reset", "icmp"], "stopped answering 2 times, each time after"),
    ],
)
def test_pauses_of_the_limit_in_words(forms: list[str], verb: str) -> None:
    found = limited(*[pause(14, 15, begins=100.0 * (n + 1), form=form) for n, form in enumerate(forms)])
    last = len(forms) - 1
    assert told(found) == (
        10,
        0.8 + 0.01 * last,
        f"The server {verb} about 80 connections in 60 s, for a time that 15 s fits: the pattern of the IOS rate "
        "limit.",
        (f"For {last}.",),
        (f"Against {last}.",),
        0,
        True,
    )
    assert rate_limit.explain(SERVER, NOTHING) is None


def test_what_is_not_known_of_the_limit_is_said_so() -> None:
    waited = limited(pause(14, 15), by="waiting", models=(counted(80, window="rearmed"),))
    assert waited is not None
    assert waited.sentence == (
        "The server stopped answering once, after a number of connections that is not known, for a time that 15 s "
        "fits: the pattern of the IOS rate limit."
    )
    other = Estimate(limit=40, window=30.0, pause=(9.8, 10.4), sentence="In this capture forty.")
    by_estimate = limited(pause(10, 11), by="estimate", estimate=other, models=(counted(80, window="rearmed"),))
    assert by_estimate is not None
    assert by_estimate.sentence == (
        "The server stopped answering once, after about 40 connections in 30 s, for a time that 9.8 to 10.4 s fits: "
        "the pattern of the IOS rate limit."
    )
    assert by_estimate.evidence_for == ("For 0.",)


def test_a_count_that_fits_only_anew_is_said_so() -> None:
    anew = counted(80, window="rearmed"), counted(80, counts="syns", window="fixed_rearmed")
    found = limited(pause(14, 15), models=(*anew, counted(90, fits=False)))
    assert found is not None
    assert "about 80 connections in 60 s, counted anew after each pause, for a time" in found.sentence
    assert found.evidence_for[-1] == (
        "Ways of counting that fit every pause: accepts (in any window, anew after each pause); SYNs (in fixed "
        "windows, anew after each pause)."
    )
    on = limited(pause(14, 15), models=(*anew, counted(80)))
    assert on is not None
    assert "anew" not in on.sentence


def test_what_came_since_the_pause_before_is_told_where_the_minute_holds_more() -> None:
    """One accept every 2 s. The pauses end at 65 s and begin at 95: fifteen since, thirty in the minute before."""
    found = limited(pause(14, 15, begins=50.0), pause(14, 15, begins=95.0), pause(14, 15, begins=150.0))
    assert found is not None
    assert found.evidence_for[1] == ("15 to 20 were accepted since the pause before each, 30 in the 60 s before it.")
    apart = limited(pause(14, 15, begins=50.0), pause(14, 15, begins=150.0))
    assert apart is not None
    assert apart.evidence_for == ("For 1.",)


def test_numbers_of_the_settings_or_of_the_capture_by_the_most_pauses() -> None:
    evidence = met(SERVER, pause(10, 11), pause(10, 11), pause(14, 15))
    estimated = PauseCause("rate_limit", 0.7, ("Forty.",), by_estimate=True)
    usual = PauseCause("rate_limit", 0.9, ("Eighty.",))
    most = rate_limit.explain(evidence, caused(evidence, estimated, estimated, usual))
    assert most is not None
    assert most.evidence_for[0] == "Forty."
    even = met(SERVER, pause(10, 11), pause(14, 15))
    half = rate_limit.explain(even, caused(even, replace(estimated, confidence=0.95), usual))
    assert half is not None
    assert half.evidence_for[0] == "Eighty."


# answers that do not reach some clients


@pytest.mark.parametrize(("clients", "found", "expected"), [(1, False, False), (2, True, False), (3, True, True)])
def test_a_twentieth_of_handshakes_that_some_clients_never_complete(clients: int, found: bool, expected: bool) -> None:
    """Fifty clients of two attempts each; of these all are without an end. Three attempts are the least."""
    rows = [row for row in range(100) if row % 50 < clients]
    evidence = fallen(seen(SERVER, outcome=dict.fromkeys(rows, HALF_OPEN)), unserved=rows)
    one = path.explain(evidence, NOTHING)
    assert (one is not None) is found
    if found:
        assert told(one) == (
            2 * clients,
            0.7,
            f"The server answered {2 * clients} of 100 attempts with SYN/ACK, and {clients} clients never completed "
            "the handshake while others did: its answers do not reach the clients, or they reject them.",
            ("The SYN/ACKs are in the capture, and no ACK of theirs.",),
            (),
            0,
            expected,
        )


def test_who_completed_another_handshake_is_reached() -> None:
    rows = range(10)
    assert path.explain(fallen(seen(SERVER, outcome=dict.fromkeys(rows, HALF_OPEN)), unserved=rows), NOTHING) is None


@pytest.mark.parametrize(
    ("forms", "did"),
    [
        (("silence",), "did not answer once"),
        (("silence", "mixed"), "did not answer 2 times"),
        (("reset",), "reset everybody once"),
        (("icmp",), "could not be reached once"),
        (("silence", "reset"), "stopped answering 2 times"),
    ],
)
def test_what_a_full_server_did(forms: tuple[str, ...], did: str) -> None:
    pauses = [pause(8, 9, form=form) for form in forms]
    evidence = met(replace(SERVER, fullness=full(5, range(10))), *pauses)
    causes = [PauseCause("max_connections", 0.8, ())] * len(forms)
    found = max_connections.explain(fallen(evidence, vain=range(30)), caused(evidence, *causes))
    assert found is not None
    assert found.sentence == f"The server {did} because as many connections were open as it takes: 5."


def test_what_remains_of_syns_in_vain() -> None:
    """Seven attempts got nothing for their SYN, three asked again though answered; a claimed one and one in a pause are
    of other causes, and those of strangers are not counted."""
    answers = SERVER.traffic.answer
    times = {row: int(answers[row]) + 1 for row in range(20, 23)}
    evidence = seen(SERVER, syn_state=dict.fromkeys(range(7), UNANSWERED), syn_time=times)
    nobody = which(evidence, ())
    strangers = Strangers(
        which(evidence, range(90, 100)), nobody, np.empty(0, np.int64), np.empty(0, np.int64), nobody, 0
    )
    evidence = met(replace(evidence, strangers=strangers), pause(8, 9, attempts=np.arange(1)))
    found = loss.remainder(evidence, caused(evidence, PauseCause("outage", 0.75, ())), which(evidence, range(1, 2)))
    assert np.flatnonzero(found.attempts).tolist() == [2, 3, 4, 5, 6, 20, 21, 22]
    assert (found.vain, found.repeated, found.syns, found.at_once) == (5, 3, 90, 93)
