"""What flows say of servers: the same rates as from packets, a weaker verdict, and how both agree.

Rates against the limit hold as they do for packets, as lower bounds. Pauses are not claimed: the time of an answer is
not in a flow, and a dial that was answered at its third SYN looks as if it had been answered at its first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Int64
from pcapinspect.evidence.netflow.attempts import attempts_of
from pcapinspect.evidence.netflow.model import FlowEvidence
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.analyse import analyse
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import Load, ServerLoad, Verdict
from pcapinspect.pki.operations import Operations
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import MIDSTREAM, Connections

NOT_SHOWN = (
    "How often the client sent its SYN within a dial: retransmitted SYNs of one dial are one flow, and two dials from "
    "one port may be.",
    "Whether the server was silent for a time: a dial that was answered late looks like any other.",
    "What was requested, and with which response code.",
)

FEW = 0.01
"""Share of unanswered dials that loss on any path explains."""

MOST = 0.5

SAME_DIAL = 2 * SECOND
"""Start of a dial in capture and flows, clocks aligned: exporters round to milliseconds or seconds (v9's header)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Dials of the time that capture and flows share, matched by addresses, ports and time."""

    both: int
    only_capture: int
    only_flows: int
    clock_offset: int | None
    """Nanoseconds by which the exporters' clocks are ahead of the capture's, where the two can be compared."""


@dataclass(frozen=True, slots=True)
class FlowLoad:
    """Everything that flows say. `connections` are dials (evidence/netflow/attempts.py)."""

    evidence: FlowEvidence
    connections: Connections
    load: Load
    comparison: Comparison | None = None


def judge_flows(evidence: FlowEvidence, settings: Settings) -> FlowLoad:
    """Dials, rates and verdicts from flows alone."""
    connections, syns = attempts_of(evidence.flows, settings.ports, settings.servers)
    notes = tuple(f"{file.path}: {warning}" for file in evidence.files for warning in file.warnings)
    quality = CaptureQuality(notes=notes)
    load = analyse(connections, syns, Exchanges.empty(), Operations.empty(), quality, settings)
    servers = tuple(_weaker(server, settings) for server in load.servers)
    minutes = replace(load.minutes, paused=np.zeros_like(load.minutes.paused))
    return FlowLoad(evidence, connections, replace(load, servers=servers, minutes=minutes))


def compared(flows: FlowLoad, capture: Connections) -> FlowLoad:
    """The same, with how its dials agree with those of a capture."""
    return replace(flows, comparison=_compare(flows.connections, capture))


def _weaker(server: ServerLoad, settings: Settings) -> ServerLoad:
    return replace(
        server,
        kind="unknown",
        pauses=(),
        first_pause=None,
        models=(),
        estimate=None,
        concurrency=None,
        verdict=_verdict(server, settings),
    )


def _verdict(server: ServerLoad, settings: Settings) -> Verdict:
    """By shares of dials. Confidence is at most 0.6: a flow that is not there may not have been exported."""
    dials = server.attempts
    share = server.unanswered / dials if dials else 0.0
    peak = server.peak_accepted_60s.count if server.peak_accepted_60s else 0
    rate = f"at most {peak} answered dials began within {settings.window} s, the limit is {settings.limit}"
    if not dials:
        return _said("insufficient", 0.5, "The flows hold no dial from its begin.")
    if server.refused > dials * MOST:
        return _said("refused", 0.6, f"{server.refused:,} of {dials:,} dials were answered by RST.")
    if server.unanswered == dials:
        return _said(
            "outage", 0.5, f"None of {dials:,} dials has a flow of the server's.", "Flows of one direction only?"
        )
    if share <= FEW:
        answered = f"{dials - server.unanswered:,} of {dials:,} dials were answered; {rate}"
        if peak <= settings.limit:
            return _said("healthy", 0.6, f"{answered}.")
        late = "the server was dialled above its limit, and flows cannot show whether answers came late"
        return _said("insufficient", 0.5, f"{answered}: {late}.")
    if server.minutes_over_limit:
        sentence = (
            f"{server.unanswered:,} of {dials:,} dials got no answer while the server was dialled above its limit "
            f"({rate}): a server that drops connections fits, but flows cannot show a pause."
        )
        return _said("insufficient", 0.5, sentence)
    return _said("loss", 0.4, f"{server.unanswered:,} of {dials:,} dials got no answer, below the limit ({rate}).")


def _said(cause: str, confidence: float, sentence: str, *against: str) -> Verdict:
    return Verdict(cause, confidence, sentence, (), against, NOT_SHOWN)


def _compare(flows: Connections, capture: Connections) -> Comparison | None:
    """Dials with the same addresses and ports, in the order of their begins on each 4-tuple."""
    ours, theirs = capture.take(capture.outcome != MIDSTREAM), flows.take(flows.outcome != MIDSTREAM)
    if not len(ours) or not len(theirs):
        return None
    codes = _tuple_codes(ours, theirs)
    left, right = codes[: len(ours)], codes[len(ours) :]
    common = np.intersect1d(_once(left), _once(right))
    if not len(common):
        return Comparison(0, len(ours), len(theirs), None)
    pairs = ours.start[_rows_of(left, common)], theirs.start[_rows_of(right, common)]
    offset = int(np.median(pairs[1] - pairs[0]))
    begin = max(ours.start.min(), theirs.start.min() - offset) - SAME_DIAL
    end = min(ours.start.max(), theirs.start.max() - offset) + SAME_DIAL
    inside = [(table >= begin) & (table <= end) for table in (ours.start, theirs.start - offset)]
    both = _matches(left[inside[0]], ours.start[inside[0]], right[inside[1]], theirs.start[inside[1]] - offset)
    return Comparison(both, int(inside[0].sum()) - both, int(inside[1].sum()) - both, offset)


def _tuple_codes(*tables: Connections) -> Int64:
    names = ("client_high", "client_low", "client_port", "server_high", "server_low", "server_port")
    rows = np.column_stack([np.concatenate([getattr(t, name).astype(np.uint64) for t in tables]) for name in names])
    codes: Int64 = np.unique(rows, axis=0, return_inverse=True)[1].astype(np.int64).ravel()
    return codes


def _once(codes: Int64) -> Int64:
    values, counts = np.unique(codes, return_counts=True)
    single: Int64 = values[counts == 1]
    return single


def _rows_of(codes: Int64, wanted: Int64) -> Int64:
    order = np.argsort(codes, kind="stable")
    rows: Int64 = order[np.searchsorted(codes[order], wanted)]
    return rows


def _matches(left: Int64, left_start: Int64, right: Int64, right_start: Int64) -> int:
    """Pairs of equal code whose begins are at most SAME_DIAL apart, each row in one pair at most."""
    found = 0
    waiting: dict[int, list[int]] = {}
    for code, start in sorted(zip(right.tolist(), right_start.tolist(), strict=True), reverse=True):
        waiting.setdefault(code, []).append(start)
    for code, start in sorted(zip(left.tolist(), left_start.tolist(), strict=True)):
        starts = waiting.get(code, [])
        while starts and starts[-1] < start - SAME_DIAL:
            starts.pop()
        if starts and starts[-1] <= start + SAME_DIAL:
            starts.pop()
            found += 1
    return found
