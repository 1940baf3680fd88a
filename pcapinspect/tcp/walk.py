"""The compiled walk over a batch: each packet finds its 4-tuple and its connection, and moves them on."""

from __future__ import annotations

from typing import Any, NamedTuple

from pcapinspect.columns import MISSING, Int32, Int64, UInt8, UInt16, UInt32, UInt64
from pcapinspect.kernel import kernel, step
from pcapinspect.packets.batch import TCP, Packets
from pcapinspect.tcp.handshake import (
    is_bare,
    is_of_far_leg,
    note_otherwise,
    prove_by_client,
    prove_by_server,
    take_back_reset,
    take_error,
    take_fin,
    take_rst,
    take_syn,
    take_synack,
)
from pcapinspect.tcp.matching import FITS, find_attempt, find_connection, fit, is_copy, waits_for_answer
from pcapinspect.tcp.payload import (
    LARGEST,
    account,
    acknowledge,
    note_reach,
    note_unacknowledged,
    plausible,
    position,
)
from pcapinspect.tcp.segments import DOWN, END_FIN, END_NONE, END_RST, UP
from pcapinspect.tcp.sequence import wrap
from pcapinspect.tcp.slots import open_row, open_slot
from pcapinspect.tcp.streams import ACK, FIN, RST, SYN, add_stream, find_stream, key_of, number_stream, sender_side
from pcapinspect.tcp.tables import MIDSTREAM_ROW, NONE, RETIRED, REVERSED, USED, WATCH_A, WATCH_B, Record, Records

NO_SEGMENT = -1

Arrays = tuple[Any, ...]


class PacketColumns(NamedTuple):
    """The columns of Packets that the walk reads."""

    file: UInt16
    frame: Int64
    time: Int64
    src_high: UInt64
    src_low: UInt64
    dst_high: UInt64
    dst_low: UInt64
    src_port: UInt16
    dst_port: UInt16
    seq: UInt32
    ack: UInt32
    flags: UInt16
    window: UInt16
    ip_id: UInt32
    checksum: UInt16
    kind: UInt8
    payload_length: Int32
    captured_length: Int32


def columns_of(packets: Packets) -> PacketColumns:
    """The columns of a table of packets; nothing is copied."""
    return PacketColumns(*(getattr(packets, name) for name in PacketColumns._fields))


@kernel
def walk(columns: PacketColumns, first: int, last: int, tables: Arrays, output: Arrays, watch: Arrays) -> None:
    """Takes in the packets [first, last) of a batch.

    `tables`: those of Tables, which have room (`Tables.reserve`); `output`: segments, SYNs and first packets of streams
    in the batch; `watch`: ports, servers, and the seed of the hash.
    """
    streams, rows, sides, free, holes, all_counts, packets = tables
    segments, syns, firsts = output
    ports, servers, seed = watch
    packet, counts = packets[0], all_counts[0]
    for i in range(first, last):
        load(packet, columns, i)
        is_tcp = columns.kind[i] == TCP
        key = key_of(packet, seed)
        stream = streams[find_stream(streams, key)]
        if is_tcp or packet.tcp_flags != 0:
            known = counts.streams
            if not stream.marks & USED:
                add_stream(stream, key, watched(packet, ports, servers), counts)
            number_stream(stream, packet, not is_tcp, counts)
            if counts.streams != known:
                firsts[counts.firsts] = i
                counts.firsts += 1
        if not stream.marks & (WATCH_A | WATCH_B):
            continue
        place = newest = int(stream.row) - 1
        if not is_tcp:
            place = find_attempt(rows, newest, packet.side, packet.seq, packet.time)
            if place != NONE:
                take_error(packet, rows[place])
            continue
        if (
            newest == NONE or packet.tcp_flags & SYN or fit(rows[newest], packet) != FITS
        ):  # else it can only be the newest
            place = find_connection(rows, newest, packet)
            if place != newest and place != NONE:
                note_challenge(rows[newest], packet)
        if place == NONE:
            place = begin(packet, stream, rows, newest, counts)
            if place == NONE:
                continue
        row = rows[place]
        up = row.client_side == packet.side
        if row.slot == NONE:
            if row.state & RETIRED:
                count_packet(packet, row, up)
                continue
            open_slot(place, row, sides, free, counts)
        me = sides[2 * row.slot + (UP if up else DOWN)]
        peer = sides[2 * row.slot + (DOWN if up else UP)]
        if (row.established_time != MISSING and is_of_far_leg(packet, row, me, peer, up)) or is_copy(packet, me):
            counts.duplicates += 1
            continue
        if up and packet.tcp_flags & (SYN | ACK | RST) == SYN:
            syn = syns[counts.syns]
            syn.packet, syn.connection = i, place
            counts.syns += 1
        at, end = follow(packet, row, me, peer, up, counts)
        if end != NO_SEGMENT:
            if packet.length > 0 and end != END_RST:
                take_payload(packet, row, me, up, at, holes, counts)
            emit(segments[counts.segments], i, place, up, at, end, me)
            segments[counts.segments].acked = acked_by(packet, peer)
            counts.segments += 1


@step
def note_challenge(newest: Record, packet: Record) -> None:
    """The acknowledgement of an older connection on the 4-tuple, where an attempt waits: RFC 5961, 4.2."""
    if newest.client_side != packet.side and is_bare(packet) and waits_for_answer(newest, packet.time):
        note_otherwise(newest, packet)


@step
def emit(segment: Record, i: int, place: int, up: bool, at: int, end: int, me: Record) -> None:
    """A segment for the layer above."""
    if me.shift == MISSING:
        me.shift = at
    segment.packet, segment.connection = i, place
    segment.direction = UP if up else DOWN
    segment.offset, segment.end = at - me.shift, end


@step
def acked_by(packet: Record, peer: Record) -> int:
    """The offset in the other direction's stream that a packet acknowledges, or MISSING."""
    if not packet.tcp_flags & ACK or peer.first_seq == NONE or peer.shift == MISSING:
        return MISSING
    at = position(peer, packet.ack)
    return at - int(peer.shift) if plausible(peer, at) else MISSING


@step
def load(packet: Record, columns: PacketColumns, i: int) -> None:
    """Gathers packet i, as signed 64-bit numbers (addresses unsigned)."""
    packet.src_high, packet.src_low = columns.src_high[i], columns.src_low[i]
    packet.dst_high, packet.dst_low = columns.dst_high[i], columns.dst_low[i]
    packet.src_port, packet.dst_port = columns.src_port[i], columns.dst_port[i]
    packet.time, packet.frame, packet.file = columns.time[i], columns.frame[i], columns.file[i]
    packet.seq, packet.ack, packet.tcp_flags = columns.seq[i], columns.ack[i], columns.flags[i]
    packet.window, packet.ip_id, packet.checksum = columns.window[i], columns.ip_id[i], columns.checksum[i]
    packet.length, packet.captured = columns.payload_length[i], columns.captured_length[i]
    packet.side = sender_side(packet)


@step
def watched(packet: Record, ports: UInt8, servers: UInt64) -> int:
    """Which ends of the packet's 4-tuple may be a watched server: bits WATCH_A, WATCH_B."""
    watch = 0
    if ports[packet.src_port] and is_server(servers, packet.src_high, packet.src_low):
        watch |= WATCH_A << packet.side
    if ports[packet.dst_port] and is_server(servers, packet.dst_high, packet.dst_low):
        watch |= WATCH_B >> packet.side
    return watch


@step
def is_server(servers: UInt64, high: int, low: int) -> bool:
    """Whether the address is among the servers asked for; with none given, every address is."""
    found = len(servers) == 0
    for k in range(len(servers)):
        found |= servers[k, 0] == high and servers[k, 1] == low
    return found


@step
def begin(packet: Record, stream: Record, rows: Records, newest: int, counts: Record) -> int:
    """A new connection that this packet begins, or NONE: it is none to a watched port."""
    from_watched = stream.marks & (WATCH_A << packet.side) != 0
    to_watched = stream.marks & (WATCH_B >> packet.side) != 0
    client_sends = to_watched
    if packet.tcp_flags & SYN and not packet.tcp_flags & RST:
        if packet.tcp_flags & ACK:
            client_sends = False
            if not from_watched:
                return NONE
        elif not to_watched:
            stream.marks |= REVERSED
            return NONE
        stream.marks ^= stream.marks & REVERSED
    elif stream.marks & REVERSED:
        return NONE
    place = int(counts.rows)
    counts.rows += 1
    open_row(packet, rows[place], newest, client_sends, stream.number)
    stream.row = place + 1
    return place


@step
def count_packet(packet: Record, row: Record, up: bool) -> None:
    """The packet is one of the connection's; the last so far."""
    row.end = max(row.end, packet.time)  # the other direction may have another clock
    row.last_frame = packet.frame
    if up:
        row.packets_up += 1
    else:
        row.packets_down += 1


@step
def follow(packet: Record, row: Record, me: Record, peer: Record, up: bool, counts: Record) -> tuple[int, int]:
    """Moves a connection on by one packet. Returns the position and the end mark of its segment, or NO_SEGMENT."""
    count_packet(packet, row, up)
    flags, seq = packet.tcp_flags, packet.seq
    client, server = (me, peer) if up else (peer, me)
    if flags & RST:
        if take_rst(packet, row, me, peer, up):
            return position(me, seq) if me.first_seq != NONE else 0, END_RST
        return 0, NO_SEGMENT
    if flags & SYN:
        if flags & ACK:
            take_synack(packet, row, client, server, up)
        else:
            take_syn(packet, row, server, up, counts)
        seq = wrap(seq + 1)
    elif flags & ACK:
        if up:
            prove_by_client(packet, row, server)
        elif not prove_by_server(packet, row, client, server):
            return 0, NO_SEGMENT
    if me.first_seq == NONE:
        me.first_seq = seq
        if up:
            row.next_up = seq
        else:
            row.next_down = seq
    me.window = packet.window
    if flags & ACK:
        acknowledge(peer, packet.ack)
    if packet.length == 0 and not flags & FIN:
        note_reach(me, seq)
        return 0, NO_SEGMENT
    at = position(me, seq)
    if not plausible(me, at) or (at < 0 and not row.state & MIDSTREAM_ROW):
        return 0, NO_SEGMENT
    if packet.length <= 1 and at == me.high - 1 and not flags & (SYN | FIN):
        return 0, NO_SEGMENT  # a keep-alive probe: its byte is not the stream's (RFC 9293, 3.8.4)
    if flags & FIN:
        take_fin(packet, row, me, at + packet.length, up, counts)
    return at, END_FIN if flags & FIN else END_NONE


@step
def take_payload(packet: Record, row: Record, me: Record, up: bool, at: int, holes: Records, counts: Record) -> None:
    """Payload at a position of its stream: what of it is new."""
    note_unacknowledged(me, at, packet.length)
    if me.reset != MISSING and at + packet.length > me.reset:
        take_back_reset(row, me, up)
    before = counts.retransmissions
    fresh = account(me, holes, at, packet.length, packet.time, counts)
    again = counts.retransmissions - before
    cut = packet.captured < packet.length
    if up:
        row.bytes_up += fresh
        row.next_up = wrap(me.first_seq + me.high)
        row.data_up += 1
        row.again_up += again
        row.cut_up |= cut
        if row.first_up == MISSING:
            row.first_up = packet.time
        if packet.length > row.largest_up:
            row.largest_up = min(packet.length, LARGEST)
    else:
        row.bytes_down += fresh
        row.next_down = wrap(me.first_seq + me.high)
        row.data_down += 1
        row.again_down += again
        row.cut_down |= cut
        if row.first_down == MISSING:
            row.first_down = packet.time
        if packet.length > row.largest_down:
            row.largest_down = min(packet.length, LARGEST)
    if cut:
        counts.cut_payloads += 1
