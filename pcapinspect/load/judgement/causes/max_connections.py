"""`max_connections`: SYNs are dropped when as many connections are open as it takes, and pass when fewer are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pcapinspect.columns import Bool
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, PauseCause, percent, times, verb
from pcapinspect.load.judgement.fullness import Fullness, explains
from pcapinspect.load.judgement.tolerance import SEVERAL
from pcapinspect.load.measures.concurrency import IOS_DEFAULT, IOS_MOST

NAME = "max_connections"

SURE, FEW, ESTIMATED, LIMIT_FITS_TOO = 0.95, 0.8, 0.85, 0.5
"""Confidence with several pauses, with one or two, of a number that only the capture names, and where most pauses are
as long as the rate limit's (docs/verdict-matrix.md)."""


def of_pause(evidence: Evidence, place: int) -> PauseCause | None:
    """Most SYNs of the pause met a full server."""
    pause, fullness = evidence.pauses[place], evidence.fullness
    if fullness is None or not explains(fullness, pause.syns, pause.stalled):
        return None
    confidence = SURE if len(evidence.pauses) >= SEVERAL else FEW
    if fullness.estimated or not fullness.exact:
        confidence = min(confidence, ESTIMATED)
    against = []
    if evidence.fitting[place] and evidence.alike > len(evidence.pauses) / 2:
        confidence = LIMIT_FITS_TOO
        against.append(f"A pause of {evidence.limits.pause} s fits its length, too.")
    against.extend(_estimated(evidence, fullness))
    evidence_for = list(_full_house(evidence, fullness))
    if pause.next_answer is not None:
        evidence_for.append("The next answer came when one had closed.")
    return PauseCause(NAME, confidence, tuple(evidence_for), tuple(against))


def _estimated(evidence: Evidence, fullness: Fullness) -> tuple[str, ...]:
    if not fullness.estimated:
        return ()
    return (
        f"{fullness.limit} is estimated from this capture, a queue in front included: IOS takes {IOS_DEFAULT} by "
        f"default and {IOS_MOST} at most, and the settings say {evidence.limits.max_connections}.",
    )


def _full_house(evidence: Evidence, fullness: Fullness) -> tuple[str, ...]:
    """What shows that the server was full."""
    shown = [f"{fullness.limit} connections were open whenever a SYN came that was not answered, and never more."]
    if not fullness.exact:
        shown = [
            f"With {fullness.limit} or more connections open {percent(fullness.dropped_full)} of the SYNs were not "
            f"answered, with fewer {percent(fullness.dropped_free)}."
        ]
        if evidence.quality.lacks_packets:
            shown.append("How many were open is not known exactly: the capture lacks packets.")
    if evidence.opened.presumed:
        shown.append(
            f"{evidence.opened.presumed:,} connections have no end in the capture, and are taken to have closed when "
            "others would have."
        )
    return tuple(shown)


def explain(evidence: Evidence, caused: Caused) -> Explanation | None:
    """Its pauses, and single SYNs that met a full server while others found a place that had just become free."""
    fullness = evidence.fullness
    if fullness is None:
        return None
    found = caused.of(NAME)
    met = _met_full(evidence, fullness) & ~evidence.within([p for c, p in _pairs(caused) if c.cause != NAME])
    met |= evidence.within([pause for _, pause in found])
    if not met.any():
        return None
    best = max((cause for cause, _ in found), key=lambda one: one.confidence, default=None)
    estimated = fullness.estimated or not fullness.exact
    confidence = best.confidence if best else (ESTIMATED if estimated else FEW)
    about = "about " if estimated else ""
    return Explanation(
        NAME,
        met & evidence.falls.fallen,
        confidence,
        f"The server {_did(found)} because as many connections were open as it takes: {about}{fullness.limit}.",
        best.evidence_for if best else _full_house(evidence, fullness),
        best.evidence_against if best else _estimated(evidence, fullness),
        ("What holds the connections open: slow answers, or clients that do not close.",),
        cost=int(np.count_nonzero(met & ~evidence.falls.fallen)),
    )


def _did(found: Sequence[tuple[PauseCause, Interval]]) -> str:
    """What a full server did, by the form of its pauses."""
    if not found:
        return "did not answer SYNs"
    pauses = [pause for _, pause in found]
    silent = {pause.form for pause in pauses} <= {"silence", "mixed"}
    return f"{'did not answer' if silent else verb(pauses)} {times(len(found))}"


def _met_full(evidence: Evidence, fullness: Fullness) -> Bool:
    met = np.zeros(len(evidence.traffic.start), np.bool_)
    met[evidence.traffic.syn_attempt[fullness.room.full]] = True
    return met


def _pairs(caused: Caused) -> list[tuple[PauseCause, Interval]]:
    return list(zip(caused.causes, caused.pauses, strict=True))
