"""Pauses that fit a limit of connections open at once (`ip http max-connections`). Inferred."""

from __future__ import annotations

from pcapinspect.findings import remedies
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite, keys_of
from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.queue_limit_logged import proves_arrival


def judge(case: Case) -> Finding | None:
    """True of a server with pauses whose cause is the concurrent limit."""
    pauses = case.pauses("max_connections")
    if not pauses:
        return None
    shown = cite(keys_of(frame for pause in pauses for frame in pause.frames))
    opened = sorted(pause.open_before for pause in pauses)
    before = f"{opened[0]}" if opened[0] == opened[-1] else f"{opened[0]} to {opened[-1]}"
    concurrency = case.load.concurrency
    verdict = case.load.verdict
    return Finding(
        id="concurrent-limit-pattern",
        severity="critical",
        title=f"{plural(len(pauses), 'pause')} of {case.name} began with {before} connections open",
        explanation=(
            f"Observed: {before} connections were open when each of these pauses began, and nobody was answered until "
            "one closed. Inferred: this is what a server looks like that has reached its limit of connections open at "
            "once. IOS takes `ip http max-connections` from 1 to 16."
        ),
        server=case.name,
        figures={
            "pauses_that_fit": len(pauses),
            "pauses_in_all": len(case.load.pauses),
            "open_before": before,
            "most_open": None if concurrency is None else concurrency.peak,
            "seconds_at_5_or_more": None if concurrency is None else concurrency.seconds_at_5,
            "seconds_at_limit_or_more": None if concurrency is None else concurrency.seconds_at_limit,
            "max_connections": case.analysis.settings.max_connections,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=verdict.confidence
        if verdict.cause == "max_connections"
        else max(pause.confidence for pause in pauses),
        not_shown=(
            "What limit is configured: `show ip http server status` has it.",
            "Connections to other ports of the same HTTP server, which may count to the same limit.",
        ),
        remedy=(
            remedies.MOST_CONNECTIONS,
            "Free connections sooner: `ip http timeout-policy idle SECONDS life SECONDS requests N` with small values.",
            *(() if proves_arrival(case.analysis) else (remedies.SHOW_THE_DROP,)),
        ),
        start=pauses[0].first_unanswered,
        end=pauses[-1].next_answer or pauses[-1].last_unanswered,
    )
