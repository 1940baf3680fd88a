"""When each attempt was answered, turned away, open, and first served, of all servers at once."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.tcp.connections import (
    CLOSE_NONE,
    CLOSE_OPEN,
    ESTABLISHED,
    HALF_OPEN,
    MIDSTREAM,
    REFUSED,
    UNREACHABLE,
    Connections,
)


def answers_of(connections: Connections) -> tuple[Int64, Int64]:
    """When each attempt was accepted, and the last SYN before that."""
    accepted = (connections.outcome == ESTABLISHED) | (connections.outcome == HALF_OPEN)
    answer = np.where(accepted, connections.answer_time, MISSING)
    # A SYN/ACK that is not in the capture came before the first packet that proves it.
    proven = np.where(connections.outcome == ESTABLISHED, connections.established_time, MISSING)
    earlier = (proven != MISSING) & ((answer == MISSING) | (proven < answer))
    answer = np.where(earlier, proven, answer)
    seen = (connections.synack_time != MISSING) & (connections.outcome != REFUSED)
    answer = np.where(seen, connections.synack_time, answer)
    asked = np.where(seen & (connections.handshake_rtt != MISSING), answer - connections.handshake_rtt, MISSING)
    last = connections.last_syn_time
    before = (asked == MISSING) & (last != MISSING) & (last <= answer)
    asked = np.where(before, last, asked)
    asked = np.where((asked == MISSING) & (answer != MISSING), np.minimum(connections.start, answer), asked)
    return answer, np.where(answer == MISSING, MISSING, asked)


def turned_away_at(connections: Connections) -> Int64:
    refused = (connections.outcome == REFUSED) | (connections.outcome == UNREACHABLE)
    return np.where(refused, connections.answer_time, MISSING)


def were_accepted(connections: Connections) -> Bool:
    answered = (connections.synack_time != MISSING) | (connections.outcome == ESTABLISHED)
    accepted: Bool = answered & (connections.outcome != MIDSTREAM) & (connections.outcome != REFUSED)
    return accepted


def open_times(connections: Connections, answer: Int64) -> tuple[Int64, Int64]:
    """When each connection was open for the server. One that timed out or was reset ends with its last packet."""
    opened = np.where(connections.outcome == ESTABLISHED, answer, MISSING)
    opened = np.where(connections.outcome == MIDSTREAM, connections.start, opened)
    closed = np.where(connections.close_time != MISSING, connections.close_time, connections.end)
    still_open = (connections.close == CLOSE_OPEN) | (connections.close == CLOSE_NONE)
    closed = np.where(still_open & (connections.close_time == MISSING), MISSING, closed)
    return opened, np.where(opened == MISSING, MISSING, closed)


def first_exchanges(
    connections: Connections, exchanges: Exchanges, answer: Int64, closed: Int64
) -> tuple[Int64, Int64]:
    """When the first request and the first response of each connection began.

    Where payload was sent but cannot be read, the connection's begin and end stand for them.
    """
    unread = (connections.bytes_up > 0) & (answer != MISSING)
    requested = np.where(unread, answer, MISSING)
    served = np.where(unread, closed, MISSING)
    first = np.flatnonzero(np.diff(exchanges.connection, prepend=-1))
    requested[exchanges.connection[first]] = exchanges.request_time[first]
    served[exchanges.connection[first]] = exchanges.response_time[first]
    return requested, served
