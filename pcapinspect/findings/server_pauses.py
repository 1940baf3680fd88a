"""Intervals in which a server answered nobody who asked: observed, whatever the reason."""

from __future__ import annotations

from collections import Counter

from pcapinspect.clock import SECOND
from pcapinspect.findings import remedies
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite, keys_of
from pcapinspect.findings.figures import duration, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.queue_limit_logged import proves_arrival

OF_THE_SERVER = ("rate_limit", "max_connections", "outage")
"""Causes that make a pause a failure of the service."""


UNKNOWN_ARRIVAL = "Whether the SYNs arrived at the server: they are seen where the capture was made."


def judge(case: Case) -> Finding | None:
    """True of a server with a pause."""
    pauses = case.load.pauses
    if not pauses:
        return None
    causes = Counter(pause.cause for pause in pauses)
    silent = sum(pause.silence_at_least for pause in pauses)
    attempts = sum(pause.unanswered_attempts for pause in pauses)
    longest = max(pauses, key=lambda pause: pause.silence_at_least)
    shown = cite(keys_of(frame for pause in pauses for frame in pause.frames))
    at_most = "" if longest.silence_at_most is None else f", at most {duration(longest.silence_at_most)}"
    number, unseen = plural(len(pauses), "pause"), set(causes) == {"capture"}
    logged = proves_arrival(case.analysis)
    return Finding(
        id="server-pauses",
        severity=_severity(causes),
        title=(
            f"No answer of {case.name} is proven in {number}, which the capture may have made"
            if unseen
            else f"{case.name} answered nobody in {number}: at least {duration(silent)} in all"
        ),
        explanation=(
            f"Observed: {plural(attempts, 'attempt')} reached the capture point on the way to {case.name} in these "
            f"intervals, and while they lasted {'no packet shows an answer' if unseen else 'nobody was answered'}. The "
            f"longest silence lasted at least {duration(longest.silence_at_least)}{at_most}. Causes, inferred: "
            + ", ".join(f"{cause} {times}" for cause, times in causes.most_common())
            + "."
        ),
        server=case.name,
        figures={
            "pauses": len(pauses),
            "silent_seconds_at_least": silent / SECOND,
            "longest_seconds_at_least": longest.silence_at_least / SECOND,
            "longest_seconds_at_most": None if longest.silence_at_most is None else longest.silence_at_most / SECOND,
            "unanswered_attempts": attempts,
            "unanswered_syns": sum(pause.unanswered_syns for pause in pauses),
            "most_clients_in_a_pause": max(pause.clients for pause in pauses),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        not_shown=(
            "Why the server was silent: a capture shows the silence and what came before it.",
            *(() if logged else (UNKNOWN_ARRIVAL,)),
        ),
        remedy=(remedies.TELNET,) if logged else (remedies.SHOW_THE_DROP, remedies.TELNET),
        start=pauses[0].first_unanswered,
        end=pauses[-1].next_answer or pauses[-1].last_unanswered,
    )


def _severity(causes: Counter[str]) -> str:
    if any(causes[cause] for cause in OF_THE_SERVER):
        return "critical"
    return "notice" if set(causes) == {"capture"} else "warning"
