"""What flows say of servers: the same rates as from packets, a weaker verdict, and how both agree.

Rates against the limit hold as they do for packets, as lower bounds. Pauses are not claimed: the time of an answer is
not in a flow, and a dial that was answered at its third SYN looks as if it had been answered at its first. Of sampled
packets nothing is judged: a flow of a SYN alone may be all that was looked at of a dial that went well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.evidence.netflow.attempts import attempts_of
from pcapinspect.evidence.netflow.model import FlowEvidence
from pcapinspect.evidence.netflow.sampling import Sample, of_sample, sampled_servers
from pcapinspect.evidence.netflow.undated import UndatedServer, undated_servers
from pcapinspect.evidence.netflow.verdict import Dials, of_dials
from pcapinspect.http.exchanges import Exchanges
from pcapinspect.load.analyse import analyse
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.model import Load, ServerLoad
from pcapinspect.pki.operations import Operations
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import MIDSTREAM, Connections

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
    undated: tuple[UndatedServer, ...] = ()
    """Servers of flows without a date, the worst first. They are not in `connections` and `load`."""
    sampled: frozenset[tuple[str, int]] = frozenset()
    """Address and port of the servers of which only a sample of the packets was looked at."""
    comparison: Comparison | None = None


def judge_flows(evidence: FlowEvidence, settings: Settings) -> FlowLoad:
    """Dials, rates and verdicts from flows alone."""
    connections, syns = attempts_of(evidence.flows, settings.ports, settings.servers)
    notes = tuple(f"{file.path}: {warning}" for file in evidence.files for warning in file.warnings)
    quality = CaptureQuality(notes=notes)
    load = analyse(connections, syns, Exchanges.empty(), Operations.empty(), quality, settings)
    sampled = sampled_servers(evidence.flows, settings.ports)
    servers = tuple(_weaker(server, settings, sampled.get((server.ip, server.port))) for server in load.servers)
    minutes = replace(load.minutes, paused=np.zeros_like(load.minutes.paused))
    undated = undated_servers(evidence.flows.take(evidence.flows.start == MISSING), settings)
    return FlowLoad(evidence, connections, replace(load, servers=servers, minutes=minutes), undated, frozenset(sampled))


def compared(flows: FlowLoad, capture: Connections) -> FlowLoad:
    """The same, with how its dials agree with those of a capture."""
    return replace(flows, comparison=_compare(flows.connections, capture))


def _weaker(server: ServerLoad, settings: Settings, sample: Sample | None) -> ServerLoad:
    peak = server.peak_accepted_60s.count if server.peak_accepted_60s else 0
    dials = Dials(
        attempts=server.attempts,
        unanswered=server.unanswered,
        refused=server.refused,
        undetermined=server.undetermined,
        busiest=peak,
        over_limit=server.minutes_over_limit > 0,
    )
    return replace(
        server,
        kind="unknown",
        pauses=(),
        first_pause=None,
        models=(),
        estimate=None,
        concurrency=None,
        verdict=of_sample(sample, server.attempts) if sample else of_dials(dials, settings),
    )


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
