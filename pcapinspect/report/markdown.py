"""The outage report: Markdown in the order of a TAC note, for readers who have never seen this tool."""

from __future__ import annotations

from collections import Counter

from pcapinspect.address import endpoint
from pcapinspect.clock import length
from pcapinspect.findings.display_filter import filter_of
from pcapinspect.findings.figures import percent, plural
from pcapinspect.report import evidence_words
from pcapinspect.report.answer import Answer, answer_of
from pcapinspect.report.document import Report
from pcapinspect.report.ladder import fell_of, rungs_of
from pcapinspect.report.markdown_flows import flows_section, seen_in
from pcapinspect.report.markdown_text import block, code, escape, items, prose, table
from pcapinspect.report.model import Finding, Ladder, Sections
from pcapinspect.report.people import Zone, evidence_held, extract_command, figure_rows, limits_of, time_span
from pcapinspect.report.row_words import operation_rows, server_figures
from pcapinspect.report.short_paths import Paths, named
from pcapinspect.report.timeline import timeline
from pcapinspect.report.words import server_name
from pcapinspect.settings import Limits

MOST_SERVERS = 10
MOST_OPERATIONS = 15
MOST_CLIENTS = 10
BETWEEN = {"syn": "SYN", "answer": "SYN/ACK", "request": "request", "response": "response"}
"""What may be lost between two points."""

MOST_FRAMES = 12
"""Frames written out beside a finding; the filter has all that are cited."""


def render_markdown(report: Report, paths: Paths = "name") -> str:
    """Summary, symptoms, timeline, evidence, root cause, remedy, what is not shown, how to reproduce."""
    sections = named(report.sections, paths)
    zone = Zone.of(sections)
    answer = answer_of(sections, zone)
    parts = [
        _summary(sections, answer, zone),
        _symptoms(sections),
        ["## Timeline", "", *timeline(sections, zone)],
        _evidence(sections, zone),
        flows_section(sections, zone),
        _evidence_files(sections),
        _root_cause(sections, answer),
        _remedy(sections, answer),
        _not_shown(sections),
        _reproduce(sections),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _summary(sections: Sections, answer: Answer, zone: Zone) -> list[str]:
    verdict = sections["verdict"]
    of = "" if verdict["server"] is None else f" on {verdict['server']}"
    lines = ["# Outage report: PKI enrolment over HTTP", "", "## Summary", "", f"**{prose(verdict['sentence'])}**", ""]
    lines += [*(f"- {label}: {prose(text)}" for label, text in answer.facts), *([""] if answer.facts else [])]
    source = "flows" if sections["capture"]["flows_only"] else "packets"
    if not sections["inputs"]:
        source = evidence_held(sections)
    lines += [
        f"Verdict{of}: {code(verdict['cause'])}, confidence {verdict['confidence']:.2f} (1 would be certain). It is "
        f"drawn from {source} alone, by rules that are stated with the evidence below.",
        "",
    ]
    seen = time_span(sections)
    if seen is not None:
        first, last = (zone.moment(time) for time in seen)
        lines += [f"{seen_in(sections)} from {first} to {last}.", ""]
    grave = [finding for finding in sections["findings"] if finding["severity"] in ("critical", "warning")]
    lines += [f"- {finding['severity']}: {prose(finding['title'])}" for finding in grave]
    return lines if grave else [*lines, "No finding is critical, and none is a warning."]


def _symptoms(sections: Sections) -> list[str]:
    servers = sections["servers"]
    lines = ["## Symptoms", ""]
    if not servers:
        what = "There is no connection to a watched port." if sections["inputs"] else "No traffic was given."
        return [*lines, what]
    worst = servers[0]
    name = server_name(worst)
    failed = worst["unanswered"] + worst["refused"] + worst["unreachable"] + worst["answered_otherwise"]
    lines += [
        f"{name} was asked for {plural(worst['attempts'], 'connection')} by {plural(worst['clients'], 'client')}; "
        f"{failed:,} ({percent(failed, worst['attempts'])}) failed before a request could be sent.",
        "",
    ]
    lines += _ladder(worst["ladder"])
    if worst["pauses"]:
        hit = sum(pause["unanswered_attempts"] for pause in worst["pauses"])
        silent = length(sum(pause["silence_at_least"] for pause in worst["pauses"]))
        lines += [
            f"For {silent} or more, in {plural(len(worst['pauses']), 'pause')}, "
            + (
                f"no packet shows that it answered {plural(hit, 'attempt')}: the capture may lack the answers."
                if worst["verdict"]["cause"] == "capture"
                else f"it answered nobody; {plural(hit, 'attempt')} failed then, or had to wait."
            ),
            "",
        ]
    if worst["unanswered"] and worst["kind"] == "pki":
        lines += [
            "A router whose connection is not answered waits for about 30 s and then logs lines like",
            "",
            *block(
                [
                    "CRYPTO_PKI: Socket timeout",
                    "%PKI-3-SOCKETSEND: Failed to send out message to CA server.",
                ]
            ),
            "",
        ]
    rows = [
        (server_name(server), *server_figures(server, sections), server["verdict"]["cause"])
        for server in servers[:MOST_SERVERS]
    ]
    span = limits_of(sections["settings"]).span
    head = (
        *("Server", "Attempts", "Established", "Unanswered", "Refused", "Unreachable"),
        *(f"Most accepted in {span}", "Pauses", "Verdict"),
    )
    return [*lines, *table(head, rows), *_more(len(servers) - len(rows), "server")]


def _ladder(ladder: Ladder | None) -> list[str]:
    """How many attempts came how far, and why the others did not."""
    if ladder is None or not ladder["dialled"]:
        return []
    rows = [(rung, count, percent(count, ladder["dialled"])) for rung, count in rungs_of(ladder)]
    lines = [*table(("Attempts that were", "", "Share"), rows), ""]
    fell = fell_of(ladder)
    if not fell:
        return [*lines, "Every attempt got what it came for.", ""]
    return [*lines, "Why the others came no farther:", "", *items([f"{count:,}: {words}" for words, count in fell]), ""]


def _evidence_files(sections: Sections) -> list[str]:
    """Every file that was read beside the captures, how much of it was understood, and the clocks of logs."""
    account = sections["evidence"]["account"]
    if not account:
        return []
    lines = ["## Files of evidence", "", *table(evidence_words.FILES, evidence_words.file_rows(account))]
    for title, sentences in (
        ("Not as it should be:", evidence_words.warnings(account)),
        ("Used of the configuration:", evidence_words.used(sections)),
        ("Does not belong, and is not used:", evidence_words.not_used(sections)),
        ("Clocks of the logs, and what has no place on the time axis:", evidence_words.clock_sentences(sections)),
    ):
        if sentences:
            lines += ["", title, "", *items(sentences)]
    return lines


def _between(sections: Sections) -> list[str]:
    """What was lost between two capture points, by kind: a table for each network that has two."""
    lines: list[str] = []
    for point in sections["points"]:
        if point["sent"] is None or point["lost"] is None:
            continue
        rows = [
            (BETWEEN[kind], sent, point["lost"][kind], percent(point["lost"][kind], sent) if sent else "")
            for kind, sent in point["sent"].items()
        ]
        lines += ["", "### Lost between the two capture points", ""]
        lines += [*table(("Attempts with a", "Sent", "Lost", "Share"), rows)]
    return lines


def _evidence(sections: Sections, zone: Zone) -> list[str]:
    limits = limits_of(sections["settings"])
    lines = [
        "## Evidence",
        "",
        "*Observed* is what the files show. *Inferred* is what a rule concludes from it, with a confidence below 1. "
        "An attempt is one connection that a client tried to open, however often it repeated its SYN.",
    ]
    for finding in sections["findings"]:
        lines += ["", *_finding(finding, limits, zone)]
    lines += _between(sections)
    if sections["operations"]:
        lines += ["", "### Requests by operation and response", "", *_operations(sections)]
    if sections["clients"]:
        lines += ["", "### Clients with the most attempts", "", *_clients(sections)]
    return lines


def _finding(finding: Finding, limits: Limits, zone: Zone) -> list[str]:
    seen = "observed" if finding["confidence"] == 1 else f"inferred, confidence {finding['confidence']:.2f}"
    lines = [f"### {escape(finding['title'])}", "", f"{finding['severity']}, {seen} ({code(finding['id'])})", ""]
    lines += [prose(finding["explanation"])]
    figures = figure_rows(finding, limits, zone)
    if figures:
        lines += ["", *table(("Figure", "Value"), figures)]
    if finding["frames"]:
        lines += ["", *_frames(finding)]
    return lines


def _frames(finding: Finding) -> list[str]:
    """The cited frames of each file, with the filter that selects them there."""
    by_file: dict[str, list[int]] = {}
    for frame in finding["frames"]:
        by_file.setdefault(frame["file"], []).append(frame["frame"])
    lines = []
    for path, numbers in by_file.items():
        shown = ", ".join(str(number) for number in numbers[:MOST_FRAMES])
        more = f" and {len(numbers) - MOST_FRAMES} more" if len(numbers) > MOST_FRAMES else ""
        lines += ["", f"Frames of {code(path)}: {shown}{more}. Wireshark shows them with the filter", ""]
        lines += block([filter_of(numbers)])
    return lines[1:]


def _operations(sections: Sections) -> list[str]:
    rows = operation_rows(sections, MOST_OPERATIONS)
    head = ("Operation", "Label", "Response", "Requests", "Clients", "Server")
    return [*table(head, rows), *_more(len(sections["operations"]) - len(rows), "combination")]


def _clients(sections: Sections) -> list[str]:
    rows = [
        (
            row["client_ip"],
            endpoint(row["server_ip"], row["server_port"]),
            row["attempts"],
            row["unanswered"] or 0,
            "not shown" if row["errors"] is None else row["errors"],
            "" if row["poll_period"] is None else length(row["poll_period"]),
        )
        for row in sections["clients"][:MOST_CLIENTS]
    ]
    head = ("Client", "Server", "Attempts", "Unanswered", "HTTP errors", "Time between attempts (median)")
    total = sum(server["clients"] for server in sections["servers"])
    return [*table(head, rows), *_more(total - len(rows), "client")]


def _root_cause(sections: Sections, answer: Answer) -> list[str]:
    verdict = answer.verdict
    lines = [
        "## Root cause",
        "",
        prose(answer.explaining[0]["explanation"] if answer.explaining else verdict["sentence"]),
    ]
    if sections["servers"]:
        lines += _load_behind_it(sections)
    for title, sentences in (
        ("For this verdict:", verdict["evidence_for"]),
        ("Against it:", verdict["evidence_against"]),
    ):
        if sentences:
            lines += ["", title, "", *items(sentences)]
    return lines


def _load_behind_it(sections: Sections) -> list[str]:
    """Which requests the server had to serve, the most first."""
    worst = sections["servers"][0]
    name = server_name(worst)
    counts: Counter[str] = Counter()
    for row in sections["operations"]:
        if row["server"] == name:
            counts[row["operation"]] += row["count"]
    if not counts:
        return []
    parts = [f"{operation} {percent(number, worst['exchanges'])}" for operation, number in counts.most_common(5)]
    return ["", f"What {escape(name)} was asked for: {prose(', '.join(parts))} of its exchanges."]


def _remedy(sections: Sections, answer: Answer) -> list[str]:
    """What cures the verdict; then what the other findings ask for, each under its own name."""
    lines = ["## Remedy", ""]
    if answer.remedy:
        lines += [f"{number}. {prose(step)}" for number, step in enumerate(answer.remedy, start=1)]
    else:
        lines += ["This verdict asks for no change."]
    told = {*answer.remedy, *(found["id"] for found in answer.explaining)}
    for found in sections["findings"]:
        steps = [step for step in found["remedy"] if step not in told]
        if found["id"] not in told and steps:
            lines += ["", f"For: {escape(found['title'])}", "", *items(steps)]
            told.update(steps)
    return lines


def _not_shown(sections: Sections) -> list[str]:
    sentences = [*sections["verdict"]["not_shown"]]
    sentences += [sentence for finding in sections["findings"] for sentence in finding["not_shown"]]
    notes = sections["capture"]["notes"]
    lines = ["## What this does not show", "", *items(list(dict.fromkeys(sentences)))]
    return [*lines, "", "About the files themselves:", "", *items(notes)] if notes else lines


def _reproduce(sections: Sections) -> list[str]:
    tool, settings = sections["tool"], sections["settings"]
    rows = [
        (file["path"], file["format"], file["packets"], file["bytes"], file["sha256"] or "not known")
        for file in sections["inputs"]
    ]
    thresholds = (
        f"{limits_of(settings).rate}, a pause of {settings['pause']} s, "
        f"{settings['max_connections']} connections at once"
    )
    ports = ", ".join(str(port) for port in settings["ports"])
    commands = [command for command in (tool["command"], extract_command(sections)) if command]
    return [
        "## How to reproduce",
        "",
        f"{tool['name']} {tool['version']} ({tool['engine']} engine) made this report. Ports watched: {ports}. "
        f"Limits in force: {thresholds}. Times are shown in {escape(settings['tz'])}.",
        "",
        *block(commands),
        "",
        *table(("File", "Format", "Packets", "Bytes", "SHA-256"), rows),
    ]


def _more(number: int, what: str) -> list[str]:
    return ["", f"... and {plural(number, 'more ' + what)}."] if number > 0 else []
