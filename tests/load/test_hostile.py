"""Tables that no honest capture makes: any values give a load, never an error."""

from __future__ import annotations

from dataclasses import fields
from random import Random
from typing import Any

import numpy as np
import pytest

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

TABLES = 400
"""Seeds. Hypothesis spends 0.3 s on making one of these tables, value by value; to judge it takes 0.05 s."""

SMALL = ("high", "packets", "bytes", "frame", "file")


def moment(random: Random) -> int:
    """Most within some minutes, so that pauses and limits occur; others anywhere."""
    return random.randrange(301) * SECOND // 3 if random.random() < 0.7 else random.randrange(LATEST + 1)


def value(random: Random, name: str, kind: str, connections: int) -> Any:
    special = {
        "outcome": lambda: random.randrange(7),
        "close": lambda: random.randrange(6),
        "connection": lambda: random.randrange(max(1, connections)),
        "index": lambda: 0,
        "status": lambda: random.choice((MISSING, 0, 200, 404, 2**62)),
        "operation": lambda: random.choice((None, "GetNextCACert", "x" * 50)),
        "syn_packets": lambda: random.randrange(10),
        "server_port": lambda: 80,
        "handshake_rtt": lambda: random.choice((MISSING, moment(random))),
    }
    if name in special:
        return special[name]()
    if kind == "O":
        return random.choice((None, "a", "b"))
    if kind == "u":
        return random.randrange(4)
    if kind == "b":
        return random.random() < 0.5
    if any(part in name for part in SMALL):
        return random.randrange(10)
    return moment(random) if name in ("time", "start", "end") or random.random() < 0.5 else MISSING


def table(random: Random, kind: Any, length: int, connections: int) -> Any:
    made = {}
    for field in fields(kind):
        dtype = field.metadata["dtype"]
        made[field.name] = np.empty(length, dtype)
        made[field.name][:] = [value(random, field.name, dtype.kind, connections) for _ in range(length)]
    return kind(**made)


@pytest.mark.parametrize("seed", range(0, TABLES, 50))
def test_any_tables_give_a_load(seed: int) -> None:
    for number in range(seed, seed + 50):
        random = Random(number)
        rows = random.randrange(13)
        syns, asked = (random.randrange(21), random.randrange(7)) if rows else (0, 0)
        connections = table(random, Connections, rows, rows)
        exchanges = table(random, Exchanges, asked, rows)
        load = analyse(
            connections.take(np.argsort(connections.start, kind="stable")),
            table(random, Syns, syns, rows),
            exchanges.take(np.argsort(exchanges.connection, kind="stable")),
            table(random, Operations, asked, rows),
            CaptureQuality(),
            Settings(),
        )
        assert sum(server.attempts + server.midstream for server in load.servers) == rows, number
        for server in load.servers:
            assert server.verdict.cause in CAUSES, number
            assert all(pause.silence_at_least >= 0 for pause in server.pauses), number
