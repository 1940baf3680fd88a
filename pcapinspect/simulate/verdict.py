"""What the verdict of a server must be, from what the model did to its clients."""

from __future__ import annotations

from collections import Counter

from pcapinspect.clock import SECOND
from pcapinspect.simulate.model import Run
from pcapinspect.simulate.record import VISIBLE_LOSSES, Attempt, Silence

FEW_ATTEMPTS = 5
"""Below, no verdict about a server can be asked for; a reader may still give one that nothing contradicts."""

LIMIT = 80
"""Accepts a minute above which a server without pauses is no classic IOS (Cisco TAC note 118734)."""

NOTICEABLE = 0.01
"""Share of attempts with a visible loss (or of packets that the capture missed) from which a reader may speak of it;
from three times this it must."""


SHORT_OUTAGE = 60 * SECOND
"""A silence without a limit behind it is an outage when it is "far longer than 15 s"; below this a reader may say that
it cannot tell."""


def pause_causes(run: Run, silence: Silence) -> list[str]:
    """The causes that a reader may name for a silence, the best first; not always the true one."""
    if run.tap.settings.one_way is not None:
        return ["capture", "insufficient"]
    if run.tap.settings.only:
        # The calls that made the server silent passed elsewhere.
        return _distinct([silence.cause, "insufficient", "outage"])
    short = silence.end is not None and silence.end - silence.begin < SHORT_OUTAGE
    if silence.cause == "outage" and short:
        return ["outage", "insufficient"]
    return [silence.cause]


def judge(run: Run, attempts: list[Attempt], silences: list[Silence], peak_accepted: int) -> list[str]:
    """The verdicts that are right, the best first, in the words of the design."""
    tap = run.tap.settings
    if tap.one_way is not None:
        return ["capture", "insufficient"]
    causes = _causes(run, attempts, silences)
    if len(attempts) < FEW_ATTEMPTS:
        silent = all(a.answered is None for a in attempts)
        return _distinct(["insufficient", *causes, "outage" if silent else "healthy"])
    broken = ["capture"] if tap.loss >= NOTICEABLE else []
    if causes:
        return _distinct([*causes, *broken])
    hit = sum(1 for a in attempts if any(place in a.silenced for place in VISIBLE_LOSSES)) / len(attempts)
    lossy = ["loss"] if hit >= NOTICEABLE else []
    if peak_accepted > LIMIT:
        return ["over_limit_unthrottled", *lossy, *broken]
    if hit < 3 * NOTICEABLE and tap.loss < 3 * NOTICEABLE:
        return ["healthy", *lossy, *broken]
    # A few packets that the capture misses do not hide that the server answers.
    return [*lossy, *broken, "healthy"] if not lossy else [*lossy, *broken]


def _causes(run: Run, attempts: list[Attempt], silences: list[Silence]) -> list[str]:
    """What turned SYNs of the capture away, most of them first."""
    met = Counter(s.cause for s in silences for syn in s.swallowed if syn.captured is not None)
    for attempt in attempts:
        met.update({"blocked_client": attempt.silenced.get("blocked_client", 0)})
        met.update({"blocked_client": attempt.silenced.get("prohibited", 0)})
    causes = [cause for cause, number in met.most_common() if number]
    if causes == ["blocked_client"] and all("blocked_client" not in a.silenced for a in attempts):
        causes.append("healthy")  # whoever was turned away was told so, by a router's ICMP error
    for silence in silences:
        causes += pause_causes(run, silence)
    if any(s.cause == "rate_limit" and s.kind == "refusing" for s in silences):
        causes.insert(0, "refused")
    return causes


def _distinct(causes: list[str]) -> list[str]:
    return list(dict.fromkeys(causes))
