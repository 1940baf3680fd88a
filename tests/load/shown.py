"""What one rule of the judgement is shown, in a few words: evidence, pauses and counts at their borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from build import Made, ns, steady

from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.evidence import Caused, Evidence, Explanation
from pcapinspect.load.judgement.pauses import Search
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import CountingModel
from pcapinspect.settings import Limits

CLASSES = ("overload", "rejected", "other", "not_there")


def evidence_of(made: Made, quality: CaptureQuality | None = None, end: float = 1000) -> tuple[Evidence, Caused]:
    """All that is known of the only server of this traffic, and its pauses with their causes. No error responses."""
    (traffic,) = made.traffic(end)
    requests = np.sort(traffic.ask_time)
    errors = {name: np.zeros(len(traffic.start), np.bool_) for name in CLASSES}
    syns = made.tables()[1]
    return Search(traffic, requests, errors, quality or CaptureQuality(), None, Limits(), syns).result()


def server(attempts: int = 100, every: float = 2.0, **more: Any) -> Evidence:
    """A server that answered so many, of fifty clients, and nothing else is known of it."""
    made = Made()
    steady(made, 0, attempts * every, every)
    return replace(evidence_of(made)[0], **more)


def met(evidence: Evidence, *pauses: Interval, **more: Any) -> Evidence:
    """The same with these pauses, which are as long as the limit's unless `fitting` says otherwise."""
    return replace(evidence, **{"pauses": pauses, "fitting": np.ones(len(pauses), np.bool_), **more})


def pause(
    at_least: float, at_most: float | None, *, begins: float = 120.0, form: str = "silence", **more: Any
) -> Interval:
    """Seconds. Ten attempts met it, by four clients; the last answer before it came when it begins."""
    length = at_least if at_most is None else at_most
    return replace(
        Interval(
            last_answer=ns(begins),
            first_unanswered=ns(begins + 0.2),
            last_unanswered=ns(begins + 0.2 + at_least),
            next_answer=None if at_most is None else ns(begins + length),
            at_least=ns(at_least),
            at_most=None if at_most is None else ns(at_most),
            syns=np.empty(0, np.int64),
            attempts=np.arange(10),
            clients=4,
            form=form,
            stalled=0,
            waited=0,
        ),
        **more,
    )


def counted(
    *at_onset: int, counts: str = "accepts", window: str = "rolling", over: int = 0, **more: Any
) -> CountingModel:
    """A way of counting that stands, and came to so many at each pause."""
    return replace(CountingModel(counts, window, at_onset, over == 0, over, True), **more)


def which(evidence: Evidence, rows: Sequence[int] | range) -> Any:
    """These of the server's attempts."""
    chosen = np.zeros(len(evidence.traffic.start), np.bool_)
    chosen[list(rows)] = True
    return chosen


def fallen(evidence: Evidence, **columns: Any) -> Evidence:
    """The same where these attempts fell, each for its reason (`Falls`)."""
    return replace(
        evidence, falls=replace(evidence.falls, **{name: which(evidence, rows) for name, rows in columns.items()})
    )


def seen(evidence: Evidence, **columns: Any) -> Evidence:
    """The same with these columns of the traffic: a value for all, or the value of some rows by row."""
    traffic = evidence.traffic
    changed = {}
    for name, values in columns.items():
        column = getattr(traffic, name).copy()
        for row, value in values.items():
            column[row] = value
        changed[name] = column
    return replace(evidence, traffic=replace(traffic, **changed))


def told(one: Explanation | None) -> tuple[Any, ...] | None:
    """All that an explanation says: of how many attempts, how surely, in which words, at which cost, and how grave."""
    if one is None:
        return None
    number = int(np.count_nonzero(one.falls))
    return number, one.confidence, one.sentence, one.evidence_for, one.evidence_against, one.cost, one.grave
