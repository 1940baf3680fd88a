"""`loss`: packets of every kind are lost alike, one by one.

What remains when every cause that names its attempts has been heard is either this or `selective_drop`; the control
(`judgement.control`) parts them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.columns import MISSING, Bool
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, percent
from pcapinspect.load.measures.traffic import UNANSWERED

NAME = "loss"

SURE, WITHOUT_CONTROL = 0.9, 0.6
"""Confidence where other packets were lost as well, and where there are too few to tell (docs/verdict-matrix.md)."""

LOSSY = 0.01
"""Share of the SYNs that were lost, from which loss is the verdict: below it, a network is well."""

FEWEST_LOST = 2
"""One lost SYN is no pattern, unless other packets had to be sent again, too."""

VERY_LOSSY = 0.1
"""Share from which loss matters more than that a limit was passed."""


@dataclass(frozen=True, slots=True)
class Remainder:
    """SYNs that no cause claims, outside of pauses."""

    attempts: Bool
    vain: int
    """SYNs that were not answered."""
    repeated: int
    """Sent again although the capture holds the answer to an earlier one."""
    syns: int
    """Of parties that the server answers."""
    at_once: int
    """Attempts that were accepted at their first SYN."""

    @property
    def share(self) -> float:
        return (self.vain + self.repeated) / self.syns if self.syns else 0.0

    @property
    def selective(self) -> float:
        """Share of the SYNs that got nothing."""
        return self.vain / self.syns if self.syns else 0.0


def remainder(evidence: Evidence, caused: Caused, claimed: Bool) -> Remainder:
    """`claimed`: attempts that another cause explains."""
    traffic = evidence.traffic
    paused = evidence.within(caused.pauses)
    free = evidence.falls.counted & ~claimed & ~paused
    counted = ~evidence.strangers.syns
    of = free[traffic.syn_attempt] & counted
    answer = traffic.answer[traffic.syn_attempt]
    vain = of & (traffic.syn_state == UNANSWERED)
    repeated = of & (answer != MISSING) & (traffic.syn_time > answer)
    attempts = np.zeros(len(traffic.start), np.bool_)
    attempts[traffic.syn_attempt[vain | repeated]] = True
    hindered = np.zeros(len(traffic.start), np.bool_)
    hindered[traffic.syn_attempt[traffic.syn_state == UNANSWERED]] = True
    at_once = int(np.count_nonzero(traffic.accepted & evidence.falls.counted & ~hindered))
    return Remainder(
        attempts=attempts,
        vain=int(np.count_nonzero(vain)),
        repeated=int(np.count_nonzero(repeated)),
        syns=int(np.count_nonzero(counted)),
        at_once=at_once,
    )


def explain(evidence: Evidence, left: Remainder) -> Explanation | None:
    """Losses one by one, unless the control says that other packets were spared."""
    lost = left.vain + left.repeated
    if not lost or spares_others(evidence, left):
        return None
    others = evidence.control.share >= LOSSY
    tells = evidence.control.tells(left.share)
    enough = lost >= FEWEST_LOST - others and left.share >= LOSSY
    over_limit = evidence.most > evidence.limits.limit
    shown = [f"{left.vain:,} SYNs were not answered, and {left.repeated:,} were sent again though answered."]
    if evidence.control.packets:
        shown.append(
            f"Of all other packets {percent(evidence.control.share)} had to be sent again "
            f"({evidence.control.again:,} of {evidence.control.packets:,})."
        )
    if over_limit:
        shown.append(f"The server went on accepting, {evidence.most:,} in {evidence.limits.window} s.")
    return Explanation(
        NAME,
        left.attempts,
        SURE if tells else WITHOUT_CONTROL,
        f"{lost:,} of {left.syns:,} SYNs or their answers were lost one by one, while others were answered: loss on "
        "the path, not a pause of the server.",
        tuple(shown),
        () if tells else ("There are too few other packets to tell whether only SYNs were lost.",),
        ("Where on the path they were lost.",),
        grave=enough and (not over_limit or left.share >= VERY_LOSSY),
    )


def spares_others(evidence: Evidence, left: Remainder) -> bool:
    """Whether SYNs were dropped and nothing else: then it is no loss."""
    if left.vain <= left.repeated:
        return False  # answers were lost, and those are no SYNs
    return evidence.control.spared(left.selective) or (not left.at_once and left.vain >= FEWEST_LOST)
