"""Link layers of serial lines and their descendants: PPP, PPPoE, Cisco HDLC, Frame Relay."""

from __future__ import annotations

from pcapinspect.columns import Int64, UInt8
from pcapinspect.fields import big16
from pcapinspect.kernel import step
from pcapinspect.packets.layers import (
    AT,
    CHDLC,
    DONE_NOT_IP,
    DONE_NOTHING,
    ETHERNET,
    ETHERTYPE,
    IPV4,
    IPV6,
    LAYER,
    MPLS,
    ODD_NLPID,
    ODD_PPP,
    PPP_PROTOCOL,
    lacks,
    odd,
    then,
    then_type,
)


@step
def ppp(data: UInt8, state: Int64) -> None:
    """RFC 1662: address and control, which may be left out; Cisco HDLC under the same link type has its own address."""
    if lacks(state, 2):
        return
    at = state[AT]
    first, second = data[at], data[at + 1]
    if first == 0xFF and second == 0x03:
        then(state, 2, PPP_PROTOCOL)
    elif (first == 0x0F or first == 0x8F) and second == 0:
        state[LAYER] = CHDLC
    else:
        state[LAYER] = PPP_PROTOCOL


@step
def ppp_protocol(data: UInt8, state: Int64) -> None:
    """RFC 1661: two bytes, or one where the first is odd."""
    if lacks(state, 2):
        return
    at = state[AT]
    size = 1 if data[at] & 1 else 2
    value = int(data[at]) if size == 1 else big16(data, at)
    if value == 0x0021:
        then(state, size, IPV4)
    elif value == 0x0057:
        then(state, size, IPV6)
    elif value == 0x0281 or value == 0x0283:
        then(state, size, MPLS)
    elif value == 0x003D:
        multilink(data, state, size)
    elif value == 0x0031:  # bridging, RFC 3518: flags, MAC type 1 is Ethernet
        then(state, size, ETHERNET)
        if not lacks(state, 2):
            then(state, 2, ETHERNET if data[state[AT] + 1] == 1 else DONE_NOTHING)
    elif value >= 0x8000 or value == 0x0207 or value == 0x0023 or value == 0x0025 or value == 0x0029 or value == 0x002B:
        state[LAYER] = DONE_NOT_IP  # LCP, the control protocols, CDP, OSI, DECnet, AppleTalk, IPX
    else:
        odd(state, ODD_PPP, value)


@step
def multilink(data: UInt8, state: Int64, size: int) -> None:
    """RFC 1990 with long sequence numbers: a whole packet has both the beginning and the ending bit."""
    if lacks(state, size + 4):
        return
    if data[state[AT] + size] & 0xC0 == 0xC0:
        then(state, size + 4, PPP_PROTOCOL)
    else:
        odd(state, ODD_PPP, 0x003D)


@step
def pppoe(data: UInt8, state: Int64) -> None:
    """RFC 2516: six bytes; code 0 is data."""
    if not lacks(state, 6):
        then(state, 6, PPP_PROTOCOL if data[state[AT] + 1] == 0 else DONE_NOT_IP)


@step
def chdlc(data: UInt8, state: Int64) -> None:
    """Address, control, and an ethertype; bit 7 of the control byte of OSI means padding, and carries no IP."""
    if lacks(state, 4):
        return
    value = big16(data, state[AT] + 2)
    if value == 0x8035 or value == 0x2000 or value == 0xFEFE:  # SLARP, CDP, OSI
        state[LAYER] = DONE_NOT_IP
    else:
        then_type(state, 4, ETHERTYPE, value)


@step
def frame_relay(data: UInt8, state: Int64) -> None:
    """Q.922 address of two to four bytes; then RFC 2427's control byte and NLPID, or Cisco's ethertype."""
    size = 0
    while True:
        if lacks(state, size + 1):
            return
        size += 1
        if data[state[AT] + size - 1] & 1 or size == 4:
            break
    if lacks(state, size + 2):
        return
    at = state[AT] + size
    if data[at] != 0x03:
        value = big16(data, at)
        if data[at] == 0x08 and data[at + 1] != 0x00 and data[at + 1] != 0x06:
            state[LAYER] = DONE_NOT_IP  # Q.933
        else:
            then_type(state, size + 2, ETHERTYPE, value)
        return
    state[AT] = at + 1
    if data[state[AT]] == 0:  # padding
        state[AT] += 1
    nlpid(data, state)


@step
def nlpid(data: UInt8, state: Int64) -> None:
    """The network layer protocol identifier of RFC 2427."""
    if lacks(state, 1):
        return
    value = data[state[AT]]
    if value == 0xCC:
        then(state, 1, IPV4)
    elif value == 0x8E:
        then(state, 1, IPV6)
    elif value == 0x80:
        snap(data, state)
    elif value == 0xCF:
        then(state, 1, PPP_PROTOCOL)
    elif value == 0x08 or value == 0x81 or value == 0x82 or value == 0x83 or value == 0xB0 or value == 0xB1:
        state[LAYER] = DONE_NOT_IP  # Q.933, OSI, compression and fragmentation control
    else:
        odd(state, ODD_NLPID, value)


@step
def snap(data: UInt8, state: Int64) -> None:
    """Organisation and type behind NLPID 0x80."""
    if lacks(state, 6):
        return
    at = state[AT]
    value = big16(data, at + 4)
    if data[at + 1] == 0 and data[at + 2] == 0x80 and data[at + 3] == 0xC2:
        then(state, 6, ETHERNET if value == 1 or value == 7 else DONE_NOT_IP)
    else:
        then_type(state, 6, ETHERTYPE, value)
