"""What chance may have made: runs of SYNs, clients, stretches, each just below and just above its border."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from build import Made, ns, steady
from shown import pause

from pcapinspect.load.judgement import silences
from pcapinspect.load.judgement.silences import _distinct, _joined, beyond_chance, share_lost, tell_apart
from pcapinspect.load.judgement.strangers import Strangers


def told(made: Made, end: float = 1000.0) -> Strangers:
    (traffic,) = made.traffic(end)
    return tell_apart(traffic)[1]


# strangers


@pytest.mark.parametrize(
    ("early", "insistent", "lone"),
    [(9, 0, 9), (10, 0, 11), (10, 10, 11), (10, 11, 10)],
)
def test_a_flood_goes_on_to_the_end_of_the_capture(early: int, insistent: int, lone: int) -> None:
    """Ten single SYNs, and half of what strangers asked, make one: then the one that the end cut short is of it."""
    made = Made()
    steady(made, 0, 200, 1)
    for number in range(early):
        made.unanswered(f"198.51.100.{number + 1}", 20.3 + number * 3, (0.0,))
    for number in range(insistent):
        made.unanswered(f"198.51.101.{number + 1}", 90.3 + number * 3, (0.0, 1.0))
    made.unanswered("198.51.102.1", 198.5, (0.0,))
    assert told(made, 200.0).lone == lone


@pytest.mark.parametrize(("before", "lone"), [(4.0, 1), (3.9, 0)])
def test_four_seconds_are_time_to_ask_again(before: float, lone: int) -> None:
    made = Made()
    steady(made, 0, 200, 1)
    made.unanswered("198.51.100.1", 300.0 - before, (0.0,))
    assert told(made, 300.0).lone == lone


def test_who_came_in_once_or_was_turned_away_is_no_flood() -> None:
    made = Made()
    steady(made, 0, 200, 1)
    made.unanswered("10.1.0.1", 50.3, (0.0,))
    made.refused("198.51.100.2", 60.3)
    assert told(made).lone == 0


@pytest.mark.parametrize(("offsets", "blocked"), [((0.0, 2.0, 6.0), 1), ((0.0, 2.0), 0)])
def test_three_syns_in_vain_make_a_blocked_client(offsets: tuple[float, ...], blocked: int) -> None:
    made = Made()
    steady(made, 0, 300, 1)
    made.unanswered("10.9.0.1", 100.3, offsets)
    assert len(told(made).blocked) == blocked


@pytest.mark.parametrize(("attempts", "gone"), [(1, 0), (2, 1)])
def test_who_was_served_is_blocked_after_two_attempts(attempts: int, gone: int) -> None:
    made = Made()
    steady(made, 0, 300, 1)
    made.answered("10.9.0.1", 20.3)
    for number in range(attempts):
        made.unanswered("10.9.0.1", 100.3 + number * 50)
    found = told(made)
    assert (len(found.blocked), len(found.gone)) == (gone, gone)
    assert np.count_nonzero(found.blocked_syns) == 4 * attempts * gone


@pytest.mark.parametrize(("losses", "blocked"), [(18, 1), (19, 0)])
def test_loss_that_others_suffer_may_be_why_three_were_in_vain(losses: int, blocked: int) -> None:
    """51 clients: 51 * lost ** 3 must be under 0.01, and (18 + 1) / 338 is little enough, (19 + 1) / 340 is not."""
    made = Made()
    steady(made, 0, 300, 1)
    for number in range(losses):
        made.answered(f"10.1.0.{number + 1}", 12.3 + number * 15, earlier=(10.3 + number * 15,))
    made.unanswered("10.9.0.1", 100.4, (0.0, 2.2, 6.4))
    assert len(told(made).blocked) == blocked


# silences


@pytest.mark.parametrize(("answered", "believed"), [(78, False), (79, True)])
def test_three_syns_in_vain_among_so_many_answers_are_no_chance(answered: int, believed: bool) -> None:
    """With a run and ten answers assumed there are n = `answered` + 11 runs: n * (2 / n) ** 3 is under a thousandth
    from n = 90 on."""
    assert beyond_chance(np.array([3]), np.array([True]), answered).tolist() == [believed]


@pytest.mark.parametrize(("length", "believed"), [(32, False), (33, True)])
def test_no_path_loses_more_than_three_in_four(length: int, believed: bool) -> None:
    """11 * 0.75 ** 33 is just under a thousandth."""
    counts = np.array([1] * 20 + [length])
    eligible = counts > 1
    assert beyond_chance(counts, eligible, 0)[-1] == believed


def test_what_is_a_silence_does_not_hide_another() -> None:
    counts = np.array([40, 2, 3])
    assert beyond_chance(counts, np.array([True, False, True]), 99).tolist() == [True, False, False]
    assert beyond_chance(counts, np.array([True, False, True]), 160).tolist() == [True, False, True]
    assert beyond_chance(counts, np.array([False, False, False]), 160).tolist() == [False] * 3


@pytest.mark.parametrize(("attempts", "span", "found"), [(5, 1.0, 1), (5, 0.99, 0), (2, 3.0, 1)])
def test_two_attempts_over_a_second_may_be_a_silence(attempts: int, span: float, found: int) -> None:
    """Clients that were answered before ask once each, or three times, and then nobody for a while."""
    made = Made()
    steady(made, 0, 200, 1)
    for number in range(attempts):
        offsets = (0.0,) if attempts == 5 else (0.0, 1.0, 2.5)
        made.unanswered(f"10.1.0.{number + 1}", 200.0 + span * number / (attempts - 1), offsets)
    steady(made, 230, 300, 1)
    (traffic,) = made.traffic()
    assert len(tell_apart(traffic)[0]) == found


@pytest.mark.parametrize(("lost", "share"), [(0, 0.0), (1, 1 / 101), (25, 0.2), (400, 0.75)])
def test_the_share_of_syns_lost_one_by_one(lost: int, share: float) -> None:
    """Beside a hundred answers; never more than three in four. Those in a silence were not lost."""
    made = Made()
    steady(made, 0, 200, 2)
    for number in range(10):
        made.unanswered("10.9.0.1", 300.0 + number, (0.0,))
    for number in range(lost):
        made.unanswered("10.9.0.2", 400.0 + number, (0.0,))
    (traffic,) = made.traffic()
    rows = np.flatnonzero(traffic.syn_time >= ns(300))
    assert share_lost(traffic, [pause(9.0, 11.0, begins=299.5)], rows) == pytest.approx(share)
    unseen = replace(traffic, share_unseen=0.3)
    assert share_lost(unseen, [pause(9.0, 11.0, begins=299.5)], rows) == pytest.approx(max(share, 0.3))


@pytest.mark.parametrize(
    ("reaches", "joined"),
    [
        ([(0, 1), (1, 3), (4, 5)], [(0, 3), (4, 5)]),
        ([(2, 2), (3, 3), (1, 4)], [(1, 4)]),
        ([(0, 0), (2, 2), (1, 4)], [(0, 0), (1, 4)]),
        ([(0, 1), (2, 3)], [(0, 1), (2, 3)]),
    ],
)
def test_reaches_that_share_a_stretch_are_one(reaches: Any, joined: Any) -> None:
    assert _joined(reaches) == joined


def test_each_attempt_counts_once_in_a_stretch() -> None:
    gap, attempt = np.array([0, 0, 0, 2, 2]), np.array([4, 4, 7, 7, 0])
    assert _distinct(gap, attempt, 4).tolist() == [2, 0, 2, 0]


def test_nothing_in_vain_is_no_silence() -> None:
    made = Made()
    steady(made, 0, 20, 1)
    (traffic,) = made.traffic()
    nobody = np.zeros(len(traffic.syn_time), np.bool_)
    assert silences.find(traffic, nobody) == []
