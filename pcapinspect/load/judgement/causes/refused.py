"""`refused`: a share of the attempts gets a RST, in no pattern of a limit."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.evidence import (
    Caused,
    Evidence,
    Explanation,
    PauseCause,
    describe_range,
    plural,
)
from pcapinspect.load.measures.asks import GAVE_UP
from pcapinspect.tcp.connections import REFUSED

NAME = "refused"

SURE, OF_PAUSE = 0.95, 0.9
"""A RST is plain; that it was not a limit's is inferred (docs/verdict-matrix.md)."""

MIN_ATTEMPTS, MIN_SHARE = 2, 0.05
"""Attempts, and their share of all, from which a server is one that refuses."""


def of_pause(evidence: Evidence, place: int) -> PauseCause | None:
    """Everybody got a RST, for a time that no limit explains."""
    pause = evidence.pauses[place]
    if pause.form != "reset":
        return None
    number = plural(len(pause.attempts), "attempt")
    shown = f"All of {number} got a RST, for {describe_range(pause)}: nobody listened."
    reached = [model for model in evidence.models if model.at_onset[place] >= evidence.enough]
    limits = evidence.limits
    if not reached or not evidence.fitting[place]:
        return PauseCause(NAME, OF_PAUSE, (shown,))
    against = (
        f"{limits.limit} in {limits.window} s had been reached, and {limits.pause} s fit: a limit that resets "
        "looks like this, too.",
    )
    return PauseCause(NAME, 0.5, (shown,), against)


def explain(evidence: Evidence, caused: Caused) -> Explanation | None:
    """All RSTs to attempts, but for those in pauses that have another cause."""
    other = [pause for cause, pause in zip(caused.causes, caused.pauses, strict=True) if cause.cause != NAME]
    refused = evidence.traffic.reset_at_once & evidence.falls.counted & ~evidence.within(other)
    refused |= evidence.within([pause for _, pause in caused.of(NAME)])
    number = int(np.count_nonzero(refused))
    if not number:
        return None
    found = caused.of(NAME)
    return Explanation(
        NAME,
        refused,
        SURE,
        _sentence(evidence, refused, number),
        (f"In {plural(len(found), 'stretch', 'stretches')} nobody was accepted, the longest {_longest(found)}.",)
        if found
        else (),
        tuple(text for cause, _ in found[:1] for text in cause.evidence_against),
        ("Whether the server itself sent the RST, or a firewall in its name.",),
        grave=number >= MIN_ATTEMPTS and number >= MIN_SHARE * evidence.attempts,
    )


def _longest(found: list[tuple[PauseCause, Interval]]) -> str:
    return describe_range(max((pause for _, pause in found), key=lambda one: one.at_least))


def _sentence(evidence: Evidence, refused: Bool, number: int) -> str:
    traffic = evidence.traffic
    before = int(np.count_nonzero(traffic.outcome[refused] == REFUSED))
    of_all = f"{number:,} of {plural(evidence.attempts, 'attempt')}"
    if not before:
        return f"The server accepted {of_all} and then reset them: none of these was served."
    when = traffic.turned_away - traffic.start
    late = int(np.count_nonzero(refused & (traffic.turned_away != MISSING) & (when > GAVE_UP)))
    how = "at once, with RST" if not late else "with RST"
    tail = "" if not late else f", {late:,} of them only when the SYN came again, {_usual(when[refused])} after it"
    if before < number:
        tail += f"; {number - before:,} of them after it had accepted them"
    return f"The server refused {of_all} {how}{tail}."


def _usual(when: Int64) -> str:
    return f"{float(np.median(when)) / SECOND:.1f} s"
