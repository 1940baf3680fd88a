"""Which connections an extract holds, and what its comments say of their key packets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pcapinspect.address import halves, texts
from pcapinspect.clock import iso
from pcapinspect.columns import MISSING, Bool, Int64
from pcapinspect.errors import UsageError
from pcapinspect.findings.display_filter import Frame, keys, keys_of
from pcapinspect.report.inert import inert
from pcapinspect.tcp.connections import OUTCOMES

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.findings.finding import Finding
    from pcapinspect.load.model import Pause

MOST_TEXT = 300
"""Characters of a URI or reason in a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an extract was asked for. All that is given has to be true of a connection; None: not asked for."""

    finding: str | None = None
    pause: int | None = None
    client: str | None = None
    begin: int | None = None
    """Nanoseconds: connections that were there at this time or later."""
    end: int | None = None
    every_frame: bool = False
    """Of a finding: every frame that shows it, not only those that it cites."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Connections to take whole, and comments on their key packets."""

    connections: Int64
    """Row numbers, ascending."""
    comments: dict[Frame, list[str]] = field(default_factory=dict)
    reason: str = ""
    """What was asked for, in words."""
    left_out: str = ""
    """What the finding rests on beyond it, in a sentence; empty where nothing is left out."""


def choose(analysis: Analysis, findings: Sequence[Finding], wanted: Wanted) -> Extract:
    """The connections that were asked for, with comments. Raises UsageError for what the analysis does not have."""
    chosen = np.ones(len(analysis.connections), dtype=np.bool_)
    comments: dict[Frame, list[str]] = {}
    reasons = []
    left_out = ""
    if wanted.finding is not None:
        finding = _finding(findings, wanted.finding)
        if wanted.every_frame and finding.every_frame is not None:
            chosen &= _with_frames(analysis, finding.every_frame)
        else:
            chosen &= _with_frames(analysis, keys_of(finding.frames))
            left_out = _beyond(finding)
        _add(comments, finding.frames, f"{finding.id}: {finding.title}")
        reasons.append(f"finding {finding.id} ({finding.title})")
    if wanted.pause is not None:
        pause = _pause(analysis, wanted.pause)
        hit = _with_frames(analysis, keys_of(pause.frames))
        hit[list(pause.connections)] = True
        chosen &= hit
        reasons.append(f"pause {wanted.pause}")
    if wanted.client is not None:
        chosen &= _of_client(analysis, wanted.client)
        reasons.append(f"client {wanted.client}")
    if wanted.begin is not None:
        chosen &= analysis.connections.end >= wanted.begin
        reasons.append(f"the time from {iso(wanted.begin)}")
    if wanted.end is not None:
        chosen &= analysis.connections.start <= wanted.end
        reasons.append(f"the time to {iso(wanted.end)}")
    rows = np.flatnonzero(chosen)
    _describe_pauses(analysis, comments)
    _describe_connections(analysis, rows, comments)
    return Extract(rows, comments, " and ".join(reasons), left_out)


def _beyond(finding: Finding) -> str:
    """A finding cites the first of many frames: how many the others are, and how to get at them."""
    shown = finding.figures.get("frames_in_all")
    if not isinstance(shown, int):
        return ""
    more = shown - len(finding.frames)
    return (
        f"{more:,} of the {shown:,} frames that show {finding.id} are not cited, and connections of them alone are "
        "left out: --all takes those of every frame"
    )


def _finding(findings: Sequence[Finding], name: str) -> Finding:
    for finding in findings:
        if finding.id == name:
            return finding
    known = ", ".join(finding.id for finding in findings if finding.frames) or "none"
    raise UsageError(f"--finding: there is no finding {name!r} here; findings with frames: {known}")


def _pause(analysis: Analysis, number: int) -> Pause:
    pauses = [pause for server in analysis.load.servers for pause in server.pauses]
    if not 1 <= number <= len(pauses):
        raise UsageError(f"--pause: there is no pause {number}, the report has {len(pauses)}")
    return pauses[number - 1]


def _of_client(analysis: Analysis, address: str) -> Bool:
    try:
        high, low = halves(address)
    except ValueError:
        raise UsageError(f"--client: {address!r} is not an IP address") from None
    rows = analysis.connections
    return np.asarray((rows.client_high == high) & (rows.client_low == low), dtype=np.bool_)


def _with_frames(analysis: Analysis, wanted: Int64) -> Bool:
    """Connections that one of the frames with these keys belongs to."""
    rows, syns, exchanges = analysis.connections, analysis.syns, analysis.exchanges
    numbers = np.arange(len(rows))
    found = np.zeros(len(rows), dtype=np.bool_)
    places: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = [
        (rows.file, rows.first_frame, numbers),
        (rows.synack_file, rows.synack_frame, numbers),
        (rows.file, rows.answer_frame, numbers),
        (syns.file, syns.frame, syns.connection),
        (exchanges.request_file, exchanges.request_frame, exchanges.connection),
        (exchanges.response_file, exchanges.response_frame, exchanges.connection),
    ]
    for file, frame, connection in places:
        known = frame != MISSING
        found[connection[known][np.isin(keys(file[known], frame[known]), wanted)]] = True
    return found


def _describe_pauses(analysis: Analysis, comments: dict[Frame, list[str]]) -> None:
    """Says of the frames that bound a pause which end of it they are."""
    syns = analysis.syns
    asked = set(zip(syns.file.tolist(), syns.frame.tolist(), strict=True))
    pauses = (pause for server in analysis.load.servers for pause in server.pauses)
    for number, pause in enumerate(pauses, start=1):
        name = f"pause {number} (cause {pause.cause}, confidence {pause.confidence:.2f})"
        unanswered = [frame for frame in pause.frames if frame in asked]
        for frame in pause.frames:
            if frame not in asked:
                role = "last answer before" if frame < unanswered[0] else "first answer after"
            else:
                role = "first unanswered SYN of" if frame == unanswered[0] else "last unanswered SYN of"
            _add(comments, [frame], f"{role} {name}")


def _describe_connections(analysis: Analysis, rows: Int64, comments: dict[Frame, list[str]]) -> None:
    """Says of first packets, SYN/ACKs, refusals, requests and responses what they are."""
    table = analysis.connections.take(rows)
    clients = texts(table.client_high, table.client_low)
    servers = texts(table.server_high, table.server_low)
    for place, number in enumerate(rows.tolist()):
        outcome = OUTCOMES[table.outcome[place]]
        what = (
            f"connection {number}, {clients[place]}:{table.client_port[place]} to "
            f"{servers[place]}:{table.server_port[place]}: {outcome}, SYNs sent: {table.syn_packets[place]}"
        )
        _add(comments, [(int(table.file[place]), int(table.first_frame[place]))], what)
        if table.synack_frame[place] != MISSING:
            frame = (int(table.synack_file[place]), int(table.synack_frame[place]))
            _add(comments, [frame], f"connection {number}: the server accepts")
        elif table.answer_frame[place] != MISSING and outcome in ("refused", "unreachable"):
            _add(
                comments, [(int(table.file[place]), int(table.answer_frame[place]))], f"connection {number}: {outcome}"
            )
        if table.otherwise_time[place] != MISSING:
            frame = (int(table.file[place]), int(table.otherwise_frame[place]))
            _add(comments, [frame], f"connection {number}: the server says neither yes nor no")
    _describe_exchanges(analysis, rows, comments)


def _describe_exchanges(analysis: Analysis, rows: Int64, comments: dict[Frame, list[str]]) -> None:
    mine = np.isin(analysis.exchanges.connection, rows)
    exchanges, operations = analysis.exchanges.take(mine), analysis.operations.take(mine)
    for place in range(len(exchanges)):
        asked = operations.operation[place] or exchanges.uri[place] or "a request"
        label = operations.ca_identifier[place]
        name = asked if label is None else f"{asked} for {label}"
        request = (int(exchanges.request_file[place]), int(exchanges.request_frame[place]))
        response = (int(exchanges.response_file[place]), int(exchanges.response_frame[place]))
        if MISSING not in request:
            _add(comments, [request], f"request: {_short(name)}")
        if MISSING not in response:
            reason = exchanges.reason[place] or ""
            _add(
                comments, [response], f"response to {_short(name)}: {exchanges.status[place]} {_short(reason)}".rstrip()
            )


def _short(text: str) -> str:
    shown = inert(text)
    return shown if len(shown) <= MOST_TEXT else shown[: MOST_TEXT - 3] + "..."


def _add(comments: dict[Frame, list[str]], frames: Iterable[Frame], text: str) -> None:
    for file, frame in frames:
        comments.setdefault((int(file), int(frame)), []).append(text)
