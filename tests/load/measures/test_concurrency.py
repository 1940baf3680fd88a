"""Open connections over time."""

from __future__ import annotations

import numpy as np
from build import Made, ns
from hypothesis import given
from hypothesis import strategies as st

from pcapinspect.load.measures.concurrency import Open, concurrency


def opened(made: Made, *, presume: bool = False) -> Open:
    traffic = made.traffic()[0]
    return Open(traffic, presume=presume)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30)), min_size=1, max_size=20))
def test_as_many_are_open_as_have_opened_and_not_closed(spans: list[tuple[int, int]]) -> None:
    made = Made()
    for number, (begin, length) in enumerate(spans):
        made.answered(f"10.1.0.{number + 1}", float(begin), rtt=0.5, lasts=float(length))
    at = np.array([ns(t + 0.75) for t in range(90)], np.int64)
    expected = [sum(b + 0.5 <= t + 0.75 < b + 0.5 + length for b, length in spans) for t in range(90)]
    assert opened(made).at(at).tolist() == expected


def test_the_peak_and_the_time_at_a_limit() -> None:
    made = Made()
    for number in range(6):
        made.answered(f"10.1.0.{number + 1}", 10.0 + number, lasts=20.0)
    found = concurrency(opened(made), limit=6, end=ns(1000))
    assert found is not None
    assert (found.peak, found.peak_time) == (6, ns(15.01))
    assert found.seconds_at_limit == 15.0
    assert found.seconds_at_5 == 17.0


def test_a_connection_that_never_closes_stays_open_to_the_end() -> None:
    made = Made()
    made.answered("10.1.0.1", 10.0, lasts=None)
    found = concurrency(opened(made), limit=1, end=ns(100))
    assert found is not None
    assert found.seconds_at_limit == 100 - 10.01


def test_an_end_that_the_capture_does_not_hold_is_where_others_ended() -> None:
    """Three closed 2, 4 and 9 s after they asked. One that asked has no end; one that asked nothing is held open."""
    made = Made()
    for number, stayed in enumerate((2.0, 4.0, 9.0)):
        made.asked(made.answered(f"10.1.0.{number + 1}", 10.0 + number, lasts=stayed), "GetCACaps")
    made.asked(made.answered("10.1.0.8", 100.0, lasts=None), "GetCACaps")
    made.connections[made.answered("10.1.0.9", 200.0, lasts=None)].update(bytes_up=0, bytes_down=0)
    found = opened(made, presume=True)
    assert found.presumed == 1
    assert found.at(np.array([ns(103.0), ns(105.0), ns(900.0)], np.int64)).tolist() == [1, 0, 1]


def test_who_asked_a_moment_ago_is_still_open_when_the_capture_ends() -> None:
    made = Made()
    made.asked(made.answered("10.1.0.1", 10.0, lasts=9.0), "GetCACaps")
    made.asked(made.answered("10.1.0.2", 995.0, lasts=None), "GetCACaps")
    found = opened(made)
    assert found.presumed == 0
    assert found.at(np.array([ns(999.0)], np.int64)).tolist() == [1]


def test_nothing_open_has_no_peak() -> None:
    made = Made()
    made.unanswered("10.1.0.1", 1.0)
    assert concurrency(opened(made), limit=16, end=ns(100)) is None


def test_in_a_capture_that_lacks_nothing_who_does_not_close_hangs() -> None:
    made = Made()
    for number in range(3):
        made.asked(made.answered(f"10.1.0.{number + 1}", 10.0 + number, lasts=2.0), "GetCACaps")
    made.asked(made.answered("10.1.0.8", 100.0, lasts=None), "GetCACaps")
    found = opened(made)
    assert found.presumed == 0
    assert found.at(np.array([ns(900)])).tolist() == [1]
