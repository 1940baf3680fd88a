"""`capture`: the capture, not the server, is missing packets."""

from __future__ import annotations

import numpy as np

from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, PauseCause, percent, plural, times
from pcapinspect.tcp.connections import ESTABLISHED, HALF_OPEN

NAME = "capture"

ONE_WAY, LOST, LOST_PAUSE = 0.95, 0.9, 0.7
"""Confidence of one direction, of lost SYN/ACKs, and of a pause in a capture that lost many
(docs/verdict-matrix.md)."""

MOST_LOST = 0.25
"""Share of the SYN/ACKs that the capture lost from which a pause may be the capture's own."""

MIN_LOST, MIN_SHARE_LOST = 2, 0.03
"""SYN/ACKs, and their share, that the capture is known to have lost, from which it must be mended first."""


def of_pause(evidence: Evidence, place: int) -> PauseCause | None:
    """Answers cannot be seen, or were lost by the capture in number."""
    pause, share = evidence.pauses[place], evidence.quality.share_lost
    if evidence.one_way is not None:
        return PauseCause(NAME, ONE_WAY, ("The capture holds one direction only: answers cannot be seen.",))
    if share <= MOST_LOST:
        return None
    return PauseCause(
        NAME,
        LOST_PAUSE,
        (f"The capture lost {percent(share)} of the SYN/ACKs of connections that are known to have been established.",),
        (f"{len(pause.syns):,} SYNs in a row without an answer are more than that loss makes likely.",),
    )


def explain(evidence: Evidence, caused: Caused) -> Explanation | None:
    """The pauses that are the capture's own; or what it lost, beside nothing worse."""
    if evidence.one_way is not None:
        return _one_way(evidence)
    found = caused.of(NAME)
    quality = evidence.quality
    if not found and (quality.synack_not_captured < MIN_LOST or quality.share_lost < MIN_SHARE_LOST):
        return None
    proven = np.isin(evidence.traffic.outcome, (ESTABLISHED, HALF_OPEN))
    lost = (
        f"The capture lost packets: {quality.synack_not_captured:,} of {quality.established:,} established connections "
        "have no SYN/ACK in it."
    )
    return Explanation(
        NAME,
        evidence.within([pause for _, pause in found]),
        LOST_PAUSE if found else LOST,
        f"The capture lost too much to say whether the server was silent ({times(len(found))})."
        if found
        else f"{lost} No pause of the server is seen.",
        (f"{np.count_nonzero(proven):,} of {plural(evidence.attempts, 'attempt')} are proven to have been answered.",),
        (),
        ("Whether attempts without an answer in the capture were answered.",),
    )


def _one_way(evidence: Evidence) -> Explanation:
    direction = "towards" if evidence.one_way == "to_server" else "from"
    return Explanation(
        NAME,
        evidence.falls.counted,
        ONE_WAY,
        f"The capture holds only packets {direction} the server: whether it answered cannot be seen.",
        ("There is no packet in the other direction, though connections went on.",),
        (),
        ("Whether any attempt was left without an answer.",),
    )
