"""What is known of TCP at the end of a capture: its connections, judged."""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any

import numpy as np

from pcapinspect.columns import MISSING, Bool
from pcapinspect.tcp.connections import ESTABLISHED, Connections, Syns, TcpQuality
from pcapinspect.tcp.outcome import ACKING, closes, outcomes
from pcapinspect.tcp.tables import COUNTS, Record, Records

BLOCK = 1 << 12
"""Rows that are turned into columns at a time: they fit in the cache."""

COUNTED = tuple(f.name for f in fields(TcpQuality) if f.name in (COUNTS.names or ()))
"""What is counted while packets go by; the rest of TcpQuality follows from the connections."""

JUDGED_BY = ("state", "older", "fin_time")
"""Working columns of ROW that outcomes and ends of connections depend on."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """What the packets proved. Outcomes need all connections of a server, and the time when the capture ended."""

    rows: Records
    """Records of ROW in the order of their first packets; the table is gone when it has been judged."""
    syns: Syns
    counts: dict[str, int]
    """COUNTED."""
    end: int
    """Time of the last packet of TCP; MISSING without any."""


@dataclass(frozen=True, slots=True)
class TcpResult:
    """All that is known of TCP when the capture has been read."""

    connections: Connections
    syns: Syns
    quality: TcpQuality


def counted(counts: Record) -> dict[str, int]:
    """What was counted so far."""
    return {name: int(counts[name]) for name in COUNTED}


def judge(seen: Unjudged, last_time: int | None) -> TcpResult:
    """The connections of the whole capture.

    `last_time`: of the capture's last packet, nanoseconds; what is not TCP tells that the capture went on.
    """
    end = seen.end if last_time is None else max(seen.end, last_time)
    names = list(Connections.dtypes())
    columns = _columns(seen.rows, [*names, *JUDGED_BY])
    rows = SimpleNamespace(**columns)
    outcome = outcomes(rows, end)
    close, close_time = closes(rows, outcome, end)
    judged: dict[str, Any] = {"outcome": outcome, "close": close, "close_time": close_time}
    connections = Connections(**{name: columns[name] for name in names} | judged)
    return TcpResult(connections, seen.syns, _quality(seen.counts, connections, rows.state & ACKING == ACKING))


def _columns(table: Records, names: list[str]) -> dict[str, Any]:
    """The fields of a table as contiguous arrays. The table shrinks as they grow: it is as large."""
    count = len(table)
    columns = {name: np.empty(count, table.dtype[name]) for name in names}
    for first in range((count - 1) // BLOCK * BLOCK, -1, -BLOCK):
        block = table[first : min(first + BLOCK, count)].view(np.ndarray)  # records are slow to ask for a field
        for name, column in columns.items():
            column[first : first + BLOCK] = block[name]
        del block
        if first % (8 * BLOCK) == 0:
            table.resize(first, refcheck=False)
    return columns


def _quality(counts: dict[str, int], connections: Connections, went_on: Bool) -> TcpQuality:
    """`went_on`: the client acknowledged more and more, without a SYN in the capture."""
    established = connections.outcome == ESTABLISHED
    silent = established & (connections.synack_time == MISSING)
    return TcpQuality(
        **counts,
        synack_not_captured=int(silent.sum()),
        client_only=int(((established | went_on) & (connections.packets_down == 0)).sum()),
        server_only=int((connections.packets_up == 0).sum()),
    )
