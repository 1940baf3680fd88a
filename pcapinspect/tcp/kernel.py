"""The compiled walk over a batch: each packet finds its 4-tuple and its connection, and moves them on."""

from __future__ import annotations

import numpy as np
from numba import njit

from pcapinspect.capture.batch import TCP
from pcapinspect.columns import MISSING, Int64, UInt8, UInt32, UInt64
from pcapinspect.tcp.handshake import (
    prove_by_client,
    prove_by_server,
    set_base,
    take_error,
    take_fin,
    take_rst,
    take_synack,
)
from pcapinspect.tcp.matching import find_attempt, find_row, is_copy, is_over
from pcapinspect.tcp.packets import PacketColumns
from pcapinspect.tcp.payload import account, acknowledge, plausible, position
from pcapinspect.tcp.segments import DOWN, END_FIN, END_NONE, END_RST, UP
from pcapinspect.tcp.sequence import wrap
from pcapinspect.tcp.slots import open_row, open_slot
from pcapinspect.tcp.streams import ACK, FIN, RST, SYN, add_entry, find_entry, mix, number_stream
from pcapinspect.tcp.tables import (
    CUT_PAYLOADS,
    DUPLICATES,
    FLAGS,
    FLOOR,
    MIDSTREAM_ROW,
    NONE,
    PACKETS,
    RETIRED,
    RETRANSMISSIONS,
    REVERSED,
    ROW,
    SEGMENTS,
    STREAM,
    SYNS,
    USED,
    WATCH_A,
    WATCH_B,
    Output,
    Rows,
    Sides,
    Tables,
)


@njit(cache=True, nogil=True)
def walk(
    packets: PacketColumns,
    first: int,
    last: int,
    streams: UInt32,
    tables: Tables,
    output: Output,
    ports: UInt8,
    servers: UInt64,
    seed: int,
) -> None:
    """Takes in the packets [first, last) of a batch. The tables have room (`reserve`)."""
    for i in range(first, last):
        tables.counts[PACKETS] += 1
        tables.counts[FLOOR] = min(tables.counts[FLOOR], packets.time[i])
        src_high, src_low, src_port = packets.src_high[i], packets.src_low[i], np.uint64(packets.src_port[i])
        dst_high, dst_low, dst_port = packets.dst_high[i], packets.dst_low[i], np.uint64(packets.dst_port[i])
        # The canonical order of a 4-tuple makes both directions one: `side` is where the sender stands in it.
        if src_high != dst_high:
            side = 1 if src_high > dst_high else 0
        elif src_low != dst_low:
            side = 1 if src_low > dst_low else 0
        else:
            side = 1 if src_port > dst_port else 0
        ends = np.uint64(16)
        if side == 0:
            key = mix(mix(mix(mix(mix(seed, src_high), src_low), dst_high), dst_low), src_port << ends | dst_port)
        else:
            key = mix(mix(mix(mix(mix(seed, dst_high), dst_low), src_high), src_low), dst_port << ends | src_port)
        place = find_entry(streams, key)
        is_tcp = packets.kind[i] == TCP
        if not is_tcp and packets.flags[i] == 0 and not streams[place, FLAGS] & USED:
            continue
        if not streams[place, FLAGS] & USED:
            watch = 0
            if ports[packets.src_port[i]] and is_server(servers, src_high, src_low):
                watch |= WATCH_A << side
            if ports[packets.dst_port[i]] and is_server(servers, dst_high, dst_low):
                watch |= WATCH_B >> side
            add_entry(streams, place, key, watch, tables.counts)
        flags = np.int64(packets.flags[i])
        if is_tcp or flags != 0:
            number_stream(streams, place, side, packets.seq[i], packets.ack[i], flags, not is_tcp, tables.counts)
        if not streams[place, FLAGS] & (WATCH_A | WATCH_B):
            continue
        if is_tcp:
            take_packet(packets, i, streams, place, side, tables, output)
        else:
            row = find_attempt(
                tables.rows, np.int64(streams[place, ROW]) - 1, side, np.int64(packets.seq[i]), packets.time[i]
            )
            if row != NONE:
                take_error(tables.rows, row, packets.time[i], packets.frame[i])


@njit(cache=True, nogil=True)
def is_server(servers: UInt64, high: int, low: int) -> bool:
    """Whether the address is among the servers asked for; with none given, every address is."""
    if len(servers) == 0:
        return True
    for k in range(len(servers)):
        if servers[k, 0] == high and servers[k, 1] == low:
            return True
    return False


@njit(cache=True, nogil=True)
def take_packet(
    packets: PacketColumns, i: int, streams: UInt32, place: int, side: int, tables: Tables, output: Output
) -> None:
    """Finds or opens the connection of a packet to or from a watched port, and moves it on."""
    flags = np.int64(packets.flags[i])
    newest = np.int64(streams[place, ROW]) - 1
    row = find_connection(packets, i, tables.rows, newest, side, flags)
    watch = streams[place, FLAGS]
    if row == NONE:
        from_watched = watch & (WATCH_A << side) != 0
        to_watched = watch & (WATCH_B >> side) != 0
        opening = flags & (SYN | RST | ACK) == SYN
        if opening and not to_watched:
            streams[place, FLAGS] |= REVERSED
            return
        if flags & SYN and flags & ACK:
            client_sends = not from_watched
            if client_sends:
                return
        elif watch & REVERSED and not opening:
            return
        else:
            client_sends = to_watched
        streams[place, FLAGS] &= ~np.uint32(REVERSED)
        row = open_row(packets, i, tables, newest, side, client_sends, flags, np.int64(streams[place, STREAM]))
        streams[place, ROW] = row + 1
    if tables.rows.slot[row] == NONE:
        if tables.rows.state[row] & RETIRED:
            late_packet(packets, i, tables.rows, row, side)
            return
        open_slot(tables, row)
    follow(packets, i, flags, row, side, tables, output)


@njit(cache=True, nogil=True)
def find_connection(packets: PacketColumns, i: int, rows: Rows, newest: int, side: int, flags: int) -> int:
    """The connection of the 4-tuple that a packet belongs to, or NONE: it begins a new one."""
    time = packets.time[i]
    seq, ack = np.int64(packets.seq[i]), np.int64(packets.ack[i])
    if newest == NONE:
        return NONE
    if flags & SYN and not flags & RST:
        if flags & ACK:
            row = find_attempt(rows, newest, side ^ 1, wrap(ack - 1), time)
            if row != NONE:
                return row
            row = find_attempt(rows, newest, side, seq, time)
            if row != NONE:
                return row
            if waits_for_answer(rows, newest, time):
                return newest  # a SYN/ACK with a wrong acknowledgement: it answers nothing
            row = find_row(rows, newest, side, time, wrap(seq + 1), ack, True)
            return row
        row = find_attempt(rows, newest, side, seq, time)
        if row != NONE:
            return row
        if rows.client_side[newest] != side and waits_for_answer(rows, newest, time):
            return newest  # simultaneous open
        return NONE
    row = find_row(rows, newest, side, time, seq, ack, flags & ACK != 0)
    if row != NONE or packets.payload_length[i] > 0 or flags & FIN:
        return row
    # A bare packet that fits nothing (challenge ACK, the reset that follows it) is no connection of its own.
    return NONE if is_over(rows, newest, time) else newest


@njit(cache=True, nogil=True)
def waits_for_answer(rows: Rows, row: int, time: int) -> bool:
    """Whether the row is an attempt with a SYN that nothing has answered."""
    return (
        rows.syn_packets[row] > 0
        and rows.synack_time[row] == MISSING
        and rows.established_time[row] == MISSING
        and not is_over(rows, row, time)
    )


@njit(cache=True, nogil=True)
def late_packet(packets: PacketColumns, i: int, rows: Rows, row: int, side: int) -> None:
    """A packet after its connection was retired: counted, and that is all."""
    if rows.client_side[row] == side:
        rows.packets_up[row] += 1
    else:
        rows.packets_down[row] += 1
    rows.end[row] = packets.time[i]
    rows.last_frame[row] = packets.frame[i]


@njit(cache=True, nogil=True)
def follow(packets: PacketColumns, i: int, flags: int, row: int, side: int, tables: Tables, output: Output) -> None:
    """Moves a connection on by one of its packets."""
    rows, sides, counts = tables.rows, tables.sides, tables.counts
    slot = np.int64(rows.slot[row])
    up = rows.client_side[row] == side
    me = 2 * slot + (UP if up else DOWN)
    time, frame = packets.time[i], packets.frame[i]
    seq, ack = np.int64(packets.seq[i]), np.int64(packets.ack[i])
    length, window = np.int64(packets.payload_length[i]), np.int64(packets.window[i])
    ip_id, check = np.int64(packets.ip_id[i]), np.int64(packets.checksum[i])
    if is_copy(sides, me, time, seq, ack, flags, window, length, ip_id, check):
        counts[DUPLICATES] += 1
        return
    rows.end[row] = time
    rows.last_frame[row] = frame
    if up:
        rows.packets_up[row] += 1
    else:
        rows.packets_down[row] += 1
    if flags & RST:
        if take_rst(rows, sides, row, slot, up, seq, ack, flags, time, frame):
            at = position(sides, me, seq) if sides.base[me] != NONE else 0
            emit(output, counts, sides, me, i, row, up, at, END_RST)
        return
    if flags & SYN:
        take_syn(packets, i, flags, row, slot, up, tables, output)
        seq = wrap(seq + 1)
    elif flags & ACK:
        if up:
            prove_by_client(rows, sides, row, slot, seq, ack, time, frame)
        elif not prove_by_server(rows, sides, row, slot, seq, ack, length > 0 or flags & FIN != 0, time, frame):
            return
    if sides.base[me] == NONE:
        set_base(rows, sides, row, me, up, seq)
    sides.window[me] = window
    if flags & ACK:
        acknowledge(sides, me ^ 1, ack)
    if length > 0 or flags & FIN:
        take_payload(packets, i, flags, row, slot, up, seq, tables, output)


@njit(cache=True, nogil=True)
def take_syn(
    packets: PacketColumns, i: int, flags: int, row: int, slot: int, up: bool, tables: Tables, output: Output
) -> None:
    """A SYN or SYN/ACK of either side."""
    rows, counts = tables.rows, tables.counts
    time = packets.time[i]
    seq = np.int64(packets.seq[i])
    if flags & ACK:
        ack = np.int64(packets.ack[i])
        take_synack(rows, tables.sides, row, slot, up, seq, ack, time, packets.frame[i], np.int64(packets.file[i]))
    elif up:
        rows.syn_packets[row] += 1
        if rows.syn_packets[row] > 1:
            counts[RETRANSMISSIONS] += 1
        rows.last_syn_time[row] = time
        if rows.synack_time[row] >= time and rows.handshake_rtt[row] == MISSING:
            rows.handshake_rtt[row] = rows.synack_time[row] - time  # the capture holds the answer first
        rows.start[row] = min(rows.start[row], time)
        output.syn_packet[counts[SYNS]] = i
        output.syn_connection[counts[SYNS]] = row
        counts[SYNS] += 1
    else:
        set_base(rows, tables.sides, row, 2 * slot + 1, False, wrap(seq + 1))


@njit(cache=True, nogil=True)
def take_payload(
    packets: PacketColumns, i: int, flags: int, row: int, slot: int, up: bool, seq: int, tables: Tables, output: Output
) -> None:
    """Payload and FIN: what of it is new, and a segment for the layer above."""
    rows, sides, counts = tables.rows, tables.sides, tables.counts
    me = 2 * slot + (UP if up else DOWN)
    length = np.int64(packets.payload_length[i])
    at = position(sides, me, seq)
    if not plausible(sides, me, at):
        return
    if length <= 1 and at == sides.high[me] - 1 and not flags & (SYN | FIN):
        return  # a keep-alive probe: its byte is not the stream's (RFC 9293, 3.8.4)
    if at < 0 and not rows.state[row] & MIDSTREAM_ROW:
        return
    if length > 0:
        fresh = account(sides, tables.holes, me, at, length, packets.time[i], counts)
        if up:
            rows.bytes_up[row] += fresh
        else:
            rows.bytes_down[row] += fresh
        if packets.captured_length[i] < length:
            counts[CUT_PAYLOADS] += 1
    if flags & FIN:
        if sides.fin[me] != MISSING and length == 0:
            counts[RETRANSMISSIONS] += 1
        take_fin(rows, sides, row, slot, UP if up else DOWN, at + length, packets.time[i])
    if up:
        rows.next_up[row] = wrap(sides.base[me] + sides.high[me])
    else:
        rows.next_down[row] = wrap(sides.base[me] + sides.high[me])
    emit(output, counts, sides, me, i, row, up, at, END_FIN if flags & FIN else END_NONE)


@njit(cache=True, nogil=True)
def emit(output: Output, counts: Int64, sides: Sides, me: int, i: int, row: int, up: bool, at: int, end: int) -> None:
    """A segment for the layer above."""
    if sides.shift[me] == MISSING:
        sides.shift[me] = at
    k = counts[SEGMENTS]
    output.packet[k] = i
    output.connection[k] = row
    output.direction[k] = UP if up else DOWN
    output.offset[k] = at - sides.shift[me]
    output.end[k] = end
    counts[SEGMENTS] += 1
