"""`path_mtu`: full-size segments are never acknowledged, small ones are."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import Bool
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, plural
from pcapinspect.load.model import NOT_DELIVERED

NAME = "path_mtu"

SURE, WITHOUT_PASSED = 0.95, 0.85
"""Confidence where large segments failed and small ones passed, and where none of these small ones was seen."""

LARGE = 900
"""Bytes of payload from which a segment may be too large for a path: the smallest MTU that tunnels leave is some 1,280
(IPv6's minimum), and IPsec over it takes up to 100 more; 900 leaves room for paths of 1,000."""

FEWEST_SENT = 3
"""Times that the segment was sent in vain: once or twice it may have been lost."""

MIN_ATTEMPTS = 2
"""Attempts from which it is the path's, not one client's."""


def stuck(evidence: Evidence) -> Bool:
    """Attempts whose first segment without acknowledgement is large, and came again and again."""
    return evidence.traffic.stuck_bytes >= LARGE


def explain(evidence: Evidence, caused: Caused) -> Explanation | None:
    """`caused` says nothing of it: others are served meanwhile."""
    del caused
    traffic = evidence.traffic
    hit = stuck(evidence) & (traffic.fell == NOT_DELIVERED) & evidence.falls.unserved
    number = int(np.count_nonzero(hit))
    if not number:
        return None
    sizes = traffic.stuck_bytes[hit]
    passed = int(traffic.passed_bytes[~hit].max(initial=0))
    smaller = passed < int(sizes.min())
    shown = [
        f"Segments of {int(np.median(sizes)):,} bytes were sent {int(np.median(traffic.stuck_sent[hit])):,} times and "
        "never acknowledged.",
        f"The largest that was acknowledged has {passed:,} bytes." if passed else "No segment as large passed.",
    ]
    return Explanation(
        NAME,
        hit,
        SURE if smaller else WITHOUT_PASSED,
        f"{plural(number, 'connection')} stopped at full-size segments that never arrive, while small ones pass: a "
        "path MTU black hole, which neither the server nor the capture is to blame for.",
        tuple(shown),
        () if smaller else (f"Segments of up to {passed:,} bytes were acknowledged elsewhere: not every path is hit.",),
        ("Where on the path the large packets are dropped, and why no ICMP error says so.",),
        grave=number >= MIN_ATTEMPTS,
    )
