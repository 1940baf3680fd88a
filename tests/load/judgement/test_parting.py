"""How clearly a number of open connections parts the SYNs: just below and just above each border."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pcapinspect.load.judgement.fullness import _candidates, _Parting


def parting(
    unanswered: Sequence[int],
    answered: Sequence[int],
    *,
    exact: bool = True,
    silences: int | None = None,
    closed: Sequence[int] | None = None,
    most: int | None = None,
    trip: int = 10,
) -> Any:
    """So many were open when each of these SYNs came. Those that were not answered came in as many silences, each of
    which lasts from one answer to the next, 1000 later; a connection closed in each, if nothing else is said."""
    tested: Any = object.__new__(_Parting)
    lasting = len(unanswered) if silences is None else silences
    when = [n * lasting // max(1, len(unanswered)) * 1000 + 500 for n in range(len(unanswered))]
    answers = [n * 1000 for n in range(lasting + 1)]
    tested.open = np.array([*unanswered, *answered], np.int64)
    tested.unanswered = np.arange(len(unanswered))
    tested.answered = len(unanswered) + np.arange(len(answered))
    tested.asked = np.array(answers, np.int64)
    tested.most = max([*unanswered, *answered]) if most is None else most
    tested.exact = exact
    freed = [n * 1000 + 700 for n in range(lasting)] if closed is None else closed
    tested.opened = SimpleNamespace(closed=np.array(freed, np.int64))
    tested.traffic = SimpleNamespace(syn_time=np.array(when + [0] * len(answered), np.int64), round_trip=trip)
    return tested


def test_shares_dropped_at_and_below_a_number() -> None:
    tested = parting([5, 5, 5, 4], [5, 4, 4, 3, 2, 1, 0])
    assert tested.dropped(5) == (3 / 4, 1 / 7)
    assert tested.dropped(4) == (4 / 7, 0.0)
    assert tested.dropped(6) == (0.0, 4 / 11)
    assert tested.dropped(0) == (4 / 11, 0.0)


@pytest.mark.parametrize(
    ("unanswered", "answered", "clearest"),
    [([5, 5], [4, 3], 5), ([5, 7, 7], [4, 4, 3], 5), ([5, 7, 7], [6, 6, 5, 4], 7), ([1, 1], [0, 0], 1)],
)
def test_the_number_that_parts_them_best(unanswered: list[int], answered: list[int], clearest: int) -> None:
    assert parting(unanswered, answered).clearest() == clearest


def test_what_is_tried_as_a_limit() -> None:
    exact = parting([9, 9, 9], [8, 5, 3, 2])
    assert _candidates(exact, (9, 16, 5)) == [9]
    assert _candidates(exact, (10, 16, 5)) == [9, 10]
    assert _candidates(exact, (8, 16, 5)) == [9, 8]
    assert _candidates(exact, (11, 16, 7)) == [9]
    passed = parting([5, 5, 5], [4, 9, 3, 2], exact=False)
    assert _candidates(passed, (16, 16, 5)) == [5]
    assert _candidates(parting([5, 5, 5], [4, 9, 3, 2]), (16, 6, 5)) == [9, 6, 5]


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (75, True),
        (74, False),  # and no server is full in one silence only by chance
    ],
)
def test_three_quarters_of_the_syns_in_vain_must_have_met_it(met: int, expected: bool) -> None:
    tested = parting([5] * met + [2] * (100 - met), [4, 3, 2, 1] * 100, silences=1)
    assert tested.parted(5) is expected


@pytest.mark.parametrize(("met", "expected"), [(50, True), (49, False)])
def test_half_is_enough_where_it_was_full_too_often_for_chance(met: int, expected: bool) -> None:
    tested = parting([5] * met + [2] * (100 - met), [4, 3, 2, 1] * 100)
    assert tested.parted(5) is expected


@pytest.mark.parametrize(
    ("passed", "exact", "expected"),
    [(10, True, True), (11, True, False), (25, False, True), (26, False, False)],
)
def test_who_was_answered_must_have_found_room(passed: int, exact: bool, expected: bool) -> None:
    """But for a tenth; for a quarter where the capture lacks packets."""
    tested = parting([5] * 40, [5] * passed + [3] * (100 - passed), exact=exact, silences=8)
    assert tested.parted(5) is expected


@pytest.mark.parametrize(("asked", "expected"), [(9, False), (10, True)])
def test_a_coincidence_must_be_unlikely(asked: int, expected: bool) -> None:
    """Of all SYNs every second meets a full server: that ten in vain do is as likely as 2 ** -10, too seldom."""
    assert parting([5] * asked, [3] * asked).parted(5) is expected


@pytest.mark.parametrize(
    ("freed", "exact", "expected"), [(18, True, True), (17, True, False), (15, False, True), (14, False, False)]
)
def test_a_connection_must_have_closed_before_who_came_next(freed: int, exact: bool, expected: bool) -> None:
    """In nine silences of ten, or three of four where the capture lacks packets."""
    closed = [n * 1000 + 700 for n in range(freed)]
    assert parting([5] * 20, [3] * 100, exact=exact, closed=closed).parted(5) is expected


@pytest.mark.parametrize(("when", "expected"), [(489, False), (490, True), (1010, True), (1011, False)])
def test_it_closed_between_the_last_in_vain_and_the_next_but_for_the_way(when: int, expected: bool) -> None:
    """The last in vain came at 500 of each thousand, the next that was answered at 1000; a round trip takes 10."""
    closed = [n * 1000 + when for n in range(20)]
    tested = parting([5] * 20, [3] * 100, closed=closed, silences=20)
    assert tested.parted(5) is expected


def test_silences_that_never_ended_show_no_place_that_became_free() -> None:
    tested = parting([5] * 20, [3] * 100, silences=1)
    tested.asked = tested.asked[:1]
    assert not tested.parted(5)


@pytest.mark.parametrize(("silences", "expected"), [(4, False), (5, True)])
def test_five_times_full_is_often(silences: int, expected: bool) -> None:
    assert parting([5] * 20, [3] * 1000, silences=silences).often(5) is expected


@pytest.mark.parametrize(("full", "expected"), [(15, True), (18, False)])
def test_often_is_beyond_chance(full: int, expected: bool) -> None:
    """Five silences, any of five numbers: 5 * ((full + 1) / 102) ** 5 is 0.00048 and 0.0011."""
    assert parting([5] * 20, [5] * full + [3] * (100 - full), silences=5).often(5) is expected


@pytest.mark.parametrize(
    ("vain", "passed", "below", "expected"),
    [
        (20, 20, 0, True),
        (20, 21, 0, False),  # under half of those who met it
        (20, 5, 20, True),  # 20 of 1,000 below it
        (20, 5, 21, False),
        (0, 5, 0, False),
    ],
)
def test_a_queue_in_front_parts_most_from_hardly_any(vain: int, passed: int, below: int, expected: bool) -> None:
    tested = parting([8] * vain + [3] * below, [8] * passed + [3] * 980)
    assert tested.by_share(8) is expected


def test_who_found_room_must_be_too_many_for_chance() -> None:
    """Half of forty SYNs are dropped. That so many below the number all pass: 8 * 2 ** -13 is too seldom."""
    for let_in, expected in ((12, False), (13, True)):
        tested = parting([8] * 20, [8] * (20 - let_in) + [3] * let_in)
        tested.often = lambda limit: limit == 8
        assert tested.by_share(8) is expected
