"""The decoder: one pass over the records of a buffer, through whatever headers they have, to rows of TCP."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pcapinspect.capture import cooked, ethernet, ip, layers, serial_link, transport, tunnel
from pcapinspect.capture.fields import little32
from pcapinspect.capture.layers import AT, DETAIL, END, FRAGMENT, IP, LAYER, STATE_SIZE, WIRE
from pcapinspect.capture.linktypes import STARTS
from pcapinspect.capture.records import NO_LINK, Records
from pcapinspect.capture.transport import Rows
from pcapinspect.columns import Int64, UInt8
from pcapinspect.kernel import kernel


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


def pieces(capacity: int) -> Pieces:
    """An empty table for `capacity` fragments."""
    return Pieces(*(np.empty(capacity, np.int64) for _ in Pieces._fields))


ROWS, PIECES, ODDITIES, NOT_IP = range(4)
"""Elements of what `decode` returns: how many of each there are."""


@kernel
def decode(data: UInt8, records: Records, count: int, rows: Rows, fragments: Pieces, oddities: Int64) -> Int64:
    """Decode the first `count` records of `data`; all tables have room for as many.

    `rows.frame` and `rows.time` are filled with the index of the record and its time; `oddities` with the reason << 32
    and its detail. Returns the four counts.
    """
    counts = np.zeros(4, np.int64)
    state = np.zeros(STATE_SIZE, np.int64)
    for record in range(count):
        begin(state, records, record)
        row = counts[ROWS]
        follow(data, state, rows, row)
        layer = state[LAYER]
        if layer == layers.DONE_TCP or layer == layers.DONE_ICMP:
            rows.frame[row] = record
            rows.time[row] = records.time[record]
            counts[ROWS] += 1
        elif layer == layers.DONE_FRAGMENT:
            note_piece(state, fragments, counts[PIECES], record)
            counts[PIECES] += 1
        elif layer == layers.DONE_NOT_IP:
            counts[NOT_IP] += 1
        elif layer >= layers.ODD:
            if layer == layers.ODD_CUT and records.cut[record] == 0:
                layer = layers.ODD_MALFORMED
            oddities[counts[ODDITIES]] = layer << 32 | state[DETAIL]
            counts[ODDITIES] += 1
    return counts


@kernel
def begin(state: Int64, records: Records, record: int) -> None:
    """Put the state before the first header of a record."""
    link = records.link[record]
    start = records.start[record]
    state[AT] = start
    state[END] = start + records.captured[record]
    state[WIRE] = start + records.wire[record]
    state[DETAIL] = 0
    if link == NO_LINK:
        state[LAYER] = layers.ODD_BLOCK
    else:
        begin_link(state, link)


@kernel
def begin_link(state: Int64, link: int) -> None:
    """The first layer of a link type."""
    state[LAYER] = STARTS[link] if 0 <= link < STARTS.size else layers.ODD_LINK
    state[DETAIL] = link if state[LAYER] == layers.ODD_LINK else 0


@kernel
def follow(data: UInt8, state: Int64, rows: Rows, row: int) -> None:
    """From header to header until one of the ends."""
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
            transport.tcp(data, state, rows, row)
        elif layer == layers.ICMP4:
            transport.icmp4(data, state, rows, row)
        elif layer == layers.ICMP6:
            transport.icmp6(data, state, rows, row)
        elif layer >= layers.DONE_NOTHING:
            return
        elif layer < layers.FIRST_TUNNEL:
            link_layer(data, state, layer)
        else:
            tunnel_layer(data, state, layer)
    if state[LAYER] < layers.DONE_NOTHING:
        layers.odd(state, layers.ODD_DEPTH, 0)


@kernel
def link_layer(data: UInt8, state: Int64, layer: int) -> None:
    """Whatever comes before IP and is not Ethernet."""
    if layer == layers.LLC:
        ethernet.llc(data, state)
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
    elif layer == layers.SLL:
        cooked.sll(data, state)
    elif layer == layers.SLL2:
        cooked.sll2(data, state)
    elif layer == layers.NULL:
        cooked.null(data, state)
    elif layer == layers.IP_ANY:
        ip.ip_any(data, state)
    elif layer == layers.PKTAP:
        pktap(data, state)
    else:
        capture_header(data, state, layer)


@kernel
def capture_header(data: UInt8, state: Int64, layer: int) -> None:
    """Link types that few captures have."""
    if layer == layers.TOKEN_RING:
        cooked.token_ring(data, state)
    elif layer == layers.FDDI:
        layers.then(state, 13, layers.LLC)
    elif layer == layers.ARCNET:
        cooked.arcnet(data, state, 2)
    elif layer == layers.ARCNET_LINUX:
        cooked.arcnet(data, state, 4)
    elif layer == layers.NFLOG:
        cooked.nflog(data, state)
    elif layer == layers.PFLOG:
        cooked.pflog(data, state)
    elif layer == layers.DIRECTED_PPP:
        cooked.directed(state, layers.PPP)
    elif layer == layers.DIRECTED_CHDLC:
        cooked.directed(state, layers.CHDLC)
    elif layer == layers.DIRECTED_FRAME_RELAY:
        cooked.directed(state, layers.FRAME_RELAY)
    elif layer == layers.ENC:
        layers.then(state, 12, layers.IP_ANY)
    elif layer == layers.IPNET:
        layers.then(state, 24, layers.IP_ANY)
    elif layer == layers.IPOIB:
        cooked.ip_over_infiniband(data, state)
    elif layer == layers.FIREWIRE:
        ethernet.tag(data, state, 18, 16)
    elif layer == layers.CLIP:
        cooked.atm_clip(data, state)
    elif layer == layers.PREAMBLE:
        layers.then(state, 8, layers.ETHERNET)
    elif layer == layers.NETANALYZER:
        layers.then(state, 4, layers.ETHERNET)
    else:
        cooked.endace(data, state)


@kernel
def tunnel_layer(data: UInt8, state: Int64, layer: int) -> None:
    """What carries packets inside packets."""
    if layer == layers.UDP:
        tunnel.udp(data, state)
    elif layer == layers.GRE:
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
    else:  # LISP, RFC 9300: eight bytes, then IP
        layers.then(state, 8, layers.IP_ANY)


@kernel
def pktap(data: UInt8, state: Int64) -> None:
    """Apple's header: its own length and the link type that follows it, lowest byte first."""
    if layers.lacks(state, 12):
        return
    size, link = little32(data, state[AT]), little32(data, state[AT] + 8)
    state[AT] += max(size, 12)
    begin_link(state, link)


@kernel
def note_piece(state: Int64, fragments: Pieces, at: int, record: int) -> None:
    """Keep where a fragment lies. Its protocol stays in the header that precedes it."""
    fragments.record[at] = record
    fragments.header[at] = state[IP]
    fragments.fragment[at] = state[FRAGMENT]
    fragments.start[at] = state[AT]
    fragments.end[at] = state[END]
    fragments.wire[at] = state[WIRE]
