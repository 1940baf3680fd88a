"""What the verdict of a server must be, from what the model did to its clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pcapinspect.clock import MINUTE, SECOND
from pcapinspect.simulate.ladder import ERRORS
from pcapinspect.simulate.model import Run
from pcapinspect.simulate.record import VISIBLE_LOSSES, Attempt, Silence

FEW_ATTEMPTS = 5
"""Below, no verdict about a server can be asked for; a reader may still give one that nothing contradicts."""

LIMIT = 80
"""Accepts a minute above which a server without pauses is no classic IOS (Cisco TAC note 118734)."""

NOTICEABLE = 0.01
"""Share of attempts with a visible loss (or of packets that the capture missed) from which a reader may speak of it;
from three times this it must."""

MOST_FAIL = 0.4
"""Share of requests that get an error from which a reader may take the errors for the verdict. Those of the simulated
CA say truthfully that there is no shadow certificate yet, so that it need not."""

SHARE_OF_A_HEADLINE = 0.25
"""Of the falls that the strongest cause makes: who makes so many may be the verdict, too."""

SHARE_TO_NAME = 0.2
"""Of all falls: a cause that makes so many must be named, if not as the verdict then beside it."""

LIMIT_LIKE = 20 * SECOND
"""A silence without a limit behind it that is shorter may be taken for one of a limit, and a reader may say that it
cannot tell, unless there are several after counts that differ."""

SEVERAL = 3
COUNTS_ALIKE = 1.25
"""Ratio of the most to the fewest accepts before silences from which on no limit explains them."""

REAL_CAUSE = {"half_open_full": "selective_drop", "prohibited": "blocked_client"}
"""What the design calls what the model calls otherwise."""

_BY_REACTION = {
    "silent": ["rate_limit"],
    "refusing": ["rate_limit", "refused"],
    "icmp": ["rate_limit", "refused", "selective_drop"],
    "drop": ["rate_limit", "no_response", "outage"],
    "abort": ["rate_limit", "refused", "no_response"],
    "wait": ["rate_limit", "no_response"],
}
"""What may be said of a rate limit by how it reacts: how IOS does is not known."""


def pause_causes(run: Run, silence: Silence, silences: Sequence[Silence], attempts: Sequence[Attempt]) -> list[str]:
    """The causes that a reader may name for a silence, the best first; not always the true one."""
    if run.tap.settings.one_way is not None:
        return ["capture", "insufficient"]
    if run.tap.settings.only:
        # The calls that made the server silent passed elsewhere.
        return _distinct([silence.cause, "insufficient", "outage"])
    names = _names(run, silence)
    if silence.cause in ("outage", "refused", "no_response") and _like_a_limit(silence, silences, attempts):
        names = [*names, "insufficient"]
    return names


def _names(run: Run, silence: Silence) -> list[str]:
    by_client = run.scenario.balanced == "client"
    if silence.part and run.scenario.balanced is not None:
        if silence.cause == "rate_limit":
            return ["selective_drop", "rate_limit"]
        return ["blocked_client", "selective_drop"] if by_client else ["selective_drop"]
    match silence.cause:
        case "rate_limit":
            queue_full = silence.reaction == "wait" and silence.shut_since is not None
            return ["rate_limit"] if queue_full else _BY_REACTION[silence.reaction]
        case "refused":
            return ["refused", "outage"]
        case "no_response":
            return ["no_response", "outage", *(["path"] if silence.reaction in ("drop", "shut") else [])]
        case "max_connections" if silence.part:
            return ["max_connections", "selective_drop"]
    return [silence.cause]


def _like_a_limit(silence: Silence, silences: Sequence[Silence], attempts: Sequence[Attempt]) -> bool:
    """Whether a reader may take the silence for one of a limit that it does not know."""
    if silence.end is None or silence.end - silence.begin >= LIMIT_LIKE:
        return False
    alike = [s for s in silences if s.cause == silence.cause and s.begin - MINUTE >= attempts[0].started]
    answers = [attempt.answered for attempt in attempts if attempt.answered is not None]
    counts = [sum(other.begin - MINUTE < time <= other.begin for time in answers) for other in alike]
    return len(alike) < SEVERAL or max(counts) <= COUNTS_ALIKE * min(counts)


def falls(attempts: Iterable[Attempt], silences: Iterable[Silence]) -> Counter[str]:
    """How many attempts each cause kept from being served, or held up. Of one attempt each of its causes counts."""
    waited = {(attempt.number, silence.cause) for silence in silences for attempt in silence.kept}
    counts: Counter[str] = Counter(cause for _, cause in waited)
    for attempt in attempts:
        if attempt.router == "flood":
            continue
        causes = {REAL_CAUSE.get(reason, reason) for reason in attempt.silenced if reason != "no_host"}
        if attempt.unserved is not None and (attempt.number, attempt.unserved) not in waited:
            causes.add(attempt.unserved)
        counts.update(cause for cause in causes if not cause.startswith("lost_"))
    return counts


def error_share(attempts: Iterable[Attempt]) -> float:
    """Share of the answered requests that got an error; GetCACaps may get one (RFC 8894, 3.5.2)."""
    asked = [e for a in attempts for e in a.exchanges if e.response is not None and e.operation != "GetCACaps"]
    wrong = sum(1 for exchange in asked if exchange.status is not None and exchange.status >= ERRORS)
    return wrong / len(asked) if asked else 0.0


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
    errors = error_share(attempts)
    failing = ["error_responses"] if errors >= MOST_FAIL else []
    if any(server.errors or any(o.kind == "gateway" for o in server.outages) for server in run.scenario.servers):
        return _distinct(["error_responses", *lossy, *broken])
    if peak_accepted > LIMIT:
        return ["over_limit_unthrottled", *failing, *lossy, *broken]
    if hit < 3 * NOTICEABLE and tap.loss < 3 * NOTICEABLE:
        return ["healthy", *failing, *lossy, *broken]
    # A few packets that the capture misses do not hide that the server answers.
    return [*lossy, *broken, "healthy"] if not lossy else [*lossy, *broken]


def _causes(run: Run, attempts: list[Attempt], silences: list[Silence]) -> list[str]:
    """What kept attempts of the capture from being served, and may be called so; the most of them first."""
    counts = falls(attempts, silences)
    strong = [cause for cause, number in counts.most_common() if number >= SHARE_OF_A_HEADLINE * max(counts.values())]
    causes: list[str] = []
    for cause in strong:
        causes += _called(run, cause, attempts, silences)
    if causes == ["stale_connections"] and all(a.answered is not None for a in attempts):
        causes.append("healthy")  # each came in with its next SYN
    if causes == ["blocked_client"] and all("blocked_client" not in a.silenced for a in attempts):
        causes.append("healthy")  # whoever was turned away was told so, by a router's ICMP error
    return causes


def _called(run: Run, cause: str, attempts: list[Attempt], silences: list[Silence]) -> list[str]:
    """What a reader may call a cause of the model."""
    mine = [silence for silence in silences if silence.cause == cause]
    names = [name for silence in mine for name in pause_causes(run, silence, silences, attempts)]
    return _distinct(names) or ([cause, "max_connections"] if _half_open(run, cause) else [cause])


def _half_open(run: Run, cause: str) -> bool:
    return cause == "selective_drop" and any(server.half_open for server in run.scenario.servers)


def to_name(run: Run, attempts: list[Attempt], silences: list[Silence]) -> list[list[str]]:
    """What a report must name, as the verdict or beside it: what made a good share of the falls, each by one of its
    names."""
    counts = falls(attempts, silences)
    whole = sum(counts.values())
    strong = [cause for cause, number in counts.most_common() if number >= SHARE_TO_NAME * whole]
    return [_called(run, cause, attempts, silences) for cause in strong]


def _distinct(causes: list[str]) -> list[str]:
    return list(dict.fromkeys(causes))
