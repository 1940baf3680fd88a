"""`rate_limit`: after as many as the limit, by some way of counting, nobody is served for about the limit's pause."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.counting import resumptions
from pcapinspect.load.judgement.estimate import in_words
from pcapinspect.load.judgement.evidence import (
    Caused,
    Evidence,
    Explanation,
    PauseCause,
    describe_range,
    fits_pause,
    times,
    verb,
)
from pcapinspect.load.judgement.fullness import explains
from pcapinspect.load.judgement.tolerance import SEVERAL, TIMER, closeness
from pcapinspect.load.model import CountingModel

NAME = "rate_limit"

BASE, BY_LENGTH, BY_ACCEPTS, BY_NUMBER = 0.75, 0.1, 0.05, 0.05
"""Confidence of one pause of any length that fits, and what it gains by a length that is known well, by a count of
accepts (not only of attempts), and by several pauses alike: shares right in docs/verdict-matrix.md, rounded down."""

KNOWN_LENGTH = 5 * SECOND
"""A range of lengths so narrow says something; a wider one is fitted by many lengths."""

CONTRADICTED = 0.1
"""What the confidence loses by them."""

WAITED = 3 * SECOND
"""By how much less than the pause the longest of a few waiting requests may have waited."""

BY_WAITING, BELOW_LIMIT = 0.85, 0.6
"""Confidence where requests that waited tell of the pause but not the count, and where that was below the limit."""

AMONG_OTHERS, OF_OTHER_NUMBERS = 0.9, 0.9
"""Confidence of a pause whose count is not known among others of the limit, and of a limit with other numbers that the
capture itself shows (docs/verdict-matrix.md)."""

FULL_TOO = 0.8
"""The most where a connection limit was used up as well."""

NOT_SHOWN = (
    "That the IOS limiter fired: a capture shows who was not served and what came before it, never the reason.",
    "How IOS counts to its limit: it is not public, and several ways may fit.",
)


def of_pause(evidence: Evidence, place: int) -> PauseCause | None:
    """The limit was reached by a way of counting that the rest of the capture bears out, and its pause fits."""
    found = _counted(evidence, place) or _estimated(evidence, place)
    if found is None:
        return _waited(evidence, place) if not _full(evidence, place) else None
    if not _full(evidence, place):
        return found
    return _beside_fullness(evidence, found)


def _full(evidence: Evidence, place: int) -> bool:
    pause = evidence.pauses[place]
    return explains(evidence.fullness, pause.syns, pause.stalled)


def _counted(evidence: Evidence, place: int) -> PauseCause | None:
    pause, limits = evidence.pauses[place], evidence.limits
    near = closeness(limits, pause.at_least, pause.at_most, evidence.alike)
    reached = [model for model in evidence.standing if model.at_onset[place] >= evidence.enough]
    if not reached or not near:
        return None
    known = pause.at_most is not None and pause.at_most - pause.at_least <= KNOWN_LENGTH
    by_accepts = any(model.counts == "accepts" for model in reached)
    contradicted = all(model.over_without_pause for model in reached)
    sure = BASE + BY_LENGTH * known + BY_ACCEPTS * by_accepts + BY_NUMBER * (evidence.alike >= SEVERAL)
    sure = (sure - CONTRADICTED * contradicted) * (0.5 + 0.5 * near)
    fits = "allows for" if pause.at_most is None else "fits" if near == 1 else "is near"
    return PauseCause(
        NAME,
        round(sure, 2),
        (
            f"About {limits.limit} in {limits.window} s had been reached when it began: {in_counts(reached, place)}.",
            f"Its length, {describe_range(pause)}, {fits} the {limits.silence}.",
        ),
        tuple(_against(evidence, pause, known, by_accepts, contradicted)),
    )


def _against(evidence: Evidence, pause: Interval, known: bool, by_accepts: bool, contradicted: bool) -> list[str]:
    limits, against = evidence.limits, []
    if pause.at_most is None and not pause.jumped:
        against.append("The capture begins or ends within it: its whole length is not known.")
    elif not known and not pause.jumped:
        against.append("Few asked around its begin and end, so its length is not known well.")
    if not by_accepts:
        against.append(f"Accepts alone did not come to {limits.limit} in {limits.window} s.")
    if contradicted:
        against.append(f"Elsewhere {limits.limit} in {limits.window} s were passed without a pause.")
    return against


def in_counts(models: Sequence[CountingModel], place: int) -> str:
    """`80 accepts, 92 to 110 SYNs`: what each way of counting came to at a pause, over the windows that fit."""
    words = []
    for counts in dict.fromkeys(model.counts for model in models):
        numbers = sorted({model.at_onset[place] for model in models if model.counts == counts})
        name = counts.replace("syns", "SYNs")
        words.append(" to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1]))) + f" {name}")
    return ", ".join(words)


def _estimated(evidence: Evidence, place: int) -> PauseCause | None:
    """A limiter, but not with the numbers of the settings: every pause has one length, after one count."""
    found, pause, limits = evidence.estimate, evidence.pauses[place], evidence.limits
    if found is None or found.limit is None or found.pause is None:
        return None
    if pause.at_least > found.pause[1] * SECOND + TIMER:
        return None
    if pause.at_most is not None and pause.at_most < found.pause[0] * SECOND - TIMER:
        return None
    return PauseCause(
        NAME,
        OF_OTHER_NUMBERS,
        (found.sentence, f"The length of this one is {describe_range(pause)}."),
        (f"The limit that was asked for is {limits.limit} in {limits.window} s.",),
        by_estimate=True,
    )


def _waited(evidence: Evidence, place: int) -> PauseCause | None:
    """The queue in front of a listener hides when it stopped, but the requests in it waited until it went on."""
    pause, limits = evidence.pauses[place], evidence.limits
    nominal = limits.pause * SECOND
    if not pause.stalled or not fits_pause(pause, limits) or not nominal - WAITED <= pause.waited <= nominal + TIMER:
        return None
    accepted = int(evidence.rates["accepts"].before(np.array([pause.onset]))[0])
    # A queue accepts no less than the server behind it counts.
    below = accepted < evidence.enough and not evidence.young(pause)
    against = (
        f"Only {accepted:,} were accepted in the {limits.window} s before it: if it is a limit, it is below "
        f"{limits.limit}."
        if below
        else f"A queue accepts more connections than the server behind it counts: {accepted:,} in the "
        f"{limits.window} s before it do not tell its count."
    )
    return PauseCause(
        NAME,
        BELOW_LIMIT if below else BY_WAITING,
        (
            f"{pause.stalled:,} requests that were accepted before it waited up to {pause.waited / SECOND:.1f} s: "
            f"{limits.pause} s without service fit that.",
            "Nobody was served for as long, although a queue went on accepting.",
        ),
        (against,),
        by_waiting=True,
    )


def _beside_fullness(evidence: Evidence, found: PauseCause) -> PauseCause | None:
    """Where both limits would explain it, the one whose length varies is the room for connections."""
    assert evidence.fullness is not None
    if evidence.alike <= len(evidence.pauses) / 2:
        return None
    full = f"{evidence.fullness.limit} connections, as many as the server takes, were open when SYNs were not answered."
    against = (*found.evidence_against, full)
    return PauseCause(NAME, min(found.confidence, FULL_TOO), found.evidence_for, against, found.by_estimate)


def among(evidence: Evidence, place: int, alone: PauseCause, limited: int) -> PauseCause:
    """What cannot be told of a pause by itself, because the capture began too late, its likes may tell.

    `limited`: pauses that are the rate limit by themselves.
    """
    pause, limits = evidence.pauses[place], evidence.limits
    untold = alone.cause == "insufficient" and (evidence.young(pause) or pause.jumped)
    if not untold or not limited or not closeness(limits, pause.at_least, pause.at_most, 1):
        return alone
    return PauseCause(
        NAME,
        AMONG_OTHERS,
        (
            f"{limited:,} other pauses of this server follow the pattern of the rate limit.",
            f"Its length, {describe_range(pause)}, fits the {limits.silence}.",
        ),
        ("What came before it is not known: the capture began too late, or its clock jumped.",),
    )


def explain(evidence: Evidence, caused: Caused) -> Explanation | None:
    """What its pauses explain; of the numbers of the settings or of the estimate, those that explain most of them."""
    found = caused.of(NAME)
    if not found:
        return None
    by_estimate = 2 * sum(cause.by_estimate for cause, _ in found) > len(found)
    best = max((cause for cause, _ in found), key=lambda one: (one.by_estimate == by_estimate, one.confidence))
    counts, length = in_words(evidence.estimate if best.by_estimate else None, evidence.limits)
    counts = "a number of connections that is not known" if best.by_waiting else f"about {counts}"
    every = "after" if len(found) == 1 else "each time after"
    return Explanation(
        NAME,
        evidence.within([pause for _, pause in found]),
        best.confidence,
        f"The server {verb([pause for _, pause in found])} {times(len(found))}, {every} {counts}"
        f"{_anew(evidence, best)}, for a time that {length} fits: the pattern of the IOS rate limit.",
        (*best.evidence_for, *_since_the_pause_before(evidence), *_ways_that_fit(evidence, best)),
        best.evidence_against,
        NOT_SHOWN,
    )


def _anew(evidence: Evidence, best: PauseCause) -> str:
    """Where the count fits only if each pause ends it: the window before a pause may hold more."""
    fitting = [] if best.by_estimate or best.by_waiting else [model for model in evidence.models if model.fits]
    anew = bool(fitting) and all(model.window.endswith("rearmed") for model in fitting)
    return ", counted anew after each pause" if anew else ""


def _since_the_pause_before(evidence: Evidence) -> tuple[str, ...]:
    """What was accepted between two pauses, where the window before one holds more: it reaches behind the other."""
    accepts, pairs = evidence.rates["accepts"], list(pairwise(evidence.pauses))
    known = [(resumptions([before])[0], after.onset) for before, after in pairs if before.next_answer is not None]
    if not known:
        return ()
    resumed, onsets = np.array(known, np.int64).T
    since = np.searchsorted(accepts.times, onsets, side="right") - np.searchsorted(accepts.times, resumed)
    within = accepts.before(onsets)
    if not np.any(within > since):
        return ()
    span = f"{evidence.limits.window} s before it"
    return (f"{_range(since)} were accepted since the pause before each, {_range(within)} in the {span}.",)


def _range(counts: Int64) -> str:
    """`80`, or `80 to 123`."""
    least, most = int(counts.min()), int(counts.max())
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


WINDOWS = {
    "rolling": "in any window",
    "fixed": "in fixed windows",
    "rearmed": "in any window, anew after each pause",
    "fixed_rearmed": "in fixed windows, anew after each pause",
}
"""Ways of counting (`CountingModel.window`), as people read them."""


def _ways_that_fit(evidence: Evidence, cause: PauseCause) -> tuple[str, ...]:
    if cause.by_estimate:
        return ()
    fitting: dict[str, list[str]] = {}
    for model in evidence.models:
        if model.fits:
            fitting.setdefault(model.counts.replace("syns", "SYNs"), []).append(WINDOWS[model.window])
    named = "; ".join(f"{counts} ({', '.join(windows)})" for counts, windows in fitting.items())
    return (f"Ways of counting that fit every pause: {named}.",) if fitting else ()
