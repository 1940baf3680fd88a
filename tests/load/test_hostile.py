"""Tables that no honest capture makes: any values give a load, never an error."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.analyse import analyse
from pcapinspect.load.causes import CAUSES
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.pki.operations import Operations
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import Connections, Syns

LATEST = 2**63 - 1 - 600 * SECOND
"""Nanoseconds end in 2262; a window must still fit after the last time."""

TIMES = st.integers(0, 300).map(lambda s: s * SECOND // 3) | st.integers(0, LATEST)


def column(draw: Any, name: str, dtype: np.dtype[Any], rows: int, connections: int) -> np.ndarray[Any, Any]:
    values: dict[str, Any] = {
        "outcome": st.integers(0, 6),
        "close": st.integers(0, 5),
        "connection": st.integers(0, max(0, connections - 1)),
        "index": st.just(0),
        "status": st.sampled_from([MISSING, 0, 200, 404, 2**62]),
        "operation": st.sampled_from([None, "GetNextCACert", "x" * 50]),
        "syn_packets": st.integers(0, 9),
        "server_port": st.just(80),
        "handshake_rtt": TIMES | st.just(MISSING),
    }
    times = ("time", "start", "end")
    usual = TIMES if name in times else TIMES | st.just(MISSING)
    if dtype.kind == "O":
        usual = st.sampled_from([None, "a", "b"])
    elif dtype.kind == "u":
        usual = st.integers(0, 3)
    elif dtype.kind == "b":
        usual = st.booleans()
    elif "high" in name or "packets" in name or "bytes" in name or "frame" in name or "file" in name:
        usual = st.integers(0, 9)
    drawn = draw(st.lists(values.get(name, usual), min_size=rows, max_size=rows))
    made = np.empty(rows, dtype)
    made[:] = drawn
    return made


@st.composite
def tables(draw: Any) -> tuple[Any, ...]:
    rows = draw(st.integers(0, 12))
    syns, exchanges = (draw(st.integers(0, 20)), draw(st.integers(0, 6))) if rows else (0, 0)

    def table(kind: Any, length: int) -> Any:
        return kind(
            **{f.name: column(draw, f.name, f.metadata["dtype"], length, rows) for f in fields(kind)},
        )

    return table(Connections, rows), table(Syns, syns), table(Exchanges, exchanges), table(Operations, exchanges)


@given(tables())
@settings(max_examples=150, deadline=None)
def test_any_tables_give_a_load(made: tuple[Any, ...]) -> None:
    connections, syns, exchanges, operations = made
    order = np.argsort(connections.start, kind="stable")
    exchanges = exchanges.take(np.argsort(exchanges.connection, kind="stable"))
    load = analyse(connections.take(order), syns, exchanges, operations, CaptureQuality(), Settings())
    assert sum(server.attempts + server.midstream for server in load.servers) == len(connections)
    assert all(server.verdict.cause in CAUSES for server in load.servers)
    for server in load.servers:
        assert all(pause.silence_at_least >= 0 for pause in server.pauses)
