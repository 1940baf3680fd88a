"""Why a server fell silent: for each silence one of CAUSES, with a confidence and the evidence in words.

The confidence of a rule is the share of its judgements that were right when simulated servers of known limits, outages
and paths were judged (docs/verdict-matrix.md), rounded down to leave room for what was not simulated. It begins at 0.75
for a rate limit, and rises with what makes chance less likely: a length that is known well, a count of accepts and not
only of attempts, and several pauses alike. A capture shows silence and what came before it, never the limiter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.clock import SECOND, between
from pcapinspect.load.judgement.bounds import Silence
from pcapinspect.load.judgement.fullness import HALF, Fullness, full_in
from pcapinspect.load.judgement.silences import SHORTEST
from pcapinspect.load.measures.concurrency import IOS_DEFAULT, IOS_MOST, Open
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import CountingModel, Estimate
from pcapinspect.settings import Settings

TIMER = SECOND // 2
"""How far a pause may be off its nominal length: a router's timers tick, and the first SYN after it must come."""

FAR_LONGER = 2
"""So many times the pause, and the limit's pause is out of the question."""

TIGHT = 5 * SECOND
"""A range of lengths so narrow says something; a wider one is fitted by many lengths."""

SEVERAL = 3
"""Pauses alike from which they are a pattern."""

MOST = 0.75
"""Share of the pauses alike at which a limit must have been reached: one that came without is an outage of the same
length by chance, several are no pauses of that limit."""

MANY = 5
"""Attempts without an answer from which a single silence is beyond doubt."""

WAITED = 3 * SECOND
"""By how much less than the pause the longest of a few waiting requests may have waited."""

NO_CAUSE = 0.2
"""Confidence of `insufficient`: every silence has a cause, so that none can be named is the weakest statement."""

UNTIMED = 0.6
"""The most confidence in the cause of a silence whose length is not known, for any pause fits; and in what rests on
counts of a time that is not known."""

MOST_LOST = 0.25
"""Share of the SYN/ACKs that the capture lost from which a silence may be the capture's own."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What explains a silence best."""

    cause: str
    confidence: float
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...] = ()
    by_estimate: bool = False
    """It is a limit of the estimate's numbers, not of the settings'."""
    by_waiting: bool = False
    """It is a limit by how long requests waited: what the server had counted is not known."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a silence is judged by, beside itself."""

    traffic: Traffic
    opened: Open
    fullness: Fullness | None
    rates: Mapping[str, Rate]
    """Of `accepts`, `attempts`, `syns` and `requests`."""
    enough: int
    """Counted, and the limit was reached."""
    quality: CaptureQuality
    one_way: str | None
    settings: Settings
    silences: Sequence[Silence] = ()
    models: tuple[CountingModel, ...] = ()
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class _Together:
    """What the silences say together, whichever of them is judged."""

    models: Sequence[CountingModel]
    """The ways of counting that nothing speaks against."""
    alike: int
    """Silences that the limit's pause fits."""


def causes_of(about: Circumstances) -> list[Cause]:
    """The cause of each silence."""
    together = _Together(
        models=[model for model in about.models if _explains(about, model)],
        alike=sum(fits_pause(silence, about.settings.pause) for silence in about.silences),
    )
    alone = [_cause(about, place, together) for place in range(len(about.silences))]
    limited = sum(cause.cause == "rate_limit" for cause in alone)
    among = [_among(about, place, cause, limited) for place, cause in enumerate(alone)]
    return [_by_clock(cause, silence) for cause, silence in zip(among, about.silences, strict=True)]


def fits_pause(silence: Silence, pause: int) -> bool:
    """Whether a pause of so many seconds is in the range of the silence's length."""
    if silence.at_most is not None and silence.at_most < pause * SECOND - TIMER:
        return False
    return silence.at_least <= pause * SECOND + TIMER


def describe_range(silence: Silence) -> str:
    """`12.3 to 15.1 s`, `15.0 s`, or `at least 12.3 s`."""
    if silence.at_most is None:
        return f"at least {silence.at_least / SECOND:.1f} s"
    return between(silence.at_least / SECOND, silence.at_most / SECOND)


def _cause(about: Circumstances, place: int, together: _Together) -> Cause:
    """By the silence itself, and what all of them say of the limit."""
    silence, pause = about.silences[place], about.settings.pause
    if about.one_way is not None:
        return Cause("capture", 0.95, ("The capture holds one direction only: answers cannot be seen.",))
    if about.quality.share_lost > MOST_LOST:
        return _lost_by_capture(about, silence)
    by_rate = _rate_limit(about, place, together)
    if about.fullness is not None and full_in(about.fullness, silence.syns) and not _unread(about.fullness, silence):
        return _max_connections(about, silence, about.fullness, by_rate, together.alike)
    if by_rate is not None:
        return by_rate
    if not len(about.traffic.prompt):
        return _never_heard(silence)
    if silence.at_least > pause * SECOND + TIMER:
        return _outage(about, place)
    return _stopped_reader(about, silence) or _only_silence(about, place) or _open_question(about, place)


def _by_clock(cause: Cause, silence: Silence) -> Cause:
    """Of a silence in which the clock jumped only the count before it tells, and that no longer well."""
    if not silence.jumped:
        return cause
    jumped = "The capture's clock jumped during it: neither its whole length nor what came just before is known."
    return replace(
        cause,
        confidence=min(cause.confidence, UNTIMED),
        evidence_against=(*cause.evidence_against, jumped),
    )


def _lost_by_capture(about: Circumstances, silence: Silence) -> Cause:
    share = about.quality.share_lost
    return Cause(
        "capture",
        0.7,
        (f"The capture lost {share:.0%} of the SYN/ACKs of connections that are known to have been established.",),
        (f"{len(silence.syns):,} SYNs in a row without an answer are more than that loss makes likely.",),
    )


def _rate_limit(about: Circumstances, place: int, together: _Together) -> Cause | None:
    """The limit was reached by some way of counting that nothing else in the capture contradicts, and 15 s fits."""
    silence, settings = about.silences[place], about.settings
    reached = [model for model in together.models if model.at_onset[place] >= about.enough]
    if not reached or not fits_pause(silence, settings.pause):
        return _other_limit(about, silence)
    tight = silence.at_most is not None and silence.at_most - silence.at_least <= TIGHT
    fits = "allows for" if silence.at_most is None else "fits"
    by_accepts = any(model.counts == "accepts" for model in reached)
    against = []
    if silence.at_most is None and not silence.jumped:
        against.append("The capture begins or ends within the silence: its whole length is not known.")
    elif not tight and not silence.jumped:
        against.append("Few asked around its begin and end, so its length is not known well.")
    if not by_accepts:
        against.append(f"Accepts alone did not come to {settings.limit} in {settings.window} s.")
    return Cause(
        "rate_limit",
        round(0.75 + 0.1 * tight + 0.05 * by_accepts + 0.05 * (together.alike >= SEVERAL), 2),
        (
            f"About {settings.limit} in {settings.window} s had been reached when it began: "
            f"{_counted(reached, place)}.",
            f"Its length, {describe_range(silence)}, {fits} the {settings.silence}.",
        ),
        tuple(against),
    )


def _explains(about: Circumstances, model: CountingModel) -> bool:
    """Whether nothing speaks against a way of counting: the limit was never passed without a pause, and most pauses as
    long as the limit's, before which all that counts was captured, came when it was reached."""
    known = [
        place
        for place, silence in enumerate(about.silences)
        if fits_pause(silence, about.settings.pause) and _history(about, silence) >= about.settings.window * SECOND
    ]
    reached = sum(model.at_onset[place] >= about.enough for place in known)
    return not model.over_without_pause and reached >= MOST * len(known)


def _history(about: Circumstances, silence: Silence) -> int:
    """Nanoseconds of the capture before it."""
    return silence.onset - about.traffic.begin


def _counted(models: Sequence[CountingModel], place: int) -> str:
    """`80 accepts, 92 to 110 SYNs`: what each way of counting came to at a pause, over the windows that fit."""
    words = []
    for counts in dict.fromkeys(model.counts for model in models):
        numbers = sorted({model.at_onset[place] for model in models if model.counts == counts})
        name = counts.replace("syns", "SYNs")
        words.append(" to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1]))) + f" {name}")
    return ", ".join(words)


def _other_limit(about: Circumstances, silence: Silence) -> Cause | None:
    """A limiter, but not with the numbers of the settings: every pause has one length, after one count."""
    found = about.estimate
    if found is None or found.limit is None or found.pause is None:
        return None
    if silence.at_least > found.pause[1] * SECOND + TIMER:
        return None
    if silence.at_most is not None and silence.at_most < found.pause[0] * SECOND - TIMER:
        return None
    return Cause(
        "rate_limit",
        0.9,
        (found.sentence, f"The length of this one is {describe_range(silence)}."),
        (f"The limit that was asked for is {about.settings.limit} in {about.settings.window} s.",),
        by_estimate=True,
    )


def _max_connections(
    about: Circumstances, silence: Silence, room: Fullness, by_rate: Cause | None, alike: int
) -> Cause:
    """Where both limits would explain it, the one whose length varies is the room for connections."""
    if by_rate is not None and alike > len(about.silences) / 2:
        full = f"{room.limit} connections, as many as the server takes, were open when SYNs were not answered."
        return replace(
            by_rate,
            confidence=min(by_rate.confidence, 0.8),
            evidence_against=(*by_rate.evidence_against, full),
        )
    against = [] if by_rate is None else [f"A pause of {about.settings.pause} s after the limit fits, too."]
    if room.estimated:
        against.append(
            f"{room.limit} is estimated from this capture: IOS takes {IOS_DEFAULT} by default and {IOS_MOST} at most, "
            f"and the settings say {about.settings.max_connections}."
        )
    confidence = 0.95 if len(about.silences) >= SEVERAL else 0.8
    if room.estimated or not room.exact:
        confidence = min(confidence, 0.85)
    return Cause("max_connections", confidence, _full_house(about, silence, room), tuple(against))


def _unread(room: Fullness, silence: Silence) -> bool:
    """Whether most of the open connections waited for a server that served nobody: then they filled its queue, unless
    it is well known that they were as many as it takes."""
    return (room.estimated or not room.exact) and silence.stalled >= HALF * room.limit


def _full_house(about: Circumstances, silence: Silence, room: Fullness) -> tuple[str, ...]:
    """What shows that the server was full."""
    evidence = [f"{room.limit} connections were open whenever a SYN came that was not answered, and never more."]
    if not room.exact:
        evidence = [
            f"About {room.limit} connections were open when SYNs came that were not answered, and fewer when SYNs were "
            "answered. How many is not known exactly: "
            + ("the capture lacks packets." if about.quality.lacks_packets else "at times more seemed to be open.")
        ]
    if about.opened.presumed:
        evidence.append(
            f"{about.opened.presumed:,} connections have no end in the capture, and are taken to have closed when "
            "others would have."
        )
    if silence.next_answer is not None:
        evidence.append("The next answer came when one had closed.")
    return tuple(evidence)


def _never_heard(silence: Silence) -> Cause:
    attempts, clients = len(silence.attempts), silence.clients
    return Cause(
        "outage",
        0.95 if clients >= SEVERAL else 0.8,
        (f"None of {attempts:,} attempts by {clients:,} clients was ever answered.",),
        ("The server was never heard: whether it is down or cannot be reached is not shown.",),
    )


def _outage(about: Circumstances, place: int) -> Cause:
    silence, settings = about.silences[place], about.settings
    far = silence.at_least >= FAR_LONGER * settings.pause * SECOND
    against = []
    if any(model.at_onset[place] >= about.enough for model in about.models):
        against.append(f"{settings.limit} in {settings.window} s had been reached when it began.")
    if not far:
        against.append(f"It is not far longer than a pause of {settings.pause} s.")
    evidence = f"Nobody was answered for {describe_range(silence)}: longer than a pause of {settings.pause} s."
    return Cause("outage", 0.95 if far else 0.85, (evidence,), tuple(against))


def _stopped_reader(about: Circumstances, silence: Silence) -> Cause | None:
    """The queue in front of a listener hides when it stopped, but the requests in it waited until it went on."""
    pause = about.settings.pause * SECOND
    if not silence.stalled or not fits_pause(silence, about.settings.pause):
        return None
    if not pause - WAITED <= silence.waited <= pause + TIMER:
        return None
    accepted = int(about.rates["accepts"].before(np.array([silence.onset]))[0])
    # A queue accepts no less than the server behind it counts.
    below = accepted < about.enough and _history(about, silence) >= about.settings.window * SECOND
    against = (
        f"Only {accepted:,} were accepted in the {about.settings.window} s before it: if it is a limit, it is below "
        f"{about.settings.limit}."
        if below
        else f"A queue accepts more connections than the server behind it counts: {accepted:,} in the "
        f"{about.settings.window} s before it do not tell its count."
    )
    return Cause(
        "rate_limit",
        UNTIMED if below else 0.85,
        (
            f"{silence.stalled:,} requests that were accepted before it waited up to {silence.waited / SECOND:.1f} s: "
            f"{about.settings.pause} s without service fit that.",
            "Nobody was served for as long, although a queue went on accepting until it was full.",
        ),
        (against,),
        by_waiting=True,
    )


def _only_silence(about: Circumstances, place: int) -> Cause | None:
    """One silence that many met, and no limit came near it: the server, or the way to it, was down for a moment."""
    silence = about.silences[place]
    history = _history(about, silence)
    if silence.at_least < SHORTEST:
        return None
    if len(about.silences) > 1 or len(silence.attempts) < MANY or history < about.settings.window * SECOND:
        return None
    if any(m.at_onset[place] >= about.enough and not m.over_without_pause for m in about.models):
        return None
    return Cause(
        "outage",
        0.75,
        (
            f"Nobody was answered for {describe_range(silence)}, only once, and no way of counting to "
            f"{about.settings.limit} explains it.",
        ),
        (f"It is no longer than a pause of {about.settings.pause} s.",),
    )


def _open_question(about: Circumstances, place: int) -> Cause:
    silence, settings = about.silences[place], about.settings
    reached = [model for model in about.models if model.at_onset[place] >= about.enough]
    passed = min((model.over_without_pause for model in reached), default=0)
    against = []
    if passed:
        against.append(
            f"{settings.limit} in {settings.window} s had been reached, but elsewhere it was passed without a pause."
        )
    elif not reached:
        against.append(f"No way of counting came to {settings.limit} in {settings.window} s before it.")
    history = _history(about, silence) / SECOND
    if history < settings.window:
        against.append(f"The capture began only {history:.0f} s before: what came earlier is not known.")
    if not fits_pause(silence, settings.pause):
        against.append(f"A pause of {settings.pause} s does not fit its length.")
    return Cause("insufficient", NO_CAUSE, (f"Nobody was answered for {describe_range(silence)}.",), tuple(against))


def _among(about: Circumstances, place: int, alone: Cause, limited: int) -> Cause:
    """What cannot be told of a pause by itself, because the capture began too late, its likes may tell.

    `limited`: pauses that are the rate limit by themselves.
    """
    silence, settings = about.silences[place], about.settings
    young = _history(about, silence) < settings.window * SECOND
    if alone.cause != "insufficient" or not (young and limited and fits_pause(silence, settings.pause)):
        return alone
    return Cause(
        "rate_limit",
        0.9,
        (
            f"{limited:,} later pauses of this server follow the pattern of the rate limit.",
            f"Its length, {describe_range(silence)}, fits the {settings.silence}.",
        ),
        ("The capture began too late to count what came before it.",),
    )
