"""Section `evidence.netflow`: what the flow files hold, and what they say of each server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pcapinspect.clock import iso
from pcapinspect.report import model, sections

if TYPE_CHECKING:
    from pcapinspect.evidence.netflow.judgement import FlowLoad
    from pcapinspect.evidence.netflow.undated import UndatedServer
    from pcapinspect.load.model import ServerLoad

SERVER_FIGURES = (
    "ip",
    "port",
    "attempts",
    "established",
    "half_open",
    "unanswered",
    "refused",
    "undetermined",
    "midstream",
    "clients",
)


def netflow_section(flows: FlowLoad | None) -> model.Netflow | None:
    """Files, servers and their minutes, and the comparison with the capture; None where no flows were given."""
    if flows is None:
        return None
    minutes = flows.load.minutes
    comparison = flows.comparison
    told: model.Netflow = {
        "files": [sections.plain(file) for file in flows.evidence.files],
        "servers": [_server(server) for server in flows.load.servers] + [_undated(server) for server in flows.undated],
        "minutes": {
            "server": minutes.server.tolist(),
            "minute": [iso(minute) for minute in minutes.minute.tolist()],
            "attempts": minutes.attempts.tolist(),
            "accepted": minutes.accepted.tolist(),
            "unanswered": minutes.unanswered.tolist(),
            "refused": minutes.refused.tolist(),
            "over_limit": minutes.over_limit.tolist(),
        },
        "comparison": None
        if comparison is None
        else sections.plain(comparison) | {"clock_offset": sections.seconds(comparison.clock_offset)},
    }
    return told


def _server(server: ServerLoad) -> model.FlowServer:
    section: Any = {name: getattr(server, name) for name in SERVER_FIGURES}
    told: model.FlowServer = section | {
        "dated": True,
        "minutes_over_limit": server.minutes_over_limit,
        "first_time": sections.time(server.first_time),
        "last_time": sections.time(server.last_time),
        "first_over_limit": sections.time(server.first_over_limit),
        "peak_accepted_60s": sections.peak_section(server.peak_accepted_60s),
        "peak_minute": sections.peak_minute_section(server.peak_minute),
        "verdict": sections.plain(server.verdict),
    }
    return told


def _undated(server: UndatedServer) -> model.FlowServer:
    """The same keys; null where only a date would tell."""
    section: Any = {name: getattr(server, name) for name in SERVER_FIGURES}
    times = ("first_time", "last_time", "first_over_limit", "peak_accepted_60s", "peak_minute", "minutes_over_limit")
    told: model.FlowServer = (
        section | dict.fromkeys(times) | {"dated": False, "verdict": sections.plain(server.verdict)}
    )
    return told
