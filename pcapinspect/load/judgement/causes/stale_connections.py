"""`stale_connections`: SYNs on ports of a connection that the server still holds are answered otherwise."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, plural

NAME = "stale_connections"

SURE = 0.9
"""An answer that is about another connection is plain; why the ports were used again is not shown."""

MIN_ATTEMPTS, MIN_SHARE = 2, 0.05
"""Attempts, and their share of all, from which it makes a verdict."""


def explain(evidence: Evidence, _caused: Caused) -> Explanation | None:
    """Attempts to which the server said something that neither accepts nor refuses them (RFC 5961, 4.2)."""
    traffic = evidence.traffic
    hit = (traffic.otherwise != MISSING) & evidence.falls.counted
    number = int(np.count_nonzero(hit))
    if not number:
        return None
    healed = int(np.count_nonzero(hit & traffic.accepted))
    tail = f" {healed:,} of them came in later." if healed else " None of them came in."
    return Explanation(
        NAME,
        hit,
        SURE,
        f"The server answered {number:,} of {plural(evidence.attempts, 'SYN')} at once, but with something else than "
        f"SYN/ACK or RST, as it does while it still holds an older connection on the same addresses and ports.{tail}",
        ("The server was heard at once: it is up, and no packet was lost.",),
        (),
        ("Whether the clients were reloaded, or a NAT uses its ports again too soon.",),
        grave=number >= MIN_ATTEMPTS and number >= MIN_SHARE * evidence.attempts,
    )
