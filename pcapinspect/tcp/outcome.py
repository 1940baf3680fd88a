"""What became of each attempt, judged when the whole capture has been seen.

The evidence, strongest first (design: "Words"):

- no SYN and no SYN/ACK: `midstream`.
- A packet proves that the handshake completed: `established`, whether its SYN/ACK was captured or not.
- A SYN/ACK, or another acknowledgement of the SYN by the server: `half_open`.
- A RST that acknowledges the SYN: `refused`. An ICMP error that quotes it: `unreachable`.
- The server was heard, and said neither: `answered_otherwise`.
- Nothing: `unanswered`, unless the capture cannot tell (`undetermined`): it ended before an answer could come, or it
  holds nothing that the server sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64, UInt8
from pcapinspect.tcp.connections import (
    ANSWERED_OTHERWISE,
    CLOSE_FIN,
    CLOSE_NONE,
    CLOSE_OPEN,
    CLOSE_TIMEOUT,
    ESTABLISHED,
    HALF_OPEN,
    MIDSTREAM,
    REFUSED,
    UNANSWERED,
    UNDETERMINED,
    UNREACHABLE,
)
from pcapinspect.tcp.matching import OPEN_IDLE
from pcapinspect.tcp.tables import (
    FIN_DOWN,
    FIN_UP,
    MIDSTREAM_ROW,
    NONE,
    REFUSED_ROW,
    SERVER_ACKED,
    UNREACHABLE_ROW,
    Records,
)

ACKING = MIDSTREAM_ROW | SERVER_ACKED
"""A midstream connection whose client acknowledged more and more."""

ANSWER_WITHIN = SECOND
"""A server that lets a client wait longer has not answered: the client sends its SYN again (RFC 6298, 2.1: 1 s). Where
the capture shows a server that is slower, its own 99th percentile counts."""


def outcomes(rows: Records, end: int) -> UInt8:
    """The outcome of every row; `end`: when the capture ended. `rows` has the fields of ROW as columns."""
    server = servers_of(rows)
    result = np.full(len(rows.start), UNANSWERED, np.uint8)
    result[pending(rows, server, end)] = UNDETERMINED
    result[rows.otherwise_time != MISSING] = ANSWERED_OTHERWISE
    result[rows.state & UNREACHABLE_ROW != 0] = UNREACHABLE
    answered = (rows.synack_time != MISSING) | (rows.state & ACKING == SERVER_ACKED)
    result[answered] = HALF_OPEN
    result[answered & one_synack_of_one_way(rows, server)] = UNDETERMINED
    result[rows.state & REFUSED_ROW != 0] = REFUSED
    result[rows.established_time != MISSING] = ESTABLISHED
    result[rows.state & MIDSTREAM_ROW != 0] = MIDSTREAM
    return result


def closes(rows: Records, outcome: UInt8, end: int) -> tuple[UInt8, Int64]:
    """How every connection that was open ended, and when.

    A FIN whose direction alone was captured ends it. A server that accepts a new connection on a 4-tuple has given up
    the one before it.
    """
    close, close_time = rows.close.copy(), rows.close_time.copy()
    was_open = (outcome == ESTABLISHED) | (outcome == MIDSTREAM)
    close[~was_open] = CLOSE_NONE
    close_time[~was_open] = MISSING
    unclosed = was_open & (close == CLOSE_NONE)
    close[unclosed] = CLOSE_OPEN
    close[unclosed & (end - rows.end > OPEN_IDLE)] = CLOSE_TIMEOUT
    older = rows.older[(rows.older != NONE) & (rows.synack_time != MISSING)]
    close[older[unclosed[older]]] = CLOSE_TIMEOUT
    lone_fin = ((rows.packets_down == 0) & (rows.state & FIN_UP != 0)) | (
        (rows.packets_up == 0) & (rows.state & FIN_DOWN != 0)
    )
    close[unclosed & lone_fin] = CLOSE_FIN
    close_time[unclosed & lone_fin] = rows.fin_time[unclosed & lone_fin]
    return close, close_time


def servers_of(rows: Records) -> Int64:
    """The number of each row's server (address and port), 0, 1, ..."""
    columns = rows.server_port, rows.server_low, rows.server_high
    begins = np.flatnonzero(_changes(columns))  # of stretches of one server: most captures have few
    order = np.lexsort([column[begins] for column in columns])
    numbers = np.empty(len(begins), np.int64)
    numbers[order] = np.cumsum(_changes([column[begins][order] for column in columns])) - 1
    return np.repeat(numbers, np.diff(begins, append=len(rows.server_port)))


def _changes(columns: Sequence[NDArray[Any]]) -> Bool:
    """Which rows differ from the one before in any column; the first does."""
    changes = np.ones(len(columns[0]), bool)
    changes[1:] = False
    for column in columns:
        changes[1:] |= column[1:] != column[:-1]
    return changes


def pending(rows: Records, server: Int64, end: int) -> Bool:
    """Attempts of which the capture could not have seen an answer.

    A server answers each SYN by itself, so an attempt with one SYN that was out for long enough has been left without
    answer, even where the client was still trying when the capture ended.
    """
    too_late: Bool = end - rows.start < answer_times(rows, server)[server]
    return too_late | unheard(rows, server)[server]


def answer_times(rows: Records, server: Int64) -> Int64:
    """For each server, how long (ns) it may take to answer a SYN."""
    times = np.full(int(server.max(initial=-1)) + 1, ANSWER_WITHIN)
    answered = np.flatnonzero(rows.handshake_rtt != MISSING)
    order = answered[np.lexsort((rows.handshake_rtt[answered], server[answered]))]
    groups, first, size = np.unique(server[order], return_index=True, return_counts=True)
    slow = rows.handshake_rtt[order[first + (size - 1) * 99 // 100]]
    times[groups] = np.maximum(times[groups], slow)
    return times


def unheard(rows: Records, server: Int64) -> Bool:
    """For each server: the capture holds no packet of it, though packets of its clients prove that it answered.

    Clients of a dead server may go on sending in old connections: only what they newly acknowledge is proof.
    """
    count = int(server.max(initial=-1)) + 1
    heard = np.bincount(server, rows.packets_down > 0, count) > 0
    proven = (rows.established_time != MISSING) | (rows.state & ACKING == ACKING)
    return ~heard & (np.bincount(server, proven, count) > 0)


def one_synack_of_one_way(rows: Records, server: Int64) -> Bool:
    """A SYN/ACK in a capture that holds no packet of the server's clients: an ACK could not have been seen.

    A server that goes without its ACK sends the SYN/ACK again; then it is known that the handshake did not complete.
    """
    count = int(server.max(initial=-1)) + 1
    clients_heard = np.bincount(server, rows.packets_up > 0, count) > 0
    single: Bool = rows.packets_down == 1
    return ~clients_heard[server] & single
