"""The verdict on a server of which flows alone tell: by shares of its dials, and weaker than packets give one."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.load.model import Verdict
from pcapinspect.settings import Settings

NOT_SHOWN = (
    "How often the client sent its SYN within a dial: retransmitted SYNs of one dial are one flow, and two dials from "
    "one port may be.",
    "Whether the server was silent for a time: a dial that was answered late looks like any other.",
    "What was requested, and with which response code.",
)

MOST_UNANSWERED_BY_LOSS = 0.01
"""Share of unanswered dials that loss on any path explains."""

MIN_SHARE_TOLD = 0.5
"""Share of the dials that refusals must have to be the verdict, and above which dials of unknown end forbid one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dials:
    """What flows count of one server."""

    attempts: int
    unanswered: int
    refused: int
    undetermined: int
    busiest: int | None
    """Answered dials that began within the window of the limit, at most; None: the flows have no times."""
    over_limit: bool


def of_dials(dials: Dials, settings: Settings) -> Verdict:
    """Confidence is at most 0.6: a flow that is not there may not have been exported."""
    count, unanswered = dials.attempts, dials.unanswered
    if not count:
        return said("insufficient", 0.5, "The flows hold no dial from its begin.")
    if dials.undetermined > count * MIN_SHARE_TOLD:
        sentence = (
            f"{dials.undetermined:,} of {count:,} dials have no flow of the server's and no TCP flags: the flows do "
            "not tell whether they were answered."
        )
        return said("insufficient", 0.5, sentence)
    if dials.refused > count * MIN_SHARE_TOLD:
        return said("refused", 0.6, f"{dials.refused:,} of {count:,} dials were answered by RST.")
    if unanswered == count:
        return said(
            "outage", 0.5, f"None of {count:,} dials has a flow of the server's.", "Flows of one direction only?"
        )
    rate = _rate(dials, settings)
    if unanswered > count * MOST_UNANSWERED_BY_LOSS:
        return _unanswered(dials, rate)
    answered = f"{count - unanswered - dials.undetermined:,} of {count:,} dials were answered; {rate}"
    if dials.busiest is None or dials.busiest <= settings.limit:
        return said("healthy", 0.6, f"{answered}.")
    late = "the server was dialled above its limit, and flows cannot show whether answers came late"
    return said("insufficient", 0.5, f"{answered}: {late}.")


def said(cause: str, confidence: float, sentence: str, *against: str) -> Verdict:
    """A verdict from flows."""
    return Verdict(cause, confidence, sentence, (), against, NOT_SHOWN)


def _rate(dials: Dials, settings: Settings) -> str:
    if dials.busiest is None:
        return "the flows have no times, so their rate is not known"
    return f"at most {dials.busiest} answered dials began within {settings.window} s, the limit is {settings.limit}"


def _unanswered(dials: Dials, rate: str) -> Verdict:
    head = f"{dials.unanswered:,} of {dials.attempts:,} dials got no answer"
    if dials.busiest is None:
        return said("insufficient", 0.5, f"{head}; {rate}, and whether it passed the limit is not shown.")
    if dials.over_limit:
        sentence = (
            f"{head} while the server was dialled above its limit "
            f"({rate}): a server that drops connections fits, but flows cannot show a pause."
        )
        return said("insufficient", 0.5, sentence)
    return said("loss", 0.4, f"{head}, below the limit ({rate}).")
