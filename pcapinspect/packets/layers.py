"""The words in which the decoding kernels talk to each other: the state of one packet, its layers, the oddities.

A layer is a function (data, state) that looks at data[state[AT]:state[END]], moves AT behind its header, and says
in LAYER (with VALUE for a type field) what comes next. It must check END before it reads.
"""

from __future__ import annotations

from pcapinspect.columns import Int64
from pcapinspect.kernel import step

AT, END, WIRE, LAYER, VALUE, IP, FRAGMENT, DETAIL = range(8)
"""Elements of the state: offset of the next header; end of the captured bytes; end of the bytes on the wire, by the
innermost length field; what is at AT; its type field; offset of the innermost IP header; offset of the IPv6 fragment
header, if that is one; and the number that goes with an oddity."""

STATE_SIZE = 8

# Layers that nearly every capture has.
ETHERNET, ETHERTYPE, LLC, IP_ANY, IPV4, IPV6, IP_PROTOCOL, TCP_HEADER, UDP, ICMP4, ICMP6 = range(11)

# Rarer ones, whose kernel is compiled when the first of them is met.
(
    CARRIER, PPP, PPP_PROTOCOL, PPPOE, CHDLC, FRAME_RELAY, SLL, SLL2, NULL, TOKEN_RING, ARCNET, ARCNET_LINUX, NFLOG,
    PFLOG, PKTAP, IPOIB, CLIP, ERF, GRE, MPLS, VXLAN, VXLAN_GPE, GENEVE, GTP, NSH, L2TP2, L2TP3, TEREDO, LISP, TZSP,
    AYIYA,
) = range(20, 51)  # fmt: skip

FIRST_RARE = CARRIER
FIRST_TUNNEL = GRE

# Where decoding ends.
DONE_NOTHING = 100
"""All is understood, and there is no TCP in it."""
DONE_NOT_IP = 101
DONE_FRAGMENT = 102
DONE_TCP = 103
DONE_ICMP = 104
ODD = 128
"""From here on: an oddity, which is counted by its reason and DETAIL."""

# Oddities.
(
    ODD_LINK, ODD_ETHERTYPE, ODD_PROTOCOL, ODD_PPP, ODD_GRE, ODD_CUT, ODD_MALFORMED, ODD_DEPTH, ODD_BLOCK, ODD_MPLS,
    ODD_NLPID, ODD_LINK_HEADER, ODD_SLL,
) = range(ODD, ODD + 13)  # fmt: skip

DEEPEST = 32
"""Headers in one packet. Real ones have about ten; more is an attempt to keep us busy."""


@step
def lacks(state: Int64, size: int) -> bool:
    """Whether fewer than `size` bytes are captured from AT on: then the packet ends here, as cut."""
    if state[END] - state[AT] >= size:
        return False
    state[LAYER] = ODD_CUT
    return True


@step
def then(state: Int64, size: int, layer: int) -> None:
    """Behind `size` bytes comes `layer`."""
    state[AT] += size
    state[LAYER] = layer


@step
def then_type(state: Int64, size: int, layer: int, value: int) -> None:
    """Behind `size` bytes comes `layer`, which the type field `value` tells."""
    state[AT] += size
    state[LAYER] = layer
    state[VALUE] = value


@step
def odd(state: Int64, reason: int, detail: int) -> None:
    """Nothing more can be made of the packet."""
    state[LAYER] = reason
    state[DETAIL] = detail
