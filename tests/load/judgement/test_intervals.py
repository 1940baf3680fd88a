"""Intervals by themselves: their form, what lies in them, how they join, what a jump of the clock leaves of them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from build import Made, ns
from shown import counted, met, pause, seen, server

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.load.judgement.bounds import form_of, waiting, within
from pcapinspect.load.judgement.control import control_of
from pcapinspect.load.judgement.counting import _last_before, _windows, quiet_until, resumptions
from pcapinspect.load.judgement.falls import Falls, falls_of
from pcapinspect.load.judgement.jumps import _measured, _meet, _stretches
from pcapinspect.load.judgement.waits import _patience, find, merged
from pcapinspect.load.measures.quality import Jump
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.measures.traffic import UNANSWERED, Traffic
from pcapinspect.load.model import (
    FAILED,
    NO_REQUEST,
    NO_RESPONSE,
    NOT_FALLEN,
    PENDING,
)
from pcapinspect.points.between import NOT_LOST
from pcapinspect.tcp.connections import HALF_OPEN, MIDSTREAM, REFUSED, UNREACHABLE


@pytest.mark.parametrize(
    ("silent", "reset", "icmp", "stalled", "form"),
    [
        (10, 0, 0, 0, "silence"),
        (1, 9, 0, 0, "reset"),  # nine in ten
        (2, 9, 0, 0, "mixed"),
        (1, 0, 9, 0, "icmp"),
        (0, 5, 5, 0, "mixed"),
        (1, 0, 0, 9, "waiting"),
        (2, 0, 0, 9, "mixed"),
        (9, 1, 0, 0, "silence"),
        (0, 9, 1, 0, "reset"),
    ],
)
def test_the_form_that_most_attempts_have(silent: int, reset: int, icmp: int, stalled: int, form: str) -> None:
    outcome = np.array([0] * silent + [REFUSED] * reset + [UNREACHABLE] * icmp, np.uint8)
    traffic: Any = SimpleNamespace(outcome=outcome)
    assert form_of(traffic, np.arange(len(outcome)), stalled) == form


def test_what_lies_in_a_silence_and_the_second_before_it() -> None:
    """From 100 to 115 s; open at one end, it reaches as far as the times do."""
    one = pause(14, 15, begins=100.0)
    times = np.array([ns(t) for t in (0, 98.9, 99.0, 107, 115.0, 115.1, 900)])
    assert within([one], times).tolist() == [False, False, True, True, True, False, False]
    assert within([replace(one, last_answer=None)], times).tolist() == [True] * 5 + [False] * 2
    assert within([replace(one, next_answer=None)], times).tolist() == [False] * 2 + [True] * 5
    other = pause(14, 15, begins=899.0)
    assert within([one, other], times).tolist() == [False, False, True, True, True, False, True]


def answering(usual: float, late: float, served: bool = True) -> Traffic:
    """Nine requests that took so long as usual, and a last one, at 90 s; the capture ends at 100 s."""
    made = Made()
    for number in range(10):
        connection = made.answered(f"10.1.0.{number + 1}", number * 10.0, lasts=9.0)
        made.asked(connection, "GetCACert")
    (traffic,) = made.traffic(100)
    requested = np.arange(10) * 10 * SECOND
    took = np.full(10, ns(usual))
    took[9] = ns(late)
    reply = requested + took
    if not served:
        reply[9] = MISSING
    return replace(traffic, requested=requested, served=reply)


@pytest.mark.parametrize(
    ("usual", "late", "served", "waited"),
    [
        (0.1, 1.0, True, False),  # a second is prompt
        (0.1, 1.01, True, True),
        (1.0, 4.0, True, False),  # four times the usual
        (1.0, 4.01, True, True),
        (2.0, 8.0, False, True),  # it waited to the end, for 10 s
        (2.6, 8.0, False, False),
    ],
)
def test_four_times_the_usual_is_late(usual: float, late: float, served: bool, waited: bool) -> None:
    found = waiting(answering(usual, late, served))
    assert found.tolist() == [False] * 9 + [waited]


@pytest.mark.parametrize(("usual", "patience"), [(0.1, 1.0), (0.25, 1.0), (0.5, 2.0), (3.0, 12.0)])
def test_patience_is_four_times_the_usual_and_a_second_at_least(usual: float, patience: float) -> None:
    ask = np.arange(5) * SECOND
    reply = ask + ns(usual)
    reply[4] = MISSING
    assert _patience(ask, reply) == ns(patience)
    assert _patience(ask, np.full(5, MISSING)) == SECOND


# waits


def queued(callers: int, length: float, *, never: bool = False) -> Any:
    """Twenty are served at once, then so many wait until the end of `length` seconds, which began at 20 s."""
    made = Made()
    for number in range(20):
        made.asked(made.answered(f"10.1.0.{number + 1}", number * 1.0), "GetCACert", response_time=number + 0.1)
    end = 20.0 + length
    for number in range(callers):
        connection = made.answered(f"10.2.0.{number + 1}", 20.0 + number * 0.1, lasts=length + 1)
        made.asked(connection, "GetCACert", None if never else 200, response_time=end + 0.01 * number)
    for number in range(20):
        at = end + 1 + number
        made.asked(made.answered(f"10.3.0.{number + 1}", at), "GetCACert", response_time=at + 0.1)
    (traffic,) = made.traffic(end + 30)
    return find(traffic)


def test_a_queue_that_waited_from_a_to_z() -> None:
    """The first asked at 20.02 s, ten in a second; all are answered from 28 s on. The last that was served asked at
    19.02, on a connection of 19.0, and was answered at 19.1 s."""
    (found,) = queued(10, 8.0)
    assert (found.form, found.clients, found.stalled, len(found.attempts)) == ("waiting", 10, 10, 10)
    assert found.first_unanswered == ns(20.02)
    assert found.last_unanswered == ns(20.92)
    assert found.last_answer == ns(19.01)
    assert found.next_answer == ns(28.0)
    assert found.at_least == ns(28.0 - 20.02 - 1.0)  # but for the second of patience
    assert found.at_most == ns(28.0 - 19.0)
    assert found.waited == ns(28.0 - 20.02)
    assert len(found.syns) == 0


@pytest.mark.parametrize(("callers", "found"), [(4, 1), (3, 0)])
def test_few_that_wait_may_be_chance(callers: int, found: int) -> None:
    """51 runs, 40 replies and eleven more: 51 * (2 / 51) ** 3 is 0.003, to the power of four it is 0.0001."""
    assert len(queued(callers, 8.0)) == found


@pytest.mark.parametrize(("length", "found"), [(3.02, 1), (3.01, 0)])
def test_three_seconds_of_waiting_are_a_stop(length: float, found: int) -> None:
    """The first asks 0.02 s after it began."""
    assert len(queued(10, length)) == found


def test_intervals_that_overlap_are_one() -> None:
    silence = pause(14, 15, begins=100.0, attempts=np.arange(5))
    apart = pause(4, 5, begins=300.0, form="waiting", attempts=np.arange(9))
    assert [one.onset for one in merged([silence], [apart])] == [ns(100), ns(300)]
    assert [one.onset for one in merged([apart], [silence])] == [ns(100), ns(300)]
    inside = replace(apart, first_unanswered=ns(103), last_unanswered=ns(104), attempts=np.arange(3, 9))
    (both,) = merged([silence], [inside])
    assert (both.form, both.attempts.tolist(), both.at_least) == ("mixed", list(range(9)), ns(14))
    (same,) = merged([silence], [replace(inside, attempts=np.arange(3))])
    assert (same.form, same.attempts.tolist()) == ("silence", list(range(5)))


@pytest.mark.parametrize(
    ("first", "last", "number"),
    [(115.0, 118.0, 1), (115.1, 118.0, 2), (90.0, 100.0, 1), (90.0, 99.9, 2)],
)
def test_what_overlaps_touches(first: float, last: float, number: int) -> None:
    wait = replace(pause(4, 5, form="waiting"), first_unanswered=ns(first), last_unanswered=ns(last))
    assert len(merged([pause(14, 15, begins=100.0)], [wait])) == number


# jumps


@pytest.mark.parametrize(
    ("before", "after", "meets"),
    [
        (120.0, 110.0, True),
        (99.9, 90.0, False),
        (130.0, 115.0, True),
        (130.0, 115.1, False),
        (50.0, 100.0, True),
        (50, 200, True),
    ],
)
def test_which_silences_a_step_of_the_clock_meets(before: float, after: float, meets: bool) -> None:
    one = pause(14, 15, begins=100.0)
    far = Jump(0, 1, ns(500.0), ns(501.0))
    assert _meet([one], [far, Jump(0, 9, ns(before), ns(after))]) == [meets]
    open_ended = replace(one, last_answer=None, next_answer=None)
    assert _meet([open_ended], [Jump(0, 9, ns(105.0), ns(106.0))]) == [True]
    assert _meet([open_ended], [Jump(0, 9, ns(99.0), ns(100.1))]) == [False]
    assert _meet([open_ended], [Jump(0, 9, ns(114.3), ns(116.0))]) == [False]


def test_stretches_of_a_clock_lie_between_its_files_jumps() -> None:
    syns: Any = SimpleNamespace(file=np.array([0, 0, 0, 1, 1]), frame=np.array([5, 10, 30, 5, 40]))
    jumps = [Jump(0, 20, 0, 0), Jump(0, 10, 0, 0), Jump(1, 40, 0, 0)]
    whole = _stretches(syns, jumps)
    assert (whole % (1 << 40)).tolist() == [0, 1, 2, 0, 1]
    assert (whole // (1 << 40)).tolist() == [0, 0, 0, 1, 1]


def test_the_longest_side_of_a_jump_is_what_is_known_of_a_silence() -> None:
    """SYNs at 0, 4 and 6 s before it, and 1, 3 s after; a second of the whole was not known of the outer ones."""
    times = np.array([ns(t) for t in (100.0, 104.0, 106.0, 101.0, 103.0)])
    one = replace(pause(5, 9), first_unanswered=ns(100.0), last_unanswered=ns(106.0))
    found = _measured(one, times, np.array([0, 0, 0, 1, 1]))
    assert (found.at_least, found.at_most, found.jumped) == (ns(5.0), None, True)
    nobody = _measured(one, times[:0], times[:0])
    assert (nobody.at_least, nobody.at_most, nobody.jumped) == (ns(5), None, True)
    short = _measured(one, times, np.arange(5))
    assert short.at_least == 0


# counting


def test_windows_that_times_lie_in() -> None:
    assert _windows(np.array([0, 5, 9, 10, 19, 20, 50]), 10) == 4
    assert _windows(np.array([], np.int64), 10) == 0


def test_the_last_before() -> None:
    long_ago = np.iinfo(np.int64).min
    assert _last_before(np.array([10, 20]), np.array([9, 10, 15, 25])).tolist() == [long_ago, 10, 10, 20]


def test_quiet_stretches_end_where_somebody_came() -> None:
    assert quiet_until(np.array([0, 10, 24, 30, 45]), 15).tolist() == [45]
    assert quiet_until(np.array([0, 10, 25, 30]), 15).tolist() == [25]


def test_a_server_that_had_a_queue_counts_from_the_begin_of_its_pause() -> None:
    one = pause(14, 15, begins=100.0)
    assert resumptions([one, replace(one, next_answer=None)]).tolist() == [ns(115)]
    assert resumptions([replace(one, stalled=3)]).tolist() == [ns(100) + 1]


# falls


def falls(**columns: Any) -> Falls:
    """Of four attempts, all of which were answered at first."""
    traffic = seen(server(4), **columns).traffic
    nobody, none = np.zeros(4, np.bool_), np.zeros(len(traffic.syn_time), np.bool_)
    return falls_of(traffic, none, nobody, nobody)


def test_what_a_server_says_truthfully_is_no_fall() -> None:
    found = falls(fell={0: NO_RESPONSE, 1: FAILED, 2: PENDING, 3: NOT_FALLEN})
    assert found.unserved.tolist() == [True, False, False, False]
    assert found.count == 1


def test_who_asked_nothing_fell_only_where_it_could_not() -> None:
    fell = dict.fromkeys(range(4), NO_REQUEST)
    found = falls(fell=fell, barred={1: True}, outcome={2: HALF_OPEN, 3: MIDSTREAM})
    assert found.unserved.tolist() == [False, True, True, False]
    assert found.counted.tolist() == [True, True, True, False]


def test_each_kind_of_fall() -> None:
    evidence = seen(server(4), fell={0: FAILED, 1: FAILED, 2: NOT_FALLEN})
    traffic = evidence.traffic
    none = np.zeros(4, np.bool_)
    errors, paused = np.array([True, False, True, False]), np.array([False, False, False, True])
    found = falls_of(traffic, none, errors, paused)
    assert found.failed.tolist() == [True, False, False, False]
    assert found.waited.tolist() == [False, False, False, True]
    assert found.lost.tolist() == [False] * 4
    assert found.fallen.tolist() == [True, False, False, True]
    flood = np.array([True, False, False, True])
    assert falls_of(traffic, flood, errors, paused).count == 0
    two = replace(traffic, lost=np.array([NOT_LOST, 1, NOT_LOST, 0], np.uint8))
    assert falls_of(two, none, none, none).lost.tolist() == [False, True, False, True]


def test_syns_in_vain_and_syns_again() -> None:
    evidence = seen(server(4), syn_state={1: UNANSWERED}, otherwise={2: 5})
    traffic = evidence.traffic
    answer = int(traffic.answer[3])
    none = np.zeros(4, np.bool_)
    assert falls_of(traffic, none, none, none).vain.tolist() == [False, True, True, False]
    for time, again in ((answer, False), (answer + 1, True)):
        syn_time = traffic.syn_time.copy()
        syn_time[3] = time
        found = falls_of(replace(traffic, syn_time=syn_time), none, none, none)
        assert found.repeated.tolist() == [False, False, False, again]


def test_packets_that_are_no_syns() -> None:
    """Two SYN/ACKs and five segments, one of them again; what was left out does not count, nor who was not accepted."""
    evidence = seen(
        server(4),
        synack_packets={0: 2, 1: 0, 2: 3, 3: 3},
        data_packets={0: 5, 1: 1, 2: 50, 3: 0},
        data_again={0: 1, 1: 0, 2: 20, 3: 0},
        accepted={3: False},
    )
    found = control_of(evidence.traffic, np.array([False, False, True, False]))
    assert (found.packets, found.again) == (2 + 5 + 1 + 1, 1 + 1)
    assert found.share == pytest.approx(2 / 9)


def test_a_limit_that_is_young_or_not() -> None:
    evidence = met(server(), pause(14, 15, begins=60.0), models=(counted(80),))
    (one,) = evidence.pauses
    assert evidence.history(one) == 60 * SECOND
    assert not evidence.young(one)
    assert evidence.young(pause(14, 15, begins=59.9))
    assert evidence.most == 30
    silent = replace(evidence, rates={"accepts": Rate(np.empty(0, np.int64), 60 * SECOND)})
    assert silent.most == 0
