"""The report as text: for a terminal, and as readable in a log file."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pcapinspect.address import endpoint
from pcapinspect.clock import SECOND, length
from pcapinspect.columns import MISSING
from pcapinspect.findings.figures import percent, plural
from pcapinspect.findings.kinds import kind_of
from pcapinspect.report import evidence_words, flow_words
from pcapinspect.report.answer import answer_of
from pcapinspect.report.chart import attempts_chart
from pcapinspect.report.document import Report
from pcapinspect.report.inert import command_line, inert
from pcapinspect.report.ladder import fell_sentence, funnel
from pcapinspect.report.model import Sections
from pcapinspect.report.people import (
    Zone,
    capture_arguments,
    evidence_arguments,
    evidence_held,
    extract_command,
    from_pipe,
    limits_of,
    setting_arguments,
    time_span,
    wireshark_command,
)
from pcapinspect.report.row_words import operation_rows, server_figures
from pcapinspect.report.words import server_name

WIDTH = 80
"""Columns where neither a terminal nor the user says how many."""

LEAST_WIDTH = 80
"""Tables and bars need so many."""

MOST_SERVERS = 5
MOST_OF_A_KIND = 2
"""Servers with the same kind of finding that are told one by one."""

MOST_CLIENTS = 8
MOST_OPERATIONS = 10
MOST_CHARTS = 2
MOST_FILES = 12
MOST_PORTS = 3
MOST_STEPS = 2
MOST_ALSO = 3

LABEL = 11
"""Columns of what a line is about."""


@dataclass(frozen=True, slots=True)
class Paint:
    """Colour, or none of it, and how wide the page is. No meaning is in colour alone."""

    on: bool
    width: int = WIDTH

    def wrap(self, text: str, first: str = "", rest: str | None = None) -> list[str]:
        return textwrap.wrap(
            inert(text),
            self.width,
            initial_indent=first,
            subsequent_indent=first if rest is None else rest,
            break_on_hyphens=False,
        )

    def bold(self, text: str) -> str:
        return self._with("1", text)

    def severity(self, severity: str, text: str) -> str:
        return self._with({"critical": "1;31", "warning": "33", "notice": "36"}.get(severity, "0"), text)

    def _with(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.on else text


def render_terminal(report: Report, *, colour: bool = False, width: int = WIDTH) -> str:
    """The answer, why, capture quality, findings, a chart, servers, clients, operations and what to do next."""
    paint = Paint(colour, max(width, LEAST_WIDTH))
    sections = report.sections
    zone = Zone.of(sections)
    parts = [
        _head(sections, zone, paint),
        _answer(sections, zone, paint),
        _why(sections, paint),
        _capture(sections, paint),
        *_ladders(sections, paint),
        _findings(sections, paint),
        *_charts(report, zone, paint),
        _servers(sections, paint),
        _operations(sections, paint),
        _clients(report, paint),
        _netflow(sections, paint),
        _evidence(sections, paint),
        _next(sections, paint),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(sections: Sections, zone: Zone, paint: Paint) -> list[str]:
    inputs = sections["inputs"]
    if not inputs:
        tool = sections["tool"]
        return paint.wrap(f"Read by {tool['name']} {tool['version']}: {evidence_held(sections)}")
    if sections["capture"]["flows_only"]:
        held = plural(flow_words.kept(sections["evidence"]["netflow"]), "flow record") + " of watched ports"
    else:
        held = plural(sum(file["packets"] for file in inputs), "packet")
    names = inert(inputs[0]["path"]) if len(inputs) == 1 else f"{len(inputs)} files"
    tool = sections["tool"]
    lines = paint.wrap(f"{names}: {held}, read by {tool['name']} {tool['version']} ({tool['engine']})")
    seen = time_span(sections)
    if seen is not None:
        first, last = (zone.moment(time) for time in seen)
        lines.append(f"{first} to {last}")
    return lines


def _answer(sections: Sections, zone: Zone, paint: Paint) -> list[str]:
    """What an engineer reads first: whose it is, since when, how often, why, and what to do."""
    answer = answer_of(sections, zone)
    verdict = answer.verdict
    of = "" if verdict["server"] is None else f", confidence {verdict['confidence']:.2f}, of {verdict['server']}"
    lines = [paint.bold("VERDICT") + f"  {verdict['cause']}{of}"]
    lines += [paint.bold(line) for line in paint.wrap(verdict["sentence"], "  ")]
    if verdict["also"]:
        rest = "; ".join(f"{percent(also['share'], 1)} {also['cause']}" for also in verdict["also"])
        share = percent(verdict["explains"] or 0, 1)
        lines += _labelled("explains", f"{share} of the attempts not served at once; of the rest: {rest}", paint)
    for label, text in answer.facts:
        lines += _labelled(label, text, paint)
    if answer.root is not None:
        lines += _labelled("root cause", answer.root["title"], paint)
    for number, step in enumerate(answer.remedy[:MOST_STEPS]):
        lines += _labelled("" if number else "to do", _first_sentence(step), paint)
    if len(answer.remedy) > MOST_STEPS:
        more = plural(len(answer.remedy) - MOST_STEPS, "more step")
        lines += _labelled("", f"... and {more}, with reasons, in --html and --markdown", paint)
    for finding in answer.also[:MOST_ALSO]:
        lines += _labelled("also", finding["title"], paint)
    if answer.others:
        lines += _labelled("also", f"{plural(answer.others, 'other server')} with a verdict of its own, below", paint)
    return lines


def _why(sections: Sections, paint: Paint) -> list[str]:
    verdict = sections["verdict"]
    reasons = (("for", verdict["evidence_for"]), ("against", verdict["evidence_against"]))
    lines = [line for label, sentences in reasons for text in sentences for line in _labelled(label, text, paint)]
    lines += [line for text in verdict["not_shown"] for line in _labelled("not shown", text, paint)]
    return [paint.bold("WHY"), *lines] if lines else []


def _labelled(label: str, text: str, paint: Paint) -> list[str]:
    return paint.wrap(text, f"  {label + ':' if label else '':<{LABEL}} ", " " * (LABEL + 3))


def _first_sentence(step: str) -> str:
    """What is done; why comes after it. Backticks mark commands, in which a point ends no sentence."""
    parts = step.split("`")
    for place in range(0, len(parts), 2):
        head, point, _ = parts[place].partition(". ")
        if point:
            return "`".join([*parts[:place], head]) + "."
    return step


def _capture(sections: Sections, paint: Paint) -> list[str]:
    notes = [*sections["capture"]["notes"]]
    for file in sections["inputs"]:
        notes += [f"{file['path']}: {warning}" for warning in file["warnings"]]
    if not sections["inputs"]:
        return []
    if not notes:
        return [paint.bold("CAPTURE") + "  nothing is known to be missing from it"]
    return [paint.bold("CAPTURE"), *(line for note in notes for line in paint.wrap(note, "  - ", "    "))]


def _findings(sections: Sections, paint: Paint) -> list[str]:
    """A finding each; of a kind that more servers have, the first and how many they are."""
    findings = sections["findings"]
    kinds = Counter(kind_of(finding["id"]) for finding in findings)
    lines = [paint.bold("FINDINGS") + f"  {len(findings) or 'none'}"]
    told: set[str] = set()
    for finding in findings:
        kind = kind_of(finding["id"])
        if kinds[kind] > MOST_OF_A_KIND and kind in told:
            continue
        told.add(kind)
        severity = finding["severity"]
        title = paint.wrap(finding["title"], f"  {severity:<9} ", " " * 12)
        lines += [title[0].replace(severity, paint.severity(severity, severity), 1), *title[1:]]
        seen = "observed" if finding["confidence"] == 1 else f"inferred, confidence {finding['confidence']:.2f}"
        frames = f", {plural(len(finding['frames']), 'frame')} cited" if finding["frames"] else ""
        more = f"; {kinds[kind] - 1} more servers have the like" if kinds[kind] > MOST_OF_A_KIND else ""
        lines += paint.wrap(f"({finding['id']}: {seen}{frames}{more})", " " * 12)
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
            found.append([head, *lines, *paint.wrap(fell_sentence(ladder), "  ", "        ")])
    return found


def _charts(report: Report, zone: Zone, paint: Paint) -> list[list[str]]:
    charts = []
    for server in report.sections["servers"][:MOST_CHARTS]:
        chart = attempts_chart(report, server, zone, paint.width)
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
        figures = server_figures(server, sections)
        lines.append(f"{server_name(server)}: {server['verdict']['cause']}")
        cells = [_number(figure).rjust(len(name)) for figure, name in zip(figures, head[1:], strict=True)]
        lines.append("  ".join((" " * len(head[0]), *cells)))
    left_out = len(servers) - MOST_SERVERS
    return [*lines, f"... and {left_out:,} more"] if left_out > 0 else lines


def _operations(sections: Sections, paint: Paint) -> list[str]:
    rows = operation_rows(sections, MOST_OPERATIONS)
    head = ("OPERATIONS", "label", "response", "count", "clients", "server")
    return _table(head, rows, paint, len(sections["operations"]) - len(rows)) if rows else []


def _clients(report: Report, paint: Paint) -> list[str]:
    """Those that fail most; where none does, the busiest."""
    columns = report.tables.columns("clients")
    if not len(columns["client_ip"]):
        return []
    unanswered, refused, errors = (np.maximum(columns[name], 0) for name in ("unanswered", "refused", "errors"))
    lost = unanswered + refused + errors
    chosen = np.lexsort((-columns["attempts"], -lost))[:MOST_CLIENTS]
    rows = [
        (
            columns["client_ip"][row],
            int(columns["attempts"][row]),
            int(unanswered[row] + refused[row]),
            "" if columns["errors"][row] == MISSING else int(columns["errors"][row]),
            "" if columns["poll_period"][row] == MISSING else length(round(columns["poll_period"][row] / SECOND, 1)),
            columns["operations"][row] or "",
        )
        for row in chosen.tolist()
    ]
    head = ("CLIENTS", "attempts", "failed", "errors", "every", "operations")
    if lost.any():
        head = ("CLIENTS THAT FAIL", *head[1:])
    return _table(head, rows, paint, report.rows["clients"] - len(rows))


def _netflow(sections: Sections, paint: Paint) -> list[str]:
    """Flows beside a capture: how both agree, and what is missing. Without packets all the rest is of dated flows."""
    netflow = sections["evidence"]["netflow"]
    if netflow is None or (sections["capture"]["flows_only"] and all(one["dated"] for one in netflow["servers"])):
        return []
    records = plural(flow_words.kept(netflow), "flow record")
    lines = [paint.bold("NETFLOW") + f"  {records} of watched ports in {plural(len(netflow['files']), 'file')}"]
    for server in netflow["servers"][:MOST_SERVERS]:
        lines += paint.wrap(f"{endpoint(server['ip'], server['port'])}: {server['verdict']['sentence']}", "  ", "    ")
    told = flow_words.comparison(netflow)
    lines += paint.wrap(told, "  ", "    ") if told else []
    return [*lines, *(line for text in flow_words.concerns(netflow) for line in paint.wrap(text, "  - ", "    "))]


def _evidence(sections: Sections, paint: Paint) -> list[str]:
    """Every file that was read beside the captures, and the clocks of logs."""
    account = sections["evidence"]["account"]
    if not account:
        return []
    lines = [paint.bold("EVIDENCE") + f"  {plural(len(account), 'file')}"]
    for file in account[:MOST_FILES]:
        lines += paint.wrap(evidence_words.file_sentence(file), "  ", "    ")
    if len(account) > MOST_FILES:
        lines.append(f"  ... and {len(account) - MOST_FILES:,} more")
    told = [*evidence_words.warnings(account), *_whose(sections), *evidence_words.clock_sentences(sections)]
    return [*lines, *(line for text in told for line in paint.wrap(text, "  - ", "    "))]


MOST_PIECES = 4
"""Pieces of configuration that a terminal tells of each side."""


def _whose(sections: Sections) -> list[str]:
    """What of the configuration is this server's, and what is not."""
    told = []
    for word, pieces in (("used", evidence_words.used(sections)), ("not used", evidence_words.not_used(sections))):
        told += [f"{word}: {piece}" for piece in pieces[:MOST_PIECES]]
        if len(pieces) > MOST_PIECES:
            told.append(f"{word}: ... and {len(pieces) - MOST_PIECES} more, in --html and --markdown")
    return told


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
        commands += [command_line(("pcapinspect", "timers", *captures, "--config", "CA-AND-CLIENT-CONFIGURATION"))]
    if not captures and not sections["capture"]["flows_only"] and sections["evidence"]["configuration"] is not None:
        files = [file["path"] for file in sections["evidence"]["configuration"]["files"]]
        commands += [command_line(("pcapinspect", "timers", "--config", *files))]
    if sections["elsewhere"]:
        ports = dict.fromkeys(found["port"] for found in sections["elsewhere"][:MOST_PORTS] if found["syn_packets"])
        commands = [command_line(("pcapinspect", "analyze", *captures, "--port", str(port))) for port in ports]
    elif "--html" not in sections["tool"]["command"]:
        words = *captures, *settings, *evidence_arguments(sections), "--html", "report.html", "--markdown", "report.md"
        commands += [command_line(("pcapinspect", "analyze", *words))]
    return [paint.bold("NEXT"), *(f"  {inert(command)}" for command in commands if command)] if commands else []


def _table(head: Sequence[str], rows: Sequence[Sequence[str | int]], paint: Paint, left_out: int) -> list[str]:
    """Columns as wide as their longest cell, numbers to the right; the last column gives way to the page's width."""
    cells = [[_number(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in [list(head), *cells]) for place in range(len(head))]
    _narrow(widths, paint.width)
    aligns: list[Callable[[str, int], str]] = [str.rjust if isinstance(cell, int) else str.ljust for cell in rows[0]]

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            align(_cut(cell, width), width) for cell, width, align in zip(row, widths, aligns, strict=True)
        ).rstrip()

    lines = [paint.bold(line(head)), *(line(row) for row in cells)]
    return [*lines, f"... and {left_out:,} more"] if left_out > 0 else lines


def _number(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else inert(cell)


def _narrow(widths: list[int], width: int) -> None:
    """Takes from the widest column until the row fits the page."""
    while sum(widths) + 2 * (len(widths) - 1) > width:
        widths[widths.index(max(widths))] -= 1


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 3, 1)] + "..."[: width - 1]
