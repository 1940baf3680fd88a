"""The table of minutes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from build import Made, ns, steady, stop

from pcapinspect.clock import MINUTE
from pcapinspect.load.analyse import analyse
from pcapinspect.load.measures import minutes
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.settings import Settings


def test_each_minute_counts_what_happened_in_it() -> None:
    made = Made()
    steady(made, 0, 60, 1)
    made.answered("10.2.0.1", 65.0, earlier=(58.5,))
    made.unanswered("10.2.0.2", 70.0, (0.0, 2.0))
    made.refused("10.2.0.3", 190.0)
    connection = made.answered("10.2.0.4", 200.0)
    made.asked(connection, "GetNextCACert", 404)
    table = made.analyse().minutes
    assert (table.minute // MINUTE).tolist() == [0, 1, 2, 3]
    assert table.syn_packets.tolist() == [61, 3, 0, 2]
    assert table.attempts.tolist() == [61, 1, 0, 2]
    assert table.accepted.tolist() == [60, 1, 0, 1]
    assert table.established.tolist() == [61, 0, 0, 1]
    assert table.unanswered.tolist() == [0, 1, 0, 0]
    assert table.refused.tolist() == [0, 0, 0, 1]
    assert table.exchanges.tolist() == [0, 0, 0, 1]
    assert table.errors.tolist() == [0, 0, 0, 1]


def test_the_peak_of_a_minute_looks_back_into_the_one_before() -> None:
    made = Made()
    steady(made, 30, 90, 0.6, clients=200)
    table = made.analyse().minutes
    assert table.accepted.tolist() == [50, 50]
    assert table.peak_accepted_60s.tolist() == [50, 100]
    assert table.over_limit.tolist() == [False, True]


def test_a_pause_over_the_minute_is_shared_out() -> None:
    made = Made()
    steady(made, 0, 50, 0.7)
    stop(made, 50, 20)
    steady(made, 70.02, 100, 0.7)
    load = made.analyse()
    (pause,) = load.servers[0].pauses
    assert load.minutes.paused.tolist() == [MINUTE - pause.first_unanswered, pause.last_unanswered - MINUTE]


def test_a_clock_that_claims_centuries_leaves_gaps_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minutes, "MOST_MINUTES", 10)
    made = Made()
    made.answered("10.1.0.1", 0.0)
    made.answered("10.1.0.1", 6000.0)
    assert made.analyse().minutes.minute.tolist() == [0, ns(6000.0) // MINUTE * MINUTE]


def test_the_open_connections_of_before_count_in_each_minute() -> None:
    made = Made()
    made.answered("10.1.0.1", 10.0, lasts=150.0)
    made.answered("10.1.0.2", 130.0)
    assert made.analyse().minutes.peak_open.tolist() == [1, 1, 2]


def test_a_clock_that_steps_back_moves_no_attempt_to_another_minute() -> None:
    """Twenty attempts from 50 s on; then the clock is put back to 40 s, and twenty more come."""
    made = Made()
    steady(made, 50, 70, 1)
    steady(made, 40, 60, 1)
    connections, syns = made.tables()
    # Connections are in the order of the packets in the file.
    order = np.argsort(connections.isn, kind="stable")
    place = np.argsort(order)
    exchanges, operations = made.spoken()
    load = analyse(
        connections.take(order),
        replace(syns, connection=place[syns.connection]),
        exchanges,
        operations,
        CaptureQuality(),
        Settings(),
    )
    assert load.minutes.attempts.tolist() == [30, 10]
    assert load.minutes.established.tolist() == [30, 10]
