"""What IP carries: TCP, the ICMP errors that quote it, and UDP for the tunnels in it."""

from __future__ import annotations

from pcapinspect.columns import Int64, UInt8
from pcapinspect.fields import big16
from pcapinspect.kernel import step
from pcapinspect.packets.layers import (
    AT,
    AYIYA,
    DONE_ICMP,
    DONE_NOTHING,
    DONE_TCP,
    END,
    GENEVE,
    GRE,
    GTP,
    IP,
    L2TP2,
    LAYER,
    LISP,
    MPLS,
    TEREDO,
    TZSP,
    VALUE,
    VXLAN,
    VXLAN_GPE,
    lacks,
    then,
)

SMALLEST_TCP = 14
"""Bytes of a TCP header up to the flags: with fewer captured it says nothing."""

SMALLEST_QUOTE = 8
"""Bytes of a TCP header that every ICMP error quotes (RFC 792): ports and sequence number."""


@step
def tcp(state: Int64) -> None:
    """A segment (RFC 9293) begins at AT."""
    if not lacks(state, SMALLEST_TCP):
        state[LAYER] = DONE_TCP


@step
def udp(data: UInt8, state: Int64) -> None:
    """Only the ports of tunnels matter. The server's port tells; Teredo and L2TP answer from it."""
    if lacks(state, 8):
        return
    at = state[AT]
    source, destination = big16(data, at), big16(data, at + 2)
    layer = DONE_NOTHING
    if destination == 4789 or destination == 8472:  # 8472: Linux before VXLAN had a port
        layer = VXLAN
    elif destination == 4790:
        layer = VXLAN_GPE
    elif destination == 6081:
        layer = GENEVE
    elif destination == 2152:
        layer = GTP
    elif destination == 6635:
        layer = MPLS
    elif destination == 4341 or source == 4341:
        layer = LISP
    elif destination == 4754:  # RFC 8086
        layer = GRE
    elif destination == 5072:
        layer = AYIYA
    elif destination == 37008:
        layer = TZSP
    elif destination == 1701 or source == 1701:
        layer = L2TP2
    elif destination == 3544 or source == 3544:
        layer = TEREDO
    then(state, 8, layer)


@step
def icmp4(data: UInt8, state: Int64) -> None:
    """RFC 792: unreachable, source quench, redirect, time exceeded and parameter problem quote a packet."""
    if lacks(state, 8):
        return
    kind = big16(data, state[AT]) >> 8
    quoted = state[AT] + 8
    state[LAYER] = DONE_NOTHING
    if (3 <= kind <= 5 or kind == 11 or kind == 12) and state[END] - quoted >= 20:
        header = (data[quoted] & 0x0F) * 4
        first = big16(data, quoted + 6) & 0x1FFF == 0
        if data[quoted] >> 4 == 4 and data[quoted + 9] == 6 and header >= 20 and first:
            quote(data, state, quoted, quoted + header)


@step
def icmp6(data: UInt8, state: Int64) -> None:
    """RFC 4443: types below 128 are errors, and quote as much of the packet as fits."""
    if lacks(state, 8):
        return
    at, end = state[AT], state[END]
    state[LAYER] = DONE_NOTHING
    if data[at] < 1 or data[at] > 4 or end - at < 48 or data[at + 8] >> 4 != 6:
        return
    protocol = data[at + 14]
    segment = at + 48
    while end - segment >= 8 and (protocol == 0 or protocol == 43 or protocol == 60):
        protocol = data[segment]
        segment += 8 + 8 * (big16(data, segment) & 0xFF)
    if protocol == 6:
        quote(data, state, at + 8, segment)


@step
def quote(data: UInt8, state: Int64, quoted: int, segment: int) -> None:
    """The quoted packet's IP header is at `quoted`, its TCP header at `segment`; AT is the ICMP header."""
    if state[END] - segment >= SMALLEST_QUOTE:
        state[VALUE] = big16(data, state[AT])
        state[IP] = quoted
        state[AT] = segment
        state[LAYER] = DONE_ICMP
