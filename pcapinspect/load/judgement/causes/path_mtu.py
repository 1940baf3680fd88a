"""`path_mtu`: full-size segments are never acknowledged, small ones are."""

from __future__ import annotations

import numpy as np

from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, plural
from pcapinspect.load.judgement.falls import stuck

NAME = "path_mtu"

SURE, WITHOUT_PASSED = 0.95, 0.85
"""Confidence where large segments failed and small ones passed, and where none of these small ones was seen."""

MIN_ATTEMPTS = 2
"""Attempts from which it is the path's, not one client's."""


def explain(evidence: Evidence, _caused: Caused) -> Explanation | None:
    """Connections that stopped at a segment too large for the path; pauses say nothing of it: others are served."""
    traffic = evidence.traffic
    hit = stuck(traffic) & evidence.falls.unserved
    number = int(np.count_nonzero(hit))
    if not number:
        return None
    sizes = traffic.stuck_bytes[hit]
    passed = int(traffic.passed_bytes[~hit].max(initial=0))
    smaller = passed < int(sizes.min())
    shown = [
        _in_vain(int(np.median(sizes)), int(np.median(traffic.stuck_sent[hit]))),
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


def _in_vain(size: int, sent: int) -> str:
    if not sent:
        return f"{size:,} bytes never arrive at the capture point and are never acknowledged, while what follows does."
    return f"Segments of {size:,} bytes were sent {plural(sent, 'time')} and never acknowledged."
