"""How often each operation was asked for."""

from __future__ import annotations

from build import Made, ns


def test_operations_are_counted_by_label_and_status_most_frequent_first() -> None:
    made = Made()
    for number in range(4):
        connection = made.answered(f"10.1.0.{number % 2 + 1}", float(number))
        made.asked(connection, "GetNextCACert", 404, ca_identifier="GETVPN")
        made.asked(connection, "GetCACaps", None if number == 3 else 200, ca_identifier="tti")
    found = made.analyse().operations
    assert [(one.operation, one.ca_identifier, one.status, one.count, one.clients) for one in found] == [
        ("GetNextCACert", "GETVPN", 404, 4, 2),
        ("GetCACaps", "tti", 200, 3, 2),
        ("GetCACaps", "tti", None, 1, 1),
    ]
    assert (found[0].first, found[0].last) == (ns(0.02), ns(3.02))


def test_exchanges_that_are_no_scep_are_not_counted() -> None:
    made = Made()
    connection = made.answered("10.1.0.1", 0.0)
    made.asked(connection, None)  # type: ignore[arg-type]
    assert made.analyse().operations == ()


def test_no_exchanges_are_no_operations() -> None:
    made = Made()
    load = made.analyse()
    assert load.operations == ()
    assert load.servers == ()
