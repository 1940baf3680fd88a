"""Two clocks in one capture: packets of the clients and of the servers that were stamped apart, and by how much.

A server cannot answer a SYN that it has not got, and a client cannot go on before it has the answer. Handshakes that
say otherwise show that the directions were stamped by two clocks (two cards, two queues of one, two captures merged),
and between which limits the offset lies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pcapinspect.clock import SECOND, length
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.http import exchanges as http
from pcapinspect.pki.followed import Followed
from pcapinspect.tcp.connections import Connections, Syns

MIN_SHARE_CONTRADICTING = 0.5
"""Share of the handshakes that must contradict one clock for an offset to be told. Where it is smaller than the round
trip, and where stamps are only out of order now and then, few do."""

FEWEST = 3
"""Handshakes without which no offset is told."""

REPEATED_AFTER = 9 * SECOND // 10
"""A lone SYN this long after its answer is one sent again (RFC 6298, 2.1: after 1 s), of which the capture lost the
first."""

STRETCHES = 64
"""Into at most so many stretches of equal size handshakes are divided where no one offset fits all: clocks drift."""


@dataclass(frozen=True, slots=True)
class DirectionClocks:
    """What the handshakes say of the stamps of the two directions. Times in nanoseconds."""

    handshakes: int
    """Whose single SYN and its answer are both in the capture."""
    contradicting: int
    """Of these, whose SYN/ACK is stamped before its SYN, or after what the client sent upon it."""
    longest: int
    """The most by which one of these contradicts."""
    moments: Int64
    offsets: Int64
    """What the servers' stamps are ahead of the clients' (negative: behind), and when; empty where not known."""
    uncertainty: int = 0
    """The most by which the offset may differ from the true one: stretch by stretch, it lies between limits."""

    @property
    def measured(self) -> bool:
        """Whether the offset is known."""
        return len(self.offsets) > 0

    @property
    def sentence(self) -> str:
        """For people, with its figures."""
        seen = f"{self.contradicting:,} of {self.handshakes:,} handshakes"
        if not self.measured:
            return (
                f"The two directions were not stamped by one clock: in {seen} a packet is stamped up to "
                f"{_short(self.longest)} before the one that it answers. Packets are paired by their numbers."
            )
        first, last = (length(abs(int(offset)) / SECOND) for offset in self.offsets[[0, -1]])
        drift = "" if first == last else f" at first and {last} at last"
        side = "ahead of" if self.offsets[0] > 0 else "behind"
        return (
            f"The two directions were stamped by different clocks: the servers' packets are {first}{drift} {side} the "
            f"clients', give or take {length(self.uncertainty / SECOND)}, by {seen}. Their times are shown on the "
            "clients' clock."
        )

    def at(self, times: Int64) -> Int64:
        """The offset at each of the times."""
        return np.interp(times.astype(np.float64), self.moments, self.offsets).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which an offset lies, handshake by handshake, in the order of time."""

    time: Int64
    low: Int64
    """MISSING where there is none."""
    high: Int64


def on_one_clock(followed: Followed) -> tuple[Followed, DirectionClocks | None]:
    """What was followed, with the times of both directions on the clients' clock, and what that clock is."""
    connections, exchanges = followed.tcp.connections, followed.exchanges
    clocks = direction_clocks(connections, http.first_request_times(exchanges, len(connections)))
    if clocks is None:
        return followed, None
    moved = on_clients_clock(connections, followed.tcp.syns, clocks)
    if clocks.measured:
        offset = clocks.at(moved.start)
        exchanges = http.on_clients_clock(exchanges, offset[exchanges.connection])
    return replace(followed, tcp=replace(followed.tcp, connections=moved), exchanges=exchanges), clocks


def direction_clocks(connections: Connections, request_time: Int64) -> DirectionClocks | None:
    """The offset between the directions; None where the handshakes agree with one clock.

    `request_time`: of the first request on each connection; MISSING without one.
    """
    limits = _limits_of(connections, request_time)
    early, late = limits.high < 0, limits.low > 0
    by = np.maximum(np.where(early, -limits.high, 0), np.where(late, limits.low, 0))
    number = int(np.count_nonzero(by))
    if not number:
        return None
    nothing = np.empty(0, np.int64)
    found = DirectionClocks(len(limits.time), number, int(by.max()), nothing, nothing)
    if number < FEWEST or number < MIN_SHARE_CONTRADICTING * len(limits.time):
        return found
    moments, low, high = stretches(limits)
    low = np.where(low == MISSING, high, low)
    offsets = _middle(low, high)
    if low.max() <= high.min():  # one offset fits all
        offsets = np.broadcast_to(_middle(low.max(keepdims=True), high.min(keepdims=True)), offsets.shape)
    beside = np.maximum(np.abs(high - offsets), np.abs(offsets - low))
    return replace(found, moments=moments, offsets=offsets, uncertainty=int(beside.max()))


def _limits_of(connections: Connections, request_time: Int64) -> Limits:
    single = (connections.synack_time != MISSING) & (connections.syn_packets == 1)
    rows = np.flatnonzero(single & (connections.last_syn_time != MISSING))
    high = connections.synack_time[rows] - connections.last_syn_time[rows]
    kept = ~_sent_again(high)
    rows, high = rows[kept], high[kept]
    low = np.where(request_time[rows] != MISSING, connections.synack_time[rows] - request_time[rows], MISSING)
    order = np.argsort(connections.last_syn_time[rows], kind="stable")
    return Limits(connections.last_syn_time[rows][order], low[order], high[order])


def _sent_again(high: Int64) -> Bool:
    late: Bool = high <= -REPEATED_AFTER
    return late if np.count_nonzero(late) < MIN_SHARE_CONTRADICTING * len(high) else np.zeros(len(high), np.bool_)


def stretches(limits: Limits) -> tuple[Int64, Int64, Int64]:
    """Middle and narrowest limits of at most STRETCHES stretches, each of FEWEST or more."""
    count = max(1, min(STRETCHES, len(limits.time) // FEWEST))
    begins = np.arange(count) * len(limits.time) // count
    high = np.minimum.reduceat(limits.high, begins)
    low = np.maximum.reduceat(limits.low, begins)
    ends = np.append(begins[1:], len(limits.time)) - 1
    moments = limits.time[begins] + (limits.time[ends] - limits.time[begins]) // 2
    return moments, low, high


def _middle(low: Int64, high: Int64) -> Int64:
    """The middle of each range; of one that is wider than it is far from 0, the end that is nearer to 0."""
    middle = low + (high - low) // 2
    nearest = np.where(high < 0, high, np.where(low > 0, low, 0))
    return np.where(np.abs(high - low) < np.abs(middle), middle, nearest)


def on_clients_clock(connections: Connections, syns: Syns, clocks: DirectionClocks) -> Connections:
    """The connections with the servers' stamps moved to the clients' clock, and no answer before its SYN."""
    first_syn = _first_syns(connections, syns)
    answered = connections.synack_time != MISSING
    synack, start = connections.synack_time, np.where(first_syn != MISSING, first_syn, connections.start)
    moved: dict[str, Int64] = {}
    if clocks.measured:
        offset = clocks.at(start)
        synack = np.where(answered, synack - offset, MISSING)
        end = connections.end - np.maximum(offset, 0)
        for name in ("established_time", "close_time", "answer_time"):
            moved[name] = _nearest(getattr(connections, name), offset, start, end)
        for name in ("first_down", "reset_down", "otherwise_time"):
            times = getattr(connections, name)
            moved[name] = np.where(times == MISSING, MISSING, times - offset)
        moved |= {"end": np.maximum(end, start), "start": start}
    early = answered & (connections.syn_packets == 1) & (synack < connections.last_syn_time)
    early &= connections.last_syn_time - synack < REPEATED_AFTER
    synack = np.where(early, connections.last_syn_time, synack)
    moved["start"] = np.where(early, start, moved.get("start", connections.start))
    moved["synack_time"] = synack
    same = answered & (connections.answer_time == connections.synack_time)
    moved["answer_time"] = np.where(same, synack, moved.get("answer_time", connections.answer_time))
    asked = np.where(connections.syn_packets == 1, connections.last_syn_time, MISSING)
    measured = answered & (asked != MISSING) & (synack >= asked)
    moved["handshake_rtt"] = np.where(measured, synack - asked, connections.handshake_rtt)
    columns: dict[str, Any] = moved
    return replace(connections, **columns)


def _short(nanoseconds: int) -> str:
    """A time that may be of microseconds."""
    return f"{nanoseconds / 1000:.3g} us" if nanoseconds < SECOND // 1000 else length(nanoseconds / SECOND)


def _first_syns(connections: Connections, syns: Syns) -> Int64:
    """When the first SYN of each connection was sent; MISSING without one."""
    latest = np.iinfo(np.int64).max
    first = np.full(len(connections), latest)
    np.minimum.at(first, syns.connection, syns.time)
    return np.where(first == latest, MISSING, first)


def _nearest(times: Int64, offset: Int64, start: Int64, end: Int64) -> Int64:
    """Times of either direction on the clients' clock: as they are where that lies within the connection."""
    moved = np.where((times < start) | (times > end), times - offset, times)
    return np.where(times == MISSING, MISSING, moved)
