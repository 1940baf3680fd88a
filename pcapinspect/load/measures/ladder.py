"""How far each attempt came, and why no farther (design, "Service: the rungs of a dial").

What the server acknowledged decides what reached it, and its own sequence numbers decide whether it sent anything.
Where neither tells, because the capture began late, ended early or lacks packets, the fate of an attempt is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64, UInt8
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.measures.clients import ERROR
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import (
    ACCEPTED,
    ANSWERED,
    ASKED,
    DIALLED,
    FAILED,
    FELLS,
    ICMP,
    NO_REQUEST,
    NO_RESPONSE,
    NO_RUNG,
    NOT_DELIVERED,
    NOT_FALLEN,
    OTHERWISE,
    PENDING,
    RESET,
    RUNGS,
    SILENCE,
    SUCCEEDED,
    Ladder,
    Service,
)
from pcapinspect.pki.operations import Operations
from pcapinspect.pki.pkiclient import PKI_OPERATION
from pcapinspect.pki.scep import FAILURE
from pcapinspect.pki.scep import PENDING as PENDING_ANSWER
from pcapinspect.tcp.connections import (
    ANSWERED_OTHERWISE,
    CLOSE_NONE,
    CLOSE_OPEN,
    ESTABLISHED,
    HALF_OPEN,
    MIDSTREAM,
    REFUSED,
    UNANSWERED,
    UNREACHABLE,
    Connections,
)

_BY_OUTCOME = ((UNANSWERED, SILENCE), (REFUSED, RESET), (UNREACHABLE, ICMP), (ANSWERED_OTHERWISE, OTHERWISE))

SOON = SECOND
"""What has not come within this time of the capture's end may still have been on its way: TCP's first time-out
(RFC 6298, 2.1). Where the capture shows a server that is slower, its own slowest response counts."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What the exchanges of each connection say, the least served counting. Parallel to Connections."""

    any: Bool
    whole: Bool
    """Every request could be read to its end."""
    waits: Bool
    """A request has no response."""
    since: Int64
    """When the last such request was sent."""
    failed: Bool
    pending: Bool
    untold: Bool
    """A response does not show how it went."""


def service_of(
    connections: Connections,
    exchanges: Exchanges,
    operations: Operations,
    server: Int64,
    quality: CaptureQuality,
    end: int,
) -> Service:
    """`server`: the number of each connection's; `end`: when the capture ended."""
    count = len(connections)
    rung, fell = np.full(count, NO_RUNG, np.uint8), np.full(count, NOT_FALLEN, np.uint8)
    if quality.flows_only:
        nothing = np.full(count, MISSING)
        return Service(rung, fell, nothing, nothing)
    said = _said(exchanges, operations, count)
    outcome = connections.outcome
    untaken = _untaken(connections)
    answered = _answered(connections, said)
    asked = answered | _delivered(connections, said)
    rung[outcome != MIDSTREAM] = DIALLED
    opened = (connections.synack_time != MISSING) | (outcome == ESTABLISHED) | (outcome == HALF_OPEN)
    opened &= outcome != MIDSTREAM
    rung[opened] = ACCEPTED
    rung[opened & asked] = ASKED
    rung[opened & answered] = ANSWERED
    good = said.any & ~(said.waits | said.failed | said.pending | said.untold | untaken)
    rung[opened & answered & good] = SUCCEEDED
    for what, why in _BY_OUTCOME:
        fell[outcome == what] = why
    ended = ~_may_go_on(connections, exchanges, said, server, end)
    unserved = (outcome == ESTABLISHED) | (outcome == HALF_OPEN)
    unserved &= (rung == ACCEPTED) | (rung == ASKED)
    fell[unserved & ended] = _why_unserved(connections, asked, quality.lacks_packets)[unserved & ended]
    replied = rung == ANSWERED
    fell[replied & untaken & ended] = np.where(connections.reset_up != MISSING, RESET, NOT_DELIVERED)[
        replied & untaken & ended
    ]
    fell[replied & said.pending] = PENDING
    fell[replied & said.failed] = FAILED
    return Service(rung, fell, connections.first_up, connections.first_down)


def _said(exchanges: Exchanges, operations: Operations, count: int) -> _Said:
    connection = exchanges.connection

    def where(rows: Bool) -> Bool:
        there = np.zeros(count, np.bool_)
        there[connection[rows]] = True
        return there

    replied = (exchanges.response_time != MISSING) | (exchanges.status != MISSING)
    asked = exchanges.request_time != MISSING
    fine = (exchanges.status != MISSING) & (exchanges.status < ERROR)
    unread = np.flatnonzero(fine & ~exchanges.complete & (operations.scep_status == MISSING))
    untold = replied & (exchanges.status == MISSING)
    untold[unread] = operations.operation[unread] == PKI_OPERATION
    since = np.full(count, MISSING)
    waiting = asked & ~replied
    np.maximum.at(since, connection[waiting], exchanges.request_time[waiting])
    return _Said(
        any=where(np.ones(len(exchanges), np.bool_)),
        whole=~where(asked & ~exchanges.request_complete),
        waits=where(waiting),
        since=since,
        failed=where((exchanges.status >= ERROR) | (operations.scep_status == FAILURE)),
        pending=where(operations.scep_status == PENDING_ANSWER),
        untold=where(untold),
    )


def _answered(connections: Connections, said: _Said) -> Bool:
    """The server's bytes are there, or the client acknowledged them; one number may be a FIN."""
    heard = (connections.first_down != MISSING) | (connections.acked_down > 1) | (said.any & ~said.waits)
    unseen = np.maximum(connections.sent_down, connections.acked_down) > connections.bytes_down + 1
    answered: Bool = heard & (~said.waits | unseen)
    return answered


def _delivered(connections: Connections, said: _Said) -> Bool:
    """A whole request was sent, and acknowledged to its end. Where the capture lacks bytes of it, all that is known."""
    sent = connections.sent_up
    readable = ~connections.cut_up & (connections.bytes_up >= sent)
    delivered: Bool = (sent > 0) & (connections.acked_up >= sent) & (said.whole | ~readable)
    return delivered


def _untaken(connections: Connections) -> Bool:
    """The client did not take the response: it acknowledged none of it and reset, or the rest came again in vain."""
    reset = (connections.acked_down == 0) & (connections.reset_up != MISSING) & (connections.bytes_down > 0)
    untaken: Bool = reset | (connections.unacked_down_sent > 1)
    return untaken


def _why_unserved(connections: Connections, asked: Bool, lacking: bool) -> UInt8:
    """Of connections that were accepted and not answered. `lacking`: the capture is known to lack packets."""
    sent, acked = connections.sent_up, connections.acked_up
    again = (connections.unacked_up_sent > 1) | (connections.bytes_up < sent)
    why = np.full(len(connections), NOT_FALLEN, np.uint8)
    why[asked] = NO_RESPONSE
    why[~asked & (sent > 0) & (acked < sent) & (again | (not lacking))] = NOT_DELIVERED
    why[~asked & (sent > 0) & (acked >= sent)] = NO_REQUEST  # what was sent is not a whole one
    why[sent == 0] = NO_REQUEST
    # One number more may be a FIN. It responded, and nothing arrived.
    why[connections.sent_down > connections.bytes_down + 1] = NOT_FALLEN if lacking else NOT_DELIVERED
    before = (connections.reset_up == MISSING) | (connections.reset_down <= connections.reset_up)
    why[(connections.reset_down != MISSING) & before] = RESET
    why[(connections.packets_down == 0) | (connections.packets_up == 0)] = NOT_FALLEN
    return why


def _may_go_on(connections: Connections, exchanges: Exchanges, said: _Said, server: Int64, end: int) -> Bool:
    """Connections of which the capture may have missed what came next, because it ended."""
    is_open = (connections.close == CLOSE_OPEN) | (connections.close == CLOSE_NONE)
    is_open &= connections.reset_down == MISSING
    steps = (connections.start, connections.synack_time, connections.established_time, connections.first_up, said.since)
    last = np.maximum.reduce(steps)
    may: Bool = is_open & (end - last < _patience(exchanges, server)[server])
    return may


def _patience(exchanges: Exchanges, server: Int64) -> Int64:
    """For each server, how long (ns) a response may take."""
    patience = np.full(int(server.max(initial=-1)) + 1, SOON)
    timed = np.flatnonzero(exchanges.latency != MISSING)
    np.maximum.at(patience, server[exchanges.connection[timed]], exchanges.latency[timed])
    return patience


def ladder_of(service: Service) -> Ladder:
    """The ladder of some connections."""
    attempts = service.rung != NO_RUNG
    reached = np.bincount(service.rung[attempts], minlength=len(RUNGS))[::-1].cumsum()[::-1].tolist()
    fallen = np.bincount(service.fell[attempts], minlength=len(FELLS) + 1).tolist()
    unknown = fallen[NOT_FALLEN] - reached[SUCCEEDED]
    return Ladder(
        **dict(zip(RUNGS, reached, strict=True)), unknown=unknown, fell=dict(zip(FELLS, fallen, strict=False))
    )
