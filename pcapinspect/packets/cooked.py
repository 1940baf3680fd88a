"""Headers that a capturing host puts before a packet: cooked, loopback, firewall and analyser formats.

Sources: the LINKTYPE pages of tcpdump.org and Wireshark's dissectors of the same names.
"""

from __future__ import annotations

from pcapinspect.columns import Int64, UInt8
from pcapinspect.fields import big16, big32, little16, little32
from pcapinspect.kernel import step
from pcapinspect.packets.layers import (
    AT,
    DONE_NOT_IP,
    END,
    ETHERNET,
    ETHERTYPE,
    GRE,
    IP_ANY,
    IPV4,
    IPV6,
    LAYER,
    LLC,
    ODD_CUT,
    ODD_LINK_HEADER,
    ODD_SLL,
    lacks,
    odd,
    then,
    then_type,
)


@step
def cooked_protocol(state: Int64, size: int, hardware: int, value: int) -> None:
    """The protocol field of both cooked headers: an ethertype, but for some hardware types and for small numbers."""
    if hardware == 824 or hardware == 803 or hardware == 801 or hardware == 802 or hardware == 280:
        odd(state, ODD_SLL, hardware)  # netlink, 802.11, CAN: their protocol field is none
    elif hardware == 778 and value == 0:
        then(state, size, GRE)
    elif value >= 0x600:
        then_type(state, size, ETHERTYPE, value)
    elif value == 4:
        then(state, size, LLC)
    elif value == 0 and (hardware == 768 or hardware == 769 or hardware == 776 or hardware == 65534):
        then(state, size, IP_ANY)  # tunnels without a link layer
    else:
        state[LAYER] = DONE_NOT_IP


@step
def sll(data: UInt8, state: Int64) -> None:
    """LINKTYPE_LINUX_SLL."""
    if not lacks(state, 16):
        at = state[AT]
        cooked_protocol(state, 16, big16(data, at + 2), big16(data, at + 14))


@step
def sll2(data: UInt8, state: Int64) -> None:
    """LINKTYPE_LINUX_SLL2."""
    if not lacks(state, 20):
        at = state[AT]
        cooked_protocol(state, 20, big16(data, at + 8), big16(data, at))


@step
def null(data: UInt8, state: Int64) -> None:
    """LINKTYPE_NULL and LINKTYPE_LOOP: an address family in the order of the capturing host, which nothing tells."""
    if lacks(state, 4):
        return
    family = little32(data, state[AT])
    if family > 0xFFFF:
        family = big32(data, state[AT])
    if family == 2:
        then(state, 4, IPV4)
    elif family == 10 or family == 23 or family == 24 or family == 28 or family == 30:
        then(state, 4, IPV6)  # AF_INET6 of Linux, Windows, the BSDs and Darwin
    elif family > 0x600 and family <= 0xFFFF:
        then_type(state, 4, ETHERTYPE, family)
    elif family == 7 or family == 1 or family == 0:
        state[LAYER] = DONE_NOT_IP
    else:
        odd(state, ODD_LINK_HEADER, family)


@step
def nflog(data: UInt8, state: Int64) -> None:
    """LINKTYPE_NFLOG: family and attributes in the order of the capturing host.

    Attribute 1 begins with the ethertype in network order, which a bridge's packets (family 7) need; 9 is the packet.
    """
    if lacks(state, 4):
        return
    at, end, family = state[AT] + 4, state[END], big16(data, state[AT]) >> 8
    protocol = 0
    state[LAYER] = ODD_CUT
    while end - at >= 4:
        size, kind = little16(data, at), little16(data, at + 2)
        if size < 4 or kind > 0xFF:
            size, kind = big16(data, at), big16(data, at + 2)
        if size < 4:
            odd(state, ODD_LINK_HEADER, family)
            return
        if kind == 1 and end - at >= 6:
            protocol = big16(data, at + 4)
        elif kind == 9:
            state[AT] = at
            if protocol >= 0x600:
                then_type(state, 4, ETHERTYPE, protocol)
            else:
                then(state, 4, IP_ANY if family == 2 or family == 10 else DONE_NOT_IP)
            return
        at += size + 3 & ~3


@step
def pflog(data: UInt8, state: Int64) -> None:
    """LINKTYPE_PFLOG: the first byte is the header's length, rounded up to four, the second the address family."""
    if not lacks(state, 4):
        size = int(data[state[AT]]) + 3 & ~3
        then(state, max(size, 4), IP_ANY)


@step
def ip_over_infiniband(data: UInt8, state: Int64) -> None:
    """LINKTYPE_IPOIB: 40 bytes of pseudo-header, then type and padding."""
    if not lacks(state, 44):
        then_type(state, 44, ETHERTYPE, big16(data, state[AT] + 40))


@step
def arcnet(data: UInt8, state: Int64, address: int) -> None:
    """LINKTYPE_ARCNET_BSD and _LINUX: RFC 1201 has a split flag and a sequence number, RFC 1051 has not."""
    if lacks(state, address + 4):
        return
    at = state[AT] + address
    kind = data[at]
    if kind == 240:
        then(state, address + 1, IPV4)
    elif kind == 212 and data[at + 1] == 0:
        then(state, address + 4, IPV4)
    elif kind == 196 and data[at + 1] == 0:
        then(state, address + 4, IPV6)
    elif kind == 212 or kind == 196:
        odd(state, ODD_LINK_HEADER, kind)
    else:
        state[LAYER] = DONE_NOT_IP


@step
def token_ring(data: UInt8, state: Int64) -> None:
    """LINKTYPE_IEEE802_5: a set bit in the source address announces routing information."""
    if lacks(state, 16):
        return
    at = state[AT]
    size = 14 + (int(data[at + 14] & 0x1F) if data[at + 8] & 0x80 else 0)
    then(state, size, LLC if data[at + 1] & 0xC0 == 0x40 else DONE_NOT_IP)


@step
def endace(data: UInt8, state: Int64) -> None:
    """LINKTYPE_ERF: 16 bytes, extension headers of eight; type 2 is Ethernet behind two bytes of padding."""
    if lacks(state, 16):
        return
    kind = data[state[AT] + 8]
    state[AT] += 16
    more = kind & 0x80
    while more:
        if lacks(state, 8):
            return
        more = data[state[AT]] & 0x80
        state[AT] += 8
    kind = kind & 0x7F
    if kind == 2 or kind == 11 or kind == 16 or kind == 20:
        then(state, 2, ETHERNET)
    elif kind == 22:
        state[LAYER] = IPV4
    elif kind == 23:
        state[LAYER] = IPV6
    else:
        odd(state, ODD_LINK_HEADER, kind)


@step
def atm_clip(data: UInt8, state: Int64) -> None:
    """LINKTYPE_ATM_CLIP: Linux leaves the 802.2 header away or not."""
    if not lacks(state, 1):
        state[LAYER] = LLC if data[state[AT]] == 0xAA else IP_ANY
