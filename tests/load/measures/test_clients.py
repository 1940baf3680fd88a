"""Clients: their polls, and the routers behind them."""

from __future__ import annotations

import numpy as np
from build import Made, steady

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING


def test_the_poll_period_is_by_attempts_not_by_syns() -> None:
    made = Made()
    for start in (0.0, 60.0, 125.0, 180.0):
        made.answered("10.1.0.1", start + 3, earlier=(start, start + 1))
    clients = made.analyse().clients
    assert clients.poll_period.tolist() == [60 * SECOND]
    assert clients.attempts.tolist() == [4]


def test_the_dials_of_one_enrolment_are_one_poll() -> None:
    """GetCACaps, GetCACert and PKIOperation, each as soon as the answer before is there."""
    made = Made()
    for start in (0.0, 300.0, 600.0):
        for dial in range(3):
            made.answered("10.1.0.1", start + dial * 0.15)
    clients = made.analyse().clients
    assert clients.attempts.tolist() == [9]
    assert clients.poll_period.tolist() == [300 * SECOND]
    assert clients.poll_spread.tolist() == [0]


def test_a_dial_after_one_that_was_given_up_is_a_poll() -> None:
    made = Made()
    for start in (0.0, 20.0, 40.0):
        made.unanswered("10.1.0.1", start)
    assert made.analyse().clients.poll_period.tolist() == [20 * SECOND]


def test_the_spread_is_the_interquartile_range() -> None:
    made = Made()
    starts = np.cumsum([0, 50, 60, 70, 80, 60]).tolist()
    for start in starts:
        made.answered("10.1.0.1", float(start))
    clients = made.analyse().clients
    low, high = np.percentile(np.diff(starts), [25, 75])
    assert clients.poll_period.tolist() == [60 * SECOND]
    assert clients.poll_spread.tolist() == [round((high - low) * SECOND)]


def test_two_attempts_have_no_period() -> None:
    made = Made()
    made.answered("10.1.0.1", 0.0)
    made.answered("10.1.0.1", 60.0)
    clients = made.analyse().clients
    assert clients.poll_period.tolist() == [MISSING]
    assert clients.poll_spread.tolist() == [MISSING]


def test_clients_come_with_most_attempts_first_and_say_what_they_asked() -> None:
    made = Made()
    made.unanswered("10.1.0.1", 1.0)
    for number in range(3):
        connection = made.answered("10.1.0.2", 2.0 + number)
        made.asked(connection, "GetNextCACert", 404)
        made.asked(connection, "GetCACaps" if number else "GetCACert")
    clients = made.analyse().clients
    assert clients.client.tolist() == ["10.1.0.2", "10.1.0.1"]
    assert clients.operations.tolist() == ["GetNextCACert:3 GetCACaps:2 GetCACert:1", None]
    assert clients.exchanges.tolist() == [6, 0]
    assert clients.errors.tolist() == [3, 0]
    assert clients.unanswered.tolist() == [0, 1]


def test_transaction_ids_tell_the_routers_behind_one_address() -> None:
    made = Made()
    for number in range(6):
        connection = made.answered("10.1.0.1", float(number))
        made.asked(connection, "PKIOperation", transaction_id=f"ID{number % 3}")
    connection = made.answered("10.1.0.2", 10.0)
    made.asked(connection, "PKIOperation", transaction_id="ID0", signer_subject="CN=r7")
    steady(made, 20, 22, 1)
    load = made.analyse()
    routers = dict(zip(load.clients.client.tolist(), load.clients.routers.tolist(), strict=True))
    assert routers["10.1.0.1"] == 3
    assert routers["10.1.0.2"] == 1
    assert load.servers[0].routers == 3


def test_without_identities_the_number_of_routers_is_not_known() -> None:
    made = Made()
    steady(made, 0, 5, 1)
    load = made.analyse()
    assert set(load.clients.routers.tolist()) == {MISSING}
    assert load.servers[0].routers is None
