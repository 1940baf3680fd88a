"""The whole load layer on hand-made traffic."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from build import Made, ns, steady, stop
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.columns import Columns
from pcapinspect.load.analyse import analyse
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import Load
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import MIDSTREAM


def storm(server: str = "10.0.0.80") -> Made:
    made = Made()
    steady(made, 0, 50, 50 / 80, server=server)
    stop(made, 50, 15, callers=30, every=0.4)
    steady(made, 65.02, 120, 1, server=server)
    return made


def test_the_worst_server_comes_first_and_all_tables_say_so() -> None:
    made = storm()
    for number in range(500):
        made.answered(f"10.7.0.{number % 250 + 1}", number * 0.2, server="10.0.0.81", lasts=0.05)
    load = made.analyse()
    assert [server.ip for server in load.servers] == ["10.0.0.80", "10.0.0.81"]
    assert [server.verdict.cause for server in load.servers] == ["rate_limit", "over_limit_unthrottled"]
    connections, _ = made.tables()
    by_address = connections.server_low == connections.server_low.max()
    assert np.array_equal(load.server_of_connection == 1, by_address)
    assert load.minutes.accepted[load.minutes.server == 1].sum() == 500
    assert load.clients.attempts[load.clients.server == 1].sum() == 500
    assert set(load.curve.server.tolist()) == {0, 1}


def test_a_server_of_which_nothing_is_known_is_not_the_worst() -> None:
    made = Made()
    steady(made, 0, 300, 3)
    made.answered("10.7.0.1", 100, server="10.0.0.81")
    load = made.analyse()
    assert [(server.ip, server.verdict.cause) for server in load.servers] == [
        ("10.0.0.80", "healthy"),
        ("10.0.0.81", "insufficient"),
    ]


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_the_order_of_attempts_that_begin_at_once_does_not_matter(random) -> None:  # type: ignore[no-untyped-def]
    made = Made()
    names = [f"10.1.0.{number + 1}" for number in range(40)]
    for second in range(30):
        random.shuffle(names)
        for name in names[:3]:
            made.answered(name, float(second))
    server = made.analyse().servers[0]
    assert (server.attempts, server.verdict.cause) == (90, "over_limit_unthrottled")
    assert server.peak_accepted_60s is not None
    assert server.peak_accepted_60s.count == 90


def test_nothing_at_all_is_an_empty_load() -> None:
    load = Made().analyse()
    assert load.servers == ()
    assert len(load.minutes) == len(load.clients) == len(load.curve) == len(load.server_of_connection) == 0


def test_the_same_tables_give_the_same_load() -> None:
    first, second = storm().analyse(), storm().analyse()
    assert first.servers == second.servers
    for one, other in ((first.minutes, second.minutes), (first.clients, second.clients), (first.curve, second.curve)):
        assert equal(one, other)


def test_the_capture_may_have_gone_on_after_the_last_connection() -> None:
    """A minute of other traffic after the last SYN: then that SYN was not answered, and not merely cut off."""
    made = Made()
    steady(made, 0, 60, 1)
    for number in range(6):
        made.unanswered(f"10.2.0.{number + 1}", 60.5 + number * 0.1, (0.0, 2.0, 6.0))
    ends_there = made.analyse()
    goes_on = made.analyse(quality=CaptureQuality(first_time=0, last_time=ns(120)))
    (cut,), (whole,) = ends_there.servers[0].pauses, goes_on.servers[0].pauses
    assert whole.unanswered_syns > cut.unanswered_syns


def test_midstream_connections_are_open_but_no_attempts() -> None:
    made = Made()
    steady(made, 0, 10, 1, lasts=None)
    connections, syns = made.tables()
    connections = replace(connections, outcome=np.full(len(connections), MIDSTREAM, np.uint8))
    exchanges, operations = made.spoken()
    load: Load = analyse(connections, syns.take([]), exchanges, operations, CaptureQuality(), Settings())
    server = load.servers[0]
    assert (server.attempts, server.midstream, server.peak_accepted_60s) == (0, 10, None)
    assert server.concurrency is not None
    assert server.concurrency.peak == 10


def equal(one: Columns, other: Columns) -> bool:
    names = [field.name for field in fields(one)]  # type: ignore[arg-type]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
