"""Tunnels: what carries IP or Ethernet inside IP. The innermost packet is the one that counts."""

from __future__ import annotations

from pcapinspect.columns import Int64, UInt8
from pcapinspect.fields import big16, big32
from pcapinspect.kernel import step
from pcapinspect.packets.layers import (
    AT,
    DONE_NOTHING,
    END,
    ETHERNET,
    ETHERTYPE,
    FRAME_RELAY,
    IP_ANY,
    IPV4,
    IPV6,
    LAYER,
    MPLS,
    NSH,
    ODD_GRE,
    ODD_MALFORMED,
    ODD_MPLS,
    PPP,
    TEREDO,
    lacks,
    odd,
    then,
    then_type,
)


@step
def mpls(data: UInt8, state: Int64) -> None:
    """One label (RFC 3032); below the last, what the first bytes look like: MPLS does not say what it carries."""
    if lacks(state, 4):
        return
    bottom = data[state[AT] + 2] & 1
    then(state, 4, MPLS)
    if not bottom or lacks(state, 1):
        return
    at, end = state[AT], state[END]
    nibble = data[at] >> 4
    if (nibble == 4 or nibble == 6) and not looks_like_ethernet(data, at, end):
        state[LAYER] = IP_ANY
    elif nibble == 0 and looks_like_ethernet(data, at + 4, end):  # control word, RFC 4448
        then(state, 4, ETHERNET)
    elif looks_like_ethernet(data, at, end):
        state[LAYER] = ETHERNET
    else:
        odd(state, ODD_MPLS, nibble)


@step
def gre(data: UInt8, state: Int64) -> None:
    """RFC 2784 and 2890, with the routing field of RFC 1701 refused; version 1 is PPTP's (RFC 2637)."""
    if lacks(state, 4):
        return
    at = state[AT]
    flags, value = big16(data, at), big16(data, at + 2)
    if flags & 7 == 1:
        size = 8 + (4 if flags & 0x1000 else 0) + (4 if flags & 0x0080 else 0)
        then(state, size, PPP if flags & 0x1000 else DONE_NOTHING)
        return
    if flags & 0x4007:
        odd(state, ODD_GRE, flags)
        return
    size = 4 + (4 if flags & 0x8000 else 0) + (4 if flags & 0x2000 else 0) + (4 if flags & 0x1000 else 0)
    if lacks(state, size):
        return
    if value == 0x88BE:  # ERSPAN: type I has no sequence number and no header, type II eight bytes
        then(state, size + (8 if flags & 0x1000 else 0), ETHERNET)
    elif value == 0x22EB:
        erspan3(data, state, size)
    elif value == 0x883E:  # WCCP: version 2 puts four bytes before the packet, and they do not begin like IPv4
        then(state, size, IPV4)
        if not lacks(state, 1) and data[state[AT]] >> 4 != 4:
            then(state, 4, IPV4)
    elif value == 0x6559:
        then(state, size, FRAME_RELAY)
    elif value == 0 or value == 0xFEFE or value == 0x2001:  # keepalive, OSI, NHRP
        state[LAYER] = DONE_NOTHING
    else:
        then_type(state, size, ETHERTYPE, value)


@step
def erspan3(data: UInt8, state: Int64, size: int) -> None:
    """draft-foschiano-erspan: 12 bytes, eight more where the O bit says so; the frame type tells Ethernet from IP."""
    if lacks(state, size + 12):
        return
    flags = big16(data, state[AT] + size + 10)
    then(state, size + 12 + (8 if flags & 1 else 0), IP_ANY if flags >> 10 & 0x1F == 2 else ETHERNET)


@step
def vxlan(data: UInt8, state: Int64) -> None:
    """RFC 7348: a flag says that the network identifier is valid."""
    if not lacks(state, 8):
        then(state, 8, ETHERNET if data[state[AT]] & 0x08 else DONE_NOTHING)


@step
def by_next_protocol(state: Int64, size: int, value: int) -> None:
    """The next protocol of VXLAN-GPE and NSH (RFC 8300)."""
    if value == 1:
        then(state, size, IPV4)
    elif value == 2:
        then(state, size, IPV6)
    elif value == 3:
        then(state, size, ETHERNET)
    elif value == 4:
        then(state, size, NSH)
    elif value == 5:
        then(state, size, MPLS)
    else:
        state[LAYER] = DONE_NOTHING


@step
def nsh(data: UInt8, state: Int64) -> None:
    """RFC 8300: the length counts words of four."""
    if not lacks(state, 8):
        at = state[AT]
        by_next_protocol(state, 4 * max(2, int(data[at + 1] & 0x3F)), data[at + 3])


@step
def vxlan_gpe(data: UInt8, state: Int64) -> None:
    """draft-ietf-nvo3-vxlan-gpe: the P flag says that the next protocol is valid."""
    if lacks(state, 8):
        return
    at = state[AT]
    if data[at] & 0x04:
        by_next_protocol(state, 8, data[at + 3])
    else:
        then(state, 8, ETHERNET)


@step
def geneve(data: UInt8, state: Int64) -> None:
    """RFC 8926: options in words of four, then what the type field says."""
    if not lacks(state, 8):
        at = state[AT]
        then_type(state, 8 + 4 * int(data[at] & 0x3F), ETHERTYPE, big16(data, at + 2))


@step
def gtp(data: UInt8, state: Int64) -> None:
    """3GPP TS 29.281: only message 255 (G-PDU) carries a user's packet; extension headers chain behind 12 bytes."""
    if lacks(state, 8):
        return
    at = state[AT]
    flags = data[at]
    if flags >> 5 != 1 or data[at + 1] != 255:
        state[LAYER] = DONE_NOTHING
        return
    if not flags & 0x07:
        then(state, 8, IP_ANY)
        return
    if lacks(state, 12):
        return
    following = data[at + 11] if flags & 0x04 else 0
    then(state, 12, IP_ANY)
    while following and not lacks(state, 4):
        size = 4 * int(data[state[AT]])
        if size == 0 or lacks(state, size):
            odd(state, ODD_MALFORMED, 0)
            return
        following = data[state[AT] + size - 1]
        state[AT] += size


@step
def l2tp2(data: UInt8, state: Int64) -> None:
    """RFC 2661: control messages carry nothing; data messages carry PPP."""
    if lacks(state, 6):
        return
    at = state[AT]
    flags = big16(data, at)
    if flags & 0x8000 or flags & 0x000F != 2:
        state[LAYER] = DONE_NOTHING
        return
    size = 6 + (2 if flags & 0x4000 else 0) + (4 if flags & 0x0800 else 0)
    if flags & 0x0200:
        if lacks(state, size + 2):
            return
        size += 2 + big16(data, at + size)
    then(state, size, PPP)


@step
def l2tp3(data: UInt8, state: Int64) -> None:
    """RFC 3931 over IP: neither the cookie's length nor the payload is in the packet, so look where a frame begins."""
    if lacks(state, 4):
        return
    at = state[AT]
    if big32(data, at) != 0:  # 0: a control message
        for size in (4, 8, 12, 16):
            if looks_like_ethernet(data, at + size, state[END]):
                then(state, size, ETHERNET)
                return
    state[LAYER] = DONE_NOTHING


@step
def teredo(data: UInt8, state: Int64) -> None:
    """RFC 4380: authentication and origin indications, then IPv6."""
    if lacks(state, 4):
        return
    at = state[AT]
    if big16(data, at) == 1:
        then(state, 13 + int(data[at + 2]) + int(data[at + 3]), TEREDO)
        if lacks(state, 2):
            return
        at = state[AT]
    if big16(data, at) == 0:
        then(state, 8, TEREDO)
        if lacks(state, 2):
            return
        at = state[AT]
    state[LAYER] = IPV6 if data[at] >> 4 == 6 else DONE_NOTHING


@step
def tzsp(data: UInt8, state: Int64) -> None:
    """TaZmen Sniffer Protocol, as routers that mirror to a host send it: tagged fields, then the frame."""
    if lacks(state, 4):
        return
    at = state[AT]
    encapsulation = big16(data, at + 2)
    then(state, 4, ETHERNET if encapsulation == 1 else DONE_NOTHING)
    while state[LAYER] == ETHERNET and not lacks(state, 1):
        kind = data[state[AT]]
        if kind == 0:
            state[AT] += 1
        elif kind == 1:
            state[AT] += 1
            return
        elif not lacks(state, 2):
            state[AT] += 2 + int(data[state[AT] + 1])


@step
def ayiya(data: UInt8, state: Int64) -> None:
    """draft-massar-v6ops-ayiya-02: the identity has a power of two bytes, the signature words of four."""
    if lacks(state, 8):
        return
    at = state[AT]
    size = 8 + (1 << (data[at] >> 4)) + 4 * int(data[at + 1] >> 4)
    forwards = data[at + 2] & 0x0F == 1
    if forwards and data[at + 3] == 41:
        then(state, size, IPV6)
    elif forwards and data[at + 3] == 4:
        then(state, size, IPV4)
    else:
        state[LAYER] = DONE_NOTHING


@step
def looks_like_ethernet(data: UInt8, at: int, end: int) -> bool:
    """Whether an Ethernet frame of a common type begins here: for pseudowires, which do not say what they carry."""
    if end - at < 14:
        return False
    value = big16(data, at + 12)
    if end - at > 14 and value == 0x0800:
        return bool(data[at + 14] >> 4 == 4)
    if end - at > 14 and value == 0x86DD:
        return bool(data[at + 14] >> 4 == 6)
    return bool(
        value == 0x0806 or value == 0x8100 or value == 0x88A8 or value == 0x8847 or value == 0x8864 or value == 0x88CC
    )
