"""What NetFlow shows of a server: dials above the limit, or dials without an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pcapinspect.address import endpoint
from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.evidence.netflow.judgement import Comparison
    from pcapinspect.evidence.netflow.undated import UndatedServer
    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.load.model import ServerLoad


def judge(analysis: Analysis) -> Iterator[Finding]:
    """One finding for each server that the flows show in trouble or above its limit."""
    flows = analysis.flows
    if flows is None:
        return
    for server in flows.load.servers:
        if server.verdict.cause != "healthy" and server.attempts:
            busiest = server.peak_minute.count if server.peak_minute else 0
            sampled = (server.ip, server.port) in flows.sampled
            limits = analysis.settings
            rate = f"{busiest:,} answered in the busiest minute, limit {limits.limit} in {limits.span}"
            rate = "a part of what was dialled" if sampled else rate
            figures = {"answered_in_busiest_minute": busiest, "minutes_over_limit": server.minutes_over_limit}
            finding = _finding(server, rate, figures, is_sampled=sampled)
            explained = finding.explanation + _agreement(flows.comparison)
            yield replace(finding, explanation=explained, start=server.first_time, end=server.last_time)
    for undated in flows.undated:
        if undated.verdict.cause != "healthy" and undated.attempts:
            sampled = (undated.ip, undated.port) in flows.sampled
            yield _finding(undated, "the flows have no date", {}, is_sampled=sampled)


def _finding(server: ServerLoad | UndatedServer, rate: str, figures: Mapping[str, int], *, is_sampled: bool) -> Finding:
    name = endpoint(server.ip, server.port)
    source = "Sampled NetFlow" if is_sampled else "NetFlow"
    return Finding(
        id="netflow-load",
        severity="warning" if (server.unanswered or server.refused) and not is_sampled else "notice",
        title=f"{source}: {_outcome(server, is_sampled=is_sampled)} to {name}; {rate}",
        explanation=server.verdict.sentence,
        server=name,
        figures={
            "dials": server.attempts,
            "unanswered": server.unanswered,
            "refused": server.refused,
            "clients": server.clients,
            **figures,
        },
        confidence=server.verdict.confidence,
        not_shown=server.verdict.not_shown,
        remedy=("Capture packets at the server: they show pauses, requests and response codes, which flows do not.",),
    )


def _outcome(server: ServerLoad | UndatedServer, *, is_sampled: bool) -> str:
    if server.unanswered and not is_sampled:
        return f"no answer to {server.unanswered:,} of {server.attempts:,} dials"
    if server.refused and not is_sampled:
        return f"RST to {server.refused:,} of {server.attempts:,} dials"
    return f"{server.attempts:,} dials"


def _agreement(comparison: Comparison | None) -> str:
    if comparison is None:
        return ""
    return (
        f" Capture and flows share {comparison.both:,} dials; {comparison.only_capture:,} are in the capture only, "
        f"{comparison.only_flows:,} in the flows only."
    )
