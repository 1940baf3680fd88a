"""Ethertypes that carry Ethernet or IP in their turn, in the networks of switches and providers."""

from __future__ import annotations

from pcapinspect.columns import Int64, UInt8
from pcapinspect.fields import big16
from pcapinspect.kernel import step
from pcapinspect.packets.ethernet import tag
from pcapinspect.packets.layers import (
    AT,
    ETHERNET,
    LAYER,
    MPLS,
    NSH,
    ODD_ETHERTYPE,
    PPP,
    PPPOE,
    VALUE,
    lacks,
    odd,
    then,
)


@step
def carrier(data: UInt8, state: Int64) -> None:
    """The ethertype in VALUE is none that nearly every capture has."""
    value = state[VALUE]
    if value == 0x8847 or value == 0x8848:
        state[LAYER] = MPLS
    elif value == 0x8864:
        state[LAYER] = PPPOE
    elif value == 0x8909:  # Cisco metadata: version, length in options of four bytes, options, type
        if not lacks(state, 2):
            size = 4 + 4 * max(1, int(data[state[AT] + 1]))
            tag(data, state, size, size - 2)
    elif value == 0x8926:  # VN-tag
        tag(data, state, 6, 4)
    elif value == 0x893F:  # 802.1BR
        tag(data, state, 8, 6)
    elif value == 0x88E5:
        macsec(data, state)
    elif value == 0x88E7:  # 802.1ah: service tag, then the customer's frame
        then(state, 4, ETHERNET)
    elif value == 0x8903:  # FabricPath
        then(state, 2, ETHERNET)
    elif value == 0x22F3:
        trill(data, state)
    elif value == 0x894F:
        state[LAYER] = NSH
    elif value == 0x6558:
        state[LAYER] = ETHERNET
    elif value == 0x880B:
        state[LAYER] = PPP
    else:
        odd(state, ODD_ETHERTYPE, value)


@step
def macsec(data: UInt8, state: Int64) -> None:
    """802.1AE. Integrity only: the user data follows in the clear; encrypted: nobody can read on."""
    if lacks(state, 6):
        return
    flags = data[state[AT]]
    if flags & 0x0C:
        odd(state, ODD_ETHERTYPE, 0x88E5)
        return
    size = 14 if flags & 0x20 else 6
    tag(data, state, size + 2, size)


@step
def trill(data: UInt8, state: Int64) -> None:
    """RFC 6325: six bytes and options in words of four, then the frame."""
    if not lacks(state, 6):
        words = big16(data, state[AT]) >> 6 & 0x1F
        then(state, 6 + 4 * words, ETHERNET)
