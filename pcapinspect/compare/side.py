"""One side of a comparison: what a report says of one server, as numbers that can be held against another report's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from pcapinspect.clock import SECOND, parse_iso

MINUTE = 60 * SECOND

LIMITS = ("rate_limit", "max_connections")
"""Causes of pauses that come from load, and so must be counted by the load that was there."""


@dataclass(frozen=True, slots=True)
class OperationCounts:
    """Requests for one operation, and how many of them got an error (4xx, 5xx) or no answer."""

    requests: int
    errors: int


@dataclass(frozen=True, slots=True)
class Side:
    """One server in one report. Times in seconds."""

    address: str
    cause: str
    sentence: str
    observed: float
    """From the server's first packet to its last."""
    attempts: int
    rungs: Mapping[str, int]
    """Attempts that got at least so far: dialled, accepted, asked, answered, succeeded."""
    unknown: int
    """Attempts of which the capture cannot tell how far they got."""
    peak_accepted: int
    minutes_over_limit: int
    pauses: int
    pauses_of_a_limit: int
    paused: float
    attempts_by_minute: tuple[int, ...]
    """Of each calendar minute, in order."""
    starts: tuple[int, ...]
    """Begin of each of these minutes, nanoseconds."""
    accepted_by_minute: tuple[int, ...]
    load_at_pauses: tuple[int, ...]
    """Attempts in the busiest minute of the two up to the begin of each pause of a limit."""
    operations: Mapping[str, OperationCounts]
    latency: tuple[float, float] | None
    """Median and 90th percentile from request to response."""
    poll_periods: Mapping[str, float | None]
    """Of each client."""

    @property
    def known(self) -> int:
        """Attempts of which the capture can tell how far they got."""
        return self.attempts - self.unknown

    @property
    def unserved(self) -> int:
        """Of these, those that got no answer."""
        return self.known - self.rungs["answered"]

    @property
    def errors(self) -> int:
        """Attempts that were answered with an error, or put off."""
        return self.rungs["answered"] - self.rungs["succeeded"]


def side_of(document: Mapping[str, Any], server: Mapping[str, Any]) -> Side:
    """The side that a server of a report is."""
    tables = {name: table["columns"] for name, table in document["tables"].items()}
    mine = _rows(tables["minutes"], server)
    starts = tuple(parse_iso(tables["minutes"]["minute"][row]) for row in mine)
    attempts = tuple(tables["minutes"]["attempts"][row] for row in mine)
    ladder = server["ladder"]
    peak = server["peak_accepted_60s"]
    limited = [pause for pause in server["pauses"] if pause["cause"] in LIMITS]
    return Side(
        address=f"{server['ip']}:{server['port']}",
        cause=server["verdict"]["cause"],
        sentence=server["verdict"]["sentence"],
        observed=(parse_iso(server["last_time"]) - parse_iso(server["first_time"])) / SECOND,
        attempts=server["attempts"],
        rungs={rung: ladder[rung] for rung in ("dialled", "accepted", "asked", "answered", "succeeded")},
        unknown=ladder["unknown"],
        peak_accepted=peak["count"] if peak else 0,
        minutes_over_limit=server["minutes_over_limit"],
        pauses=len(server["pauses"]),
        pauses_of_a_limit=len(limited),
        paused=sum(pause["silence_at_least"] for pause in server["pauses"]),
        attempts_by_minute=attempts,
        starts=starts,
        accepted_by_minute=tuple(tables["minutes"]["accepted"][row] for row in mine),
        load_at_pauses=tuple(_load_at(parse_iso(pause["first_unanswered"]), starts, attempts) for pause in limited),
        operations=_operations(document, server),
        latency=_latency(tables["exchanges"], server),
        poll_periods={
            tables["clients"]["client_ip"][row]: tables["clients"]["poll_period"][row]
            for row in _rows(tables["clients"], server)
        },
    )


def _rows(table: Mapping[str, Sequence[Any]], server: Mapping[str, Any]) -> list[int]:
    places = zip(table["server_ip"], table["server_port"], strict=True)
    return [row for row, place in enumerate(places) if place == (server["ip"], server["port"])]


def _load_at(time: int, starts: Sequence[int], attempts: Sequence[int]) -> int:
    """Any minute that ends at `time` lies in two calendar minutes."""
    near = [count for start, count in zip(starts, attempts, strict=True) if start <= time < start + 2 * MINUTE]
    return max(near, default=0)


def _operations(document: Mapping[str, Any], server: Mapping[str, Any]) -> dict[str, OperationCounts]:
    requests: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for row in document["operations"]:
        if row["server"] != f"{server['ip']}:{server['port']}":
            continue
        name = row["operation"] or "other requests"
        requests[name] += row["count"]
        errors[name] += row["count"] if row["status"] is None or row["status"] >= 400 else 0
    return {name: OperationCounts(count, errors[name]) for name, count in requests.most_common()}


def _latency(exchanges: Mapping[str, Sequence[Any]], server: Mapping[str, Any]) -> tuple[float, float] | None:
    known = [exchanges["latency"][row] for row in _rows(exchanges, server) if exchanges["latency"][row] is not None]
    if len(known) < 2:
        return None
    tenths = quantiles(known, n=10, method="inclusive")
    return tenths[4], tenths[8]
