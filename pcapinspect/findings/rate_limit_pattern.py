"""Pauses that fit the connection rate limit of the IOS HTTP server. Inferred: no packet says that a limiter fired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pcapinspect.clock import SECOND
from pcapinspect.findings import remedies
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite, keys_of
from pcapinspect.findings.figures import duration, listed, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.queue_limit_logged import proves_arrival
from pcapinspect.load.judgement.estimate import in_words
from pcapinspect.settings import Limits

if TYPE_CHECKING:
    from pcapinspect.load.model import CountingModel, Estimate, Pause


_WORDS = {"syns": "SYNs"}


def judge(case: Case) -> Finding | None:
    """True of a server with pauses whose cause is the rate limit."""
    pauses = case.pauses("rate_limit")
    if not pauses:
        return None
    found = case.load.estimate if 2 * sum(pause.by_estimate for pause in pauses) > len(pauses) else None
    shown = cite(keys_of(frame for pause in pauses for frame in pause.frames))
    # They count to the limit of the settings.
    fitting = [model for model in case.load.models if model.fits and found is None]
    return Finding(
        id="rate-limit-pattern",
        severity="critical",
        title=_title(case, pauses, found),
        explanation=" ".join((_observed(case, pauses), _inferred(case, found, fitting))),
        server=case.name,
        figures={
            "pauses_that_fit": len(pauses),
            "pauses_in_all": len(case.load.pauses),
            "least_accepted_in_window_before": min(pause.accepted_before_60s for pause in pauses),
            "most_accepted_in_window_before": max(pause.accepted_before_60s for pause in pauses),
            "silence_seconds_at_least": max(pause.silence_at_least for pause in pauses) / SECOND,
            **_limit(case, found),
            **_at_onset(fitting),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=_confidence(case, pauses),
        not_shown=(
            "That the limiter of IOS fired: only `connection queue limit reached` in a debug of the server would, and "
            "that line has other causes too.",
            "How IOS counts to its limit (fixed or rolling minute; SYNs, attempts, accepts or requests): that is not "
            "public, and all models that fit are listed.",
            "Whether a policer or firewall before the server, set to the same figures, did it.",
        ),
        remedy=(
            remedies.LOWER_THE_LOAD,
            remedies.MOST_CONNECTIONS,
            *(() if proves_arrival(case.analysis) else (remedies.SHOW_THE_DROP,)),
        ),
        start=pauses[0].first_unanswered,
        end=pauses[-1].next_answer or pauses[-1].last_unanswered,
    )


def _title(case: Case, pauses: Sequence[Pause], found: Estimate | None) -> str:
    """By the estimate where that made the cause: then the numbers are those of this capture, and no more than about."""
    counts, length = in_words(found, case.analysis.settings)
    fit = f"{plural(len(pauses), 'pause')} of {case.name} {'fits' if len(pauses) == 1 else 'fit'}"
    if all(pause.by_waiting for pause in pauses):
        return f"{fit} the {length} pause of a limit; how many connections it counts is not known"
    if found is None:
        return f"{fit} the limit of {counts} and the {length} pause after it"
    return f"{fit} a limit of about {counts} and a pause of {length} after it"


def _limit(case: Case, found: Estimate | None) -> dict[str, int | float | None]:
    if found is None or found.pause is None:
        return {"limit": case.analysis.settings.limit, "pause_seconds": case.analysis.settings.pause}
    least, most = found.pause
    return {
        "limit": found.limit,
        "limit_if_counted_anew": found.limit_anew,
        "window_seconds": found.window,
        "pause_seconds_at_least": round(least, 3),
        "pause_seconds_at_most": round(most, 3),
    }


def _observed(case: Case, pauses: Sequence[Pause]) -> str:
    before = _range([pause.accepted_before_60s for pause in pauses])
    since = [pause.accepted_since_pause for pause in pauses if pause.accepted_since_pause is not None]
    anew = f" ({_range(since)} since the pause before)" if since else ""
    least = max(pause.silence_at_least for pause in pauses)
    most = min((pause.silence_at_most for pause in pauses if pause.silence_at_most is not None), default=None)
    if most is None:
        lengths = f"the longest lasted at least {duration(least)}"
    elif least <= most:
        lengths = f"if all lasted equally long, that is between {duration(least)} and {duration(most)}"
    else:
        lengths = (
            f"they did not all last equally long: one at least {duration(least)}, another at most {duration(most)}"
        )
    span = case.analysis.settings.span
    accepted = f"in the {span} before each of these pauses the server accepted {before} connections{anew}"
    return f"Observed: {accepted}; {lengths}."


def _range(counts: Sequence[int]) -> str:
    """`80`, or `80 to 123`."""
    least, most = min(counts), max(counts)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _inferred(case: Case, found: Estimate | None, fitting: Sequence[CountingModel]) -> str:
    settings = case.analysis.settings
    if found is None:
        server = "an IOS HTTP server" if settings.by_note else "a server"
        sentence = f"Inferred: this is what {server} looks like that {settings.behaviour}."
    else:
        sentence = (
            f"Inferred: an IOS HTTP server {Limits().behaviour}; these pauses follow its pattern with other numbers."
        )
    if fitting:
        sentence += f" Ways of counting that fit every such pause: {_ways(fitting)}."
    if case.load.estimate is not None:
        sentence += f" {case.load.estimate.sentence}"
    return sentence


def _ways(models: Sequence[CountingModel]) -> str:
    """`accepts and SYNs (rolling, fixed); requests (fixed)`: what is counted, by the windows in which it fits."""
    windows: dict[str, list[str]] = {}
    for model in models:
        windows.setdefault(_WORDS.get(model.counts, model.counts), []).append(model.window)
    groups: dict[str, list[str]] = {}
    for counts, fitting in windows.items():
        groups.setdefault(", ".join(fitting), []).append(counts)
    return "; ".join(f"{listed(counts)} ({fitting} window)" for fitting, counts in groups.items())


def _at_onset(models: Sequence[CountingModel]) -> dict[str, str]:
    """What each way of counting had reached when the pauses began; one figure for what is counted."""
    found: dict[str, list[str]] = {}
    for model in models:
        least, most = min(model.at_onset, default=0), max(model.at_onset, default=0)
        reached = f"{least}" if least == most else f"{least} to {most}"
        found.setdefault(f"{model.counts}_at_onset", []).append(f"{reached} ({model.window})")
    return {name: ", ".join(reached) for name, reached in found.items()}


def _confidence(case: Case, pauses: Sequence[Pause]) -> float:
    """That of the verdict where it is the same; else of the best pause: one that fits is enough for the pattern."""
    if case.load.verdict.cause == "rate_limit":
        return case.load.verdict.confidence
    return max(pause.confidence for pause in pauses)
