"""Attempts over time in the row of a server: a line that is read at a glance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TypedDict, cast

from pcapinspect.report.model import Document

WIDTH, HEIGHT = 120, 24
"""Units of the drawing, one or two pixels each."""

MOST_SERVERS = 50
"""Rows that the page's table of servers has."""


class Spark(TypedDict):
    """The path of an SVG element, and what its highest point stands for."""

    path: str
    most: int


def sparks(document: Document) -> list[Spark | None]:
    """One for each of the first servers, over the same time for all; None for a server without minutes."""
    columns = document["tables"]["minutes"]["columns"]
    every = sorted({cast(str, minute) for minute in columns["minute"]})
    place = {minute: at for at, minute in enumerate(every)}
    counts: defaultdict[object, list[int]] = defaultdict(lambda: [0] * len(every))
    for ip, port, minute, attempts in zip(
        *(columns[name] for name in ("server_ip", "server_port", "minute", "attempts")), strict=True
    ):
        counts[ip, port][place[cast(str, minute)]] = cast(int, attempts)
    return [
        _spark(counts[server["ip"], server["port"]]) if (server["ip"], server["port"]) in counts else None
        for server in document["servers"][:MOST_SERVERS]
    ]


def _spark(counts: Sequence[int]) -> Spark:
    """Where there are more minutes than units, the busiest of those that share one."""
    width = -(-len(counts) // WIDTH)
    steps = [max(counts[at : at + width]) for at in range(0, len(counts), width)]
    most = max(steps)
    points = [
        f"{'L' if at else 'M'}{at * WIDTH / len(steps):.1f} {HEIGHT - (HEIGHT - 2) * step / max(1, most):.1f}"
        f"h{WIDTH / len(steps):.1f}"
        for at, step in enumerate(steps)
    ]
    return {"path": "".join(points), "most": most}
