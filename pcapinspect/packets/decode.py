"""The decoder: one pass over the records of a buffer, through whatever headers they have, to rows of TCP."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.capture.records import NO_LINK, Records
from pcapinspect.columns import Int64, UInt8
from pcapinspect.fields import little32
from pcapinspect.kernel import kernel, step
from pcapinspect.packets import carrier, cooked, ethernet, ip, layers, serial_link, transport, tunnel
from pcapinspect.packets.batch import ICMP_ERROR, TCP
from pcapinspect.packets.layers import AT, DETAIL, END, FRAGMENT, IP, LAYER, STATE_SIZE, VALUE, WIRE
from pcapinspect.packets.rows import Found
from pcapinspect.packets.starts import SKIPS, STARTS


class Pieces(NamedTuple):
    """IP fragments; one element each, offsets in the buffer."""

    record: Int64
    header: Int64
    """Of the IP header."""
    fragment: Int64
    """Of the IPv6 fragment header; 0 in IPv4."""
    start: Int64
    """Of the piece of the payload, whose captured bytes stop at `end`."""
    end: Int64
    wire: Int64
    """Where the piece ended on the wire."""


class Decoded(NamedTuple):
    """What a decoding found; the tables have room for as many as there are records."""

    found: Found
    pieces: Pieces
    oddities: Int64
    """Reason << 32 | its detail."""
    left: Int64
    """Indices of the records that `decode` leaves to `decode_rare`."""
    counts: Int64


ROWS, PIECES, ODDITIES, NOT_IP, LEFT = range(5)
"""Elements of the counts of a decoding."""

COUNTS = 5


@kernel
def decode(data: UInt8, records: Records, count: int, out: Decoded) -> None:
    """Decode the first `count` records of `data`, and leave those with rare headers in `out.left`."""
    state = np.zeros(STATE_SIZE, np.int64)
    for record in range(count):
        begin(state, records, record)
        follow(data, state)
        settle(state, record, records, out)


@kernel
def decode_rare(data: UInt8, records: Records, which: Int64, out: Decoded) -> None:
    """Decode the records with the indices `which`, whatever headers they have."""
    state = np.zeros(STATE_SIZE, np.int64)
    for index in range(which.size):
        record = which[index]
        begin(state, records, record)
        for _ in range(layers.DEEPEST):
            follow(data, state)
            layer = state[LAYER]
            if layer >= layers.DONE_NOTHING:
                break
            if layer < layers.FIRST_TUNNEL:
                link_layer(data, state, layer)
            else:
                tunnel_layer(data, state, layer)
        if state[LAYER] < layers.DONE_NOTHING:
            layers.odd(state, layers.ODD_DEPTH, 0)
        settle(state, record, records, out)


@step
def begin(state: Int64, records: Records, record: int) -> None:
    """Put the state before the first header of a record."""
    start = records.start[record]
    state[AT] = start
    state[END] = start + records.captured[record]
    state[WIRE] = start + records.wire[record]
    state[DETAIL] = 0
    begin_link(state, records.link[record])


@step
def begin_link(state: Int64, link: int) -> None:
    """The first layer of a link type."""
    if 0 <= link < STARTS.size and STARTS[link] != layers.ODD_LINK:
        layers.then(state, SKIPS[link], STARTS[link])
    elif link == NO_LINK:
        state[LAYER] = layers.ODD_BLOCK
    else:
        layers.odd(state, layers.ODD_LINK, link)


@step
def follow(data: UInt8, state: Int64) -> None:
    """From header to header until the end, or until one that is rare."""
    for _ in range(layers.DEEPEST):
        layer = state[LAYER]
        if layer == layers.ETHERNET:
            ethernet.ethernet(data, state)
        elif layer == layers.ETHERTYPE:
            ethernet.ethertype(data, state)
        elif layer == layers.IPV4:
            ip.ipv4(data, state)
        elif layer == layers.IPV6:
            ip.ipv6(data, state)
        elif layer == layers.IP_PROTOCOL:
            ip.ip_protocol(data, state)
        elif layer == layers.TCP_HEADER:
            transport.tcp(state)
        elif layer == layers.UDP:
            transport.udp(data, state)
        elif layer == layers.ICMP4:
            transport.icmp4(data, state)
        elif layer == layers.ICMP6:
            transport.icmp6(data, state)
        elif layer == layers.LLC:
            ethernet.llc(data, state)
        elif layer == layers.IP_ANY:
            ip.ip_any(data, state)
        else:
            return
    if state[LAYER] < layers.FIRST_RARE:
        layers.odd(state, layers.ODD_DEPTH, 0)


@step
def settle(state: Int64, record: int, records: Records, out: Decoded) -> None:
    """Write down what became of a record."""
    layer = state[LAYER]
    counts = out.counts
    if layer == layers.DONE_TCP or layer == layers.DONE_ICMP:
        row = counts[ROWS]
        out.found.record[row] = record
        out.found.kind[row] = TCP if layer == layers.DONE_TCP else ICMP_ERROR
        out.found.ip[row] = state[IP]
        out.found.tcp[row] = state[AT]
        out.found.end[row] = state[END]
        out.found.wire[row] = state[WIRE]
        out.found.note[row] = state[VALUE]
        counts[ROWS] += 1
    elif layer == layers.DONE_FRAGMENT:
        row = counts[PIECES]
        out.pieces.record[row] = record
        out.pieces.header[row] = state[IP]
        out.pieces.fragment[row] = state[FRAGMENT]
        out.pieces.start[row] = state[AT]
        out.pieces.end[row] = state[END]
        out.pieces.wire[row] = state[WIRE]
        counts[PIECES] += 1
    elif layer == layers.DONE_NOT_IP:
        counts[NOT_IP] += 1
    elif layer >= layers.ODD:
        if layer == layers.ODD_CUT and records.cut[record] == 0:
            layer = layers.ODD_MALFORMED
        out.oddities[counts[ODDITIES]] = layer << 32 | state[DETAIL]
        counts[ODDITIES] += 1
    elif layer < layers.DONE_NOTHING:
        out.left[counts[LEFT]] = record
        counts[LEFT] += 1


@step
def link_layer(data: UInt8, state: Int64, layer: int) -> None:
    """Whatever comes before IP and is not Ethernet."""
    if layer == layers.CARRIER:
        carrier.carrier(data, state)
    elif layer == layers.SLL:
        cooked.sll(data, state)
    elif layer == layers.SLL2:
        cooked.sll2(data, state)
    elif layer == layers.NULL:
        cooked.null(data, state)
    elif layer == layers.PPP:
        serial_link.ppp(data, state)
    elif layer == layers.PPP_PROTOCOL:
        serial_link.ppp_protocol(data, state)
    elif layer == layers.PPPOE:
        serial_link.pppoe(data, state)
    elif layer == layers.CHDLC:
        serial_link.chdlc(data, state)
    elif layer == layers.FRAME_RELAY:
        serial_link.frame_relay(data, state)
    elif layer == layers.TOKEN_RING:
        cooked.token_ring(data, state)
    elif layer == layers.ARCNET:
        cooked.arcnet(data, state, 2)
    elif layer == layers.ARCNET_LINUX:
        cooked.arcnet(data, state, 4)
    elif layer == layers.NFLOG:
        cooked.nflog(data, state)
    elif layer == layers.PFLOG:
        cooked.pflog(data, state)
    elif layer == layers.IPOIB:
        cooked.ip_over_infiniband(data, state)
    elif layer == layers.CLIP:
        cooked.atm_clip(data, state)
    elif layer == layers.ERF:
        cooked.endace(data, state)
    else:
        pktap(data, state)


@step
def tunnel_layer(data: UInt8, state: Int64, layer: int) -> None:
    """What carries packets inside packets."""
    if layer == layers.GRE:
        tunnel.gre(data, state)
    elif layer == layers.MPLS:
        tunnel.mpls(data, state)
    elif layer == layers.VXLAN:
        tunnel.vxlan(data, state)
    elif layer == layers.VXLAN_GPE:
        tunnel.vxlan_gpe(data, state)
    elif layer == layers.GENEVE:
        tunnel.geneve(data, state)
    elif layer == layers.GTP:
        tunnel.gtp(data, state)
    elif layer == layers.NSH:
        tunnel.nsh(data, state)
    elif layer == layers.L2TP2:
        tunnel.l2tp2(data, state)
    elif layer == layers.L2TP3:
        tunnel.l2tp3(data, state)
    elif layer == layers.TEREDO:
        tunnel.teredo(data, state)
    elif layer == layers.TZSP:
        tunnel.tzsp(data, state)
    elif layer == layers.AYIYA:
        tunnel.ayiya(data, state)
    else:  # LISP, RFC 9300: eight bytes, then IP
        layers.then(state, 8, layers.IP_ANY)


@step
def pktap(data: UInt8, state: Int64) -> None:
    """Apple's header: its own length and the link type that follows it, lowest byte first."""
    if not layers.lacks(state, 12):
        size, link = little32(data, state[AT]), little32(data, state[AT] + 8)
        state[AT] += max(size, 12)
        begin_link(state, link)
