"""Flows -> attempts, in the table of connections: what NetFlow can say of handshakes, and no more.

A dial whose SYN is sent again is one flow, as long as its gaps are shorter than the inactive time-out (15 s by
default, more than the 8 s that IOS waits at most), so a flow that begins with a SYN counts as one attempt. A shorter
time-out cuts it between its SYNs: what follows a flow of nothing but SYN as a SYN sent again would is the same
attempt. Two dials from the same port in quick succession share a flow: the number of attempts is a lower bound. A flow
that an active time-out cut continues under the same 4-tuple without a SYN, and is no new attempt.

| outcome | the flows |
|---|---|
| `established` | the client's flow has an ACK, or the server's a SYN and data or FIN |
| `half_open` | the server's flow has SYN and ACK, the client's has no ACK |
| `refused` | the server's flow has a RST and no SYN |
| `unanswered` | the client's flow is SYN and nothing else, and there is no flow of the server |
| `undetermined` | the records hold no flags, and there is no flow of the server; or the packets were sampled |
| `midstream` | no SYN in either flow |
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pcapinspect.address import halves
from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64, Text, UInt8, UInt64
from pcapinspect.evidence.netflow.model import Flows
from pcapinspect.tcp.connections import (
    CLOSE_NONE,
    CLOSE_OPEN,
    ESTABLISHED,
    HALF_OPEN,
    MIDSTREAM,
    REFUSED,
    UNANSWERED,
    UNDETERMINED,
    Connections,
    Syns,
)

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

SAME_DIAL = SECOND
"""Flows of one 4-tuple whose times are at most this far apart belong together: both directions are cut at the same
packets, and exporters' clocks that NTP keeps differ by less. A new dial from the same port comes later (RFC 6056)."""

FIRST_WAIT = 3 * SECOND
"""Before a SYN is sent again at first: 1 s (RFC 6298), 2 s on IOS, 3 s in older stacks (RFC 1122). Waits double at
most, so no wait is longer than all before it together and the first."""

LONGEST_WAIT = 64 * SECOND
"""Between two SYNs of one attempt, as stacks send them: the sixth doubling of 1 s."""

_CONGESTION = 0xC0
"""ECE and CWR, with which a SYN offers ECN (RFC 3168, 6.1.1)."""


def attempts_of(flows: Flows, ports: Sequence[int], servers: Sequence[str]) -> tuple[Connections, Syns]:
    """Attempts by start, and a SYN for each (when the others of a dial were sent, no flow says). Frames are MISSING."""
    timed = flows.take(flows.start != MISSING)
    up = np.isin(timed.dst_port, ports)
    server = np.where(up, timed.dst_ip, timed.src_ip)
    if servers:
        wanted = np.isin(server.astype(str), list(servers))
        timed, up, server = timed.take(wanted), up[wanted], server[wanted]
    dial = _dials(timed, up)
    count = int(dial.max()) + 1 if len(dial) else 0
    table = _connections(timed, up, dial, count)
    order = np.argsort(table.start, kind="stable")
    table = table.take(order)
    dialled = np.flatnonzero(table.outcome != MIDSTREAM)
    syns = Syns(
        time=table.start[dialled],
        frame=np.full(len(dialled), MISSING),
        file=np.zeros(len(dialled), np.uint16),
        connection=dialled.astype(np.int64),
        **{name: np.zeros(len(dialled), Syns.dtypes()[name]) for name in ("flags", "ttl", "mss", "tsval")},
    )
    return table, syns


def _dials(flows: Flows, up: Bool) -> Int64:
    """The number of the dial that each flow belongs to."""
    client_ip = np.where(up, flows.src_ip, flows.dst_ip)
    client_port = np.where(up, flows.src_port, flows.dst_port).astype(np.int64)
    server_ip = np.where(up, flows.dst_ip, flows.src_ip)
    server_port = np.where(up, flows.dst_port, flows.src_port).astype(np.int64)
    pair = _codes(client_ip) * (_codes(server_ip).max(initial=0) + 1) + _codes(server_ip)
    tuple_code = (pair << 32) | (client_port << 16) | server_port
    order = np.lexsort((flows.start, tuple_code))
    tuple_code, start, end = tuple_code[order], flows.start[order], flows.end[order]
    flags = np.where(flows.tcp_flags[order] == MISSING, SYN, flows.tcp_flags[order])
    first = np.ones(len(order), bool)
    first[1:] = tuple_code[1:] != tuple_code[:-1]
    # The latest end so far on the same 4-tuple; times are made to grow from tuple to tuple, so that one pass does.
    group = np.cumsum(first)
    span = int(end.max(initial=0) - start.min(initial=0)) + 1 if len(end) else 1
    base = start.min() if len(start) else 0
    latest = np.maximum.accumulate((end - base) // 1000 + group * (span // 1000 + 1))
    gap = (start - base) // 1000 + group * (span // 1000 + 1)
    waited = np.zeros(len(order), np.int64)
    waited[1:] = (gap[1:] - latest[:-1]) * 1000
    again = ~first & (flags & SYN != 0) & (waited > SAME_DIAL)
    first |= again
    waiting = np.isin(flows.tcp_flags[order] & ~_CONGESTION, (SYN, SYN | ACK))
    _put_together(first, np.flatnonzero(again[1:] & waiting[:-1]) + 1, waited, start, end)
    result = np.empty(len(order), np.int64)
    result[order] = np.cumsum(first) - 1
    return result


def _put_together(first: Bool, rows: Int64, waited: Int64, start: Int64, end: Int64) -> None:
    """Takes from `first` those of the rows that go on with the SYNs of the dial before them: a time-out cut it."""
    for row in rows[waited[rows] <= LONGEST_WAIT].tolist():
        begun = row - 1 - int(np.argmax(first[row - 1 :: -1]))
        first[row] = waited[row] > end[row - 1] - start[begun] + FIRST_WAIT


def _codes(values: Text) -> Int64:
    return (
        np.unique(values.astype(str), return_inverse=True)[1].astype(np.int64) if len(values) else np.empty(0, np.int64)
    )


def _connections(flows: Flows, up: Bool, dial: Int64, count: int) -> Connections:
    """One row a dial, in the order of their numbers."""
    flags = [_or_flags(flows, dial, side, count) for side in (up, ~up)]
    seen = [np.bincount(dial[side], minlength=count) > 0 for side in (up, ~up)]
    outcome = _outcomes(flags[0], flags[1], seen[0], seen[1])
    # Of a sampled dial the packets that are missing may have been there.
    sampled = np.bincount(dial[flows.sampling > 1], minlength=count) > 0
    outcome[sampled & np.isin(outcome, (UNANSWERED, HALF_OPEN))] = UNDETERMINED
    start, end = np.full(count, -MISSING - 1), np.full(count, MISSING)
    np.minimum.at(start, dial, flows.start)
    np.maximum.at(end, dial, flows.end)
    packets = [_total(flows.packets, dial, side, count) for side in (up, ~up)]
    one = np.zeros(count, np.int64)
    one[dial] = np.arange(len(dial))
    first = flows.take(one)
    towards = up[one]
    client = _halves(np.where(towards, first.src_ip, first.dst_ip))
    server = _halves(np.where(towards, first.dst_ip, first.src_ip))
    silent = outcome == UNANSWERED
    answered = np.isin(outcome, (ESTABLISHED, HALF_OPEN, REFUSED))
    values = {
        "client_high": client[0],
        "client_low": client[1],
        "client_port": np.where(towards, first.src_port, first.dst_port),
        "server_high": server[0],
        "server_low": server[1],
        "server_port": np.where(towards, first.dst_port, first.src_port),
        "start": start,
        "end": end,
        "outcome": outcome,
        "syn_packets": np.where(silent, packets[0], outcome != MIDSTREAM),
        "last_syn_time": np.where(silent, end, start),
        # The answer to a SYN follows it by a round trip, which no flow tells: the dial's own time stands for it.
        "synack_time": np.where(np.isin(outcome, (ESTABLISHED, HALF_OPEN)), start, MISSING),
        "established_time": np.where(outcome == ESTABLISHED, start, MISSING),
        "answer_time": np.where(answered, start, MISSING),
        "close": np.where(outcome == ESTABLISHED, CLOSE_OPEN, CLOSE_NONE),
        "close_time": np.where(outcome == ESTABLISHED, end, MISSING),
        "bytes_up": _total(flows.bytes, dial, up, count),
        "bytes_down": _total(flows.bytes, dial, ~up, count),
        "packets_up": packets[0],
        "packets_down": packets[1],
        "file": np.zeros(count),
    }
    missing = np.full(count, MISSING)
    return Connections(
        **{name: np.asarray(values.get(name, missing)).astype(dtype) for name, dtype in Connections.dtypes().items()}
    )


def _outcomes(up: Int64, down: Int64, up_seen: Bool, down_seen: Bool) -> UInt8:
    """By the table at the top; flags of MISSING are bits that nobody collected."""
    unknown = (up == MISSING) | (down == MISSING)
    result = np.full(len(up), UNDETERMINED, np.uint8)
    result[unknown & up_seen & down_seen] = ESTABLISHED
    known = ~unknown
    syn = (up | down) & SYN != 0
    result[known & ~syn] = MIDSTREAM
    result[known & syn & up_seen & ~down_seen] = UNANSWERED
    result[known & (down & (SYN | ACK) == SYN | ACK)] = HALF_OPEN
    result[known & syn & (down & (SYN | RST) == RST)] = REFUSED
    went_on = (up & ACK != 0) & (up & SYN != 0) | (down & SYN != 0) & (down & (PSH | FIN) != 0)
    result[known & went_on] = ESTABLISHED
    return result


def _or_flags(flows: Flows, dial: Int64, side: Bool, count: int) -> Int64:
    """The flags of all flows of a side together; 0 without a flow, MISSING where one has no flags."""
    flags = flows.tcp_flags[side]
    result = np.zeros(count, np.int64)
    np.bitwise_or.at(result, dial[side], np.where(flags == MISSING, 0, flags))
    result[dial[side][flags == MISSING]] = MISSING
    return result


def _total(values: Int64, dial: Int64, side: Bool, count: int) -> Int64:
    """The sum of a side's flows; exporters that see the same flow make it count more than once."""
    known = side & (values != MISSING)
    return np.bincount(dial[known], values[known], minlength=count).astype(np.int64)


def _halves(addresses: Text) -> tuple[UInt64, UInt64]:
    distinct, inverse = np.unique(addresses.astype(str), return_inverse=True)
    pairs = np.array([halves(text) for text in distinct.tolist()], np.uint64).reshape(-1, 2)[inverse]
    return pairs[:, 0], pairs[:, 1]
