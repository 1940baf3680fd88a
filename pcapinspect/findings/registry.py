"""All findings, in one place: each is a function in a file of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from pcapinspect.findings import (
    capture_incomplete,
    certificate_ends,
    client_blocked,
    concurrent_limit_pattern,
    connections_failed_logged,
    contrast,
    enrolment_failed_logged,
    error_responses,
    evidence_conflicts,
    evidence_not_used,
    http_server_disabled,
    late_answers,
    loss,
    lost_between,
    max_connections_low,
    netflow_load,
    never_enrols,
    over_limit_unthrottled,
    port_refused,
    queue_limit_logged,
    rate_limit_pattern,
    requests_logged,
    retry_synchronisation,
    rollover_404_loop,
    root_cause,
    scep_pending,
    scep_rejected,
    server_down,
    server_pauses,
    server_shows,
    stale_ports,
    syn_flood,
    unreachable,
)
from pcapinspect.findings.case import Case
from pcapinspect.findings.finding import SEVERITIES, Finding

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis

OF_A_SERVER: tuple[Callable[[Case], Finding | None], ...] = (
    root_cause.judge,
    lost_between.judge,
    certificate_ends.judge,
    server_down.judge,
    server_pauses.judge,
    rate_limit_pattern.judge,
    concurrent_limit_pattern.judge,
    port_refused.judge,
    unreachable.judge,
    rollover_404_loop.judge,
    error_responses.judge,
    over_limit_unthrottled.judge,
    client_blocked.judge,
    contrast.judge,
    stale_ports.judge,
    syn_flood.judge,
    late_answers.judge,
    loss.judge,
    retry_synchronisation.judge,
    scep_rejected.judge,
    scep_pending.judge,
    never_enrols.judge,
    server_shows.judge,
    evidence_conflicts.judge,
    evidence_not_used.judge,
)
"""What can be true of a server, in the order in which an engineer would tell it."""

BESIDE_THEM: tuple[Callable[[Analysis], Finding | None], ...] = (
    http_server_disabled.judge,
    queue_limit_logged.judge,
    enrolment_failed_logged.judge,
    connections_failed_logged.judge,
    max_connections_low.judge,
    capture_incomplete.judge,
)

MOST_OF_A_KIND = 20
"""Servers for which the same kind of finding is told, the worst first: a capture of web traffic may hold thousands."""


def find(analysis: Analysis) -> tuple[Finding, ...]:
    """Every finding of the analysis, the worst first; equals in the order above, then that of the servers.

    An id is of its kind, with the server after an `@` where several servers have the kind.
    """
    found: list[Finding] = []
    by_server = () if analysis.flows_only else analysis.cases
    for judge in OF_A_SERVER:
        found += _first(finding for case in by_server if (finding := judge(case)))
    found += _first(netflow_load.judge(analysis))
    found += _first(requests_logged.judge(analysis))
    found += [finding for judge_all in BESIDE_THEM if (finding := judge_all(analysis))]
    kinds = Counter(finding.id for finding in found)
    named = [replace(one, id=f"{one.id}@{one.server}") if kinds[one.id] > 1 else one for one in found]
    return tuple(sorted(named, key=lambda finding: -SEVERITIES.index(finding.severity)))


def _first(findings: Iterable[Finding]) -> list[Finding]:
    every = sorted(findings, key=lambda finding: -SEVERITIES.index(finding.severity))
    told, left_out = every[:MOST_OF_A_KIND], len(every) - MOST_OF_A_KIND
    if left_out > 0:
        told[-1] = replace(
            told[-1], explanation=f"{told[-1].explanation} {left_out} more servers have the same finding."
        )
    return told
