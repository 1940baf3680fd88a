"""How a connection opens and closes: what SYNs, answers, resets and errors prove about an attempt."""

from __future__ import annotations

from numba import njit

from pcapinspect.columns import MISSING
from pcapinspect.tcp.connections import CLOSE_FIN, CLOSE_NONE, CLOSE_RST_CLIENT, CLOSE_RST_SERVER, CLOSE_TIMEOUT
from pcapinspect.tcp.payload import acknowledge, plausible, position
from pcapinspect.tcp.segments import UP
from pcapinspect.tcp.sequence import WINDOW_LIMIT, difference, wrap
from pcapinspect.tcp.streams import ACK
from pcapinspect.tcp.tables import (
    CLIENT_ACKED,
    FIN_DOWN,
    FIN_UP,
    MIDSTREAM_ROW,
    NONE,
    REFUSED_ROW,
    SERVER_ACKED,
    UNREACHABLE_ROW,
    Rows,
    Sides,
)

WINDOW_SHIFT = 14
"""The largest shift of the window scale option (RFC 7323, 2.3): the window may be as large as this makes it."""

WINDOW_LEAST = 65_535
"""Bytes a window is taken to have at least: captures lose the packets that open it."""


@njit(cache=True, nogil=True)
def establish(rows: Rows, row: int, time: int, frame: int) -> None:
    """The handshake has completed, or this packet proves that it did."""
    if rows.established_time[row] == MISSING and not rows.state[row] & MIDSTREAM_ROW:
        rows.established_time[row] = time
        rows.established_frame[row] = frame


@njit(cache=True, nogil=True)
def note_answer(rows: Rows, row: int, time: int, frame: int) -> None:
    """The first word of the server, or of a router on its behalf."""
    if rows.answer_time[row] == MISSING:
        rows.answer_time[row] = time
        rows.answer_frame[row] = frame


@njit(cache=True, nogil=True)
def answers_syn(rows: Rows, sides: Sides, row: int, slot: int, ack: int) -> bool:
    """Whether an acknowledgement is of this attempt's SYN: of it alone, or of data sent with it (RFC 7413)."""
    return 0 <= difference(ack, wrap(rows.isn[row] + 1)) <= sides.high[2 * slot]


@njit(cache=True, nogil=True)
def set_base(rows: Rows, sides: Sides, row: int, side: int, up: bool, number: int) -> None:
    """Fixes where a direction's positions count from, unless bytes were counted already."""
    if sides.base[side] == NONE or (sides.high[side] == 0 and sides.low[side] == 0):
        sides.base[side] = number
        if up:
            rows.next_up[row] = number
        else:
            rows.next_down[row] = number


@njit(cache=True, nogil=True)
def take_synack(
    rows: Rows, sides: Sides, row: int, slot: int, up: bool, seq: int, ack: int, time: int, frame: int, file: int
) -> None:
    """A SYN/ACK: the server's answer if it acknowledges this attempt's SYN; the client's in a simultaneous open."""
    server = 2 * slot + 1
    if up:
        if sides.base[server] != NONE and wrap(sides.base[server]) == ack:
            rows.state[row] |= CLIENT_ACKED
            if rows.synack_time[row] != MISSING:
                establish(rows, row, time, frame)
        return
    if not answers_syn(rows, sides, row, slot, ack):
        return
    if rows.synack_time[row] == MISSING:
        rows.synack_time[row] = time
        rows.synack_frame[row] = frame
        rows.synack_file[row] = file
        if rows.last_syn_time[row] != MISSING and time >= rows.last_syn_time[row]:
            rows.handshake_rtt[row] = time - rows.last_syn_time[row]
        note_answer(rows, row, time, frame)
        rows.answer_frame[row] = frame
        end_older(rows, row)
    if rows.established_time[row] == MISSING:
        set_base(rows, sides, row, server, False, wrap(seq + 1))
    acknowledge(sides, 2 * slot, ack)
    if rows.state[row] & CLIENT_ACKED:
        establish(rows, row, time, frame)


@njit(cache=True, nogil=True)
def end_older(rows: Rows, row: int) -> None:
    """A server that accepts a new connection on a 4-tuple has given up the one before it."""
    older = rows.older[row]
    if older == NONE or rows.close[older] != CLOSE_NONE:
        return
    if rows.established_time[older] != MISSING or rows.state[older] & MIDSTREAM_ROW:
        rows.close[older] = CLOSE_TIMEOUT


@njit(cache=True, nogil=True)
def prove_by_client(rows: Rows, sides: Sides, row: int, slot: int, seq: int, ack: int, time: int, frame: int) -> None:
    """A client's segment after its SYN: it sends none before it has the SYN/ACK, captured or not."""
    server = 2 * slot + 1
    if rows.established_time[row] == MISSING and not rows.state[row] & MIDSTREAM_ROW:
        if not 0 <= difference(seq, wrap(rows.isn[row] + 1)) < WINDOW_LIMIT:
            return
        if rows.synack_time[row] != MISSING and difference(ack, wrap(sides.base[server])) < 0:
            return
        establish(rows, row, time, frame)
    if sides.base[server] == NONE:
        set_base(rows, sides, row, server, False, ack)


@njit(cache=True, nogil=True)
def prove_by_server(
    rows: Rows, sides: Sides, row: int, slot: int, seq: int, ack: int, more: bool, time: int, frame: int
) -> bool:
    """A server's segment without SYN; `more`: with payload or FIN. False: it is not about this attempt (challenge ACK).

    The server sends data, and acknowledges data, only after the handshake; a bare acknowledgement of the SYN
    shows that the server answered, and no more.
    """
    if rows.established_time[row] == MISSING and not rows.state[row] & MIDSTREAM_ROW:
        acked = difference(ack, wrap(rows.isn[row] + 1))
        if not 0 <= acked < WINDOW_LIMIT:
            return False
        note_answer(rows, row, time, frame)
        if more or acked > sides.high[2 * slot] or rows.state[row] & CLIENT_ACKED:
            establish(rows, row, time, frame)
        else:
            rows.state[row] |= SERVER_ACKED
    if sides.base[2 * slot + 1] == NONE:
        set_base(rows, sides, row, 2 * slot + 1, False, seq)
    return True


@njit(cache=True, nogil=True)
def take_rst(
    rows: Rows, sides: Sides, row: int, slot: int, up: bool, seq: int, ack: int, flags: int, time: int, frame: int
) -> bool:
    """A reset. True: it ended an open connection."""
    is_open = rows.established_time[row] != MISSING or rows.state[row] & MIDSTREAM_ROW != 0
    if not is_open:
        unanswered = rows.synack_time[row] == MISSING and not rows.state[row] & SERVER_ACKED
        if not up and unanswered and flags & ACK and answers_syn(rows, sides, row, slot, ack):
            if not rows.state[row] & (REFUSED_ROW | UNREACHABLE_ROW):
                note_answer(rows, row, time, frame)
                rows.answer_frame[row] = frame
            rows.state[row] |= REFUSED_ROW
        return False
    side = 2 * slot + (0 if up else 1)
    if sides.base[side] != NONE:
        at = position(sides, side, seq)
        acked = sides.acked[side]
        window = max(sides.window[side ^ 1] << WINDOW_SHIFT, WINDOW_LEAST)
        if at < (sides.low[side] if acked == MISSING else acked) - 1 or at > max(sides.high[side], acked) + window:
            return False
    if rows.close[row] == CLOSE_NONE:
        rows.close[row] = CLOSE_RST_CLIENT if up else CLOSE_RST_SERVER
        rows.close_time[row] = time
    return True


@njit(cache=True, nogil=True)
def take_fin(rows: Rows, sides: Sides, row: int, slot: int, direction: int, at: int, time: int) -> None:
    """The end of one direction at position `at`; the second end closes the connection."""
    side = 2 * slot + direction
    if sides.fin[side] == MISSING and plausible(sides, side, at):
        sides.fin[side] = at
    rows.state[row] |= FIN_UP if direction == UP else FIN_DOWN
    if rows.fin_time[row] == MISSING:
        rows.fin_time[row] = time
    if rows.close[row] == CLOSE_NONE and rows.state[row] & FIN_UP and rows.state[row] & FIN_DOWN:
        rows.close[row] = CLOSE_FIN
        rows.close_time[row] = time


@njit(cache=True, nogil=True)
def take_error(rows: Rows, row: int, time: int, frame: int) -> None:
    """An ICMP error that quotes the attempt's SYN."""
    if rows.established_time[row] == MISSING and rows.synack_time[row] == MISSING:
        note_answer(rows, row, time, frame)
        rows.state[row] |= UNREACHABLE_ROW
