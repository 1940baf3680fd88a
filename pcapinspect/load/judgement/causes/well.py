"""`healthy` and `over_limit_unthrottled`: nothing that is wrong is the server's."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.load.judgement.bounds import waiting
from pcapinspect.load.judgement.evidence import Evidence, Explanation, plural
from pcapinspect.tcp.connections import ESTABLISHED, HALF_OPEN

OVER_LIMIT, HEALTHY = "over_limit_unthrottled", "healthy"

NO_LIMIT, OTHER_COUNT, UNTIMED = 0.9, 0.7, 0.6
"""Confidence that there is no such limit: where no way of counting is left by which it was not reached, where one is,
and where the capture's clock jumped."""

WELL_KNOWN = 20
"""Attempts from which a server that answered all of them is well, beyond doubt."""

SURE, FEW = 0.95, 0.85
"""Confidence from so many attempts on, and below (docs/verdict-matrix.md)."""


def explain(evidence: Evidence) -> Explanation:
    """The server is well; `grave` or not, something else may have been told beside it."""
    return _over_limit(evidence) if evidence.most > evidence.limits.limit else _healthy(evidence)


def _over_limit(evidence: Evidence) -> Explanation:
    limits = evidence.limits
    against = list(_beside(evidence))
    # Whatever way of counting accepts is left: by it the limit need not have been reached.
    left = [model.window for model in evidence.models if model.counts == "accepts" and not model.over_without_pause]
    confidence = OTHER_COUNT if left else NO_LIMIT
    jumps = evidence.quality.clock_jumps
    if jumps:
        # Times that were shown twice lie in one window, and a pause may lie in what was left out.
        confidence = min(confidence, UNTIMED)
        against.append("The capture's clock jumped: what is counted in one window may have come at several times.")
    if left:
        windows = ", ".join(window.replace("_", ", ") for window in left)
        against.append(
            f"A server that counts to {limits.limit} in another way ({windows}), or passes it by a few, need not have "
            "paused."
        )
    return Explanation(
        OVER_LIMIT,
        np.zeros(len(evidence.traffic.start), np.bool_),
        confidence,
        f"The server accepted {evidence.most:,} connections in {limits.window} s and never paused: "
        + (f"a limit of {limits.limit} did not show." if left or jumps else f"it has no limit of {limits.limit}."),
        ("Somebody who asked was served all the time.",),
        tuple(against),
    )


def _healthy(evidence: Evidence) -> Explanation:
    accepted = np.isin(evidence.traffic.outcome, (ESTABLISHED, HALF_OPEN)) & evidence.falls.counted
    return Explanation(
        HEALTHY,
        np.zeros(len(evidence.traffic.start), np.bool_),
        SURE if evidence.attempts >= WELL_KNOWN else FEW,
        f"The server answered whoever asked, at most {plural(evidence.most, 'time')} in {evidence.limits.window} s.",
        (f"{np.count_nonzero(accepted):,} of {plural(evidence.attempts, 'attempt')} were accepted.",),
        _beside(evidence),
    )


def _beside(evidence: Evidence) -> tuple[str, ...]:
    """What a reader must know although it makes no other verdict."""
    traffic, said = evidence.traffic, []
    if evidence.strangers.lone:
        lone = f"{evidence.strangers.lone:,} attempts were a single SYN, never repeated"
        said.append(f"{lone}: a flood or a scan, no TCP clients.")
    late = waiting(traffic) & (traffic.served != MISSING)
    if late.any():
        longest = int((traffic.served - traffic.requested)[late].max())
        said.append(f"{plural(int(np.count_nonzero(late)), 'request')} waited long, up to {longest / SECOND:.1f} s.")
    return tuple(said)
