"""Two points: the offset of their clocks, the delay between them, and what became of each packet on its way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64, UInt8
from pcapinspect.pki.followed import Followed
from pcapinspect.points.clocks import FEWEST, Limits, stretches
from pcapinspect.points.course import Course, Sides, Stretch, courses, stretches_of
from pcapinspect.points.matching import Matches, match
from pcapinspect.tcp.connections import MIDSTREAM, UNANSWERED, UNDETERMINED, Connections

LOST = ("syn", "answer", "request", "response")
"""What of an attempt was lost between the points, the first in the order in which they are sent."""

NOT_LOST = len(LOST)
"""Of an attempt of which nothing is known to have been lost."""

SYN, ANSWER, REQUEST, RESPONSE = range(4)

FRAME_BITS = 40
"""Of a place: a file with 2^40 packets is larger than any disk."""

SENT_AGAIN = SECOND // 5
"""What comes this much later than the usual delay was lost and sent again (Linux: TCP_RTO_MIN, 200 ms)."""

TIMES = (
    "start",
    "last_syn_time",
    "synack_time",
    "established_time",
    "answer_time",
    "end",
    "close_time",
    "otherwise_time",
    "first_up",
    "first_down",
    "reset_up",
    "reset_down",
)
"""Columns of Connections that are moments, and not lengths of time."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the server's point's clock is ahead of the clients' point's. Times in nanoseconds."""

    pairs: int
    """Packets that both points hold, from which it is known."""
    moments: Int64
    """By the clients' point's clock; empty where nothing is known."""
    offsets: Int64
    uncertainty: int
    """No packet arrives before it is sent: so much more or less is possible at most."""
    both_ways: bool
    """There are packets of both directions: the delay each way is half of the way there and back."""
    delay_up: int | None
    """The median, if the way there takes as long as the way back at its best."""
    delay_down: int | None

    @property
    def known(self) -> bool:
        return len(self.offsets) > 0

    def at(self, times: Int64) -> Int64:
        """The offset at these times of the clients' point's clock."""
        if not self.known:
            return np.zeros(len(times), np.int64)
        base = self.moments[0]
        offsets: Int64 = np.interp((times - base).astype(np.float64), self.moments - base, self.offsets).astype(
            np.int64
        )
        return offsets

    @property
    def drift(self) -> float:
        """Parts per million, from the first to the last moment."""
        if len(self.offsets) < 2 or self.moments[-1] == self.moments[0]:
            return 0.0
        return float(self.offsets[-1] - self.offsets[0]) / float(self.moments[-1] - self.moments[0]) * 1e6


@dataclass(frozen=True, slots=True)
class Between:
    """What lies between two points."""

    clocks: Clocks
    both: int
    """Attempts that both hold."""
    client_only: int
    """Attempts at the clients' point that the server's point has not, though it could have seen them."""
    server_only: int
    sent: tuple[int, int, int, int]
    """How many SYNs (attempts), answers, requests and responses were seen where they leave, by LOST."""
    lost: tuple[int, int, int, int]
    """Of these, in how many attempts some did not come to the other point."""
    rewritten: bool
    """A NAT is between: attempts were matched by the client's number alone."""
    moments: Int64
    """Of the attempts with a loss, by the server's point's clock."""
    courses: tuple[Course, ...]
    """Attempts one by one, those with a loss first."""
    over_time: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Both points as one: attempts as they were at the server's point, then those that never came to it."""

    followed: Followed
    lost: UInt8
    """Of each attempt, index into LOST, or NOT_LOST."""
    seen_at_client: Int64
    """Where the clients' point has the first packet of each attempt: file << 40 | frame; MISSING where it has none."""
    between: Between


def join(client: Followed, server: Followed, ran: tuple[int, int], rewritten: bool = False) -> Joined:
    """What two points say together.

    `ran`: from when to when the server's point was captured, by its clock; `rewritten`: a NAT is between.
    """
    ours, theirs = client.tcp.connections, server.tcp.connections
    pairs = match(ours, theirs, rewritten)
    clocks = clocks_of(ours, theirs, pairs)
    moved = moved_by(ours, clocks)
    lost = _lost(moved, theirs, pairs, clocks)
    never = _never_came(moved, pairs, ran)
    added = replace(moved.take(never), outcome=np.full(len(never), UNANSWERED, np.uint8))
    if rewritten and len(pairs.server):
        added = _to_server(added, theirs.take(pairs.server))
    connections = Connections.concatenate([theirs, added])
    all_lost = np.full(len(connections), NOT_LOST, np.uint8)
    all_lost[pairs.server] = lost
    all_lost[len(theirs) :] = SYN
    seen = np.full(len(connections), MISSING)
    places = ours.file.astype(np.int64) << FRAME_BITS | ours.first_frame
    seen[pairs.server] = places[pairs.client]
    seen[len(theirs) :] = places[never]
    sides = _sides(moved, theirs, pairs, never, lost)
    near = replace(client.tcp.syns, time=client.tcp.syns.time + clocks.at(client.tcp.syns.time))
    late = (clocks.delay_up or 0) + SENT_AGAIN, (clocks.delay_down or 0) + SENT_AGAIN
    between = Between(
        clocks,
        both=len(pairs.client),
        client_only=len(never),
        server_only=len(theirs) - len(pairs.server),
        sent=_sent(moved, theirs, pairs, never),
        lost=_counts(all_lost),
        rewritten=rewritten,
        moments=np.sort(connections.start[all_lost != NOT_LOST]),
        courses=tuple(courses(sides, near, server.tcp.syns, LOST, late)),
        over_time=tuple(stretches_of(sides, NOT_LOST)),
    )
    tcp = replace(server.tcp, connections=connections)
    return Joined(replace(server, tcp=tcp), all_lost, seen, between)


def _sides(client: Connections, server: Connections, pairs: Matches, never: Int64, lost: UInt8) -> Sides:
    """Attempts that are in both, then those that never came; for these the server's rows are of no meaning."""
    rows = np.concatenate((pairs.client, never))
    came = np.arange(len(rows)) < len(pairs.client)
    return Sides(
        client.take(rows),
        Connections.concatenate([server.take(pairs.server), client.take(never)]),
        came,
        np.concatenate((lost, np.full(len(never), SYN, np.uint8))),
        rows,
        np.concatenate((pairs.server, np.full(len(never), MISSING))),
    )


def _to_server(added: Connections, matched: Connections) -> Connections:
    """Attempts that never came, as dials to the server that most others came to: its address may be rewritten."""
    columns = matched.server_high, matched.server_low, matched.server_port.astype(np.uint64)
    distinct, counts = np.unique(np.stack(columns), axis=1, return_counts=True)
    high, low, port = distinct[:, counts.argmax()]
    return replace(
        added,
        server_high=np.full_like(added.server_high, high),
        server_low=np.full_like(added.server_low, low),
        server_port=np.full_like(added.server_port, port),
    )


def clocks_of(client: Connections, server: Connections, pairs: Matches) -> Clocks:
    """The offset of the clocks, from SYNs and SYN/ACKs that both points hold once."""
    a, b = client.take(pairs.client), server.take(pairs.server)
    single = (a.syn_packets == 1) & (b.syn_packets == 1) & (a.last_syn_time != MISSING) & (b.last_syn_time != MISSING)
    answered = (a.synack_time != MISSING) & (b.synack_time != MISSING)
    answered &= (a.synack_packets == b.synack_packets) if len(a) else answered
    high = np.where(single, b.last_syn_time - a.last_syn_time, np.iinfo(np.int64).max)
    low = np.where(answered, b.synack_time - a.synack_time, MISSING)
    up, down = high[single], low[answered]
    nothing = np.empty(0, np.int64)
    count = len(up) + len(down)
    if not count:
        return Clocks(0, nothing, nothing, 0, False, None, None)
    chosen = single | answered
    order = np.argsort(a.start[chosen], kind="stable")
    moments, least, most = stretches(Limits(a.start[chosen][order], low[chosen][order], high[chosen][order]))
    if not (len(up) >= FEWEST and len(down) >= FEWEST):
        # One direction alone tells only how late its packets seem: with a delay of nothing, that is the offset.
        offsets = most if len(up) else least
        known = (offsets != MISSING) & (offsets != np.iinfo(np.int64).max)
        return Clocks(count, moments[known], offsets[known], 0, False, None, None)
    inside = (least != MISSING) & (most != np.iinfo(np.int64).max)
    least, most, moments = least[inside], most[inside], moments[inside]
    offsets = least + (most - least) // 2
    clocks = Clocks(count, moments, offsets, int(np.abs(most - least).max() + 1) // 2, True, None, None)
    here = clocks.at(a.start)
    return replace(
        clocks,
        delay_up=int(np.median((high - here)[single])),
        delay_down=int(np.median((here - low)[answered])),
    )


def moved_by(connections: Connections, clocks: Clocks) -> Connections:
    """The connections of the clients' point, by the clock of the server's point."""
    offset = clocks.at(connections.start)
    moved: dict[str, Any] = {name: _plus(getattr(connections, name), offset) for name in TIMES}
    return replace(connections, **moved)


def _plus(times: Int64, offset: Int64) -> Int64:
    return np.where(times == MISSING, MISSING, times + offset)


def _lost(client: Connections, server: Connections, pairs: Matches, clocks: Clocks) -> UInt8:
    """Of each pair, what was lost first. The clients' point's times are by the server's point's clock."""
    a, b = client.take(pairs.client), server.take(pairs.server)
    up, down = clocks.delay_up or 0, clocks.delay_down or 0
    end = int(server.end.max(initial=0)), int(client.end.max(initial=0))
    ran_on = (a.end + SENT_AGAIN < end[0]) & (b.end + SENT_AGAIN < end[1])
    lost = np.full(len(a), NOT_LOST, np.uint8)
    late = [
        _later(b.first_down, a.first_down, down),
        _later(a.first_up, b.first_up, up),
        _later(b.synack_time, a.synack_time, down),
    ]
    fewer_down = (b.bytes_down > a.bytes_down) & (b.data_down > 0) & ran_on
    fewer_up = (a.bytes_up > b.bytes_up) & ran_on
    unheard = (b.synack_time != MISSING) & (a.synack_time == MISSING) & (a.packets_down == 0) & ran_on
    lost[fewer_down | late[0]] = RESPONSE
    lost[fewer_up | late[1]] = REQUEST
    lost[unheard | late[2]] = ANSWER
    lost[(a.syn_packets > b.syn_packets) & (b.syn_packets > 0)] = SYN
    return lost


def _later(sent: Int64, arrived: Int64, delay: int) -> Bool:
    """What came much later than others come."""
    late: Bool = (sent != MISSING) & (arrived != MISSING) & (arrived - sent > delay + SENT_AGAIN)
    return late


def _never_came(client: Connections, pairs: Matches, ran: tuple[int, int]) -> Int64:
    """Rows of the clients' point of which the server's point, which was captured then, has nothing.

    Only those that got no answer: what was answered went another way, or the other capture lost it.
    """
    alone = np.ones(len(client), np.bool_)
    alone[pairs.client] = False
    alone &= (client.outcome == UNANSWERED) | (client.outcome == UNDETERMINED)
    alone &= (client.last_syn_time >= ran[0]) & (client.last_syn_time <= ran[1])
    return np.flatnonzero(alone)


def _sent(client: Connections, server: Connections, pairs: Matches, never: Int64) -> tuple[int, int, int, int]:
    a, b = client.take(pairs.client), server.take(pairs.server)
    dialled = a.outcome != MIDSTREAM
    return (
        int(np.count_nonzero(dialled)) + len(never),
        int(np.count_nonzero(b.synack_time != MISSING)),
        int(np.count_nonzero(a.data_up > 0)),
        int(np.count_nonzero(b.data_down > 0)),
    )


def _counts(lost: UInt8) -> tuple[int, int, int, int]:
    counted = np.bincount(lost, minlength=NOT_LOST + 1).tolist()
    return counted[0], counted[1], counted[2], counted[3]
