"""What a server was asked for, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pcapinspect.columns import MISSING
from pcapinspect.evidence.demand import measure
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.pki.operations import Operations
from pcapinspect.tcp.connections import Connections

SECOND = 10**9


def table(kind, rows: list[dict]):
    empty = {"i": MISSING, "u": 0, "O": None, "b": True}
    columns = {}
    for name in kind.__slots__:
        dtype = kind.__dataclass_fields__[name].metadata["dtype"]
        columns[name] = np.array([row.get(name, empty[dtype.kind]) for row in rows], dtype=dtype)
    return kind(**columns)


def of(*rows: tuple[int, float | None, str | None, int]):
    """(client, seconds, operation, status), a connection each."""
    connections = table(Connections, [{"client_low": client} for client, *_ in rows])
    exchanges = [
        {"connection": n, "status": status, "date": "Thu, 01 Jan 1970 01:00:00 GMT", "response_time": 0}
        | ({} if at is None else {"request_time": int(at * SECOND)})
        for n, (_, at, _, status) in enumerate(rows)
    ]
    operations = [{"operation": operation} for _, _, operation, _ in rows]
    return connections, table(Exchanges, exchanges), table(Operations, operations)


def test_counts_and_period():
    made = measure(
        *of(
            (1, 100, "GetNextCACert", 404),
            (2, 101, "GetNextCACert", 404),
            (1, 160, "GetNextCACert", 404),
            (2, 181, "GetNextCACert", 500),
            (1, 221, "GetNextCACert", 404),
            (2, 261, "GetNextCACert", 404),
            (3, 300, "GetNextCACert", 200),
            (3, 50, "GetCACaps", 404),
            (4, 51, "PKIOperation", 503),
            (4, 52, None, 404),
        )
    )
    assert (made.requests, made.errors, made.clients, made.exchanges) == (7, 6, 2, 10)
    assert (made.first, made.last) == (100 * SECOND, 261 * SECOND)
    # client 1 every 60 and 61 s, client 2 every 80 s
    assert made.period == pytest.approx((60.5 + 80) / 2)
    assert made.other_errors == (("PKIOperation", 1),)
    assert made.clock_skew == pytest.approx(3600 * SECOND, abs=SECOND)


def test_two_requests_make_no_period():
    made = measure(*of((1, 100, "GetNextCACert", 404), (1, 160, "GetNextCACert", 404), (2, None, "GetNextCACert", 404)))
    assert (made.period, made.clients, made.errors) == (None, 2, 3)


def test_a_rejected_enrolment_counts_though_its_code_is_200():
    connections, exchanges, operations = of((1, 1, "PKIOperation", 200))
    operations.scep_status[:] = 2
    assert measure(connections, exchanges, operations).other_errors == (("PKIOperation with FAILURE inside", 1),)


def test_nothing():
    made = measure(Connections.empty(), Exchanges.empty(), Operations.empty())
    assert (made.errors, made.clients, made.period, made.first, made.clock_skew) == (0, 0, None, None, None)
