"""The verdict on a server: the cause that explains most of what went wrong at the least cost.

Every cause says which attempts it expects to fall; it is held against those that fell. What single SYNs in vain no
cause claims is `loss` or `selective_drop`, what nobody explains is `insufficient`, and these compete with the others:
a limit that explains less than stays unexplained is not what stops a server. Where nothing is wrong enough for a
verdict of its own, the server is well, and the rest is named beside that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pcapinspect.columns import Bool
from pcapinspect.load.judgement.causes import (
    capture,
    error_responses,
    explanations,
    insufficient,
    loss,
    selective_drop,
    well,
)
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, percent
from pcapinspect.load.model import Also, Verdict

MIN_SHARE_ALONE = 0.5
"""Share of the falls that a cause must explain to be the headline without a word of the rest."""


def verdict_of(evidence: Evidence, caused: Caused) -> Verdict:
    """The verdict on one server."""
    if evidence.one_way is not None:
        alone = capture.explain(evidence, caused)
        assert alone is not None
        return _verdict(evidence, alone, [])
    few = not caused.pauses and evidence.attempts < insufficient.FEWEST_ATTEMPTS
    if few and evidence.falls.count < evidence.attempts:
        return _verdict(evidence, insufficient.too_few(evidence), [])
    said = _all(evidence, caused)
    grave = [one for one in said if one.grave and _score(evidence, one) >= 0 and _worth(evidence, one)]
    best = max(grave, key=lambda one: (_score(evidence, one), one.confidence), default=None)
    if best is None and few:
        best = insufficient.too_few(evidence)
    elif best is None:
        best = well.explain(evidence)
        if best.cause == well.HEALTHY:
            best = error_responses.explain_polls(evidence) or best
    return _verdict(evidence, best, [one for one in said if one is not best])


def _all(evidence: Evidence, caused: Caused) -> list[Explanation]:
    """What every cause says: first those that name their attempts, then what the rest looks like."""
    said = list(explanations(evidence, caused))
    left = loss.remainder(evidence, caused, _union(evidence, said))
    said += [
        one for one in (loss.explain(evidence, left), selective_drop.explain(evidence, caused, left)) if one is not None
    ]
    unexplained = evidence.falls.fallen & ~_union(evidence, said)
    rest = insufficient.explain(evidence, caused, unexplained)
    return said if rest is None else [*said, rest]


def _union(evidence: Evidence, said: Sequence[Explanation]) -> Bool:
    claimed = np.zeros(len(evidence.traffic.start), np.bool_)
    for one in said:
        claimed |= one.falls
    return claimed


def _explained(evidence: Evidence, one: Explanation) -> Bool:
    return one.falls & evidence.falls.fallen


def _score(evidence: Evidence, one: Explanation) -> int:
    return int(np.count_nonzero(_explained(evidence, one))) - one.cost


def _worth(evidence: Evidence, one: Explanation) -> bool:
    """Whether it explains anything; what the capture lost may explain nothing else, and must be said all the same."""
    return bool(_explained(evidence, one).any()) or one.cause == capture.NAME


def _verdict(evidence: Evidence, best: Explanation, others: Sequence[Explanation]) -> Verdict:
    fallen = evidence.falls.count
    share = int(np.count_nonzero(_explained(evidence, best))) / fallen if fallen else None
    also = _also(evidence, best, others)
    return Verdict(
        cause=best.cause,
        confidence=round(best.confidence, 2),
        sentence=best.sentence + _rest(best, share, also, fallen),
        evidence_for=best.evidence_for,
        evidence_against=(*best.evidence_against, *(one.sentence for one in also)),
        not_shown=best.not_shown,
        explains=None if share is None or not best.falls.any() else round(share, 3),
        also=also,
    )


def _also(evidence: Evidence, best: Explanation, others: Sequence[Explanation]) -> tuple[Also, ...]:
    """What explains the rest, most first: each by what those before it leave."""
    open_, found = evidence.falls.fallen & ~best.falls, []
    left = list(others)
    while left:
        most = max(left, key=lambda one: int(np.count_nonzero(one.falls & open_)))
        number = int(np.count_nonzero(most.falls & open_))
        if not number:
            break
        found.append(Also(most.cause, round(number / evidence.falls.count, 3), most.sentence))
        open_ = open_ & ~most.falls
        left.remove(most)
    return tuple(found)


def _rest(best: Explanation, share: float | None, also: Sequence[Also], fallen: int) -> str:
    """What a headline must add that explains less than half."""
    if share is None or not best.falls.any() or share >= MIN_SHARE_ALONE:
        return ""
    others = f"; also {', '.join(one.cause for one in also)}" if also else ""
    return f" That explains {percent(share)} of {fallen:,} attempts that were not served at once{others}."
