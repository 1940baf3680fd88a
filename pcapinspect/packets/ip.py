"""IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200), and the dispatch by protocol."""

from __future__ import annotations

from pcapinspect.columns import Int64, UInt8
from pcapinspect.fields import big16
from pcapinspect.kernel import step
from pcapinspect.packets.layers import (
    AT,
    DONE_FRAGMENT,
    DONE_NOTHING,
    END,
    ETHERNET,
    FRAGMENT,
    GRE,
    ICMP4,
    ICMP6,
    IP,
    IP_PROTOCOL,
    IPV4,
    IPV6,
    L2TP3,
    LAYER,
    MPLS,
    ODD_MALFORMED,
    ODD_PROTOCOL,
    TCP_HEADER,
    UDP,
    VALUE,
    WIRE,
    lacks,
    odd,
    then,
    then_type,
)


@step
def ip_any(data: UInt8, state: Int64) -> None:
    """Either version, told by its first four bits."""
    if lacks(state, 1):
        return
    version = data[state[AT]] >> 4
    if version == 4:
        state[LAYER] = IPV4
    elif version == 6:
        state[LAYER] = IPV6
    else:
        odd(state, ODD_MALFORMED, version)


@step
def ipv4(data: UInt8, state: Int64) -> None:
    """The header, its length, and whether this is a fragment."""
    if lacks(state, 20):
        return
    at = state[AT]
    header = (data[at] & 0x0F) * 4
    if data[at] >> 4 != 4 or header < 20:
        odd(state, ODD_MALFORMED, 4)
        return
    total = big16(data, at + 2)
    # A length of 0 is a segment that the network card was to cut (TSO): the frame tells the length.
    if total >= header:
        state[WIRE] = min(state[WIRE], at + total)
    elif total != 0:
        odd(state, ODD_MALFORMED, 4)
        return
    state[END] = min(state[END], state[WIRE])
    state[IP] = at
    state[FRAGMENT] = 0
    if lacks(state, header):
        return
    then_type(state, header, IP_PROTOCOL, data[at + 9])
    place = big16(data, at + 6)
    if place & 0x3FFF and not cut_beginning(state, place & 0x1FFF):
        state[LAYER] = DONE_FRAGMENT


@step
def ipv6(data: UInt8, state: Int64) -> None:
    """The fixed header; extension headers are protocols."""
    if lacks(state, 40):
        return
    at = state[AT]
    if data[at] >> 4 != 6:
        odd(state, ODD_MALFORMED, 6)
        return
    length = big16(data, at + 4)
    if length:  # 0: a jumbogram, or a segment that the network card was to cut
        state[WIRE] = min(state[WIRE], at + 40 + length)
    state[END] = min(state[END], state[WIRE])
    state[IP] = at
    state[FRAGMENT] = 0
    then_type(state, 40, IP_PROTOCOL, data[at + 6])


@step
def ip_protocol(data: UInt8, state: Int64) -> None:
    """The protocol is in VALUE; what it announces begins at AT."""
    value = state[VALUE]
    if value == 6:
        state[LAYER] = TCP_HEADER
    elif value == 17:
        state[LAYER] = UDP
    elif value == 1:
        state[LAYER] = ICMP4
    elif value == 58:
        state[LAYER] = ICMP6
    elif value == 47:
        state[LAYER] = GRE
    elif value == 4:
        state[LAYER] = IPV4
    elif value == 41:
        state[LAYER] = IPV6
    elif value == 0 or value == 43 or value == 60 or value == 135 or value == 139 or value == 140:
        if not lacks(state, 8):
            at = state[AT]
            then_type(state, 8 + 8 * int(data[at + 1]), IP_PROTOCOL, data[at])
    elif value == 44:
        ipv6_fragment(data, state)
    elif value == 51:  # authentication header, RFC 4302: length in words of four, less two
        if not lacks(state, 12):
            at = state[AT]
            then_type(state, 8 + 4 * int(data[at + 1]), IP_PROTOCOL, data[at])
    elif value == 97:  # EtherIP, RFC 3378
        then(state, 2, ETHERNET)
    elif value == 115:
        state[LAYER] = L2TP3
    elif value == 137:
        state[LAYER] = MPLS
    elif known_without_tcp(value):
        state[LAYER] = DONE_NOTHING
    else:
        odd(state, ODD_PROTOCOL, value)


@step
def ipv6_fragment(data: UInt8, state: Int64) -> None:
    """A fragment header that makes no fragment (RFC 6946) is passed over."""
    if lacks(state, 8):
        return
    at = state[AT]
    then_type(state, 8, IP_PROTOCOL, data[at])
    place = big16(data, at + 2)
    if place & 0xFFF9 and not cut_beginning(state, place & 0xFFF8):
        state[FRAGMENT] = at
        state[LAYER] = DONE_FRAGMENT


@step
def cut_beginning(state: Int64, offset: int) -> bool:
    """Whether this is a first fragment that the snaplen cut: it cannot be joined, but its TCP header is here."""
    return bool(offset == 0 and state[END] < state[WIRE])


@step
def known_without_tcp(value: int) -> bool:
    """Protocols that carry no TCP: IGMP, EGP, IGP, DCCP, XTP, RSVP, NHRP, none, EIGRP, OSPF, PIM, VRRP, SCTP ..."""
    return (
        value == 2 or value == 8 or value == 9 or value == 33 or value == 36 or value == 46 or value == 54
        or value == 59 or value == 88 or value == 89 or value == 103 or value == 112 or value == 113
        or value == 132 or value == 136
    )  # fmt: skip
