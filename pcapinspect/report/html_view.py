"""What the template shows of a document: texts in the zone of the report, and the first rows of every table."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

from markupsafe import Markup, escape

from pcapinspect.address import endpoint
from pcapinspect.clock import iso, parse_iso, zone
from pcapinspect.report.columns import TABLES, TEXT, TIME
from pcapinspect.report.flow_words import kept
from pcapinspect.report.html_flows import NOT_IN_FLOWS, flows_view

View = dict[str, Any]

PRINTED_ROWS = 200
"""Rows of a table that are in the HTML itself: enough to read on, and the file stays small."""

PRINTED_TABLES = {
    "connections": "start client_ip client_port server_ip server_port outcome syn_packets handshake_rtt exchanges "
    "close file first_frame tcp_stream",
    "exchanges": "request_time client_ip server_ip method operation ca_identifier status latency uri user_agent "
    "request_frame response_frame",
    "clients": "client_ip server_ip server_port attempts established unanswered refused exchanges errors poll_period "
    "first last operations",
    "pauses": "pause server_ip server_port last_answer first_unanswered last_unanswered next_answer silence_at_least "
    "silence_at_most unanswered_attempts clients accepted_before_60s cause confidence",
    "minutes": "minute server_ip server_port syn_packets attempts accepted unanswered refused exchanges errors "
    "peak_accepted_60s peak_open over_limit paused_seconds",
    "flows": "start end exporter src_ip src_port dst_ip dst_port packets bytes tcp_flags",
}

CAUSE_WORDS = {
    "rate_limit": "rate limit",
    "max_connections": "connection limit",
    "outage": "outage",
    "loss": "loss",
    "blocked_client": "blocked client",
    "refused": "refused",
    "capture": "capture incomplete",
    "over_limit_unthrottled": "over the limit, not throttled",
    "healthy": "healthy",
    "insufficient": "too little evidence",
}

MARKS = {"critical": "✖", "warning": "▲", "notice": "●", "info": "ⓘ"}
"""Severities by sign as well as colour."""

ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")

UNIT = re.compile(r"(\d) (s|ms|min|h|d|days|%)(?!\w)")

CLOCK = 19
"""Letters of a date and a time to the second."""

PAUSES, ERRORS = "pauses of the server", "error responses"

PANELS = (
    ("minutes", "Connections a minute against the limit"),
    ("pause", "A pause, SYN by SYN"),
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


def view(document: Mapping[str, Any]) -> View:
    """The variables of the template."""
    tz = zone(document["settings"]["tz"])
    verdict = document["verdict"]
    times = [file[name] for file in document["inputs"] for name in ("first_time", "last_time") if file[name]]
    return {
        "document": document,
        "verdict": verdict,
        "cause": CAUSE_WORDS.get(verdict["cause"], verdict["cause"]),
        "tone": tone(verdict["cause"]),
        "title": f"{verdict['sentence']} – pcapinspect",
        "files": ", ".join(file["path"] for file in document["inputs"]),
        "held": held(document),
        "flows_only": document["capture"]["flows_only"],
        "flows": flows_view(document, CAUSE_WORDS),
        "span": span(min(times), max(times), tz) if times else "no packet",
        "zone": document["settings"]["tz"],
        "quality": quality(document),
        "figures": figures(document, tz),
        "root_cause": root_cause(document["findings"]),
        "remedy": next((found["remedy"] for found in document["findings"] if found["remedy"]), []),
        "servers": [server_row(server) for server in document["servers"]],
        "findings": [finding(found, tz) for found in document["findings"]],
        "attempted": bool(document["servers"] or document["tables"]["flows"]["rows"]),
        "tables": [
            table(name, document["tables"][name], tz, document["settings"]["window"]) for name in PRINTED_TABLES
        ],
        "panels": panels(document),
        "pauses": sum(len(server["pauses"]) for server in document["servers"]),
        "comments": [{"path": file["path"], **told} for file in document["inputs"] for told in file["comments"]],
        "moment": moment(tz),
        "cause_words": CAUSE_WORDS,
    }


def held(document: Mapping[str, Any]) -> str:
    """`12 packets`, or how many flow records where there are no packets."""
    if document["capture"]["flows_only"]:
        return f"{kept(document['evidence']['netflow']):,} flow records"
    return f"{sum(file['packets'] for file in document['inputs']):,} packets"


def panels(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The panels that the document has something for, with their titles."""
    dated = any(found["window_from"] and found["ca_expiry"] for found in document["pki"]["rollover"])
    missing = dict.fromkeys(NOT_IN_FLOWS if document["capture"]["flows_only"] else (), True) | {
        "rollover": not dated,
        "flows": not document["tables"]["flows"]["rows"],
        "logs": not document["evidence"]["logs"],
    }
    return [(name, title) for name, title in PANELS if not missing.get(name)]


def root_cause(findings: Sequence[Mapping[str, Any]]) -> View | None:
    """The finding that says why, for the line under the verdict."""
    found = next((found for found in findings if found["id"].partition("@")[0] == "root-cause"), None)
    return None if found is None else {"title": found["title"], "certainty": certainty(found)}


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


def tone(cause: str) -> str:
    """How loud a verdict is: `good`, `bad`, or `open` where the capture cannot tell."""
    if cause == "healthy":
        return "good"
    return "open" if cause in ("capture", "insufficient") else "bad"


def quality(document: Mapping[str, Any]) -> View:
    """The badge of the capture: what it lacks, in words, from the section `capture` and the inputs."""
    concerns = list(document["capture"]["notes"])
    for file in document["inputs"]:
        concerns += [f"{file['path']}: {warning}" for warning in file["warnings"]]
    label = "no concerns" if not concerns else "1 concern" if len(concerns) == 1 else f"{len(concerns)} concerns"
    return {"label": label, "concerns": concerns, "tone": "bad" if concerns else "good"}


def figures(document: Mapping[str, Any], tz: tzinfo) -> list[View]:
    """The figures under the verdict: of the server that it is about."""
    if not document["servers"]:
        return []
    server, settings = document["servers"][0], document["settings"]
    day = only_day([time for time in (server["first_time"], server["last_time"]) if time], tz)
    peak = server["peak_accepted_60s"]
    accepted = "answered dials begun" if document["capture"]["flows_only"] else "accepted"
    failed = server["unanswered"] + server["refused"] + server["unreachable"]
    found = [
        figure(
            "attempts", server["attempts"], f"from {server['clients']:,} client{'' if server['clients'] == 1 else 's'}"
        ),
        figure("failed", failed, f"{share(failed, server['attempts'])} of the attempts", loud=failed > 0),
        figure(
            f"most {accepted} in {settings['window']} s",
            peak["count"] if peak else 0,
            f"the limit is {settings['limit']}",
            loud=bool(peak) and peak["count"] >= settings["limit"],
        ),
        figure(PAUSES, len(server["pauses"]), first_of(server["first_pause"], tz, day), bool(server["pauses"])),
        figure("minutes over the limit", server["minutes_over_limit"], first_of(server["first_over_limit"], tz, day)),
        figure(ERRORS, server["errors"], f"{share(server['errors'], server['exchanges'])} of the exchanges"),
    ]
    unknown = (PAUSES, ERRORS) if document["capture"]["flows_only"] else ()
    return [shown for shown in found if shown["label"] not in unknown]


def figure(label: str, count: int, note: str, loud: bool = False) -> View:
    return {"label": label, "count": f"{count:,}", "note": note, "loud": loud}


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


def share(part: int, whole: int) -> str:
    if not whole:
        return "0 %"
    percent = 100 * part / whole
    return f"{percent:.0f} %" if percent >= 10 or part == 0 else f"{percent:.1f} %"


def server_row(server: Mapping[str, Any]) -> View:
    cause = server["verdict"]["cause"]
    return {
        **server,
        "name": endpoint(server["ip"], server["port"]),
        "cause": CAUSE_WORDS.get(cause, cause),
        "tone": tone(cause),
    }


def finding(found: Mapping[str, Any], tz: tzinfo) -> View:
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
        "figure_rows": [
            (name.replace("_", " "), in_words(number(value), tz)) for name, value in found["figures"].items()
        ],
    }


def number(value: Any) -> str:
    """A figure of a finding: floats to the thousandth; the JSON has all digits."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def confidence(judged: Mapping[str, Any]) -> str:
    """`85 %` of a verdict or a finding."""
    return f"{100 * judged['confidence']:.0f} %"


def certainty(found: Mapping[str, Any]) -> str:
    return "observed" if found["confidence"] >= 1 else f"inferred, confidence {confidence(found)}"


def when(found: Mapping[str, Any], tz: tzinfo) -> str | None:
    if found["start"] is None:
        return None
    return span(found["start"], found["end"], tz) if found["end"] else in_zone(found["start"], tz, 0)


def packets(path: str, frames: Sequence[int], display_filter: str | None) -> View:
    """The frames of a finding in one file, and what to paste to see them."""
    chosen = display_filter or frame_filter(frames)
    return {
        "path": path,
        "frames": ", ".join(f"{frame}" for frame in frames[:20]) + (" …" if len(frames) > 20 else ""),
        "count": len(frames),
        "filter": chosen,
        "tshark": shlex.join(["tshark", "-r", argument(path), "-Y", chosen]),
        "wireshark": shlex.join(["wireshark", "-r", argument(path), "-g", str(frames[0])]),
    }


def argument(path: str) -> str:
    """A file name that no program takes for an option."""
    return f"./{path}" if path.startswith("-") else path


def frame_filter(frames: Sequence[int]) -> str:
    return f"frame.number in {{{', '.join(str(frame) for frame in sorted(set(frames)))}}}"


def table(name: str, embedded: Mapping[str, Any], tz: tzinfo, window: int) -> View:
    """The first rows of a table, as texts."""
    names = PRINTED_TABLES[name].split()
    kinds = TABLES[name]
    columns = [embedded["columns"][column][:PRINTED_ROWS] for column in names]
    rows = [
        [cell(value, kinds[column], tz) for column, value in zip(names, row, strict=True)]
        for row in zip(*columns, strict=True)
    ]
    heads = [
        {
            "text": column.replace("60s", f"in_{window}_s").replace("_", " ")
            + (f" ({tz})" if kinds[column] == TIME else ""),
            "number": is_number(kinds[column]),
        }
        for column in names
    ]
    return {"name": name, "heads": heads, "rows": rows, "total": embedded["rows"], "shown": len(rows)}


def is_number(kind: str) -> bool:
    return kind not in (TEXT, TIME)


def cell(value: Any, kind: str, tz: tzinfo) -> str:
    if value is None:
        return "–"
    if kind == TIME:
        return in_zone(value, tz)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
