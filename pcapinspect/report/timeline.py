"""The outage in the order in which it happened, as a Markdown table."""

from __future__ import annotations

from pcapinspect.clock import parse_iso
from pcapinspect.findings.figures import plural
from pcapinspect.findings.kinds import kind_of
from pcapinspect.report.markdown_text import table
from pcapinspect.report.model import Logs, Sections, Server, SettingsInForce
from pcapinspect.report.people import Zone, limits_of, silence, time_span
from pcapinspect.report.words import server_name

MOST_PAUSES = 12
"""Pauses of a server that are told one by one: the first ones; the rest are counted."""

MOST_SERVERS = 3

OWN_TIMES = ("server-pauses", "rate-limit-pattern", "concurrent-limit-pattern", "server-down")
"""Findings whose times the pauses tell already."""


def timeline(sections: Sections, zone: Zone) -> list[str]:
    """Begin and end of the capture, what passed the limits, each pause, and when other findings began."""
    seen, flows_only = time_span(sections), sections["capture"]["flows_only"]
    if not sections["inputs"]:
        return _by_own_clocks(sections["evidence"]["logs"], zone)
    if seen is None:
        return ["No flow has a time." if flows_only else "The capture holds no packet."]
    marks = (
        ("The first flow begins.", "The last flow ends.")
        if flows_only
        else ("The capture begins.", "The capture ends.")
    )
    moments = list(zip(seen, marks, strict=True))
    for server in sections["servers"][:MOST_SERVERS]:
        moments += _of_server(server, sections["settings"])
    moments += _of_logs(sections["evidence"]["logs"])
    for finding in sections["findings"]:
        if finding["start"] is not None and kind_of(finding["id"]) not in OWN_TIMES:
            moments.append((finding["start"], f"First sign: {finding['title']}"))
    moments.sort(key=lambda moment: parse_iso(moment[0]))
    return table((f"Time ({zone.tz})", "What happened"), [(zone.moment(time, 3), what) for time, what in moments])


def _by_own_clocks(logs: Logs | None, zone: Zone) -> list[str]:
    """Without a capture, the first record of each kind in each file, by the clock that stamped it."""
    first: dict[tuple[int, str], tuple[str, str]] = {}
    for record in logs["records"] if logs is not None else ():
        if logs is not None and record["time"] is not None:
            path = logs["files"][record["file"]]["path"]
            key = record["file"], record["mnemonic"] or record["kind"]
            first.setdefault(key, (record["time"], f"{path}: {record['text']}"))
    if not first:
        return ["No line of the evidence has a time."]
    moments = sorted(first.values(), key=lambda moment: parse_iso(moment[0]))
    rows = [(zone.moment(time, 3), what) for time, what in moments]
    return ["By the clocks of the logs themselves:", "", *table((f"Time ({zone.tz})", "First of its kind"), rows)]


def _of_logs(logs: Logs | None) -> list[tuple[str, str]]:
    """The first record of each kind that is on the clock of the capture."""
    first: dict[str, tuple[str, str]] = {}
    for record in logs["records"] if logs is not None else ():
        if record["capture_time"] is not None:
            moment = record["capture_time"], f"First in the logs: {record['text']}"
            first.setdefault(record["mnemonic"] or record["kind"], moment)
    return [*first.values()]


def _of_server(server: Server, settings: SettingsInForce) -> list[tuple[str, str]]:
    name, limits = server_name(server), limits_of(settings)
    moments = []
    if server["first_over_limit"] is not None:
        moments.append((server["first_over_limit"], f"{name} passes {limits.rate} for the first time."))
    pauses = server["pauses"]
    for pause in pauses[:MOST_PAUSES]:
        lasted = silence(pause["silence_at_least"], pause["silence_at_most"])
        hit = plural(pause["unanswered_attempts"], "attempt")
        before = f"{pause['accepted_before_60s']} accepted in the {limits.span} before, {pause['open_before']} open"
        what = (
            f"Pause {pause['pause']}: {name} stops answering ({lasted}; {hit} hit; {before}). Cause: {pause['cause']}."
        )
        moments.append((pause["first_unanswered"], what))
    if len(pauses) > MOST_PAUSES:
        rest = plural(len(pauses) - MOST_PAUSES, "more pause")
        moments.append((pauses[MOST_PAUSES]["first_unanswered"], f"{rest} of {name} from here on."))
    return moments
