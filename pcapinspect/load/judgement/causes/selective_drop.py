"""`selective_drop`: SYNs are dropped and other packets are not: a policer, a filter, one of several servers down."""

from __future__ import annotations

import numpy as np

from pcapinspect.load.judgement.causes import insufficient
from pcapinspect.load.judgement.causes.loss import LOSSY, Remainder, spares_others
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation, fits_pause, percent, plural
from pcapinspect.load.judgement.policer import Policer, policer_of
from pcapinspect.load.measures.traffic import UNANSWERED, UNKNOWN

NAME = "selective_drop"

AS_BUCKET, BY_CONTROL = 0.9, 0.85
"""Confidence where a rate and a burst say which SYNs were dropped, and where only the control speaks."""

FEWEST_LOST = 3
"""SYNs from which it is a pattern."""

NEAR_LIMIT = 0.1
"""Share of the limit by which a policer's rate may differ from it to be told beside it."""

FEW_CLIENTS = 0.5
"""Share of the clients at which those hit are named as few."""

BEYOND_CHANCE = 3.0
"""Standard deviations by which those hit must be fewer than drops without regard of the client would hit."""


def explain(evidence: Evidence, caused: Caused, left: Remainder) -> Explanation | None:
    """What is left of the SYNs in vain, where the control was spared; and pauses without a cause that are no limit's:
    where many single SYNs are dropped, a run of them is no pause of its own."""
    runs = [pause for _, pause in caused.of(insufficient.NAME) if not fits_pause(pause, evidence.limits)]
    vain = left.vain + sum(len(pause.syns) for pause in runs)
    share = vain / left.syns if left.syns else 0.0
    spared = spares_others(evidence, left) or (left.vain >= FEWEST_LOST and evidence.control.spared(share))
    if not left.vain or left.vain <= left.repeated or not spared:
        return None
    bucket = _policer(evidence, left)
    control = evidence.control
    shown = [
        f"{vain:,} of {left.syns:,} SYNs were not answered ({percent(share)}); of {control.packets:,} "
        f"other packets {control.again:,} had to be sent again ({percent(control.share)}): no path loses like that."
    ]
    if bucket is not None:
        shown.append(_bucket(evidence, bucket))
    shown.extend(_who(evidence, left))
    hit = left.attempts | evidence.within(runs)
    return Explanation(
        NAME,
        hit,
        AS_BUCKET if bucket else BY_CONTROL,
        _sentence(evidence, left, bucket, int(np.count_nonzero(hit))),
        tuple(shown),
        (),
        ("What drops them: the queue of a listener, one of several servers, a policer or a filter before it.",),
        grave=left.vain >= FEWEST_LOST and share >= LOSSY,
    )


def _sentence(evidence: Evidence, left: Remainder, bucket: Policer | None, number: int) -> str:
    if not left.at_once:
        return f"No first SYN was answered: all {plural(number, 'attempt')} needed another, and nothing else was lost."
    of_all = f"{number:,} of {plural(evidence.attempts, 'attempt')}"
    what = f"SYNs of {of_all}, or their answers, were dropped, and no other packets"
    if few := _few(evidence, left):
        return f"{what}; all of them are of {few}: a rule before the server, or one of several servers behind it."
    if bucket is None:
        return f"{what}: a rule or a full queue before the server, or one of several servers behind its address."
    return f"{what}: as by a policer of {_rate(bucket)} with a burst of {bucket.burst:,}."


def _policer(evidence: Evidence, left: Remainder) -> Policer | None:
    traffic = evidence.traffic
    if _few(evidence, left):
        return None  # a bucket is no respecter of addresses
    known = ~evidence.strangers.syns & (traffic.syn_state != UNKNOWN)
    return policer_of(traffic.syn_time[known], traffic.syn_state[known] != UNANSWERED)


def _rate(bucket: Policer) -> str:
    low, high = (f"{rate:.0f}" for rate in bucket.rates)
    return f"{low} a minute" if low == high else f"{low} to {high} a minute"


def _bucket(evidence: Evidence, bucket: Policer) -> str:
    limits = evidence.limits
    low, high = (rate * limits.window / 60 for rate in bucket.rates)
    near = low <= limits.limit * (1 + NEAR_LIMIT) and high >= limits.limit * (1 - NEAR_LIMIT)
    return (
        f"A bucket of {bucket.burst:,} tokens that fills at {_rate(bucket)} says which SYNs passed, but for "
        f"{percent(bucket.misjudged)}."
        + (f" A limit of {limits.rate} may be counted so: how IOS counts is not public." if near else "")
    )


def _who(evidence: Evidence, left: Remainder) -> tuple[str, ...]:
    """Whether all of it met few of the clients."""
    few = _few(evidence, left)
    return (f"All of it met {few}; the others were always answered.",) if few else ()


def _few(evidence: Evidence, left: Remainder) -> str:
    """`1 of 10 clients` where so few were hit as no chance would; else nothing."""
    clients = evidence.traffic.client
    hit = len(np.unique(clients[left.attempts]))
    counts = np.unique(clients[evidence.falls.counted], return_counts=True)[1]
    share = np.count_nonzero(left.attempts) / counts.sum()
    likely = 1 - (1 - share) ** counts
    chance = likely.sum() - BEYOND_CHANCE * np.sqrt((likely * (1 - likely)).sum())
    few = hit <= FEW_CLIENTS * len(counts) and hit < chance
    return f"{hit:,} of {plural(len(counts), 'client')}" if few else ""
