"""Servers and operations as rows that people read: the same in the terminal and in Markdown."""

from __future__ import annotations

from pcapinspect.report.model import Sections, Server


def server_figures(server: Server, sections: Sections) -> tuple[str | int, ...]:
    """Attempts, established, unanswered, refused, unreachable, most accepted within the window, pauses."""
    peak = server["peak_accepted_60s"]
    return (
        server["attempts"],
        server["established"],
        server["unanswered"],
        server["refused"],
        server["unreachable"],
        peak["count"] if peak else 0,
        "not shown" if sections["capture"]["flows_only"] else len(server["pauses"]),
    )


def operation_rows(sections: Sections, most: int) -> list[tuple[str | int, ...]]:
    """Operation, label, response, requests, clients and server of at most so many, the most frequent first."""
    operations = sorted(sections["operations"], key=lambda row: -row["count"])
    return [
        (
            row["operation"],
            row["ca_identifier"] or "",
            "no response" if row["status"] is None else str(row["status"]),
            row["count"],
            row["clients"],
            row["server"],
        )
        for row in operations[:most]
    ]
