"""`outage`: nobody is served for a time that no limit explains."""

from __future__ import annotations

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.evidence import (
    Caused,
    Evidence,
    Explanation,
    PauseCause,
    describe_range,
    plural,
    times,
)
from pcapinspect.load.judgement.fullness import explains
from pcapinspect.load.judgement.tolerance import SEVERAL, TIMER, closeness

NAME = "outage"

FAR_LONGER = 2
"""So many times the pause, and the limit's pause is out of the question."""

FAR, LONGER, SHORT, NEAR = 0.95, 0.85, 0.75, 0.35
"""Confidence in an outage far longer than the limit's pause, longer, and not longer (docs/verdict-matrix.md); and what
one that is hardly longer loses, for a limit's timer may be off."""

AMONG_OTHERS = 0.6
"""Confidence in one that few met, beside others."""

NEVER_HEARD, HARDLY_ANYBODY = 0.95, 0.8
"""Confidence where nobody was ever answered, by several clients and by fewer."""

SHORTEST = 2 * SECOND
"""A shorter one may be a full queue, or a burst lost: a client asks at most once more in that time."""

FEWEST_ATTEMPTS = 5
"""Attempts without an answer from which a silence is beyond doubt."""


def of_pause(evidence: Evidence, place: int) -> PauseCause | None:
    """By the first of: nobody was ever heard; it was too long for the limit; no way of counting explains it."""
    pause = evidence.pauses[place]
    if pause.form in ("reset", "waiting") or explains(evidence.fullness, pause.syns, pause.stalled):
        return None  # somebody was there
    if not len(evidence.traffic.prompt):
        return _never_heard(evidence, pause)
    if pause.at_least > evidence.limits.pause * SECOND + TIMER:
        return _longer(evidence, place)
    return _not_the_limit(evidence, place)


def _never_heard(evidence: Evidence, pause: Interval) -> PauseCause:
    errors = "ICMP errors came instead, from a router or a filter on the way, or from the server itself."
    return PauseCause(
        NAME,
        NEVER_HEARD if pause.clients >= SEVERAL else HARDLY_ANYBODY,
        (f"None of {plural(len(pause.attempts), 'attempt')} by {plural(pause.clients, 'client')} was ever answered.",),
        (
            errors
            if pause.form in ("icmp", "mixed") and len(evidence.traffic.numbers)
            else "The server was never heard: whether it is down or cannot be reached is not shown.",
        ),
    )


def _longer(evidence: Evidence, place: int) -> PauseCause:
    pause, limits = evidence.pauses[place], evidence.limits
    far = pause.at_least >= FAR_LONGER * limits.pause * SECOND
    near = closeness(limits, pause.at_least, pause.at_most, evidence.alike)
    against = []
    reached = any(model.at_onset[place] >= evidence.enough for model in evidence.models)
    if reached:
        against.append(f"{limits.limit} in {limits.window} s had been reached when it began.")
    if not far:
        against.append(f"It is not far longer than a pause of {limits.pause} s.")
    confidence = FAR if far else LONGER - (NEAR * near if reached else 0)
    shown = f"Nobody was served for {describe_range(pause)}: longer than a pause of {limits.pause} s."
    return PauseCause(NAME, round(confidence, 2), (shown, *_errors(pause)), tuple(against))


def _not_the_limit(evidence: Evidence, place: int) -> PauseCause | None:
    """Many met it, and no way of counting that the capture bears out came near the limit."""
    pause, limits = evidence.pauses[place], evidence.limits
    if pause.at_least < SHORTEST or len(pause.attempts) < FEWEST_ATTEMPTS or pause.stalled:
        return None
    may_be_a_limit = not _unreached(evidence, place) or (evidence.young(pause) and not _likes(evidence))
    if evidence.fitting[place] and may_be_a_limit:
        return None
    number = len(evidence.pauses)
    return PauseCause(
        NAME,
        SHORT,
        (
            f"Nobody was served for {describe_range(pause)}, and no way of counting to {limits.limit} explains "
            + ("it." if number == 1 else f"any of {number:,} pauses."),
            *_errors(pause),
        ),
        (f"It is no longer than a pause of {limits.pause} s.",),
    )


def _unreached(evidence: Evidence, place: int) -> bool:
    """Whether the limit had not been reached by any way of counting that the capture bears out."""
    return all(model.at_onset[place] < evidence.enough for model in evidence.standing)


def _likes(evidence: Evidence) -> bool:
    """Whether another pause, before which all was captured, is an outage: it tells of one at the capture's begin."""
    known = (place for place, pause in enumerate(evidence.pauses) if not evidence.young(pause))
    return any(_unreached(evidence, place) for place in known)


def among(evidence: Evidence, place: int, alone: PauseCause, outages: int) -> PauseCause:
    """Too few met it to tell by itself; its likes were outages. `outages`: pauses that are by themselves."""
    pause = evidence.pauses[place]
    untold = alone.cause == "insufficient" and pause.form in ("silence", "icmp", "mixed") and not pause.stalled
    if not untold or not outages or pause.at_least < SHORTEST:
        return alone
    if evidence.fitting[place] or not _unreached(evidence, place):
        return alone  # of a limit whose clients were not all captured
    return PauseCause(
        NAME,
        AMONG_OTHERS,
        (
            f"Nobody was served for {describe_range(pause)}.",
            f"It is one of several outages: so {'is' if outages == 1 else 'are'} {plural(outages, 'other pause')}.",
            *_errors(pause),
        ),
        (f"Only {plural(len(pause.attempts), 'attempt')} met it.",),
    )


def _errors(pause: Interval) -> tuple[str, ...]:
    return ("A router's ICMP errors say so of some attempts.",) if pause.form in ("icmp", "mixed") else ()


def explain(evidence: Evidence, caused: Caused) -> Explanation | None:
    """What its pauses explain."""
    found = caused.of(NAME)
    if not found:
        return None
    best = max((cause for cause, _ in found), key=lambda one: one.confidence)
    pauses = [pause for _, pause in found]
    longer = any(pause.at_least > evidence.limits.pause * SECOND + TIMER for pause in pauses)
    if not len(evidence.traffic.prompt):
        said = f"The server answered none of {plural(evidence.attempts, 'attempt')}: an outage."
        if all(pause.form == "icmp" for pause in pauses):
            said = f"The server cannot be reached: ICMP errors answered all {plural(evidence.attempts, 'attempt')}."
    elif longer:
        said = (
            f"The server served nobody for longer than the rate limit would explain ({times(len(found))}): an outage."
        )
    else:
        said = f"The server served nobody ({times(len(found))}), and no limit of its own explains it: an outage."
    return Explanation(
        NAME,
        evidence.within(pauses),
        best.confidence,
        said,
        best.evidence_for,
        best.evidence_against,
        ("Whether the server was down or the way to it: a capture shows who was not served, never the reason.",),
    )
