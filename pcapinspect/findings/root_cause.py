"""The incident of Cisco TAC note 118734, joined from traffic, certificates, configuration and logs. Inferred."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pcapinspect.clock import SECOND, iso
from pcapinspect.columns import MISSING, Int64, Text
from pcapinspect.evidence.moments import http_date
from pcapinspect.evidence.remedy import Step
from pcapinspect.evidence.rollover import Demand, RolloverDiagnosis, diagnose
from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.rollover_404_loop import (
    ASKS,
    FIRST_ERROR,
    FIRST_SERVER_ERROR,
    asked_in_vain,
    failed_requests,
    is_loop,
)

CONFIDENCES = {"inside_window": 0.95, "assumed": 0.75}
"""By verdict: timers and dates that fit the capture, or traffic alone. The other verdicts are misfits."""

MISFIT = 0.5

MOST_DATES = 200
"""Responses whose Date header is compared with the capture's clock: one would do, were none ever delayed."""


def judge(case: Case) -> Finding | None:
    """True of a server whose clients repeat failed GetNextCACert requests, or that lies in a window of errors."""
    if not case.load.errors:
        return None
    exchanges, _ = case.exchanges
    failed = failed_requests(case)
    found = diagnosis(case)
    if found is None:
        return None
    refused = bool((exchanges.status[failed] < FIRST_SERVER_ERROR).any())
    if found.verdict != "inside_window" and not (refused and is_loop(asked_in_vain(case))):
        return None
    shown = cite(exchange_frames(exchanges, failed))
    explains = found.verdict in CONFIDENCES
    in_trouble = bool(case.load.pauses) or case.load.minutes_over_limit > 0
    return Finding(
        id="root-cause",
        severity="critical" if in_trouble and explains else "warning",
        title=(
            f"Routers of {case.name} ask for a rollover certificate that does not exist yet"
            if explains
            else f"Failed rollover requests to {case.name} do not fit the window that the timers make"
        ),
        explanation=" ".join(("Inferred:", found.sentence, *found.misfits, *found.assumptions)),
        server=case.name,
        figures={
            "verdict": found.verdict,
            "window_from": None if found.window_from is None else iso(found.window_from, digits=0),
            "window_to": None if found.window_to is None else iso(found.window_to, digits=0),
            "ca_expiry": None if found.ca_expiry is None else iso(found.ca_expiry, digits=0),
            "auto_rollover_days_needed": found.overlap_days,
            "basis_of_these_days": found.overlap_basis if found.overlap_days is not None else None,
            **shown.figures,
        },
        frames=shown.frames,
        display_filter=shown.display_filter,
        confidence=CONFIDENCES.get(found.verdict, MISFIT),
        not_shown=found.unproven,
        remedy=tuple(_in_words(step) for step in found.remedy),
        start=found.demand.first,
        end=found.demand.last,
    )


def diagnosis(case: Case) -> RolloverDiagnosis | None:
    """What the evidence says of the rollover of this server's CA; None where nobody asked for GetNextCACert in vain."""
    exchanges, operations = case.exchanges
    failed = failed_requests(case)
    if not failed.any():
        return None
    times = exchanges.request_time[failed]
    times = times[times != MISSING]
    errors = exchanges.status >= FIRST_ERROR
    others = Counter(
        name for name in operations.operation[errors & ~failed] if name is not None and name != "GetCACaps"
    )
    period = case.load.synchronisation.period
    demand = Demand(
        requests=int(np.count_nonzero(operations.operation == ASKS)),
        errors=int(np.count_nonzero(failed)),
        clients=len(asked_in_vain(case)),
        exchanges=case.load.exchanges,
        first=int(times.min()) if len(times) else None,
        last=int(times.max()) if len(times) else None,
        period=None if period is None else period / SECOND,
        other_errors=tuple(others.most_common()),
        clock_skew=_clock_skew(exchanges.date, exchanges.response_time),
    )
    analysis = case.analysis
    per_minute = round(analysis.settings.limit * 60 / analysis.settings.window)
    return diagnose(demand, analysis.facts, analysis.configuration, analysis.logs, per_minute)


def _clock_skew(dates: Text, times: Int64) -> int | None:
    """Median of HTTP Date less capture time over the first responses that have one, in nanoseconds."""
    skews = []
    for row in np.flatnonzero((times != MISSING) & (dates != None)).tolist():  # noqa: E711 (by element)
        date = http_date(dates[row])
        if date is not None:
            skews.append(date - int(times[row]))
        if len(skews) == MOST_DATES:
            break
    return int(np.median(skews)) if skews else None


def _in_words(step: Step) -> str:
    commands = ", ".join(f"`{command}`" for command in step.commands)
    return f"On {step.device}: {commands}. {step.changes}"
