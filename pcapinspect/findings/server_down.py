"""A server that never answered, or was silent far longer than a limit explains."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.findings import remedies
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import duration, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.tcp.connections import UNANSWERED


def judge(case: Case) -> Finding | None:
    """True of a server that is called out, or has a pause that is."""
    load = case.load
    pauses = case.pauses("outage")
    if load.verdict.cause != "outage" and not pauses:
        return None
    rows = case.connection_rows
    silent = rows[case.analysis.connections.outcome[rows] == UNANSWERED]
    if pauses:
        silent = np.unique(np.array([number for pause in pauses for number in pause.connections], dtype=np.int64))
    shown = cite(case.syn_frames(silent))
    never = not load.established and not load.half_open
    longest = max((pause.silence_at_least for pause in pauses), default=load.last_time - load.first_time)
    return Finding(
        id="server-down",
        # One client without an answer may as well be that client's own path.
        severity="warning" if never and load.clients == 1 else "critical",
        title=f"{case.name} never answered {plural(load.attempts, 'attempt')} of {plural(load.clients, 'client')}"
        if never
        else f"{case.name} was silent for at least {duration(longest)} on end",
        explanation=(
            f"Observed: {plural(load.unanswered, 'attempt')} of {load.attempts:,} got no answer at all. "
            + (
                "No packet of this server answers a SYN anywhere in the capture. "
                if never
                else f"The longest silence lasted {duration(longest)} or more{_against(case, longest)}. "
            )
            + "Inferred: the server, its HTTP service or the path to it was down."
        ),
        server=case.name,
        figures={
            "attempts": load.attempts,
            "unanswered": load.unanswered,
            "clients": load.clients,
            "silent_seconds_at_least": longest / SECOND,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=load.verdict.confidence
        if load.verdict.cause == "outage"
        else max(pause.confidence for pause in pauses),
        not_shown=(
            "Whether the SYNs arrived: routing, a firewall that drops silently and a dead server look the same here.",
            "Whether the address and port are those of a server at all, where it never answered.",
        ),
        remedy=(
            remedies.TELNET,
            "On the server: `show ip http server status`, `show tcp brief all` (is port 80 in LISTEN?), "
            "`show ip interface brief`, `show processes cpu history`, `show logging`.",
            "On the path: the route to the server and back, access lists, firewalls.",
        ),
        start=pauses[0].first_unanswered if pauses else load.first_time,
        end=(pauses[-1].next_answer or pauses[-1].last_unanswered) if pauses else load.last_time,
    )


def _against(case: Case, longest: int) -> str:
    """How the longest silence compares with the pause of a limit."""
    pause = case.analysis.settings.pause
    times = longest / (pause * SECOND)
    if times < 1:
        return f"; the limit held against it stops a server for {pause} s"
    return f", {times:.1f} times the {pause} s for which the limit held against it stops a server"
