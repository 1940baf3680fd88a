"""Clients that poll in step: their attempts come in bursts, which pass a limit that their number alone would not."""

from __future__ import annotations

import math

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import duration, plural
from pcapinspect.findings.finding import Finding

BY_CHANCE = 0.01
"""Clients that do not know of each other look this much in step or more in one of a hundred captures (Rayleigh test
of the mean phase: p = exp(-n R^2))."""

IN_STEP = 0.5
"""Length of the mean phase vector from which bursts matter: at 0.5 the busiest half of the period has four of five
attempts (von Mises distribution)."""


def judge(case: Case) -> Finding | None:
    """True of a server whose periodic clients are in step, more than chance makes them."""
    found = case.load.synchronisation
    if found.concentration is None or found.period is None or found.concentration < IN_STEP:
        return None
    by_chance = math.exp(-found.clients * found.concentration**2)
    if by_chance > BY_CHANCE:
        return None
    rows = case.connection_rows
    starts = case.analysis.connections.start[rows]
    seconds, counts = np.unique(starts // SECOND, return_counts=True)
    busiest = int(seconds[counts.argmax()])
    shown = cite(case.syn_frames(rows[starts // SECOND == busiest]))
    return Finding(
        id="retry-synchronisation",
        severity="notice",
        title=f"{plural(found.clients, 'client')} of {case.name} poll in step, every {duration(found.period)}",
        explanation=(
            f"Observed: the phases of these clients' attempts have a concentration of {found.concentration:.2f} (0: "
            f"spread evenly, 1: all at once), and the busiest second has {plural(int(counts.max()), 'attempt')}. "
            "Inferred: they were started by the same moment (a reload, a power cut, the end of a pause). "
            f"Independent clients would look so with a probability of {by_chance:.1g}."
        ),
        server=case.name,
        figures={
            "clients": found.clients,
            "period_seconds": found.period / SECOND,
            "concentration": round(found.concentration, 3),
            "attempts_in_busiest_second": int(counts.max()),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=0.9,
        not_shown=("What set them in step; their logs and uptimes would tell.",),
        remedy=(
            "Spread the routers: different `auto-enroll` percentages, and `enrollment retry period` values that differ "
            "by groups; reload routers in groups.",
        ),
        start=busiest * SECOND,
        end=(busiest + 1) * SECOND,
    )
