"""Ethernet, what its types announce, and 802.2. Numbers: IEEE's and IANA's ethertype registries, packet-ethertype.c."""

from __future__ import annotations

from pcapinspect.columns import Int64, UInt8
from pcapinspect.fields import big16, big32
from pcapinspect.kernel import step
from pcapinspect.packets.layers import (
    AT,
    CARRIER,
    DONE_NOT_IP,
    END,
    ETHERNET,
    ETHERTYPE,
    IPV4,
    IPV6,
    LAYER,
    LLC,
    VALUE,
    lacks,
    then,
    then_type,
)

SMALLEST_TYPE = 0x600
"""IEEE 802.3: below it the field is a length, and 802.2 follows."""


@step
def ethernet(data: UInt8, state: Int64) -> None:
    """Destination, source, type or length."""
    if lacks(state, 14):
        return
    at = state[AT]
    value = big16(data, at + 12)
    if value >= SMALLEST_TYPE:
        then_type(state, 14, ETHERTYPE, value)
    elif big32(data, at) & 0xFFFFFFF7 == 0x01000C00 & 0xFFFFFFF7 and data[at + 4] == 0:
        # Cisco ISL: 26 bytes with its own length, then a whole frame.
        if not lacks(state, 26):
            then(state, 26, ETHERNET)
    elif state[END] - at >= 16 and big16(data, at + 14) == 0xFFFF:
        state[LAYER] = DONE_NOT_IP  # Novell's raw 802.3
    else:
        then(state, 14, LLC)


@step
def ethertype(data: UInt8, state: Int64) -> None:
    """The type field is in VALUE; what it announces begins at AT."""
    value = state[VALUE]
    if value == 0x0800:
        state[LAYER] = IPV4
    elif value == 0x86DD:
        state[LAYER] = IPV6
    elif value == 0x8100 or value == 0x88A8 or value == 0x9100 or value == 0x9200 or value == 0x9300:
        tag(data, state, 4, 2)
    elif value < SMALLEST_TYPE:
        state[LAYER] = LLC
    elif known_without_ip(value):
        state[LAYER] = DONE_NOT_IP
    else:
        state[LAYER] = CARRIER


@step
def tag(data: UInt8, state: Int64, size: int, kind: int) -> None:
    """A header of `size` bytes with the next type field at offset `kind`; a length there means 802.2."""
    if lacks(state, size):
        return
    value = big16(data, state[AT] + kind)
    then_type(state, size, ETHERTYPE if value >= SMALLEST_TYPE else LLC, value)


@step
def known_without_ip(value: int) -> bool:
    """Types that carry no IP, so that what is left is worth counting as unknown.

    ARP, RARP, EAPOL, LLDP, slow protocols, pause, loopback; PPPoE discovery, PTP, CFM, MVRP; IPX, AppleTalk, DECnet;
    CDP, CGMP, WLCCP; AVTP, SRP, PROFINET, GOOSE, sampled values, HomePlug, Realtek; AoE, FCoE, FIP; 802.11's own.
    """
    return (
        value == 0x0806 or value == 0x8035 or value == 0x888E or value == 0x88CC or value == 0x8809 or value == 0x8808
        or value == 0x9000 or value == 0x8863 or value == 0x88F7 or value == 0x8902 or value == 0x88F5
        or value == 0x8137 or value == 0x809B or value == 0x80F3 or 0x6002 <= value <= 0x6004
        or value == 0x2000 or value == 0x2001 or value == 0x872D or value == 0x22F0 or value == 0x22EA
        or value == 0x8892 or value == 0x88B8 or value == 0x88BA or value == 0x887B or value == 0x8899
        or value == 0x88A2 or value == 0x8906 or value == 0x8914 or value == 0x88C7 or value == 0x890D
    )  # fmt: skip


@step
def llc(data: UInt8, state: Int64) -> None:
    """802.2, with SNAP's type field or a service access point of IP's own (RFC 1042)."""
    if lacks(state, 3):
        return
    at = state[AT]
    if data[at] == 0xAA and data[at + 1] == 0xAA:
        if lacks(state, 8):
            return
        organisation = big32(data, at + 2) & 0xFFFFFF
        value = big16(data, at + 6)
        if organisation == 0x0080C2 and (value == 1 or value == 7):  # bridged Ethernet, RFC 2684
            then(state, 10, ETHERNET)
        elif (organisation == 0 or organisation == 0xF8) and value >= SMALLEST_TYPE:
            then_type(state, 8, ETHERTYPE, value)
        else:
            state[LAYER] = DONE_NOT_IP  # CDP, VTP, PVST and the like
    elif data[at] == 0x06 and data[at + 1] == 0x06:
        then(state, 3, IPV4)
    else:
        state[LAYER] = DONE_NOT_IP
