"""What the verdict of a server must be, from what the model did to its clients."""

from __future__ import annotations

from collections import Counter

from pcapinspect.simulate.model import Run
from pcapinspect.simulate.record import Attempt, Silence

FEW_ATTEMPTS = 5
"""Below, no verdict about a server can be asked for; a reader may still give one that nothing contradicts."""

LIMIT = 80
"""Accepts a minute above which a server without pauses is no classic IOS (Cisco TAC note 118734)."""

NOTICEABLE_LOSS = 0.01
"""Share of attempts with a lost SYN or SYN/ACK from which a reader may speak of loss; from three times this it must."""


def judge(run: Run, attempts: list[Attempt], silences: list[Silence], peak_accepted: int) -> list[str]:
    """The verdicts that are right, the best first, in the words of the design."""
    tap = run.tap.settings
    met = Counter(s.cause for s in silences for _ in s.swallowed)
    met.update({"blocked_client": sum(a.silenced.get("blocked_client", 0) for a in attempts)})
    met.update({"refused": sum(a.silenced.get("prohibited", 0) for a in attempts)})
    causes = [cause for cause, number in met.most_common() if number]
    if any(s.cause == "rate_limit" and s.kind == "refusing" for s in silences):
        causes = ["refused", *causes]
    if tap.one_way is not None:
        return ["capture", "insufficient"]
    if len(attempts) < FEW_ATTEMPTS:
        return list(dict.fromkeys(["insufficient", *causes, "healthy" if not causes else "outage"]))
    lossy = sum(1 for a in attempts if a.silenced.get("lost_syn") or a.silenced.get("lost_synack")) / len(attempts)
    if causes:
        return list(dict.fromkeys(causes))
    verdicts = []
    if lossy >= NOTICEABLE_LOSS:
        verdicts.append("loss")
    if tap.loss >= NOTICEABLE_LOSS:
        verdicts.append("capture")
    if peak_accepted > LIMIT:
        verdicts.append("over_limit_unthrottled")
    elif lossy < 3 * NOTICEABLE_LOSS:
        verdicts.append("healthy")
    return verdicts
