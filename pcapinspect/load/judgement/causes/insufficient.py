"""`insufficient`: too little evidence to say, and why."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool
from pcapinspect.load.judgement.evidence import (
    Caused,
    Evidence,
    Explanation,
    PauseCause,
    describe_range,
    fits_pause,
    plural,
)
from pcapinspect.tcp.connections import MIDSTREAM

NAME = "insufficient"

NO_CAUSE, TOO_FEW = 0.2, 0.8
"""Every pause has a cause, so that none can be named is the weakest statement; that a few attempts are few is plain."""

FEWEST_ATTEMPTS = 5
"""Below, nothing is said of a server that answered some of them."""

MIN_ATTEMPTS, MIN_SHARE = 3, 0.05
"""Attempts that fell without explanation, and their share of all, from which that is what there is to say."""


def of_pause(evidence: Evidence, place: int) -> PauseCause:
    """What speaks against each limit."""
    pause, limits = evidence.pauses[place], evidence.limits
    reached = [model for model in evidence.models if model.at_onset[place] >= evidence.enough]
    passed = min((model.over_without_pause for model in reached), default=0)
    against = []
    if passed:
        against.append(
            f"{limits.limit} in {limits.window} s had been reached, but elsewhere it was passed without a pause."
        )
    elif not reached:
        against.append(f"No way of counting came to {limits.limit} in {limits.window} s before it.")
    if evidence.young(pause):
        began = evidence.history(pause) / SECOND
        against.append(f"The capture began only {began:.0f} s before: what came earlier is not known.")
    if not fits_pause(pause, limits):
        against.append(f"A pause of {limits.pause} s does not fit its length.")
    return PauseCause(NAME, NO_CAUSE, (f"Nobody was served for {describe_range(pause)}.",), tuple(against))


def explain(evidence: Evidence, caused: Caused, unexplained: Bool) -> Explanation | None:
    """Pauses without a cause, and falls that nobody claims: what the other causes leave competes with them."""
    found = caused.of(NAME)
    left = unexplained | evidence.within([pause for _, pause in found])
    number = int(np.count_nonzero(left))
    if not number:
        return None
    said = f"{number:,} of {plural(evidence.attempts, 'attempt')} were not served, and the capture does not show why."
    if found:
        said = f"The server stopped answering ({plural(len(found), 'pause')}), but the capture does not show why."
    return Explanation(
        NAME,
        left,
        NO_CAUSE,
        said,
        tuple(text for cause, _ in found[:1] for text in cause.evidence_for),
        tuple(text for cause, _ in found[:1] for text in cause.evidence_against),
        grave=bool(found) or (number >= MIN_ATTEMPTS and number >= MIN_SHARE * evidence.attempts),
    )


def too_few(evidence: Evidence) -> Explanation:
    """Nothing can be said of a server by so few attempts."""
    return Explanation(
        NAME,
        np.zeros(len(evidence.traffic.start), np.bool_),
        TOO_FEW,
        f"{plural(int(np.count_nonzero(evidence.traffic.outcome != MIDSTREAM)), 'attempt')} in the capture: too few to "
        "judge the server by.",
    )
