"""More connections accepted than the limit allows, and no pause: this server is not limited in that way."""

from __future__ import annotations

import numpy as np

from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding


def judge(case: Case) -> Finding | None:
    """True of a server whose verdict it is."""
    load = case.load
    peak = load.peak_accepted_60s
    if load.verdict.cause != "over_limit_unthrottled" or peak is None:
        return None
    settings, jumped = case.analysis.settings, case.analysis.quality.clock_jumps
    rows = case.connection_rows
    times = case.analysis.connections.synack_time[rows]
    within = rows[(times >= peak.start) & (times <= peak.end)]
    shown = cite(case.synack_frames(np.sort(within)))
    return Finding(
        id="over-limit-unthrottled",
        severity="notice",
        title=f"{case.name} accepted {plural(peak.count, 'connection')} within {settings.span} and never paused",
        explanation=(
            f"Observed: that is more than {settings.limit} in {settings.span}, in "
            f"{plural(load.minutes_over_limit, 'minute')}, and no silence followed. Inferred: this server does not "
            "stop at that limit: it is not a classic IOS HTTP server, it counts differently, or something before it "
            "answers in its name"
            + (", or the capture's clock, which jumped, shows several times as one." if jumped else ".")
        ),
        server=case.name,
        figures={
            "peak_accepted_in_window": peak.count,
            "minutes_over_limit": load.minutes_over_limit,
            "limit": settings.limit,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=load.verdict.confidence,
        not_shown=("Which software serves the port; a Server header in a response says it, if the capture holds one.",),
        remedy=("Find out the server's own limits, and give them: `--limit`, `--window`, `--pause`.",),
        start=peak.start,
        end=peak.end,
    )
