"""`path`: what the server sends, or what it is sent, is lost on the way."""

from __future__ import annotations

import numpy as np

from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, plural
from pcapinspect.tcp.connections import HALF_OPEN

NAME = "path"

ONE_POINT = 0.7
"""One capture point cannot tell an answer that is lost from one that the clients reject."""

MIN_ATTEMPTS, MIN_SHARE = 3, 0.5
"""Attempts whose SYN/ACK no client acknowledged, and their share of all, from which it is the path's."""


def explain(evidence: Evidence, caused: Caused) -> Explanation | None:
    """Handshakes that the server answered and no client completed."""
    del caused
    half = (evidence.traffic.outcome == HALF_OPEN) & evidence.falls.unserved
    number = int(np.count_nonzero(half))
    if number < MIN_ATTEMPTS or number < MIN_SHARE * evidence.attempts:
        return None
    return Explanation(
        NAME,
        half,
        ONE_POINT,
        f"The server answered {number:,} of {plural(evidence.attempts, 'attempt')} with SYN/ACK, and no client "
        "completed the handshake: its answers do not reach the clients, or they reject them.",
        ("The SYN/ACKs are in the capture, and no ACK of theirs.",),
        (),
        ("Where on the way back they are lost: capture at the clients as well.",),
    )
