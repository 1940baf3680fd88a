"""Which SYNs and answers bound a silence: each rule by itself, with times of a few units."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from build import Made, ns, steady

from pcapinspect.columns import MISSING
from pcapinspect.load.judgement.bounds import Bounds, Pieces, Room, _trips
from pcapinspect.load.judgement.silences import tell_apart


def bounds(
    syns: Sequence[int],
    *,
    gaps: Sequence[int] = (2,),
    counts: Sequence[int] | None = None,
    asked: Sequence[int] = (),
    answers: Sequence[int] = (),
    taken: Sequence[int] = (),
    fresh: Sequence[int] = (),
    trim: int = 0,
    trip: int = 0,
    turned_away: Sequence[int] = (),
    full: Sequence[int] | None = None,
    freed: Sequence[int] = (),
) -> Any:
    """SYNs in vain, each of its own attempt and client, in stretches of so many after so many answers (`gaps`)."""
    number = max(len(syns), len(asked), 1)
    one: Any = object.__new__(Bounds)
    away = np.full(number, MISSING)
    away[list(turned_away)] = 1
    one._traffic = SimpleNamespace(
        syn_time=np.array(syns, np.int64),
        syn_attempt=np.arange(len(syns)),
        client=np.arange(number),
        prompt=np.arange(len(asked)),
        asked=np.array(asked, np.int64),
        turned_away=away,
    )
    sizes = np.array([len(syns)] if counts is None else counts)
    one._pieces = Pieces(np.array(gaps), np.cumsum(sizes) - sizes, sizes, np.arange(len(syns)))
    one._trim = trim
    one._trips = np.full(number, trip)
    one._answers = np.array(answers, np.int64)
    one._taken = np.array(taken, np.int64)
    one._fresh = np.array(fresh, np.int64)
    one._room = None
    if full is not None:
        met = np.zeros(len(syns), np.bool_)
        met[list(full)] = True
        one._room = Room(met, np.array(freed, np.int64))
    return one


@pytest.mark.parametrize(
    ("lost", "places", "trimmed"),
    [
        (0.0, 1, 0),
        (0.0005, 1, 0),
        (0.0999, 1, 2),  # three in a row are under one in a thousand
        (0.1001, 1, 3),
        (0.05, 1, 2),
        (0.05, 10, 3),  # at ten silences there are ten times as many edges
    ],
)
def test_so_many_syns_at_an_edge_may_have_been_lost(lost: float, places: int, trimmed: int) -> None:
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(places):
        made.unanswered("10.2.0.1", 20.5 + number, (0.0,))
    (traffic,) = made.traffic()
    rows = np.flatnonzero(traffic.syn_time % ns(1) == ns(0.5))
    gaps = np.arange(21, 21 + places)
    pieces = Pieces(gaps, np.arange(places), np.ones(places, np.int64), rows)
    assert Bounds(traffic, pieces, np.arange(places), lost, None)._trim == trimmed


def test_the_way_to_a_client_is_its_longest_but_no_more_than_twice_the_usual() -> None:
    traffic: Any = SimpleNamespace(
        client_numbers=np.arange(4),
        prompt=np.array([0, 1, 2, 3]),
        client=np.array([0, 0, 1, 2]),
        asked=np.array([0, 100, 200, 300]),
        answer=np.array([5, 109, 221, 319]),
        round_trip=10,
    )
    assert _trips(traffic).tolist() == [9, 20, 19, 10]


@pytest.mark.parametrize(("next_asked", "end"), [(106, 2), (107, 3), (99, 0), (200, 4)])
def test_who_came_after_the_one_that_was_answered_next_is_left_out(next_asked: int, end: int) -> None:
    one = bounds([100, 104, 106, 108], asked=[0, 1, next_asked])
    assert one._before_answer(0) == end
    assert bounds([100, 104, 106, 108], asked=[0, 1])._before_answer(0) == 4  # nobody was


@pytest.mark.parametrize(
    ("trim", "turned_away", "surely"),
    [(0, (), (0, 6)), (1, (), (1, 5)), (2, (), (2, 4)), (4, (), (4, 4)), (2, range(6), (0, 6)), (2, range(5), (2, 4))],
)
def test_the_outer_syns_may_have_been_lost_but_not_what_got_a_rst(
    trim: int, turned_away: Sequence[int], surely: tuple[int, int]
) -> None:
    one = bounds([100, 101, 102, 103, 104, 105], asked=[0, 1], trim=trim, turned_away=turned_away)
    assert one._surely(0) == surely


def test_the_second_stretch_has_its_own_syns() -> None:
    one = bounds([100, 101, 102, 200, 205, 206], gaps=(2, 3), counts=(3, 3), asked=[0, 1, 103], trim=1)
    assert (one._surely(0), one._surely(1)) == ((1, 2), (4, 5))
    assert (one._begun(0), one._begun(1)) == (101, 205)


@pytest.mark.parametrize(
    ("trim", "trip", "at_least"), [(0, 0, 20), (0, 3, 17), (1, 0, 15), (1, 3, 12), (2, 0, 0), (0, 30, 0)]
)
def test_from_the_first_to_the_last_that_surely_met_it(trim: int, trip: int, at_least: int) -> None:
    """But for the way of the first to the server."""
    assert bounds([100, 102, 117, 120], asked=[0, 1], trim=trim, trip=trip)._at_least(0) == at_least


def test_two_syns_measure_a_silence_and_one_does_not() -> None:
    assert bounds([100, 107], asked=[0, 1])._at_least(0) == 7
    assert bounds([100], asked=[0, 1])._at_least(0) == 0


def test_a_place_that_became_free_parts_what_is_known() -> None:
    """One at 109: 100 to 108 is known, and 110 to 115. Where none of the SYNs met a full server it says nothing."""
    times = [100, 103, 108, 110, 115]
    assert bounds(times, asked=[0, 1], full=range(5), freed=[50, 109])._at_least(0) == 8
    assert bounds(times, asked=[0, 1], full=range(5), freed=[104])._at_least(0) == 7
    assert bounds(times, asked=[0, 1], full=range(5), freed=[109], trip=2)._at_least(0) == 6
    assert bounds(times, asked=[0, 1], full=(), freed=[109])._at_least(0) == 15


def test_the_last_answer_that_is_no_copy() -> None:
    one = bounds([100], fresh=[0, 2, 3, 6])
    assert [one._last_proof(before) for before in (0, 1, 2, 3, 4, 6, 7)] == [-1, 0, 0, 2, 3, 3, 6]


def test_the_first_answer_to_who_was_not_taken_before() -> None:
    one = bounds([100, 104], taken=[10, 90, 100, 101, 50, 120], trip=3)
    assert [one._first_proof(after, 0) for after in (0, 2, 4, 5)] == [5, 5, 5, 5]
    assert bounds([100, 104], taken=[10, 90, 100, 101, 50, 103], trip=3)._first_proof(4, 0) == 6
    assert bounds([100, 104], taken=[10, 104], trip=3)._first_proof(1, 0) == 1


@pytest.mark.parametrize(
    ("taken", "place", "reach"),
    [
        ([0, 0, 90, 95], 0, (0, 2)),  # both answers between them may be copies
        ([0, 0, 90, 101], 0, (0, 1)),
        ([0, 0, 100, 100], 2, (0, 2)),
        ([0, 0, 101, 100], 2, (1, 2)),
        ([0, 0, 100, 121], 2, (2, 2)),
        ([0, 0, 101, 119], 1, (1, 2)),
        ([0, 0, 101, 121], 1, (1, 1)),
    ],
)
def test_stretches_that_only_copies_part_are_of_one_silence(
    taken: list[int], place: int, reach: tuple[int, int]
) -> None:
    """Stretches from 100, 120 and 140 on; one answer lies between two of them."""
    one = bounds([100, 105, 120, 125, 140, 145], gaps=(2, 3, 4), counts=(2, 2, 2), taken=taken)
    assert one.reach(place) == reach


LATE, NEVER, SERVED, UNREAD = "late", "never", "served", "unread"


@pytest.mark.parametrize(
    ("before", "stalled"),
    [
        ((SERVED, SERVED), 0),
        ((SERVED, LATE), 1),
        ((SERVED, LATE, NEVER), 2),
        ((LATE, SERVED, LATE), 1),
        ((LATE, UNREAD, LATE), 3),  # whose request is not in the capture may have waited
        ((LATE, UNREAD), 2),
        ((SERVED, LATE, UNREAD), 2),
        ((UNREAD, UNREAD), 0),
        ((LATE,) * 127, 127),
        ((LATE,) * 128, 128),
        ((LATE,) * 129, 128),  # the longest queue that a kernel keeps
    ],
)
def test_answers_of_a_queue_before_the_silence(before: Sequence[str], stalled: int) -> None:
    """The last SYN in vain came at 500. Late is who asked before that and was answered after it."""
    requested = {LATE: 300, NEVER: 300, SERVED: 300, UNREAD: MISSING}
    served = {LATE: 510, NEVER: MISSING, SERVED: 310, UNREAD: MISSING}
    one = bounds([450, 500])
    one._traffic.prompt = np.arange(len(before))
    one._traffic.requested = np.array([requested[what] for what in before])
    one._traffic.served = np.array([served[what] for what in before])
    one._waiting = np.isin(before, (LATE, NEVER))
    assert one._stalled(len(before), 500) == stalled


@pytest.mark.parametrize(
    ("requested", "served", "stalled"), [(499, 501, 1), (500, 501, 0), (499, 500, 0), (499, MISSING, 1)]
)
def test_who_waited_asked_before_the_last_in_vain_and_was_served_after_it(
    requested: int, served: int, stalled: int
) -> None:
    one = bounds([450, 500])
    one._traffic.prompt = np.arange(1)
    one._traffic.requested, one._traffic.served = np.array([requested]), np.array([served])
    one._waiting = np.array([True])
    assert one._stalled(1, 500) == stalled


def test_the_longest_wait_of_those_that_were_served() -> None:
    one = bounds([450, 500])
    one._traffic.prompt = np.array([2, 0, 1, 3])
    one._traffic.requested, one._traffic.served = np.array([300, 310, 0, 305]), np.array([510, 530, 900, MISSING])
    assert [one._waited(1, 4), one._waited(1, 2), one._waited(0, 4), one._waited(3, 4)] == [220, 210, 900, 0]


def test_a_silence_from_a_to_z() -> None:
    """Answered once a second, the last taken at 59 s. Six known clients ask in vain from 60.2 s on, each three times,
    until 68.2 s, and who asks at 75 s is answered. The way there takes 10 ms."""
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(6):
        made.unanswered(f"10.1.0.{number + 1}", 60.2 + number * 0.4, (0.0, 2.0, 6.0))
    steady(made, 75, 90, 1)
    ((found,), _) = tell_apart(made.traffic(120)[0])
    assert (found.last_answer, found.next_answer) == (ns(59.01), ns(75.01))
    assert (found.first_unanswered, found.last_unanswered) == (ns(60.2), ns(68.2))
    assert found.at_least == ns(68.2 - 60.2 - 0.01)
    assert found.at_most == ns(75.01 - 59.0)
    assert found.attempts.tolist() == list(range(60, 66))
    assert (len(found.syns), found.clients, found.form) == (18, 6, "silence")
    assert (found.stalled, found.waited, found.jumped) == (0, 0, False)
    assert found.onset == ns(59.01)


def test_a_silence_at_either_end_of_the_capture_has_no_bound_there() -> None:
    made = Made()
    for number in range(6):
        made.unanswered(f"10.1.0.{number + 1}", 0.2 + number * 0.4, (0.0, 2.0, 6.0))
    steady(made, 20, 60, 1)
    for number in range(6):
        made.unanswered(f"10.1.0.{number + 1}", 60.2 + number * 0.4, (0.0, 2.0, 6.0))
    first, last = tell_apart(made.traffic(120)[0])[0]
    assert (first.last_answer, first.next_answer, first.at_most) == (None, ns(20.01), None)
    assert first.onset == ns(0.2)
    assert (last.last_answer, last.next_answer, last.at_most) == (ns(59.01), None, None)
    assert (first.at_least, last.at_least) == (ns(7.99), ns(7.99))


@pytest.mark.parametrize(("trim", "taken"), [(0, [100, 121, 122, 123, 124, 105]), (1, [100, 101, 122, 123, 104, 105])])
def test_who_asked_at_an_edge_may_have_been_taken_then(trim: int, taken: list[int]) -> None:
    """Six ask in vain from 100 to 105, and are answered when they ask again, from 120 on: the first or the last of
    these SYNs may have been taken just before the silence or after it, and its answer lost."""
    one = bounds([100, 101, 102, 103, 104, 105], asked=[120, 121, 122, 123, 124, 125], trim=trim)
    assert one._earliest_taken(np.array([0])).tolist() == taken
