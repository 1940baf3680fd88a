"""One server's traffic: what it was asked, and when it answered. Columns in the order of time, nanoseconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64, UInt8, UInt32
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.measures.answers import answers_of, first_exchanges, open_times, turned_away_at, were_accepted
from pcapinspect.load.measures.asks import GAVE_UP, asks_of, without_a_chance
from pcapinspect.load.measures.flood import flood_of
from pcapinspect.load.measures.parties import Parties
from pcapinspect.load.measures.rates import in_order
from pcapinspect.load.measures.segments import largest_passed, stuck_segments
from pcapinspect.load.model import ANSWERED as RUNG_ANSWERED
from pcapinspect.load.model import NO_RUNG, RESET, Service
from pcapinspect.tcp.connections import (
    MIDSTREAM,
    Connections,
    Syns,
)

Number = TypeVar("Number", bound=np.generic)

PROMPT = SECOND
"""An answer later than this after its SYN proves that the server had not answered in between.

One second is the first retransmission time-out of TCP (RFC 6298, 2.1): from then on a client believes its SYN lost.
"""

SLOW_PATH = 4
"""Handshakes are late beyond this many times the path's own round trip, where that is more than PROMPT."""

LONGEST_PATH = SECOND
"""No path takes longer: by a geostationary satellite it is 0.6 s. Handshakes that do waited for the server."""

ANSWERED, UNANSWERED, UNKNOWN = range(3)
"""`Traffic.syn_state`. UNKNOWN: the capture ended while an answer was still possible."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Columns of one server. Those that begin with `syn_` have a row a SYN packet, `exchange_` an exchange, the others
    a connection; `syn_attempt` is the row of a SYN's connection."""

    numbers: Int64
    """Numbers of the connections in the capture."""
    client: Int64
    """0 is the first of this server's clients."""
    client_numbers: Int64
    """The same clients as `Parties` counts them."""
    start: Int64
    outcome: UInt8
    answer: Int64
    """When the attempt was accepted: by a SYN/ACK, or by what proves one; MISSING where it was not."""
    asked: Int64
    """The SYN that was answered: the last one before the answer that is not too close to it; MISSING as `answer`."""
    turned_away: Int64
    """When a RST or an ICMP error came instead; MISSING where none did."""
    accepted: Bool
    """The server answered with SYN/ACK, or must have."""
    flood: Bool
    """The attempt is one that no TCP client makes: no rate counts it (`measures.flood`)."""
    rung: UInt8
    """How far the attempt came (`Service`)."""
    fell: UInt8
    response: Int64
    """When the server's first bytes came by; MISSING where none did."""
    ended: Int64
    """When the last packet came by."""
    barred: Bool
    """It holds no request though its client meant to ask (`without_a_chance`)."""
    otherwise: Int64
    """When the server said something that neither accepts nor refuses the attempt; MISSING where it did not."""
    synack_packets: Int64
    data_packets: Int64
    """With payload, both ways; `data_again` of them were sent again."""
    data_again: Int64
    stuck_bytes: Int64
    """Payload of the first segment that was never acknowledged, or of what is missing there; 0 where all was."""
    stuck_sent: Int64
    """How often that segment was sent; 0 where the capture point saw none of it."""
    passed_bytes: Int64
    """Payload of the largest segment that was acknowledged; 0 where not all was."""
    opened: Int64
    """When the connection took a place at the server, by its SYN/ACK; MISSING where it was never established."""
    closed: Int64
    """When it stopped being open; MISSING where it did not before the capture's end."""
    requested: Int64
    """When the first request on it began; MISSING where there was none."""
    served: Int64
    """When the first response on it began; MISSING where there was none."""
    syn_time: Int64
    syn_attempt: Int64
    syn_state: UInt8
    syn_number: Int64
    """Row in the table of SYNs."""
    exchange_number: Int64
    """Row in the table of exchanges."""
    exchange_attempt: Int64
    ask_time: Int64
    """When each request was asked, in order; of an accepted attempt without a readable one, when it could have been."""
    ask_attempt: Int64
    reply_time: Int64
    """When its response began; MISSING where none came."""
    prompt: Int64
    """Rows of the attempts that were answered at once, in the order of the answers."""
    packets: int
    """Of all connections, both ways."""
    share_unseen: float
    """Of the accepted attempts, how many have no SYN/ACK in the capture: it lost that."""
    round_trip: int
    """What an unhurried handshake takes at most on this server's paths, nanoseconds."""
    begin: int
    end: int
    """Of the capture, not of the server's packets."""

    lost: UInt8 | None = None
    """What of each attempt was lost between two capture points (points.between.LOST); None where there is one."""

    @property
    def replied(self) -> Bool:
        """Attempts that got a response."""
        reached: Bool = (self.rung >= RUNG_ANSWERED) & (self.rung != NO_RUNG)
        return reached

    @property
    def reset_at_once(self) -> Bool:
        """Attempts that got a RST and did not wait for it: who resets because a client gave up had nothing to say."""
        waited = self.accepted & (self.ended - self.answer > GAVE_UP)
        at_once: Bool = (self.fell == RESET) & ~waited
        return at_once

    @property
    def accept_times(self) -> Int64:
        """Sorted."""
        return np.sort(self.answer[self.accepted & ~self.flood])

    @property
    def attempt_times(self) -> Int64:
        """Starts of the attempts, sorted; connections that began before the capture are none."""
        return np.sort(self.start[self.outcome != MIDSTREAM], kind="stable")

    @property
    def patience(self) -> int:
        """Beyond this an answer is late."""
        return patience(self.round_trip)


def patience(round_trip: int) -> int:
    """How long an answer may take before it is late."""
    return max(PROMPT, SLOW_PATH * round_trip)


def traffic_of(
    connections: Connections,
    syns: Syns,
    exchanges: Exchanges,
    service: Service,
    parties: Parties,
    bounds: tuple[int, int],
    lost: UInt8 | None = None,
    left_out: Bool | None = None,
) -> Iterator[Traffic]:
    """The traffic of each server, in the order of their numbers.

    `bounds`: begin and end of the capture; `lost`: what of each connection was lost between two points; `left_out`: by
    number of server, those that are not asked for.
    """
    servers = len(parties.server_shown)
    answer, asked = answers_of(connections)
    turned_away = turned_away_at(connections)
    opened, closed = open_times(connections, answer)
    accepted = were_accepted(connections)
    barred = without_a_chance(connections, service, parties.client)
    asks = asks_of(connections, exchanges, service, accepted, barred)
    data = connections.data_up.astype(np.int64) + connections.data_down
    again = connections.again_up.astype(np.int64) + connections.again_down
    stuck = stuck_segments(connections)
    requested, served = first_exchanges(connections, exchanges, answer, closed)
    local = np.empty(len(connections), np.int64)
    by_connection = _groups(parties.server, servers)
    by_syn = _groups(parties.server[syns.connection], servers)
    by_exchange = _groups(parties.server[exchanges.connection], servers)
    by_ask = _groups(parties.server[asks[1]], servers)
    groups = zip(by_connection, by_syn, by_exchange, by_ask, strict=True)
    for number, (rows, syn_rows, exchange_rows, ask_rows) in enumerate(groups):
        if left_out is not None and left_out[number]:
            continue
        local[rows] = np.arange(len(rows))
        in_time = _in_order(syn_rows, _own(syns.time, syn_rows))
        attempt = local[_own(syns.connection, in_time)]
        trip = _round_trip(_own(connections.syn_packets, rows), _own(answer, rows), _own(asked, rows))
        sent = _asked(_own(asked, rows), _own(answer, rows), _own(connections.start, rows), trip)
        when = _own(syns.time, in_time)
        told = _own(turned_away, rows) != MISSING
        other = _own(connections.otherwise_time, rows) != MISSING
        numbers, client = _present(_own(parties.client, rows), len(parties.client_shown))
        yield Traffic(
            numbers=rows,
            client=client,
            client_numbers=numbers,
            start=_own(connections.start, rows),
            outcome=_own(connections.outcome, rows),
            answer=_own(answer, rows),
            asked=sent,
            turned_away=_own(turned_away, rows),
            accepted=_own(accepted, rows),
            flood=flood_of(
                client,
                _own(connections.outcome, rows),
                _own(connections.syn_packets, rows),
                _own(connections.reset_up, rows),
                _own(connections.start, rows),
                bounds[1],
            ),
            rung=_own(service.rung, rows),
            fell=_own(service.fell, rows),
            response=_own(service.response, rows),
            ended=_own(connections.end, rows),
            barred=_own(barred, rows),
            otherwise=_own(connections.otherwise_time, rows),
            synack_packets=_own(connections.synack_packets, rows).astype(np.int64),
            data_packets=_own(data, rows),
            data_again=_own(again, rows),
            stuck_bytes=_own(stuck[0], rows),
            stuck_sent=_own(stuck[1], rows),
            passed_bytes=_own(largest_passed(connections), rows),
            requested=_own(requested, rows),
            served=_own(served, rows),
            opened=_own(opened, rows),
            closed=_own(closed, rows),
            syn_time=when,
            syn_attempt=attempt,
            syn_state=_syn_states(
                when, _own(answer, rows)[attempt], sent[attempt], told[attempt], other[attempt], trip, bounds[1]
            ),
            syn_number=in_time,
            exchange_number=exchange_rows,
            exchange_attempt=local[exchanges.connection[exchange_rows]],
            ask_time=_own(asks[0], ask_rows),
            ask_attempt=local[_own(asks[1], ask_rows)],
            reply_time=_own(asks[2], ask_rows),
            prompt=_prompt(_own(answer, rows), sent, trip),
            packets=int((_own(connections.packets_up, rows) + _own(connections.packets_down, rows)).sum()),
            share_unseen=_share_unseen(_own(connections.synack_time, rows), _own(accepted, rows)),
            round_trip=trip,
            begin=bounds[0],
            end=bounds[1],
            lost=None if lost is None else _own(lost, rows),
        )


def _in_order(rows: Int64, times: Int64) -> Int64:
    """The rows by their times; the rows themselves where they are in order, as where no clock stepped back."""
    return rows if in_order(times) else rows[np.argsort(times, kind="stable")]


def _own(column: NDArray[Number], rows: Int64) -> NDArray[Number]:
    """The rows of one server; the column itself where they are all of it, in order, as in most captures."""
    return column if len(rows) == len(column) and in_order(rows) else column[rows]


def _present(codes: Int64, count: int) -> tuple[Int64, Int64]:
    """Which of the numbers below `count` there are, and the place of each row's number among them."""
    there = np.zeros(count, np.bool_)
    there[codes] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes]


def _groups(codes: Int64, count: int) -> list[Int64]:
    """The rows of each code, in order."""
    if count <= 1:
        return [np.arange(len(codes))] * count
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.searchsorted(codes[order], np.arange(1, count)))


def _share_unseen(synack_time: Int64, accepted: Bool) -> float:
    whole = int(np.count_nonzero(accepted))
    return int(np.count_nonzero(accepted & (synack_time == MISSING))) / whole if whole else 0.0


def _round_trip(syn_packets: UInt32, answer: Int64, asked: Int64) -> int:
    """The slowest usual handshake, by attempts with a single SYN: with more it is not known which one was answered
    (Karn's algorithm, RFC 6298, 3). The 90th percentile, so that a few late answers do not count."""
    single = (syn_packets == 1) & (answer != MISSING)
    if not single.any():
        return 0
    return min(LONGEST_PATH, max(0, int(np.percentile(answer[single] - asked[single], 90))))


def _asked(asked: Int64, answer: Int64, start: Int64, trip: int) -> Int64:
    """An answer that comes sooner after the last SYN than any path allows is the answer to an earlier one."""
    too_soon = (answer != MISSING) & (answer - asked < trip // 4) & (answer - start <= patience(trip))
    return np.where(too_soon, start, asked)


def _prompt(answer: Int64, asked: Int64, trip: int) -> Int64:
    rows = np.flatnonzero((answer != MISSING) & (answer - asked <= patience(trip)))
    return rows[np.argsort(answer[rows], kind="stable")]


def _syn_states(
    time: Int64, answer: Int64, asked: Int64, turned_away: Bool, otherwise: Bool, trip: int, end: int
) -> UInt8:
    """What became of each SYN. Those before the one that was answered were not, nor was one that was answered late. An
    error instead of an answer is known at once; what the server answered otherwise says that it listens."""
    never = answer == MISSING
    earlier = ~never & (time < asked) & (answer - time > 2 * trip)
    late = ~never & (time <= answer) & (answer - time > patience(trip))
    state = np.where(never | earlier | late, UNANSWERED, ANSWERED).astype(np.uint8)
    state[otherwise] = UNKNOWN
    state[never & ~turned_away & (time > end - patience(trip))] = UNKNOWN
    return state
