"""The course of attempts between two points, one by one and over time: who sent what when, and what arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pcapinspect.address import endpoint, text_of
from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64, UInt8
from pcapinspect.tcp.connections import Connections, Syns

What = Literal["syn", "answer", "request", "response"]
"""Of points.between.LOST."""

OTHERS: tuple[tuple[What, str, bool], ...] = (
    ("answer", "synack_time", False),
    ("request", "first_up", True),
    ("response", "first_down", False),
)
"""What follows the SYNs, the column that has its first time, and whether clients send it."""

MOST_COURSES = 40
"""Attempts that are told one by one, the losses evenly over the capture: nobody steps through more."""

MOST_UNHARMED = 3
"""Of these, attempts that lost nothing, to compare with."""

MOST_SYNS = 8
"""SYNs of an attempt that are told: Linux sends 7 (tcp_syn_retries)."""

MOST_STRETCHES = 60
"""Into so many stretches of whole seconds the capture is divided at most."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One packet of an attempt. Times in nanoseconds by the server's point's clock; None where it was not seen."""

    what: What
    client: int | None
    """When the clients' point saw it."""
    server: int | None

    @property
    def lost(self) -> bool:
        """It left, and did not arrive. What arrives alone was sent again: the first of its kind left."""
        left, arrived = (self.client, self.server) if self.what in ("syn", "request") else (self.server, self.client)
        return left is not None and arrived is None


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one attempt."""

    client: str
    """Address and port, as the clients' point has them."""
    server: str
    lost: str | None
    """Of points.between.LOST; None: nothing."""
    steps: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Of the attempts that began between two moments of the server's point's clock. Times in nanoseconds."""

    start: int
    end: int
    attempts: int
    lost: int
    """Of these, such of which some packet was lost."""
    delay_up: int | None
    """The median of SYNs; None where none was in both."""
    delay_down: int | None
    """The same of SYN/ACKs."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Attempts row by row as each point has them, by one clock; `server` has the rows that never came empty."""

    client: Connections
    server: Connections
    came: Bool
    """The server's point has something of it."""
    lost: UInt8
    client_rows: Int64
    """Of each attempt, among the clients' point's connections."""
    server_rows: Int64
    """The same at the server's point; MISSING where nothing came."""


def courses(sides: Sides, client: Syns, server: Syns, names: tuple[str, ...], late: tuple[int, int]) -> list[Course]:
    """Attempts with a loss, and some without. `client`, `server`: SYNs of each point, by one clock; `late`: what takes
    longer, up and down, was sent again."""
    chosen = _chosen(sides.lost < len(names), sides.client.start)
    near, far = _times(client, sides.client_rows[chosen]), _times(server, sides.server_rows[chosen])
    return [
        Course(
            _end(sides.client, row, "client"),
            _end(sides.client, row, "server"),
            names[sides.lost[row]] if sides.lost[row] < len(names) else None,
            (*_syns(near[place], far[place], late[0]), *_others(sides, row, late)),
        )
        for place, row in enumerate(chosen.tolist())
    ]


def _chosen(lost: Bool, start: Int64) -> Int64:
    """Rows that are told, the losses first, each kind by time."""
    order = np.argsort(start, kind="stable")
    harmed, unharmed = order[lost[order]], order[~lost[order]]
    if len(harmed) > MOST_COURSES - MOST_UNHARMED:
        harmed = harmed[np.linspace(0, len(harmed) - 1, MOST_COURSES - MOST_UNHARMED).astype(np.int64)]
    return np.concatenate((harmed, unharmed[:MOST_UNHARMED]))


def _end(connections: Connections, row: int, side: str) -> str:
    high, low, port = (getattr(connections, f"{side}_{name}")[row] for name in ("high", "low", "port"))
    return endpoint(text_of(high, low), int(port))


def _times(syns: Syns, rows: Int64) -> list[list[int]]:
    """The times of the first SYNs of each of the rows."""
    wanted = np.flatnonzero(np.isin(syns.connection, rows))
    found: dict[int, list[int]] = {}
    for at in wanted[np.argsort(syns.time[wanted], kind="stable")].tolist():
        found.setdefault(int(syns.connection[at]), []).append(int(syns.time[at]))
    return [found.get(row, [])[:MOST_SYNS] for row in rows.tolist()]


def _syns(sent: list[int], came: list[int], late: int) -> Iterator[Passage]:
    """Each SYN with the one that it arrived as: the first that is not before it, and not too late."""
    left = list(came)
    for place, moment in enumerate(sent):
        following = sent[place + 1] if place + 1 < len(sent) else np.iinfo(np.int64).max
        arrived = next((time for time in left if time < following and time - moment <= late), None)
        if arrived is not None:
            left.remove(arrived)
        yield Passage("syn", moment, arrived)
    for moment in left:
        yield Passage("syn", None, moment)


def _others(sides: Sides, row: int, late: tuple[int, int]) -> Iterator[Passage]:
    """The first answer, request and response; where that was lost, the one sent again that arrived."""
    for what, column, up in OTHERS:
        here = _known(getattr(sides.client, column)[row])
        there = _known(getattr(sides.server, column)[row]) if sides.came[row] else None
        if here is None and there is None:
            continue
        took = None if here is None or there is None else there - here if up else here - there
        if took is None or took <= late[0 if up else 1]:
            yield Passage(what, here, there)
        elif up:
            yield from (Passage(what, here, None), Passage(what, None, there))
        else:
            yield from (Passage(what, None, there), Passage(what, here, None))


def _known(time: np.int64) -> int | None:
    return None if time == MISSING else int(time)


def stretches_of(sides: Sides, none_lost: int) -> list[Stretch]:
    """The whole capture, stretch by stretch of equal length."""
    start = sides.client.start
    if not len(start):
        return []
    begin, last = int(start.min()) // SECOND * SECOND, int(start.max())
    width = max(1, -(-(last + 1 - begin) // SECOND // MOST_STRETCHES)) * SECOND
    number = (start - begin) // width
    up = _delay(sides.client.last_syn_time, sides.server.last_syn_time, sides)
    down = _delay(sides.server.synack_time, sides.client.synack_time, sides)
    found = []
    for place in range(int(number.max()) + 1):
        inside = number == place
        found.append(
            Stretch(
                begin + place * width,
                begin + (place + 1) * width,
                int(np.count_nonzero(inside)),
                int(np.count_nonzero(inside & (sides.lost != none_lost))),
                _median(up[inside]),
                _median(down[inside]),
            )
        )
    return found


def _delay(sent: Int64, arrived: Int64, sides: Sides) -> Int64:
    """Of packets that both points hold once; MISSING for others."""
    single = (sides.client.syn_packets == 1) & (sides.server.syn_packets == 1) & sides.came
    return np.where(single & (sent != MISSING) & (arrived != MISSING), arrived - sent, MISSING)


def _median(values: Int64) -> int | None:
    known = values[values != MISSING]
    return int(np.median(known)) if len(known) else None
