"""The rungs that the truth tells, against what a reader of the packets counts, and against attempts made by hand."""

from __future__ import annotations

import pytest

from pcapinspect.clock import SECOND
from pcapinspect.simulate.ladder import ladder, loose, places
from pcapinspect.simulate.record import Attempt, Exchange, Message, Sight
from tests.simulate.played import ACK, RST, SYN, Call, calls, played

WHOLE = (
    *("storm", "storm-icmp", "storm-refusing", "storm-drop", "storm-abort", "storm-queue", "overflow"),
    *("hung", "hung-a-while", "proxy-dead", "mtu-hole-behind", "policer", "workers-5", "acl-midway"),
    *("stale-stuck", "stale-healed", "errors-503", "gateway-502", "outage-icmp", "flood-half-open", "healthy"),
    *("down", "refused", "prohibited-client", "lossy", "restart", "healthy-knocks", "healthy-old-caps"),
)
"""Captures that hold every packet of every attempt once, over IPv4."""


def counted(call: Call) -> tuple[str, str | None]:
    """The rung by the packets alone, in the words of the design's table."""
    if call.answer is None:
        down = call.of(False)
        if any(p.flags & RST for p in down):
            return "dialled", "reset"
        if any(p.icmp for p in call.packets):
            return "dialled", "icmp"
        return "dialled", "otherwise" if down else "silence"
    if call.response is not None:
        return ("succeeded", None) if (call.status or 0) < 400 else ("answered", "error")
    requests = {p.seq: len(p.payload) for p in call.of(True) if p.payload}
    size = sum(requests.values())
    rung = "asked" if 0 < size <= call.delivered else "accepted"
    after = [p for p in call.of(False, RST) if p.time > call.answer]
    if after:
        return rung, "reset"
    if not size:
        return rung, "no_request"
    return rung, "no_response" if rung == "asked" else "not_delivered"


@pytest.mark.parametrize("name", WHOLE)
def test_every_rung_is_the_one_that_the_packets_show(name: str) -> None:
    truth = played(name).truth
    places = {(a["client_ip"], a["client_port"], a["isn"]): a["places"] for a in truth["attempts"]}
    for call in calls(name):
        told = places[*call.client, call.isn]
        rung, why = counted(call)
        # Near the end of the capture a call may still be served; the truth then grants both.
        assert [rung, why] in told or [rung, None] in told, (call.client, told)


@pytest.mark.parametrize("name", ["storm-icmp", "hung-a-while", "errors-503", "stale-stuck", "acl-midway"])
def test_the_ladder_is_the_sum_of_its_rungs(name: str) -> None:
    told = played(name).truth["servers"][0]["ladder"]
    heights = {"dialled": 0, "accepted": 1, "asked": 2, "answered": 3, "succeeded": 4}
    rungs = [heights[counted(call)[0]] for call in calls(name) if call.start < 1000]
    for rung, height in heights.items():
        assert told[rung] == sum(one >= height for one in rungs), rung


def test_a_capture_that_misses_packets_has_no_ladder() -> None:
    for name in ("capture-loss", "one-way-up"):
        assert played(name).truth["servers"][0]["ladder"] is None


# --- by hand ---------------------------------------------------------------------------------------------------------

END = 1000 * SECOND


def attempt(**sight: int) -> Attempt:
    return Attempt(0, "r", "10.0.0.1", 1, "10.0.0.2", 80, 7, 0, 0, sight=Sight(first_time=SECOND, **sight))


def asking(one: Attempt, status: int | None, *, pieces: bool = True, sent: int = SECOND) -> Attempt:
    request = Message(100, 50, sent, reach=100, first_time=sent if pieces else None)
    request.pieces = {0: 100} if pieces else {}
    exchange = Exchange(one, 0, "GetCACert", "x", None, False, request)
    if status is not None:
        exchange.response, exchange.status = Message(50, 12, sent, first_time=sent + 1), status
        exchange.response.pieces = {0: 50}
    one.exchanges.append(exchange)
    return one


@pytest.mark.parametrize(
    ("outcome", "place"),
    [
        ("unanswered", ("dialled", "silence")),
        ("refused", ("dialled", "reset")),
        ("unreachable", ("dialled", "icmp")),
        ("answered_otherwise", ("dialled", "otherwise")),
        ("undetermined", ("dialled", None)),
    ],
)
def test_who_was_not_accepted_fell_for_the_reason_of_its_outcome(outcome: str, place: tuple[str, str | None]) -> None:
    assert places(attempt(), [outcome], END) == [place]


@pytest.mark.parametrize(
    ("one", "best"),
    [
        (attempt(synack=1), ("accepted", "no_request")),
        (attempt(synack=1, reset=2), ("accepted", "reset")),
        (asking(attempt(acknowledged=0), None), ("accepted", "not_delivered")),
        (asking(attempt(acknowledged=99), None), ("accepted", "not_delivered")),
        (asking(attempt(acknowledged=100), None), ("asked", "no_response")),
        (asking(attempt(acknowledged=101), None), ("asked", "no_response")),
        (asking(attempt(acknowledged=100, reset=3), None), ("asked", "reset")),
        (asking(attempt(acknowledged=100), 399), ("succeeded", None)),
        (asking(attempt(acknowledged=100), 400), ("answered", "error")),
        (asking(attempt(), None, pieces=False), ("accepted", "no_request")),
    ],
)
def test_who_was_accepted_stands_where_its_request_came_to(one: Attempt, best: tuple[str, str | None]) -> None:
    found = places(one, ["established"], END)
    assert found is not None
    assert found[0] == best


def test_of_several_requests_the_least_served_counts() -> None:
    one = asking(asking(attempt(acknowledged=100), 200), None)
    assert places(one, ["established"], END) == [("asked", "no_response")]


def test_a_response_that_the_client_did_not_take_or_that_is_cut_may_be_no_success() -> None:
    one = asking(attempt(acknowledged=100, taken=49), 200)
    response = one.exchanges[0].response
    assert response is not None
    response.reach, response.pieces = 50, {0: 50}
    assert places(one, ["established"], END) == [("succeeded", None), ("answered", None), ("answered", "not_delivered")]
    one.sight.taken = 50
    assert places(one, ["established"], END) == [("succeeded", None)]
    response.pieces = {0: 49}
    assert places(one, ["established"], END) == [("succeeded", None), ("answered", None)]


def test_who_still_waits_at_the_end_has_not_fallen_for_certain() -> None:
    waiting = asking(attempt(acknowledged=100), None, sent=END - 59 * SECOND)
    over = asking(attempt(acknowledged=100), None, sent=END - 61 * SECOND)
    assert ("asked", None) in (places(waiting, ["established"], END) or [])
    assert ("asked", None) not in (places(over, ["established"], END) or [])


def test_nothing_is_asked_for_where_the_capture_lacks_packets() -> None:
    assert places(attempt(missed=1), ["established"], END) is None
    assert places(attempt(), ["midstream"], END) is None


def test_counts_are_cumulative() -> None:
    found = [[("dialled", "silence")], [("asked", "no_response")], [("succeeded", None)]]
    counts = ladder(found)  # type: ignore[arg-type]
    fell = {"no_response": 1, "silence": 1}
    assert counts == {"dialled": 3, "accepted": 2, "asked": 2, "answered": 1, "succeeded": 1, "fell": fell}
    assert ladder([*found, None]) is None  # type: ignore[list-item]
    assert not loose(found)  # type: ignore[arg-type]
    assert loose([[("asked", "no_response"), ("accepted", "not_delivered")]])


def test_the_reader_of_the_packets_reads_what_scapy_wrote() -> None:
    first = calls("healthy")[0]
    assert [p.flags for p in first.packets[:3]] == [SYN, SYN | ACK, ACK]
    assert first.packets[3].payload.startswith(b"GET /cgi-bin/pkiclient.exe?operation=")
