"""`path`: what the server sends, or what it is sent, is lost on the way."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import Bool, UInt8
from pcapinspect.load.judgement.causes.loss import FEWEST_LOST, LOSSY
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, plural
from pcapinspect.points.between import LOST
from pcapinspect.tcp.connections import ESTABLISHED, HALF_OPEN

NAME = "path"

TWO_POINTS = 0.95
"""A packet that one point holds and the other does not was lost between them, or by one of the captures: that these
hold what came before and after it speaks against the captures."""

WORDS = {"syn": "SYN", "answer": "SYN/ACK", "request": "request", "response": "response"}
"""Of `points.between.LOST`."""

ONE_POINT = 0.7
"""One capture point cannot tell an answer that is lost from one that the clients reject."""

MIN_ATTEMPTS, MIN_SHARE = 3, 0.5
"""Attempts whose SYN/ACK no client acknowledged, and their share of all, from which it is the path's."""

MIN_EACH, MIN_SHARE_OF_SOME = 2, 0.05
"""Where others are served: attempts of each client that never completed one, and their share of all, from which it is
the path of these clients."""


def explain(evidence: Evidence, _caused: Caused) -> Explanation | None:
    """What was seen at one of two points and not at the other; from one point, answers that no client took."""
    if evidence.traffic.lost is not None:
        return _between(evidence, evidence.traffic.lost)
    return _unheard(evidence)


def _between(evidence: Evidence, lost: UInt8) -> Explanation | None:
    """Seen at one point and not at the other: the server is not to be blamed for what never came to it."""
    gone = evidence.falls.lost
    number = int(np.count_nonzero(gone))
    if not number:
        return None
    counts = np.bincount(lost[gone], minlength=len(LOST)).tolist()
    named = ", ".join(f"{count:,} a {WORDS[what]}" for what, count in zip(LOST, counts, strict=False) if count)
    heard = np.bincount(evidence.traffic.syn_attempt, minlength=len(gone)) > 0
    came = evidence.falls.counted & (heard | (lost != LOST.index("syn")))
    accepted = came & evidence.traffic.accepted
    return Explanation(
        NAME,
        gone,
        TWO_POINTS,
        f"{number:,} of {plural(evidence.attempts, 'attempt')} lost packets between the two capture points ({named}).",
        (
            f"Of {plural(int(np.count_nonzero(came)), 'attempt')} that came to the server's point, "
            f"{int(np.count_nonzero(accepted)):,} were accepted.",
        ),
        (),
        ("Which device between the points dropped them.",),
        grave=number >= max(FEWEST_LOST, LOSSY * evidence.attempts),
    )


def _unheard(evidence: Evidence) -> Explanation | None:
    """Handshakes that the server answered and no client completed."""
    half = (evidence.traffic.outcome == HALF_OPEN) & evidence.falls.unserved
    number = int(np.count_nonzero(half))
    least, others = MIN_SHARE, bool((evidence.traffic.outcome == ESTABLISHED).any())
    who = "their clients did not complete" if others else "no client completed"
    if number < MIN_SHARE * evidence.attempts:
        half, clients = _of_some(evidence, half)
        number, least = int(np.count_nonzero(half)), MIN_SHARE_OF_SOME
        who = f"{plural(clients, 'client')} never completed"
    if number < MIN_ATTEMPTS:
        return None
    return Explanation(
        NAME,
        half,
        ONE_POINT,
        f"The server answered {number:,} of {plural(evidence.attempts, 'attempt')} with SYN/ACK, and {who} the "
        f"handshake{' while others did' if others else ''}: its answers do not reach the clients, or they reject them.",
        ("The SYN/ACKs are in the capture, and no ACK of theirs.",),
        (),
        ("Where on the way back they are lost: capture at the clients as well.",),
        grave=number >= least * evidence.attempts,
    )


def _of_some(evidence: Evidence, half: Bool) -> tuple[Bool, int]:
    """Those of the attempts whose clients never completed a handshake, time and again; and how many clients."""
    traffic = evidence.traffic
    each = np.bincount(traffic.client[half], minlength=len(traffic.client_numbers))
    each[traffic.client[traffic.outcome == ESTABLISHED]] = 0
    chosen = each >= MIN_EACH
    return half & chosen[traffic.client], int(np.count_nonzero(chosen))
