"""What to say of a server: one of CAUSES, with the sentence that every output leads with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pcapinspect.clock import SECOND
from pcapinspect.load.judgement.causes import TIMER, UNTIMED, Cause, Circumstances
from pcapinspect.load.judgement.estimate import in_words
from pcapinspect.load.judgement.strangers import Strangers
from pcapinspect.load.judgement.tally import Tally, tally_of
from pcapinspect.load.measures.traffic import PROMPT
from pcapinspect.load.model import Verdict

FEWEST_ATTEMPTS = 5
"""Below, nothing is said of a server that answered some of them."""

LOSSY = 0.01
"""Share of the SYNs that were lost, from which loss is the verdict: below it, a network is well."""

FEWEST_LOST = 2
"""One lost SYN is no pattern."""

VERY_LOSSY = 0.1
"""Share from which loss matters more than that a limit was passed."""

REFUSING = 0.05
"""Share of the attempts that got a RST from which the server is one that refuses."""

CAPTURE_LOST = 0.03
"""Share of the SYN/ACKs that the capture is known to have lost from which it is the capture that must be mended."""

WELL_KNOWN = 20
"""Attempts from which a server that answered all of them is well, beyond doubt."""

LIMITS = ("rate_limit", "max_connections")
"""Causes that make a server silent again and again."""

NOT_SHOWN = (
    "That the IOS limiter fired: a capture shows silence and what came before it, never the reason.",
    "How IOS counts to its limit: it is not public, and several ways may fit.",
)


def verdict_of(about: Circumstances, causes: Sequence[Cause], strangers: Strangers) -> Verdict:
    """The verdict on one server."""
    tally = tally_of(about, strangers)
    if about.one_way is not None:
        return _one_way(about)
    if causes and tally.refusals.attempts <= tally.silent_syns:
        return _pauses(about, causes)
    if tally.attempts < FEWEST_ATTEMPTS:
        return _too_few(tally)
    return (
        _refused(about, tally)
        or _unreachable(tally)
        or _blocked(tally)
        or _over_limit(about, tally)
        or _capture(about, tally)
        or _loss(about, tally)
        or _healthy(about, tally)
    )


def _one_way(about: Circumstances) -> Verdict:
    direction = "towards" if about.one_way == "to_server" else "from"
    return Verdict(
        "capture",
        0.95,
        f"The capture holds only packets {direction} the server: whether it answered cannot be seen.",
        ("There is no packet in the other direction, though connections went on.",),
        (),
        ("Whether any attempt was left without an answer.",),
    )


def _pauses(about: Circumstances, causes: Sequence[Cause]) -> Verdict:
    """Of several causes the one that left most SYNs without an answer.

    What is not known explains nothing; but a limit that explains less than is left is not what stops the server.
    """
    weight: Counter[str] = Counter()
    for cause, silence in zip(causes, about.silences, strict=True):
        weight[cause.cause] += len(silence.syns)
    unknown = weight["insufficient"]
    known = [
        cause
        for cause, number in weight.most_common()
        if cause != "insufficient" and (cause not in LIMITS or number >= unknown)
    ]
    chosen = known[0] if known else "insufficient"
    of_it = [cause for cause in causes if cause.cause == chosen]
    # What is said first must be of the numbers that explain most of them.
    by_estimate = 2 * sum(cause.by_estimate for cause in of_it) > len(of_it)
    best = max(of_it, key=lambda cause: (cause.by_estimate == by_estimate, cause.confidence))
    others = tuple(
        f"{number:,} unanswered SYNs lie in pauses of another cause: {cause}."
        for cause, number in weight.items()
        if cause != chosen
    )
    sentence = _sentence(about, best, len(of_it), len(causes))
    evidence = tuple(dict.fromkeys((*best.evidence_for, *_fitting_models(about, best))))
    return Verdict(chosen, best.confidence, sentence, evidence, (*best.evidence_against, *others), NOT_SHOWN)


def _sentence(about: Circumstances, cause: Cause, number: int, pauses: int) -> str:
    counts, length = in_words(about.estimate if cause.by_estimate else None, about.settings)
    counts = "a number of connections that is not known" if cause.by_waiting else f"about {counts}"
    longer = any(silence.at_least > about.settings.pause * SECOND + TIMER for silence in about.silences)
    times = "once" if number == 1 else f"{number:,} times"
    every = "after" if number == 1 else "each time after"
    return {
        "rate_limit": f"The server stopped answering {times}, {every} {counts}, for a time that "
        f"{length} fits: the pattern of the IOS rate limit.",
        "max_connections": f"The server did not answer {times} because as many connections were open as it takes.",
        "outage": f"The server answered nobody for longer than the rate limit would explain ({times}): an outage."
        if longer
        else f"The server answered nobody ({times}), and no limit of its own explains it: an outage.",
        "capture": f"The capture lost too much to say whether the server was silent ({times}).",
    }.get(cause.cause, f"The server stopped answering ({_plural(pauses, 'pause')}), but the capture does not show why.")


def _fitting_models(about: Circumstances, cause: Cause) -> tuple[str, ...]:
    if cause.cause != "rate_limit" or cause.by_estimate:
        return ()
    fitting: dict[str, list[str]] = {}
    for model in about.models:
        if model.fits:
            fitting.setdefault(model.counts.replace("syns", "SYNs"), []).append(model.window)
    named = "; ".join(f"{counts} ({', '.join(windows)})" for counts, windows in fitting.items())
    return (f"Ways of counting that fit every pause: {named}.",) if fitting else ()


def _too_few(tally: Tally) -> Verdict:
    return Verdict(
        "insufficient", 0.8, f"{_plural(tally.attempts, 'attempt')} in the capture: too few to judge the server by."
    )


def _refused(about: Circumstances, tally: Tally) -> Verdict | None:
    refusals = tally.refusals
    if refusals.attempts < FEWEST_LOST or refusals.attempts < REFUSING * tally.attempts:
        return None
    against = []
    if about.settings.pause - 2 <= refusals.longest <= about.settings.pause + 1 and tally.most >= about.settings.limit:
        against.append(
            f"It accepted {tally.most:,} in {about.settings.window} s, and no stretch of refusals is longer than "
            f"{refusals.longest:.1f} s: a rate limit that answers with RST would look like this, too."
        )
    return Verdict(
        "refused",
        0.95,
        f"The server refused {refusals.attempts:,} of {tally.attempts:,} attempts with RST, "
        + ("at once." if refusals.after * SECOND < PROMPT else f"{refusals.after:.1f} s after their first SYN."),
        (
            f"{refusals.together:,} of them came in {_plural(refusals.stretches, 'stretch', 'stretches')} in which "
            f"nobody was accepted, the longest {refusals.longest:.1f} s.",
        ),
        tuple(against),
    )


def _unreachable(tally: Tally) -> Verdict | None:
    if not tally.unreachable or tally.established:
        return None
    return Verdict(
        "outage",
        0.85,
        f"The server cannot be reached: ICMP errors answered {tally.unreachable:,} of {tally.attempts:,} attempts.",
        ("No attempt was ever accepted.",),
        ("The errors come from a router or a filter on the way, or from the server itself.",),
    )


def _blocked(tally: Tally) -> Verdict | None:
    if not tally.blocked_clients or tally.blocked_syns < tally.lost_syns:
        return None
    return Verdict(
        "blocked_client",
        0.9,
        f"{_plural(tally.blocked_clients, 'client')} got no answer to {tally.blocked_syns:,} SYNs while the server "
        "answered others: an access list or a broken path, not a pause.",
        ("Others were answered between their SYNs.",),
        () if not tally.unreachable else (f"{tally.unreachable:,} attempts were rejected with an ICMP error.",),
    )


def _over_limit(about: Circumstances, tally: Tally) -> Verdict | None:
    settings = about.settings
    if tally.most <= settings.limit or tally.lost >= VERY_LOSSY * tally.syns:
        return None
    against = [] if not tally.lost else [f"{tally.lost:,} SYNs were lost one by one."]
    if tally.late:
        against.append(
            f"{tally.late:,} requests waited for their response, up to {tally.longest_wait / SECOND:.1f} s: the server "
            "was overloaded although every handshake worked."
        )
    # Whatever way of counting accepts is left: by it the limit need not have been reached.
    left = [model.window for model in about.models if model.counts == "accepts" and not model.over_without_pause]
    confidence = 0.7 if left else 0.9
    jumps = about.quality.clock_jumps
    if jumps:
        # Times that were shown twice lie in one window, and a pause may lie in what was left out.
        confidence = min(confidence, UNTIMED)
        against.append("The capture's clock jumped: what is counted in one window may have come at several times.")
    if left:
        against.append(
            f"A server that counts to {settings.limit} in another way ({', '.join(left)}), or passes it by a few, "
            "need not have paused."
        )
    return Verdict(
        "over_limit_unthrottled",
        confidence,
        f"The server accepted {tally.most:,} connections in {settings.window} s and never paused: "
        + (f"a limit of {settings.limit} did not show." if left or jumps else f"it has no limit of {settings.limit}."),
        ("Somebody who asked was answered all the time.",),
        tuple(against),
    )


def _capture(about: Circumstances, tally: Tally) -> Verdict | None:
    quality = about.quality
    if quality.share_lost < CAPTURE_LOST or quality.synack_not_captured < FEWEST_LOST:
        return None
    return Verdict(
        "capture",
        0.9,
        f"The capture lost packets: {quality.synack_not_captured:,} of {quality.established:,} established connections "
        "have no SYN/ACK in it. No pause of the server is seen.",
        (f"{tally.established:,} of {tally.attempts:,} attempts are proven to have been answered.",),
        (),
        ("Whether attempts without an answer in the capture were answered.",),
    )


def _loss(about: Circumstances, tally: Tally) -> Verdict | None:
    # One SYN says little, unless other packets had to be sent again, too.
    others = about.quality.retransmissions >= LOSSY * tally.packets
    if tally.lost < FEWEST_LOST - others or tally.lost < LOSSY * tally.syns:
        return None
    evidence = [f"{tally.lost_syns:,} SYNs were not answered, and {tally.repeated:,} were sent again though answered."]
    if tally.most > about.settings.limit:
        evidence.append(f"The server went on accepting, {tally.most:,} in {about.settings.window} s.")
    return Verdict(
        "loss",
        0.9,
        f"{tally.lost:,} of {tally.syns:,} SYNs or their answers were lost one by one, while others were answered: "
        "loss or a filter on the path, not a pause of the server.",
        tuple(evidence),
        (),
        ("Where on the path they were lost, or what dropped them.",),
    )


def _healthy(about: Circumstances, tally: Tally) -> Verdict:
    against = []
    if tally.lost:
        against.append(f"{_plural(tally.lost, 'SYN')} of {tally.syns:,} or the answer was lost.")
    if tally.lone:
        against.append(f"{tally.lone:,} attempts were a single SYN, never repeated: a flood or a scan, no TCP clients.")
    if tally.late:
        against.append(f"{tally.late:,} requests waited long, up to {tally.longest_wait / SECOND:.1f} s.")
    return Verdict(
        "healthy",
        0.95 if tally.attempts >= WELL_KNOWN else 0.85,
        f"The server answered whoever asked, at most {_plural(tally.most, 'time')} in {about.settings.window} s.",
        (f"{tally.established:,} of {tally.attempts:,} attempts were accepted.",),
        tuple(against),
    )


def _plural(number: int, one: str, more: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"
