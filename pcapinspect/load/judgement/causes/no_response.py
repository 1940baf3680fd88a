"""`no_response`: connections are accepted and requests delivered, and no response comes."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import Bool
from pcapinspect.load.judgement.evidence import (
    Caused,
    Evidence,
    Explanation,
    PauseCause,
    describe_range,
    percent,
    plural,
)
from pcapinspect.load.judgement.falls import stuck
from pcapinspect.load.model import NO_REQUEST, NO_RESPONSE, NOT_DELIVERED, RESET
from pcapinspect.tcp.connections import HALF_OPEN

NAME = "no_response"

SURE, FEW, OF_PAUSE = 0.9, 0.75, 0.8
"""Confidence where most accepted attempts went without a response, where fewer did, and of one pause: what the capture
shows is plain, what hangs is not."""

MIN_ATTEMPTS, MIN_SHARE, MOST = 3, 0.05, 0.5
"""Attempts, and their share of all accepted, from which it makes a verdict; and the share from which it is sure."""


def of_pause(evidence: Evidence, place: int) -> PauseCause | None:
    """Everybody was accepted and waited, for a time that no limit explains."""
    pause = evidence.pauses[place]
    if pause.form != "waiting":
        return None
    return PauseCause(
        NAME,
        OF_PAUSE if not any(m.at_onset[place] >= evidence.enough for m in evidence.models) else 0.6,
        (
            f"{plural(len(pause.attempts), 'connection')} were accepted and none was answered for "
            f"{describe_range(pause)}.",
        ),
        (),
    )


def explain(evidence: Evidence, caused: Caused) -> Explanation | None:
    """Accepted attempts without a response, outside of pauses of another cause."""
    unserved = _unserved(evidence) & ~evidence.within(
        [pause for cause, pause in zip(caused.causes, caused.pauses, strict=True) if cause.cause != NAME]
    )
    waited = evidence.within([pause for _, pause in caused.of(NAME)])
    number = int(np.count_nonzero(unserved))
    if not (unserved | waited).any():
        return None
    accepted = int(np.count_nonzero(evidence.traffic.accepted & evidence.falls.counted))
    share = number / accepted if accepted else 0.0
    lost = evidence.quality.share_lost if evidence.quality.lacks_packets else 0.0
    return Explanation(
        NAME,
        unserved | waited,
        SURE if share >= MOST else FEW,
        _sentence(unserved, waited, accepted),
        _shown(evidence, unserved),
        ("The capture lacks packets: some of the responses may be missing from it.",)
        if evidence.quality.lacks_packets
        else (),
        ("What hangs: the HTTP process, what it waits for, or a proxy whose server is gone.",),
        grave=bool(caused.of(NAME)) or (number >= MIN_ATTEMPTS and share >= MIN_SHARE + 2 * lost),
    )


def _unserved(evidence: Evidence) -> Bool:
    traffic = evidence.traffic
    why = (traffic.fell == NO_RESPONSE) | (traffic.fell == NO_REQUEST) | (traffic.fell == NOT_DELIVERED)
    why |= (traffic.fell == RESET) & ~traffic.reset_at_once
    unserved: Bool = evidence.falls.unserved & why & ~stuck(traffic) & (traffic.outcome != HALF_OPEN)
    return unserved


def _sentence(unserved: Bool, waited: Bool, accepted: int) -> str:
    number = int(np.count_nonzero(unserved))
    if not number:
        return (
            f"The server accepted everybody, and for a time answered nobody: {np.count_nonzero(waited):,} requests "
            "waited."
        )
    if number == accepted:
        return f"The server accepted {plural(accepted, 'attempt')} and answered none of them."
    share = percent(number / accepted)
    return f"The server accepted {accepted:,} attempts and did not answer {number:,} of them ({share})."


def _shown(evidence: Evidence, unserved: Bool) -> tuple[str, ...]:
    said = {
        NO_RESPONSE: "requests were acknowledged by the server, and no response came",
        NOT_DELIVERED: "requests were never acknowledged: something else may have completed the handshake",
        RESET: "waited in vain, and were reset when the client gave up",
        NO_REQUEST: "clients were accepted and waited, but could not send their request",
    }
    why = evidence.traffic.fell[unserved]
    return tuple(f"{np.count_nonzero(why == what):,} {words}." for what, words in said.items() if (why == what).any())
