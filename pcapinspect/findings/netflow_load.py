"""What NetFlow shows of a server: dials above the limit, or dials without an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pcapinspect.address import endpoint
from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.evidence.netflow.judgement import Comparison
    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.load.model import ServerLoad
    from pcapinspect.settings import Limits


def judge(analysis: Analysis) -> Iterator[Finding]:
    """One finding for each server that the flows show in trouble or above its limit."""
    if analysis.flows is None:
        return
    for server in analysis.flows.load.servers:
        if server.verdict.cause != "healthy" and server.attempts:
            yield _finding(server, analysis.settings, analysis.flows.comparison)


def _finding(server: ServerLoad, limits: Limits, comparison: Comparison | None) -> Finding:
    name = endpoint(server.ip, server.port)
    busiest = server.peak_minute.count if server.peak_minute else 0
    return Finding(
        id="netflow-load",
        severity="warning" if server.unanswered or server.refused else "notice",
        title=f"NetFlow: {_outcome(server)} to {name}; {busiest:,} answered in the busiest minute, limit "
        f"{limits.limit} in {limits.span}",
        explanation=server.verdict.sentence + _agreement(comparison),
        server=name,
        figures={
            "dials": server.attempts,
            "unanswered": server.unanswered,
            "refused": server.refused,
            "clients": server.clients,
            "answered_in_busiest_minute": busiest,
            "minutes_over_limit": server.minutes_over_limit,
        },
        confidence=server.verdict.confidence,
        not_shown=server.verdict.not_shown,
        remedy=("Capture packets at the server: they show pauses, requests and response codes, which flows do not.",),
        start=server.first_time,
        end=server.last_time,
    )


def _outcome(server: ServerLoad) -> str:
    if server.unanswered:
        return f"no answer to {server.unanswered:,} of {server.attempts:,} dials"
    if server.refused:
        return f"RST to {server.refused:,} of {server.attempts:,} dials"
    return f"{server.attempts:,} dials"


def _agreement(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    return (
        f" Capture and flows share {comparison.both:,} dials; {comparison.only_capture:,} are in the capture only, "
        f"{comparison.only_flows:,} in the flows only."
    )
