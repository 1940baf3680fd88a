"""A rate limit in each form, counted in the packets: after exactly 80 nobody is served for 15 s."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pcapinspect.clock import parse_iso
from tests.simulate.played import ACK, RST, SYN, calls, packets, pauses, played

SERVICE = 0.1
"""Seconds: the longest answer to a request takes 0.09."""

FORMS = {"storm-icmp": "icmp", "storm-refusing": "reset", "storm-abort": "reset", "storm-drop": "waiting"}


def served(name: str) -> list[float]:
    """When each call that was served at last was accepted."""
    return [call.answer for call in calls(name) if call.response is not None and call.answer is not None]


@pytest.mark.parametrize("name", ["storm-icmp", "storm-refusing", "storm-abort", "storm-drop", "storm-sloppy"])
def test_80_are_served_between_two_pauses(name: str) -> None:
    spans = pauses(name)
    assert len(spans) >= 4
    for (_, end), (begin, _) in pairwise(spans):
        assert begin - end < 60, "the demand is high enough that the count is that since the pause"
        count = sum(end <= time <= begin for time in served(name))
        # The 80th itself is answered in the nanosecond in which the pause begins; the capture sees it 0.4 ms later.
        last = sum(begin < time < begin + 0.001 for time in served(name))
        assert count + last == 80 if name != "storm-sloppy" else 74 <= count + last <= 86


@pytest.mark.parametrize("name", FORMS)
def test_nobody_who_calls_in_a_pause_is_served_and_it_lasts_15_s(name: str) -> None:
    assert {pause["form"] for pause in played(name).truth["servers"][0]["pauses"]} == {FORMS[name]}
    for begin, end in pauses(name):
        assert end - begin == pytest.approx(15.0)
        inside = [call for call in calls(name) if begin < call.start < end - 14.5 or begin < call.start < end - 2]
        assert inside
        for call in inside:
            assert call.response is None or call.response > end


def test_an_icmp_reject_answers_every_syn_of_a_pause_at_once() -> None:
    errors = [packet for packet in packets("storm-icmp") if packet.icmp]
    assert {packet.icmp for packet in errors} == {(13, "10.0.0.80")}
    for begin, end in pauses("storm-icmp"):
        syns = [p for p in packets("storm-icmp") if p.up and p.flags == SYN and begin < p.time < end - 0.001]
        rejected = [p.seq for p in errors if begin < p.time < end]
        assert sorted(p.seq for p in syns) == sorted(rejected)


def test_an_aborted_connection_is_reset_right_after_its_handshake() -> None:
    reset = [call for call in calls("storm-abort") if call.of(False, RST)]
    assert len(reset) > 100
    for call in reset:
        down = call.of(False)
        assert down[0].flags == SYN | ACK
        assert down[1].flags & RST
        assert down[1].time - call.of(True)[1].time < 0.002
        assert call.delivered == 0


def test_a_dropped_connection_hears_nothing_after_the_syn_ack() -> None:
    (begin, end), *_ = pauses("storm-drop")
    dropped = [call for call in calls("storm-drop") if begin + 0.01 < call.start < end - 0.1]
    assert len(dropped) > 15
    for call in dropped:
        assert {p.flags for p in call.of(False)} == {SYN | ACK}
        assert len({p.seq for p in call.of(True) if p.payload}) == 1
        assert len([p for p in call.of(True) if p.payload]) > 3, "the request is sent again and again"


@pytest.mark.parametrize("name", ["storm-queue", "late-answers"])
def test_a_long_queue_answers_every_syn_and_serves_nobody_for_15_s(name: str) -> None:
    (server,) = played(name).truth["servers"]
    assert {pause["form"] for pause in server["pauses"]} == {"waiting"}
    assert all(call.answer is not None for call in calls(name) if call.start < 290)
    assert all(len(call.of(True, SYN)) == 1 for call in calls(name))
    responses = sorted(call.response for call in calls(name) if call.response is not None)
    for begin, end in pauses(name):
        assert not [time for time in responses if begin + SERVICE < time < end]
        waiting = [call for call in calls(name) if begin + 0.01 < call.start < end - 0.1]
        assert len(waiting) > 20
    for (_, end), (begin, _) in pairwise(pauses(name)):
        assert sum(end < time < begin + SERVICE for time in responses) == 80


def test_a_short_queue_lets_four_wait_and_drops_the_others() -> None:
    """`overflow`: the pause has both forms, and is full for a part of it."""
    (server,) = played("overflow").truth["servers"]
    for pause, (begin, end) in zip(server["pauses"], pauses("overflow"), strict=False):
        assert pause["form"] == "mixed"
        assert pause["length"] == 15.0
        assert 5 < pause["closed_length"] < 15
        inside = [call for call in calls("overflow") if call.answer is not None and begin + 0.002 < call.answer < end]
        assert len(inside) in (4, 5)  # the one more was in its handshake when the fourth arrived
        assert all(call.response is None or call.response > end for call in inside)


def test_a_sloppy_limiter_pauses_for_15_to_16_and_a_half_seconds() -> None:
    lengths = [end - begin for begin, end in pauses("storm-sloppy")]
    assert all(15.0 <= length <= 16.5 for length in lengths)
    assert max(lengths) - min(lengths) > 0.3


def test_a_restarting_minute_begins_where_the_pause_ended() -> None:
    accepted = [call.answer for call in calls("storm-restarting") if call.answer is not None]
    for (_, end), (begin, _) in pairwise(pauses("storm-restarting")):
        window = end + (begin - end) // 60 * 60
        assert sum(window < time <= begin + 0.001 for time in accepted) == 80


@pytest.mark.parametrize(("name", "width", "clients"), [("storm-bursts", 3.0, 150), ("storm-bursts-wide", 8.0, 100)])
def test_bursts_keep_to_the_clock(name: str, width: float, clients: int) -> None:
    first: dict[str, list[float]] = {}
    for call in calls(name):
        first.setdefault(call.client[0], []).append(call.start)
    assert len(first) == clients
    assert all(starts[0] < width + 0.1 for starts in first.values())
    # 0.2 % of jitter a minute: after seven it may have added up to 0.84 s.
    for starts in first.values():
        assert all(59.8 < later - earlier < 60.2 for earlier, later in pairwise(starts))


@pytest.mark.parametrize(("name", "step"), [("storm-clock-back", -20), ("storm-clock-forward", 20)])
def test_a_clock_step_moves_stamps_and_not_lengths(name: str, step: int) -> None:
    times = [packet.time for packet in packets(name)]
    jump = max(pairwise(times), key=lambda pair: abs(pair[1] - pair[0]))
    assert abs(jump[1] - jump[0] - step) < 3
    truth = played(name).truth
    assert {pause["length"] for pause in truth["servers"][0]["pauses"]} <= {15.0, None}
    # The capture's own end is stamped by the clock that was set.
    assert (parse_iso(truth["capture"]["end"]) - parse_iso(truth["capture"]["begin"])) / 1e9 == 420 + step


@pytest.mark.parametrize("name", ["both-limits-5", "both-limits-16"])
def test_two_limits_make_two_kinds_of_pauses(name: str) -> None:
    (server,) = played(name).truth["servers"]
    kinds = {cause: [p["length"] for p in server["pauses"] if p["cause"] == cause] for cause in server["falls"]}
    assert set(kinds) == {"rate_limit", "max_connections"}
    assert set(kinds["rate_limit"]) <= {15.0, None}
    assert len(kinds["max_connections"]) > 20


def test_a_far_lossy_path_loses_what_is_no_syn_too() -> None:
    """Three in a hundred each way: of some 700 requests about 20 are sent again, and the answers come 300 ms later."""
    again = 0
    for call in calls("storm-far-lossy"):
        requests = [p.seq for p in call.of(True) if p.payload]
        again += len(requests) - len(set(requests))
        if call.answer is not None and len(call.of(True, SYN)) == 1:
            assert call.answer - call.start > 0.29
    assert 20 < again < 120
