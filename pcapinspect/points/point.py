"""What the report says of the capture points: one entry for each network, or for each oddity of clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pcapinspect.clock import SECOND, length
from pcapinspect.points.between import LOST, Between, Clocks
from pcapinspect.points.clocks import DirectionClocks
from pcapinspect.points.halves import FileClock

MOST_NAMED = 5
"""Networks whose captures a sentence names."""

Kind = Literal["one", "two_points", "apart", "clocks"]


@dataclass(frozen=True, slots=True)
class Point:
    """Of `points[]` in the report. Times in nanoseconds; None where there is no such thing."""

    kind: Kind
    files: tuple[str, ...]
    """The captures, with their interfaces where these are apart."""
    sentence: str
    client_side: tuple[str, ...] = ()
    server_side: tuple[str, ...] = ()
    offset: int | None = None
    """What the server's side's clock (of directions: the servers' stamps) is ahead of the clients'."""
    offset_last: int | None = None
    """At the end; it differs where a clock drifts."""
    uncertainty: int | None = None
    delay_up: int | None = None
    delay_down: int | None = None
    between: Between | None = None


def one(files: Sequence[str]) -> Point:
    """Captures that are of one point."""
    what = "One capture point." if len(files) == 1 else f"{len(files)} captures of one point, read as one."
    return Point("one", tuple(files), what)


def apart(networks: Sequence[Sequence[str]], servers: str) -> Point:
    """Networks that merely share addresses; `servers`: which."""
    names = "; ".join(_named(files) for files in networks[:MOST_NAMED])
    if len(networks) > MOST_NAMED:
        names += f"; and {len(networks) - MOST_NAMED} more"
    return Point(
        "apart",
        tuple(file for files in networks for file in files),
        f"{len(networks)} different networks, judged apart and not merged: {names}. They overlap in time and have no "
        f"handshake in common"
        + (f", though all call a server {servers}" if servers else "")
        + ". --each makes a report "
        "of every capture; --points one merges them.",
    )


def of_directions(files: Sequence[str], clocks: DirectionClocks) -> Point:
    """Two clocks in one point."""
    first, last = (int(clocks.offsets[0]), int(clocks.offsets[-1])) if clocks.measured else (None, None)
    told = clocks.uncertainty if clocks.measured else None
    return Point("clocks", tuple(files), clocks.sentence, offset=first, offset_last=last, uncertainty=told)


def of_files(files: Sequence[str], clock: FileClock) -> Point:
    """Directions of one point in files of their own, by different clocks."""
    side = "ahead of" if clock.ahead > 0 else "behind"
    return Point(
        "clocks",
        tuple(files),
        f"The two directions are in files of different clocks: the servers' packets are "
        f"{length(abs(clock.ahead) / SECOND)} {side} the clients', by {clock.handshakes:,} handshakes, if the fastest "
        "answer took no time. Their times are shown on the clients' clock.",
        offset=clock.ahead,
        offset_last=clock.ahead,
    )


def two_points(client_side: Sequence[str], server_side: Sequence[str], between: Between) -> Point:
    """Two points of one network."""
    clocks = between.clocks
    offset = int(clocks.offsets[0]) if clocks.known else None
    return Point(
        "two_points",
        (*client_side, *server_side),
        _sentence(client_side, server_side, between),
        tuple(client_side),
        tuple(server_side),
        offset,
        int(clocks.offsets[-1]) if clocks.known else None,
        clocks.uncertainty if clocks.both_ways else None,
        clocks.delay_up,
        clocks.delay_down,
        between,
    )


_LOSING = {
    "syn": "dials lost a SYN",
    "answer": "SYN/ACKs were lost",
    "request": "requests were lost",
    "response": "responses were lost",
}


def _sentence(client_side: Sequence[str], server_side: Sequence[str], between: Between) -> str:
    whole = between.both + between.client_only
    lost = [
        f"{lost:,} of {sent:,} {_LOSING[name]}"
        for name, lost, sent in zip(LOST, between.lost, between.sent, strict=True)
        if lost
    ]
    parts = [
        f"Two capture points: {_named(client_side)} at the clients' side, {_named(server_side)} at the server's; "
        f"{between.both:,} of {whole:,} attempts are in both.",
        "Addresses or ports are rewritten between them (NAT): attempts are matched by their initial numbers."
        if between.rewritten
        else "",
        _of_clocks(between.clocks),
        f"Between them {' and '.join(lost)}." if lost else "Nothing was lost between them.",
    ]
    return " ".join(part for part in parts if part)


def _of_clocks(clocks: Clocks) -> str:
    if not clocks.known:
        return ""
    first, last = int(clocks.offsets[0]), int(clocks.offsets[-1])
    if not clocks.both_ways:
        return f"Only one direction is in both: by it the server's side's clock is about {_signed(first)} the clients'."
    drift = f" at first and {_signed(last)} it at last" if abs(last - first) > 2 * clocks.uncertainty else ""
    trip = (clocks.delay_up or 0) + (clocks.delay_down or 0)
    same = abs(first) <= clocks.uncertainty and not drift
    offset = "The clocks agree" if same else f"The clock of the server's side is {_signed(first)} the clients'{drift}"
    return (
        f"{offset}, give or take {short(clocks.uncertainty)}, by {clocks.pairs:,} packets in both; there and back "
        f"takes {short(trip)}, and {short(trip // 2)} each way if both ways are alike."
    )


def _signed(offset: int) -> str:
    size = f"{abs(offset) / SECOND:.3f} s" if SECOND <= abs(offset) < 120 * SECOND else short(abs(offset))
    return f"{size} {'ahead of' if offset >= 0 else 'behind'}"


def short(nanoseconds: int) -> str:
    """A time that may be of microseconds."""
    return f"{nanoseconds / 1000:.3g} us" if abs(nanoseconds) < SECOND // 1000 else length(nanoseconds / SECOND)


def _named(files: Sequence[str]) -> str:
    return " and ".join(files) if len(files) <= 2 else f"{files[0]} and {len(files) - 1} more"
