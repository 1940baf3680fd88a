"""The report as text of 80 columns: for a terminal, and as readable in a log file."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pcapinspect.address import endpoint
from pcapinspect.clock import length
from pcapinspect.findings.figures import plural
from pcapinspect.report import flow_words
from pcapinspect.report.chart import attempts_chart
from pcapinspect.report.document import Report
from pcapinspect.report.inert import inert
from pcapinspect.report.ladder import fell_sentence, funnel
from pcapinspect.report.model import Sections
from pcapinspect.report.people import (
    Zone,
    capture_arguments,
    evidence_arguments,
    extract_command,
    from_pipe,
    limits_of,
    setting_arguments,
    time_span,
    wireshark_command,
)

WIDTH = 80
MOST_SERVERS = 5
MOST_CLIENTS = 8
MOST_OPERATIONS = 10
MOST_CHARTS = 2


@dataclass(frozen=True, slots=True)
class Paint:
    """Colour, or none of it. No meaning is in colour alone."""

    on: bool

    def bold(self, text: str) -> str:
        return self._with("1", text)

    def severity(self, severity: str, text: str) -> str:
        return self._with({"critical": "1;31", "warning": "33", "notice": "36"}.get(severity, "0"), text)

    def _with(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on else text


def render_terminal(report: Report, *, colour: bool = False) -> str:
    """Verdict, capture quality, findings, a chart, servers, clients, operations and what to do next."""
    paint = Paint(colour)
    sections = report.sections
    zone = Zone.of(sections)
    parts = [
        _head(sections, zone),
        _verdict(sections, paint),
        _capture(sections, paint),
        *_ladders(sections, paint),
        _findings(sections, paint),
        *_charts(report, zone, paint),
        _servers(sections, paint),
        _operations(sections, paint),
        _clients(sections, paint),
        _netflow(sections, paint),
        _next(sections, paint),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(sections: Sections, zone: Zone) -> list[str]:
    inputs = sections["inputs"]
    if sections["capture"]["flows_only"]:
        held = plural(flow_words.kept(sections["evidence"]["netflow"]), "flow record") + " of watched ports"
    else:
        held = plural(sum(file["packets"] for file in inputs), "packet")
    names = inert(inputs[0]["path"]) if len(inputs) == 1 else f"{len(inputs)} files"
    tool = sections["tool"]
    lines = _wrap(f"{names}: {held}, read by {tool['name']} {tool['version']} ({tool['engine']})")
    seen = time_span(sections)
    if seen is not None:
        first, last = (zone.moment(time) for time in seen)
        lines.append(f"{first} to {last}")
    return lines


def _verdict(sections: Sections, paint: Paint) -> list[str]:
    verdict = sections["verdict"]
    of = "" if verdict["server"] is None else f", of {verdict['server']}"
    lines = [paint.bold("VERDICT") + f"  {verdict['cause']}, confidence {verdict['confidence']:.2f}{of}"]
    lines += [paint.bold(line) for line in _wrap(verdict["sentence"], "  ")]
    reasons = (
        ("for", verdict["evidence_for"]),
        ("against", verdict["evidence_against"]),
        ("not shown", verdict["not_shown"]),
    )
    for label, sentences in reasons:
        for sentence in sentences:
            lines += _wrap(sentence, f"  {label + ':':<11}", " " * 13)
    return lines


def _capture(sections: Sections, paint: Paint) -> list[str]:
    notes = [*sections["capture"]["notes"]]
    for file in sections["inputs"]:
        notes += [f"{file['path']}: {warning}" for warning in file["warnings"]]
    if not notes:
        return [paint.bold("CAPTURE") + "  nothing is known to be missing from it"]
    return [paint.bold("CAPTURE"), *(line for note in notes for line in _wrap(note, "  - ", "    "))]


def _findings(sections: Sections, paint: Paint) -> list[str]:
    findings = sections["findings"]
    lines = [paint.bold("FINDINGS") + f"  {len(findings) or 'none'}"]
    for finding in findings:
        severity = finding["severity"]
        title = _wrap(finding["title"], f"  {severity:<9} ", " " * 12)
        lines += [title[0].replace(severity, paint.severity(severity, severity), 1), *title[1:]]
        seen = "observed" if finding["confidence"] == 1 else f"inferred, confidence {finding['confidence']:.2f}"
        frames = f", {plural(len(finding['frames']), 'frame')} cited" if finding["frames"] else ""
        lines += _wrap(f"({finding['id']}: {seen}{frames})", " " * 12)
    return lines


def _ladders(sections: Sections, paint: Paint) -> list[list[str]]:
    """A funnel a server; one line where everybody got what they came for, and none of flows."""
    found = []
    for server in sections["servers"][:MOST_CHARTS]:
        ladder, name = server["ladder"], endpoint(server["ip"], server["port"])
        if ladder is None or not ladder["dialled"]:
            continue
        head = paint.bold("SERVICE") + f"  of {name}"
        if ladder["succeeded"] == ladder["dialled"]:
            found.append([f"{head}: {plural(ladder['dialled'], 'attempt')}, and each succeeded"])
        else:
            lines = [f"  {line}" for line in funnel(ladder)]
            found.append([head, *lines, *_wrap(fell_sentence(ladder), "  ", "        ")])
    return found


def _charts(report: Report, zone: Zone, paint: Paint) -> list[list[str]]:
    charts = []
    for server in report.sections["servers"][:MOST_CHARTS]:
        chart = attempts_chart(report, server, zone, WIDTH)
        if chart:
            charts.append([paint.bold(chart[0]), *chart[1:]])
    return charts


def _servers(sections: Sections, paint: Paint) -> list[str]:
    """Two lines a server: an IPv6 address, a verdict and the figures do not fit side by side."""
    servers = sections["servers"]
    if not servers:
        return []
    span = limits_of(sections["settings"]).span
    head = ("SERVERS", "attempts", "established", "unanswered", "refused", "unreach.", f"peak {span}", "pauses")
    lines = [paint.bold("  ".join(head))]
    for server in servers[:MOST_SERVERS]:
        peak = server["peak_accepted_60s"]
        figures = (
            server["attempts"],
            server["established"],
            server["unanswered"],
            server["refused"],
            server["unreachable"],
            peak["count"] if peak else 0,
            "not shown" if sections["capture"]["flows_only"] else len(server["pauses"]),
        )
        lines.append(f"{endpoint(server['ip'], server['port'])}: {server['verdict']['cause']}")
        cells = [_number(figure).rjust(len(name)) for figure, name in zip(figures, head[1:], strict=True)]
        lines.append("  ".join((" " * len(head[0]), *cells)))
    left_out = len(servers) - MOST_SERVERS
    return [*lines, f"... and {left_out:,} more"] if left_out > 0 else lines


def _operations(sections: Sections, paint: Paint) -> list[str]:
    operations = sorted(sections["operations"], key=lambda row: -row["count"])
    rows = [
        (
            row["operation"],
            row["ca_identifier"] or "",
            "no response" if row["status"] is None else str(row["status"]),
            row["count"],
            row["clients"],
            row["server"],
        )
        for row in operations[:MOST_OPERATIONS]
    ]
    head = ("OPERATIONS", "label", "response", "count", "clients", "server")
    return _table(head, rows, paint, len(operations) - len(rows)) if rows else []


def _clients(sections: Sections, paint: Paint) -> list[str]:
    clients = sections["clients"]
    rows = [
        (
            row["client_ip"],
            row["attempts"],
            row["unanswered"],
            "" if row["errors"] is None else row["errors"],
            "" if row["poll_period"] is None else length(row["poll_period"]),
            row["operations"] or "",
        )
        for row in clients[:MOST_CLIENTS]
    ]
    head = ("TOP CLIENTS", "attempts", "unansw.", "errors", "every", "operations")
    return (
        _table(head, rows, paint, sum(server["clients"] for server in sections["servers"]) - len(rows)) if rows else []
    )


def _netflow(sections: Sections, paint: Paint) -> list[str]:
    """Flows beside a capture: how both agree, and what is missing. Without packets all the rest is of dated flows."""
    netflow = sections["evidence"]["netflow"]
    if netflow is None or (sections["capture"]["flows_only"] and all(one["dated"] for one in netflow["servers"])):
        return []
    records = plural(flow_words.kept(netflow), "flow record")
    lines = [paint.bold("NETFLOW") + f"  {records} of watched ports in {plural(len(netflow['files']), 'file')}"]
    for server in netflow["servers"][:MOST_SERVERS]:
        lines += _wrap(f"{endpoint(server['ip'], server['port'])}: {server['verdict']['sentence']}", "  ", "    ")
    told = flow_words.comparison(netflow)
    lines += _wrap(told, "  ", "    ") if told else []
    return [*lines, *(line for text in flow_words.concerns(netflow) for line in _wrap(text, "  - ", "    "))]


def _next(sections: Sections, paint: Paint) -> list[str]:
    """Commands that look behind the first finding, explain its cause, and make what can be sent."""
    if from_pipe(sections):
        return []
    captures, settings = capture_arguments(sections), setting_arguments(sections)
    shown = next((finding for finding in sections["findings"] if finding["frames"]), None)
    commands = []
    if shown is not None:
        commands += [wireshark_command(shown), extract_command(sections)]
    # `timers` reads a capture as it is read by default.
    usual = not {"--port", "--server", "--engine"} & set(settings)
    if sections["pki"]["rollover"] and sections["evidence"]["configuration"] is None and usual:
        commands += [shlex.join(("pcapinspect", "timers", *captures, "--config", "CA-AND-CLIENT-CONFIGURATION"))]
    if "--html" not in sections["tool"]["command"]:
        words = *captures, *settings, *evidence_arguments(sections), "--html", "report.html", "--markdown", "report.md"
        commands += [shlex.join(("pcapinspect", "analyze", *words))]
    return [paint.bold("NEXT"), *(f"  {inert(command)}" for command in commands if command)] if commands else []


def _wrap(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        inert(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str | int]], paint: Paint, left_out: int) -> list[str]:
    """Columns as wide as their longest cell, numbers to the right; the last column gives way to the page's width."""
    cells = [[_number(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in [list(head), *cells]) for place in range(len(head))]
    _narrow(widths)
    aligns: list[Callable[[str, int], str]] = [str.rjust if isinstance(cell, int) else str.ljust for cell in rows[0]]

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            align(_cut(cell, width), width) for cell, width, align in zip(row, widths, aligns, strict=True)
        ).rstrip()

    lines = [paint.bold(line(head)), *(line(row) for row in cells)]
    return [*lines, f"... and {left_out:,} more"] if left_out > 0 else lines


def _number(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else inert(cell)


def _narrow(widths: list[int]) -> None:
    """Takes from the widest column until the row fits the page."""
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        widths[widths.index(max(widths))] -= 1


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 3, 1)] + "..."[: width - 1]
