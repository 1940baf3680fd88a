"""What the template shows of a document: texts in the zone of the report, and the first rows of every table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from itertools import zip_longest

from markupsafe import Markup, escape

from pcapinspect.address import endpoint
from pcapinspect.clock import iso, parse_iso, zone
from pcapinspect.findings.display_filter import filter_of
from pcapinspect.findings.figures import percent, plural
from pcapinspect.findings.kinds import kind_of
from pcapinspect.load.causes import CAUSES
from pcapinspect.report.answer import answer_of
from pcapinspect.report.catalogue import SHOWN, TABLES
from pcapinspect.report.columns import TEXT, TIME, Kind
from pcapinspect.report.flow_words import kept
from pcapinspect.report.html_evidence import evidence_view
from pcapinspect.report.html_flows import NOT_IN_FLOWS, flows_view
from pcapinspect.report.inert import command_line
from pcapinspect.report.ladder import fell_sentence, rungs_of
from pcapinspect.report.model import Cell, Document, Elsewhere, EmbeddedTable, Finding, Ladder, Server, Verdict
from pcapinspect.report.people import (
    Zone,
    argument,
    capture_arguments,
    evidence_held,
    figure_rows,
    from_pipe,
    limits_of,
    time_span,
)
from pcapinspect.report.sparks import sparks
from pcapinspect.report.words import server_name
from pcapinspect.settings import Limits

View = dict[str, object]

PRINTED_ROWS = 200
"""Rows of a table that are in the HTML itself: enough to read on, and the file stays small."""

MARKS = {"critical": "✖", "warning": "▲", "notice": "●", "info": "ⓘ"}
"""Severities by sign as well as colour."""

ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")

UNIT = re.compile(r"(\d) (s|ms|min|h|d|days|%)(?!\w)")

CLOCK = 19
"""Letters of a date and a time to the second."""

FEW = 2
"""Servers with the same kind of finding that each have a line of their own."""

PAUSES, ERRORS = "pauses of the server", "error responses"

PANELS = (
    ("minutes", "Connections a minute against the limit"),
    ("service", "How far attempts came"),
    ("pause", "A pause, SYN by SYN"),
    ("ladder", "An attempt between the two points"),
    ("between", "Loss and delay between the two points"),
    ("operations", "Operations and response codes"),
    ("latency", "Latency of responses"),
    ("handshakes", "SYN packets an attempt took"),
    ("clients", "Clients over time"),
    ("polling", "Poll periods"),
    ("phase", "Do clients poll in step?"),
    ("open", "Open connections"),
    ("rollover", "Timers of the rollover, and the window of errors"),
    ("flows", "NetFlow"),
    ("logs", "Logs"),
)


def view(document: Document) -> View:
    """The variables of the template."""
    tz = zone(document["settings"]["tz"])
    verdict, limits = document["verdict"], limits_of(document["settings"])
    seen = time_span(document)
    return {
        "document": document,
        "verdict": verdict,
        "cause": CAUSES[verdict["cause"]].words,
        "tone": CAUSES[verdict["cause"]].tone,
        "title": f"{verdict['sentence']} – pcapinspect",
        "files": ", ".join(file["path"] for file in document["inputs"] or document["evidence"]["account"]),
        "footer": footer(document),
        "held": held(document),
        "flows_only": document["capture"]["flows_only"],
        "flows": flows_view(document),
        "evidence": evidence_view(document),
        "span": span(*seen, tz) if seen else "no packet" if document["inputs"] else "no capture",
        "zone": document["settings"]["tz"],
        "quality": quality(document),
        "figures": figures(document, tz),
        "answer": answer_view(document, Zone(tz)),
        "elsewhere": [elsewhere_row(found, document) for found in document["elsewhere"]],
        "servers": [
            server_row(server) | {"spark": line} for server, line in zip_longest(document["servers"], sparks(document))
        ],
        "findings": grouped([finding(found, tz, limits) for found in document["findings"]]),
        "attempted": bool(document["servers"] or document["tables"]["flows"]["rows"]),
        "tables": [table(name, document["tables"][name], tz, limits.span) for name in SHOWN],
        "panels": panels(document),
        "pauses": sum(len(server["pauses"]) for server in document["servers"]),
        "comments": [{"path": file["path"], **told} for file in document["inputs"] for told in file["comments"]],
        "moment": moment(tz),
    }


def footer(document: Document) -> str:
    """A string of CSS that stands on every printed page: the first file, how many more, and its SHA-256."""
    files = document["inputs"]
    if not files:
        return css_string("pcapinspect")
    more = f" and {len(files) - 1} more" if files[1:] else ""
    return css_string(f"{files[0]['path']}{more}, SHA-256 {files[0]['sha256'] or 'not known'}")


def css_string(text: str) -> str:
    """Text as CSS has it, in which nothing ends the string: every sign but letters and digits by its number."""
    return '"' + "".join(sign if sign.isalnum() and sign.isascii() else f"\\{ord(sign):06x}" for sign in text) + '"'


def held(document: Document) -> str:
    """`12 packets`, or how many flow records where there are no packets."""
    if document["capture"]["flows_only"]:
        return f"{kept(document['evidence']['netflow']):,} flow records"
    if not document["inputs"]:
        return evidence_held(document)
    return f"{sum(file['packets'] for file in document['inputs']):,} packets"


def panels(document: Document) -> list[tuple[str, str]]:
    """The panels that the document has something for, with their titles."""
    dated = any(found["window_from"] and found["ca_expiry"] for found in document["pki"]["rollover"])
    two_points = any(point["courses"] for point in document["points"])
    missing = dict.fromkeys(NOT_IN_FLOWS if document["capture"]["flows_only"] else (), True) | {
        "ladder": not two_points,
        "between": not two_points,
        "rollover": not dated,
        "flows": not document["tables"]["flows"]["rows"],
        "logs": not document["evidence"]["logs"],
    }
    return [(name, title) for name, title in PANELS if not missing.get(name)]


def answer_view(document: Document, zone: Zone) -> View:
    """The answer in the words of the template; findings by their place on the page."""
    answer = answer_of(document, zone)
    places = {found["id"]: place for place, found in enumerate(document["findings"], start=1)}
    ladder = document["servers"][0]["ladder"] if document["servers"] else None
    return {
        "server": answer.verdict["server"],
        "of": len(document["servers"]),
        "facts": answer.facts,
        "root_cause": None
        if answer.root is None
        else {"title": answer.root["title"], "certainty": certainty(answer.root), "place": places[answer.root["id"]]},
        "remedy": answer.remedy,
        "also": [(found["title"], places[found["id"]]) for found in answer.also],
        "others": answer.others,
        "explains": percent(answer.verdict["explains"] or 0, 1),
        "rest": [f"{percent(also['share'], 1)}: {also['sentence']}" for also in answer.verdict["also"]],
        "rungs": [] if ladder is None else rung_rows(ladder),
        "fell": "" if ladder is None else fell_sentence(ladder),
    }


def rung_rows(ladder: Ladder) -> list[View]:
    """The ladder from its lowest rung: how many came so far, and as a share of all."""
    most = max(1, ladder["dialled"])
    return [
        {"rung": rung, "count": f"{count:,}", "share": percent(count, most), "width": f"{100 * count / most:.1f}"}
        for rung, count in rungs_of(ladder)
    ]


def moment(tz: tzinfo) -> Callable[[str | None, int], str]:
    """A function for the template: a time of the document in the zone, with so many decimals."""

    def text(value: str | None, digits: int = 9) -> str:
        return "–" if value is None else in_zone(value, tz, digits)

    return text


def in_zone(value: str, tz: tzinfo, digits: int = 9) -> str:
    """`2026-03-02 03:14:05.123456789` in the zone; which zone is said beside it."""
    return iso(parse_iso(value), tz, digits)[: CLOCK + (digits + 1 if digits else 0)].replace("T", " ")


def span(first: str, last: str, tz: tzinfo) -> str:
    begin, end = in_zone(first, tz, 0), in_zone(last, tz, 0)
    return f"{begin} to {end[11:] if begin[:10] == end[:10] else end}"


def quality(document: Document) -> View:
    """The badge of the capture: what it lacks, in words, from the section `capture` and the inputs."""
    concerns = [*document["capture"]["notes"]]
    for file in document["inputs"]:
        concerns += [f"{file['path']}: {warning}" for warning in file["warnings"]]
    label = "no concerns" if not concerns else "1 concern" if len(concerns) == 1 else f"{len(concerns)} concerns"
    return {"label": label, "concerns": concerns, "tone": "bad" if concerns else "good"}


def figures(document: Document, tz: tzinfo) -> list[View]:
    """The figures under the verdict: of the server that it is about."""
    if not document["servers"]:
        return []
    server, settings = document["servers"][0], document["settings"]
    day = only_day([time for time in (server["first_time"], server["last_time"]) if time], tz)
    peak = server["peak_accepted_60s"]
    accepted = "answered dials begun" if document["capture"]["flows_only"] else "accepted"
    failed = server["unanswered"] + server["refused"] + server["unreachable"] + server["answered_otherwise"]
    found = [
        figure("minutes", "attempts", server["attempts"], f"from {plural(server['clients'], 'client')}"),
        figure("service", "failed", failed, f"{percent(failed, server['attempts'])} of the attempts", loud=failed > 0),
        figure(
            "minutes",
            f"most {accepted} in {settings['window']} s",
            peak["count"] if peak else 0,
            f"the limit is {settings['limit']}",
            loud=peak is not None and peak["count"] >= settings["limit"],
        ),
        figure(
            "pause", PAUSES, len(server["pauses"]), first_of(server["first_pause"], tz, day), bool(server["pauses"])
        ),
        figure(
            "minutes",
            "minutes over the limit",
            server["minutes_over_limit"],
            first_of(server["first_over_limit"], tz, day),
        ),
        figure(
            "operations", ERRORS, server["errors"], f"{percent(server['errors'], server['exchanges'])} of the exchanges"
        ),
    ]
    unknown = (PAUSES, ERRORS) if document["capture"]["flows_only"] else ()
    drawn = {name for name, _ in panels(document)}
    return [
        shown | {"panel": shown["panel"] if shown["panel"] in drawn else None}
        for shown in found
        if shown["label"] not in unknown
    ]


def figure(panel: str, label: str, count: int, note: str, loud: bool = False) -> View:
    """A tile; its name leads to the panel that shows it."""
    return {"panel": panel, "label": label, "count": f"{count:,}", "note": note, "loud": loud}


def first_of(time: str | None, tz: tzinfo, day: str | None = None) -> str:
    """`first at 08:02:09`; with its date where the capture is not of one `day`."""
    if time is None:
        return "none"
    text = in_zone(time, tz, 0)
    return f"first at {text[11:] if text[:10] == day else text}"


def only_day(times: Sequence[str], tz: tzinfo) -> str | None:
    """The date that all times have in the zone."""
    days = {in_zone(time, tz, 0)[:10] for time in times}
    return days.pop() if len(days) == 1 else None


def with_code(text: str) -> Markup:
    """A sentence whose commands stand between backticks, for the template."""
    parts = [escape(part) for part in unbroken(text).split("`")]
    if len(parts) % 2 == 0:
        return escape(unbroken(text))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def in_words(text: str, tz: tzinfo) -> str:
    """A sentence with its times in the zone, each with its offset; UTC stays as it is."""

    def moved(found: re.Match[str]) -> str:
        try:
            return iso(parse_iso(found[0]), tz, 0).replace("T", " ")
        except (ValueError, OverflowError):  # looks like a time and is none: text of the capture
            return found[0]

    return text if tz is UTC else ISO_TIME.sub(moved, text)


def unbroken(text: str) -> str:
    """Numbers stay in one line with their units."""
    return UNIT.sub("\\1\u00a0\\2", text)


def elsewhere_row(found: Elsewhere, document: Document) -> View:
    command = command_line(("pcapinspect", "analyze", *capture_arguments(document), "--port", str(found["port"])))
    return {**found, "name": endpoint(found["ip"], found["port"]), "command": None if from_pipe(document) else command}


def server_row(server: Server) -> View:
    cause = CAUSES[server["verdict"]["cause"]]
    return {**server, "name": server_name(server), "cause": cause.words, "tone": cause.tone}


def finding(found: Finding, tz: tzinfo, limits: Limits) -> View:
    """One finding, with the commands that open its packets."""
    by_file: dict[str, list[int]] = {}
    for place in found["frames"]:
        by_file.setdefault(place["file"], []).append(place["frame"])
    return {
        **found,
        "mark": MARKS[found["severity"]],
        "certainty": certainty(found),
        "when": when(found, tz),
        "files": [packets(path, frames, found["display_filter"]) for path, frames in by_file.items()],
        "figure_rows": figure_rows(found, limits, Zone(tz)),
    }


def confidence(judged: Verdict | Finding) -> str:
    """`85 %` of a verdict or a finding."""
    return percent(judged["confidence"], 1)


def grouped(findings: Sequence[View]) -> list[View]:
    """Findings as the page lists them: of a kind that more than FEW servers have, all but the first under it.

    Each has its `place`, by which links name it.
    """
    of_kind = Counter(kind_of(str(found["id"])) for found in findings)
    rest_of: dict[str, list[View]] = {}
    shown: list[View] = []
    for place, found in enumerate(findings, start=1):
        kind = kind_of(str(found["id"]))
        rest: list[View] = []
        view: View = {**found, "place": place, "rest": rest}
        if of_kind[kind] > FEW and kind in rest_of:
            rest_of[kind].append(view)
        else:
            rest_of.setdefault(kind, rest)
            shown.append(view)
    return shown


def certainty(found: Finding) -> str:
    return "observed" if found["confidence"] >= 1 else f"inferred, confidence {confidence(found)}"


def when(found: Finding, tz: tzinfo) -> str | None:
    if found["start"] is None:
        return None
    return span(found["start"], found["end"], tz) if found["end"] else in_zone(found["start"], tz, 0)


def packets(path: str, frames: Sequence[int], display_filter: str | None) -> View:
    """The frames of a finding in one file, and what to paste to see them."""
    chosen = display_filter or filter_of(sorted(set(frames)))
    return {
        "path": path,
        "frames": ", ".join(f"{frame}" for frame in frames[:20]) + (" …" if len(frames) > 20 else ""),
        "count": len(frames),
        "filter": chosen,
        "tshark": command_line(["tshark", "-r", argument(path), "-Y", chosen]),
        "wireshark": command_line(["wireshark", "-r", argument(path), "-g", str(frames[0])]),
    }


def table(name: str, embedded: EmbeddedTable, tz: tzinfo, span: str) -> View:
    """The first rows of a table, as texts. `span`: the window of the limit."""
    described = {column.name: column for column in TABLES[name].columns}
    chosen = [described[column] for column in TABLES[name].shown]
    columns = [embedded["columns"][column.name][:PRINTED_ROWS] for column in chosen]
    rows = [
        [cell(value, column.kind, tz) for column, value in zip(chosen, row, strict=True)]
        for row in zip(*columns, strict=True)
    ]
    heads = [
        {
            "text": column.heading(span) + (f" ({tz})" if column.kind == TIME else ""),
            "number": is_number(column.kind),
        }
        for column in chosen
    ]
    return {"name": name, "heads": heads, "rows": rows, "total": embedded["rows"], "shown": len(rows)}


def is_number(kind: Kind) -> bool:
    return kind not in (TEXT, TIME)


def cell(value: Cell, kind: Kind, tz: tzinfo) -> str:
    if value is None:
        return "–"
    if kind == TIME:
        return in_zone(str(value), tz)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
