"""SYNs that no TCP client sends: alone, never repeated, from addresses that never come in."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64, UInt8, UInt32
from pcapinspect.tcp.connections import ESTABLISHED, HALF_OPEN, UNANSWERED

LAST_RETRANSMISSION = 4 * SECOND
"""A TCP client that got no answer has asked again by then: Linux after 1 s (RFC 6298), IOS after 2 s (as one
capture shows: 2, 4 and 8 s), older systems after 3 s (RFC 1122, 4.2.3.1)."""

FLOOD = 10
"""Single SYNs from which they are a flood or a scan."""


def flood_of(client: Int64, outcome: UInt8, syn_packets: UInt32, reset_up: Int64, start: Int64, end: int) -> Bool:
    """Attempts of one SYN, without answer or with one that nobody took, of clients that never repeated a SYN and never
    came in, although there was time: no TCP client gives up so. None where they are few.

    Columns of the attempts of one server, `client` their clients' numbers; `end`: of the capture.
    """
    came = np.zeros(int(client.max(initial=-1)) + 1, np.bool_)
    came[client[(outcome == ESTABLISHED) | (syn_packets > 1)]] = True
    alone = ((outcome == UNANSWERED) | (outcome == HALF_OPEN)) & (syn_packets == 1) & ~came[client]
    alone &= (reset_up == MISSING) & (start <= end - LAST_RETRANSMISSION)
    return alone if np.count_nonzero(alone) >= FLOOD else np.zeros(len(alone), np.bool_)
