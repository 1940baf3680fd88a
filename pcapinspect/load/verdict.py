"""What to say of a server: one of CAUSES, with the sentence that every output leads with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.load import rates
from pcapinspect.load.causes import Cause, Circumstances
from pcapinspect.load.model import Verdict
from pcapinspect.load.silences import within
from pcapinspect.load.strangers import Strangers
from pcapinspect.load.traffic import UNANSWERED
from pcapinspect.tcp.connections import ESTABLISHED, HALF_OPEN, MIDSTREAM, REFUSED
from pcapinspect.tcp.connections import UNANSWERED as NEVER_ANSWERED

FEWEST_ATTEMPTS = 5
"""Below, nothing is said of a server that answered some of them."""

LOSSY = 0.01
"""Share of SYNs that were lost from which loss is the verdict."""

FEWEST_LOST = 2

NOT_SHOWN = (
    "That the IOS limiter fired: a capture shows silence and what came before it, never the reason.",
    "How IOS counts to its limit: several ways fit, none is public.",
)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted for a verdict."""

    attempts: int
    established: int
    refused: int
    unanswered: int
    lost_syns: int
    """Unanswered, outside silences, by parties that the server does answer."""
    repeated: int
    """SYNs sent again although the capture holds the answer to an earlier one."""
    syns: int
    most: int
    """Accepts in the fullest window."""


def verdict_of(about: Circumstances, causes: Sequence[Cause], strangers: Strangers) -> Verdict:
    """The verdict on one server."""
    tally = _tally(about, strangers)
    if about.one_way is not None:
        return _capture(about)
    if causes:
        return _of_pauses(about, causes, tally)
    return _without_pauses(about, strangers, tally)


def _tally(about: Circumstances, strangers: Strangers) -> Tally:
    traffic = about.traffic
    counted = ~strangers.syns
    unanswered = counted & (traffic.syn_state == UNANSWERED)
    outside = unanswered & ~within(list(about.silences), traffic.syn_time)
    answer = traffic.answer[traffic.syn_attempt]
    peak = rates.peak(traffic.accept_times, about.settings.window * SECOND)
    return Tally(
        attempts=int(np.count_nonzero(traffic.outcome != MIDSTREAM)),
        established=int(np.count_nonzero((traffic.outcome == ESTABLISHED) | (traffic.outcome == HALF_OPEN))),
        refused=int(np.count_nonzero(traffic.outcome == REFUSED)),
        unanswered=int(np.count_nonzero(traffic.outcome == NEVER_ANSWERED)),
        lost_syns=int(np.count_nonzero(outside)),
        repeated=int(np.count_nonzero((answer > 0) & (traffic.syn_time > answer))),
        syns=int(np.count_nonzero(counted)),
        most=peak.count if peak else 0,
    )


def _capture(about: Circumstances) -> Verdict:
    direction = "towards" if about.one_way == "to_server" else "from"
    return Verdict(
        "capture",
        0.95,
        f"The capture holds only packets {direction} the server: whether it answered cannot be seen.",
        (f"No packet in the other direction, though {about.quality.established:,} connections went on.",),
        (),
        ("Whether any attempt was left without an answer.",),
    )


def _of_pauses(about: Circumstances, causes: Sequence[Cause], tally: Tally) -> Verdict:
    """The cause of most pauses; of several the one that explains the longest silence."""
    weight: Counter[str] = Counter()
    for cause, silence in zip(causes, about.silences, strict=True):
        weight[cause.cause] += len(silence.syns)
    known = [cause for cause, _ in weight.most_common() if cause != "insufficient"]
    chosen = known[0] if known else "insufficient"
    of_it = [cause for cause in causes if cause.cause == chosen]
    count, best = len(of_it), max(of_it, key=lambda cause: cause.confidence)
    pauses = f"{len(causes)} pause{'s' if len(causes) > 1 else ''}"
    sentence = {
        "rate_limit": f"The server stopped answering {count} times, each after about {about.settings.limit} "
        f"connections in {about.settings.window} s and for a time that {about.settings.pause} s fits: "
        "the pattern of the IOS rate limit.",
        "max_connections": f"The server stopped answering {count} times, always with as many connections open as it takes.",
        "outage": f"The server did not answer anybody for a long time ({pauses}): an outage, not the rate limit.",
        "insufficient": f"The server stopped answering ({pauses}), but the capture does not show enough to say why.",
    }[chosen]
    others = tuple(
        f"{number} SYNs lie in pauses of another cause: {cause}." for cause, number in weight.items() if cause != chosen
    )
    return Verdict(chosen, best.confidence, sentence, best.evidence_for, (*best.evidence_against, *others), NOT_SHOWN)


def _without_pauses(about: Circumstances, strangers: Strangers, tally: Tally) -> Verdict:
    settings = about.settings
    answered = tally.established + tally.refused
    if tally.attempts < FEWEST_ATTEMPTS or not answered:
        return Verdict("insufficient", 0.8, f"{tally.attempts} attempts are too few to judge the server.")
    if tally.refused > tally.established:
        return Verdict(
            "refused",
            0.9,
            f"The server refused {tally.refused:,} of {tally.attempts:,} attempts at once (RST): nothing listens there.",
            (f"{tally.refused:,} attempts got a RST.",),
        )
    blocked = len(strangers.blocked)
    if blocked:
        return Verdict(
            "blocked_client",
            0.8,
            f"{blocked} client{'s are' if blocked > 1 else ' is'} never answered while others are.",
            ("Others were answered between their SYNs.",),
        )
    lost = tally.lost_syns + tally.repeated
    if lost >= FEWEST_LOST and lost >= LOSSY * tally.syns:
        return Verdict(
            "loss",
            0.8,
            f"{lost:,} of {tally.syns:,} SYNs were lost while others were answered: loss, not a pause of the server.",
            ("Somebody was answered all the time.",),
        )
    if tally.most > settings.limit:
        return Verdict(
            "over_limit_unthrottled",
            0.9,
            f"The server accepted {tally.most:,} connections in {settings.window} s and never paused: "
            f"it has no limit of {settings.limit}.",
        )
    return Verdict(
        "healthy",
        0.9,
        f"The server answered everybody, at most {tally.most:,} connections in {settings.window} s.",
    )
