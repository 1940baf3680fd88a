"""Why a server fell silent: for each silence one of CAUSES, with a confidence and the evidence in words.

The confidence is the share of verdicts like this one that were right when simulated servers of known limits, outages
and paths were judged (docs/verdict-matrix.md); a capture can show silence and what came before it, never the limiter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.load.concurrency import IOS_DEFAULT, IOS_MOST, Open
from pcapinspect.load.model import CountingModel
from pcapinspect.load.quality import CaptureQuality
from pcapinspect.load.silences import Silence
from pcapinspect.load.traffic import Traffic
from pcapinspect.settings import Settings

TIMER = SECOND // 2
"""How far a pause may be off its nominal length: a router's timers tick, and the first SYN after it must come."""

FAR_LONGER = 2
"""So many times the pause, and the limit's pause is out of the question."""

TIGHT = 5 * SECOND
"""A range of lengths so narrow says something; a wider one is fitted by many lengths."""

FULL = 0.9
"""Share of the unanswered SYNs that must have met a full server before its connection limit explains them."""

PARTLY_LOST = 0.02
"""Share of the SYN/ACKs that the capture lost from which it may hide answers."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What explains a silence best."""

    cause: str
    confidence: float
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a silence is judged by, beside itself."""

    traffic: Traffic
    opened: Open
    silences: Sequence[Silence]
    models: Sequence[CountingModel]
    quality: CaptureQuality
    one_way: str | None
    settings: Settings


def causes_of(circumstances: Circumstances) -> list[Cause]:
    """The cause of each silence."""
    return [_cause(circumstances, place) for place in range(len(circumstances.silences))]


def fits_pause(silence: Silence, pause: int) -> bool:
    """Whether a pause of so many seconds is in the range of the silence's length."""
    shortest = silence.at_least <= pause * SECOND + TIMER
    return shortest and (silence.at_most is None or silence.at_most >= pause * SECOND - TIMER)


def _cause(about: Circumstances, place: int) -> Cause:
    silence, settings = about.silences[place], about.settings
    if about.one_way is not None:
        return Cause("capture", 0.95, (), ("The capture holds one direction only: answers cannot be seen.",))
    full = full_at(about, silence)
    if full is not None:
        return _max_connections(about, silence, full)
    fits = fits_pause(silence, settings.pause)
    reached = [model for model in about.models if model.at_onset[place] >= settings.limit]
    if fits and reached:
        return _rate_limit(about, silence, place, reached)
    if not len(about.traffic.prompt):
        return _dead(about, silence)
    if silence.at_least > settings.pause * SECOND + TIMER:
        return _outage(about, silence, bool(reached))
    return _open_question(about, silence, fits)


def _rate_limit(about: Circumstances, silence: Silence, place: int, reached: Sequence[CountingModel]) -> Cause:
    settings = about.settings
    consistent = [model for model in reached if not model.over_without_pause]
    length = describe_range(silence)
    against = []
    if not consistent:
        most = max(model.over_without_pause for model in reached)
        against.append(
            f"The server went on answering {most:,} times above {settings.limit} in {settings.window} s without a pause."
        )
        if silence.at_least > 0:
            return Cause(
                "outage" if silence.clients > 1 else "insufficient",
                0.5,
                (f"The server answered nobody for {length}.",),
                (*against, f"A pause of {settings.pause} s fits that, too."),
            )
    named = ", ".join(f"{model.at_onset[place]} {model.counts} ({model.window})" for model in consistent or reached)
    evidence = (
        f"The limit of {settings.limit} in {settings.window} s was reached when it began: {named}.",
        f"Its length, {length}, fits the {settings.pause} s for which IOS stops listening.",
    )
    tight = silence.at_most is not None and silence.at_most - silence.at_least <= TIGHT
    by_accepts = any(model.counts == "accepts" for model in consistent)
    similar = sum(fits_pause(other, settings.pause) for other in about.silences)
    confidence = 0.6 + 0.15 * tight + 0.1 * by_accepts + 0.1 * (similar >= 3)
    if silence.at_most is None:
        against.append("The capture begins or ends within the silence: its whole length is not known.")
    elif not tight:
        against.append("Few asked, so the length is not known well.")
    return Cause("rate_limit", min(0.95, confidence), evidence, tuple(against))


def full_at(about: Circumstances, silence: Silence) -> int | None:
    """The connection limit that was used up whenever an unanswered SYN came, and not after; None: there is none."""
    times = about.traffic.syn_time[silence.syns]
    open_then = about.opened.at(times)
    for limit in dict.fromkeys((about.settings.max_connections, IOS_MOST, IOS_DEFAULT)):
        if np.mean(open_then >= limit) < FULL or open_then.max() > limit + 1:
            continue
        if _freed_before_answer(about.opened.closed, silence) and _never_above(about.opened, limit):
            return limit
    return None


def _never_above(opened: Open, limit: int) -> bool:
    times, counts = opened.curve()
    return bool(len(times)) and int(counts.max()) <= limit + 1


def _freed_before_answer(closed: Int64, silence: Silence) -> bool:
    if silence.next_answer is None:
        return True
    until = np.searchsorted(closed, silence.next_answer, side="right")
    return bool(until > np.searchsorted(closed, silence.last_unanswered - SECOND, side="left"))


def _max_connections(about: Circumstances, silence: Silence, limit: int) -> Cause:
    evidence = [f"{limit} connections were open whenever a SYN came that was not answered, and never more."]
    if silence.next_answer is not None:
        evidence.append("The next answer came when one had closed.")
    against = []
    if fits_pause(silence, about.settings.pause):
        against.append(f"A pause of {about.settings.pause} s fits the length, too.")
    return Cause("max_connections", 0.85 if not against else 0.75, tuple(evidence), tuple(against))


def _dead(about: Circumstances, silence: Silence) -> Cause:
    evidence = f"None of {len(silence.attempts):,} attempts by {silence.clients:,} clients was ever answered."
    against = ["The server was never heard: whether it is down or cannot be reached is not shown."]
    confidence = 0.9 if silence.clients >= 3 and len(silence.attempts) >= 5 else 0.7
    return Cause("outage", confidence, (evidence,), tuple(against))


def _outage(about: Circumstances, silence: Silence, reached: bool) -> Cause:
    settings = about.settings
    ratio = silence.at_least / (settings.pause * SECOND)
    evidence = f"Nobody was answered for {describe_range(silence)}: longer than a pause of {settings.pause} s."
    against = []
    if reached:
        against.append(f"The limit of {settings.limit} in {settings.window} s had been reached when it began.")
    return Cause("outage", 0.9 if ratio >= FAR_LONGER else 0.7, (evidence,), tuple(against))


def _open_question(about: Circumstances, silence: Silence, fits: bool) -> Cause:
    settings = about.settings
    evidence = f"Nobody was answered for {describe_range(silence)}."
    against = [f"No way of counting came to {settings.limit} in {settings.window} s before it."]
    history = (silence.onset - about.traffic.begin) / SECOND
    if history < settings.window:
        against.append(f"The capture began only {history:.0f} s before: what came earlier is not known.")
    if not fits:
        against.append(f"A pause of {settings.pause} s does not fit its length.")
    return Cause("insufficient", 0.6, (evidence,), tuple(against))


def describe_range(silence: Silence) -> str:
    """`12.3 to 15.1 s`, or `at least 12.3 s`."""
    if silence.at_most is None:
        return f"at least {silence.at_least / SECOND:.1f} s"
    return f"{silence.at_least / SECOND:.1f} to {silence.at_most / SECOND:.1f} s"
