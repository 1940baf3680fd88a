"""How a connection opens and closes: what SYNs, answers, resets and errors prove about an attempt."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.kernel import step
from pcapinspect.tcp.connections import CLOSE_FIN, CLOSE_NONE, CLOSE_RST_CLIENT, CLOSE_RST_SERVER
from pcapinspect.tcp.payload import SURELY, acknowledge, plausible, position
from pcapinspect.tcp.sequence import WINDOW_LIMIT, difference, wrap
from pcapinspect.tcp.streams import ACK, FIN, RST, SYN
from pcapinspect.tcp.tables import (
    ABORTED,
    CLIENT_ACKED,
    FIN_DOWN,
    FIN_UP,
    MIDSTREAM_ROW,
    NONE,
    REFUSED_ROW,
    SERVER_ACKED,
    TWO_LEGS,
    UNREACHABLE_ROW,
    Record,
)

WINDOW_SHIFT = 14
"""The largest shift of the window scale option (RFC 7323, 2.3): the window may be as large as this makes it."""

MAPPED = np.uint64(0xFFFF)
MAPPED_SHIFT = np.uint64(32)
"""Marks of an IPv4-mapped address in its lower half. ICMP's source quench (4) and redirect (5), and ICMPv6's packet too
big (2), are advice: they do not say that the server cannot be reached (RFC 792, RFC 4443)."""

WINDOW_LEAST = 65_535
"""Bytes that a window is taken to have at least: captures lose the packets that open it."""


@step
def is_bare(packet: Record) -> bool:
    """An acknowledgement and nothing else."""
    return bool(packet.length == 0 and packet.tcp_flags & (FIN | SYN | RST | ACK) == ACK)


@step
def is_opening(row: Record) -> bool:
    """An attempt whose handshake is not known to have completed."""
    return bool(row.established_time == MISSING and row.state & MIDSTREAM_ROW == 0)


@step
def establish(row: Record, packet: Record) -> None:
    """The handshake has completed, or this packet proves that it did. What the client reset cannot complete."""
    if is_opening(row) and not row.state & ABORTED:
        row.established_time = packet.time
        row.established_frame = packet.frame


@step
def note_answer(row: Record, packet: Record) -> None:
    """The first word of the server, or of a router on its behalf."""
    if row.answer_time == MISSING:
        row.answer_time = packet.time
        row.answer_frame = packet.frame


@step
def note_otherwise(row: Record, packet: Record) -> None:
    """The server was heard about an attempt, and neither accepted nor refused it."""
    if row.otherwise_time == MISSING and row.synack_time == MISSING and row.state & MIDSTREAM_ROW == 0:
        row.otherwise_time = packet.time
        row.otherwise_frame = packet.frame


@step
def answers_syn(row: Record, client: Record, ack: int) -> bool:
    """Whether an acknowledgement is of this attempt's SYN: of it alone, or of data sent with it (RFC 7413)."""
    return 0 <= difference(ack, wrap(row.isn + 1)) <= int(client.high)


@step
def set_server_base(row: Record, server: Record, number: int) -> None:
    """Fixes where the server's positions count from, unless bytes were counted already."""
    if server.first_seq == NONE or (server.high == 0 and server.low == 0):
        server.first_seq = number
        row.next_down = number


@step
def take_syn(packet: Record, row: Record, server: Record, up: bool, counts: Record) -> None:
    """A SYN without ACK: the client's, or the server's in a simultaneous open."""
    if not up:
        note_otherwise(row, packet)
        set_server_base(row, server, wrap(packet.seq + 1))
        return
    row.state ^= row.state & ABORTED
    row.syn_packets += 1
    if row.syn_packets > 1:
        counts.retransmissions += 1
    row.last_syn_time = packet.time
    row.start = min(row.start, packet.time)
    if row.synack_time >= packet.time and row.handshake_rtt == MISSING:
        row.handshake_rtt = row.synack_time - packet.time  # the capture holds the answer first


@step
def is_of_far_leg(packet: Record, row: Record, me: Record, peer: Record, up: bool) -> bool:
    """Whether a packet of an established connection is of the far side of a proxy that a capture on `any` holds, too.

    A SYN proxy answers the client itself, and opens the connection to the server with the client's addresses and
    number once the client has acknowledged: no client repeats its SYN after that. The server's numbers differ on the
    two sides. What is seen on the near side is all that the client sees.
    """
    if packet.tcp_flags & (SYN | ACK) == SYN:
        if not up or row.syn_packets == 0 or packet.seq != row.isn:
            return False
        row.state |= TWO_LEGS
        return True
    if not row.state & TWO_LEGS:
        return False
    server = peer if up else me
    if not up and packet.tcp_flags & SYN:
        if packet.seq == wrap(server.first_seq - 1):
            return False
        server.leg = wrap(packet.seq + 1)
        return True
    number = packet.ack if up else packet.seq
    own = abs(difference(number, wrap(server.first_seq + server.high)))
    return bool(server.leg != NONE and abs(difference(number, wrap(server.leg + server.high))) < own)


@step
def take_synack(packet: Record, row: Record, client: Record, server: Record, up: bool) -> None:
    """A SYN/ACK: the server's answer if it acknowledges this attempt's SYN; the client's in a simultaneous open."""
    if up:
        if server.first_seq != NONE and wrap(server.first_seq) == packet.ack:
            row.state |= CLIENT_ACKED
            if row.synack_time != MISSING:
                establish(row, packet)
        return
    if row.state & MIDSTREAM_ROW or not answers_syn(row, client, packet.ack):
        note_otherwise(row, packet)
        return
    row.synack_packets += 1
    if row.synack_time == MISSING:
        row.synack_time = packet.time
        row.synack_frame = packet.frame
        row.synack_file = packet.file
        if row.last_syn_time != MISSING and packet.time >= row.last_syn_time:
            row.handshake_rtt = packet.time - row.last_syn_time
        note_answer(row, packet)
        row.answer_frame = packet.frame
    if row.established_time == MISSING:
        set_server_base(row, server, wrap(packet.seq + 1))
    acknowledge(client, packet.ack)
    if row.state & CLIENT_ACKED:
        establish(row, packet)


@step
def prove_by_client(packet: Record, row: Record, server: Record) -> None:
    """A client's segment after its SYN: it sends none before it has the SYN/ACK, captured or not."""
    if is_opening(row):
        if not 0 <= difference(packet.seq, wrap(row.isn + 1)) < WINDOW_LIMIT:
            return
        if row.synack_time != MISSING and difference(packet.ack, wrap(server.first_seq)) < 0:
            return
        establish(row, packet)
    if server.first_seq == NONE:
        set_server_base(row, server, packet.ack)


@step
def prove_by_server(packet: Record, row: Record, client: Record, server: Record) -> bool:
    """A server's segment without SYN. False: it is not about this attempt (a challenge ACK, say).

    The server sends data, and acknowledges data, only after the handshake; a bare acknowledgement of the SYN shows
    that the server answered, and no more.
    """
    if is_opening(row):
        acked = difference(packet.ack, wrap(row.isn + 1))
        if not 0 <= acked <= SURELY:
            if is_bare(packet):
                note_otherwise(row, packet)
            return False
        note_answer(row, packet)
        if packet.length > 0 or packet.tcp_flags & FIN or acked > client.high or row.state & CLIENT_ACKED:
            establish(row, packet)
        else:
            row.state |= SERVER_ACKED
    if server.first_seq == NONE:
        set_server_base(row, server, packet.seq)
    return True


@step
def take_rst(packet: Record, row: Record, me: Record, peer: Record, up: bool) -> bool:
    """A reset. True: it ended an open connection."""
    if is_opening(row):
        reset_opening(packet, row, me, peer, up)
        return False
    if me.first_seq != NONE:
        at = position(me, packet.seq)
        expected = me.low if me.acked == MISSING else me.acked
        window = max(peer.window << WINDOW_SHIFT, WINDOW_LEAST)
        if at < expected - 1 or at > max(me.high, expected) + window:
            return False
        me.reset = at
    note_reset(row, packet, up)
    if row.close == CLOSE_NONE:
        row.close = CLOSE_RST_CLIENT if up else CLOSE_RST_SERVER
        row.close_time = packet.time
    return True


@step
def reset_opening(packet: Record, row: Record, me: Record, peer: Record, up: bool) -> None:
    """A reset of an attempt that has not come in."""
    if up:
        if row.synack_time != MISSING and answers_syn(row, me, packet.seq):
            row.state |= ABORTED
            note_reset(row, packet, up)
        return
    of_syn = packet.tcp_flags & ACK != 0 and answers_syn(row, peer, packet.ack)
    if of_syn and row.last_syn_time > row.synack_time != MISSING:
        # It answers the SYN that was sent again: the server has forgotten the first.
        note_reset(row, packet, up)
        row.answer_time, row.answer_frame = packet.time, packet.frame
        row.state |= REFUSED_ROW
    elif row.synack_time != MISSING or row.state & SERVER_ACKED:
        if of_syn or difference(packet.seq, wrap(me.first_seq)) == 0:
            note_reset(row, packet, up)
    elif of_syn:
        note_answer(row, packet)
        note_reset(row, packet, up)
        if not row.state & REFUSED_ROW:
            row.answer_frame = packet.frame
        row.state |= REFUSED_ROW
    else:
        note_otherwise(row, packet)


@step
def take_back_reset(row: Record, me: Record, up: bool) -> None:
    """The sender went on beyond its reset: another sent that, and nobody believed it."""
    me.reset = MISSING
    if up:
        row.reset_up = MISSING
    else:
        row.reset_down = MISSING
    if row.close == (CLOSE_RST_CLIENT if up else CLOSE_RST_SERVER):
        row.close = CLOSE_NONE
        row.close_time = MISSING


@step
def note_reset(row: Record, packet: Record, up: bool) -> None:
    """The first reset of each side. The server's answer to a client that has left already ends nothing."""
    if up and row.reset_up == MISSING:
        row.reset_up = packet.time
    elif not up and row.reset_down == MISSING and not row.state & FIN_UP:
        row.reset_down = packet.time


@step
def take_fin(packet: Record, row: Record, me: Record, at: int, up: bool, counts: Record) -> None:
    """The end of one direction at position `at`; the second end closes the connection."""
    if me.fin == MISSING:
        if plausible(me, at):
            me.fin = at
    elif packet.length == 0:
        counts.retransmissions += 1
    row.state |= FIN_UP if up else FIN_DOWN
    if row.fin_time == MISSING:
        row.fin_time = packet.time
    if row.close == CLOSE_NONE and row.state & FIN_UP and row.state & FIN_DOWN:
        row.close = CLOSE_FIN
        row.close_time = packet.time


@step
def take_error(packet: Record, row: Record) -> None:
    """An ICMP error that quotes the attempt's SYN. The reader gives its type and code in place of a checksum."""
    kind = packet.checksum >> 8
    advice = kind in (4, 5) if packet.src_low >> MAPPED_SHIFT == MAPPED else kind == 2
    if not advice and is_opening(row) and row.synack_time == MISSING:
        note_answer(row, packet)
        row.state |= UNREACHABLE_ROW
