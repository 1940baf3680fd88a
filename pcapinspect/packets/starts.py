"""By link type: the layer at which decoding begins. Numbers: tcpdump.org's LINKTYPE list."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import Int64
from pcapinspect.packets import layers

_LAYERS = {
    0: (layers.NULL, 0), 1: (layers.ETHERNET, 0), 6: (layers.TOKEN_RING, 0), 7: (layers.ARCNET, 0), 9: (layers.PPP, 0),
    10: (layers.LLC, 13), 11: (layers.LLC, 0), 12: (layers.IP_ANY, 0), 14: (layers.IP_ANY, 0), 18: (layers.CLIP, 0),
    19: (layers.CLIP, 0),
    50: (layers.PPP, 0), 51: (layers.PPPOE, 0), 100: (layers.LLC, 0), 101: (layers.IP_ANY, 0), 104: (layers.CHDLC, 0),
    106: (layers.CLIP, 0), 107: (layers.FRAME_RELAY, 0), 108: (layers.NULL, 0), 109: (layers.IP_ANY, 12),
    113: (layers.SLL, 0), 117: (layers.PFLOG, 0), 129: (layers.ARCNET_LINUX, 0), 149: (layers.PKTAP, 0),
    166: (layers.PPP, 0), 197: (layers.ERF, 0), 204: (layers.PPP, 1), 205: (layers.CHDLC, 1),
    206: (layers.FRAME_RELAY, 1), 219: (layers.MPLS, 0), 226: (layers.IP_ANY, 24), 228: (layers.IPV4, 0),
    229: (layers.IPV6, 0), 239: (layers.NFLOG, 0), 240: (layers.ETHERNET, 4), 242: (layers.IPOIB, 0),
    258: (layers.PKTAP, 0), 274: (layers.ETHERNET, 8), 276: (layers.SLL2, 0),
}  # fmt: skip
"""The layer that comes first, and the bytes before it: FDDI's addresses, a direction, an analyser's header."""


def _table(column: int, missing: int) -> Int64:
    table = np.full(max(_LAYERS) + 1, missing, np.int64)
    for link, row in _LAYERS.items():
        table[link] = row[column]
    return table


STARTS = _table(0, layers.ODD_LINK)
"""By link type: the layer that comes first, or ODD_LINK."""

SKIPS = _table(1, 0)
"""By link type: the bytes before it."""
