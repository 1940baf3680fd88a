"""`connection queue limit reached` in a debug of the server: SYNs were discarded because its queue was full.

A line counts if it is of a watched port, and, where it has a sequence number and the capture has SYNs, of one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pcapinspect.evidence.ties import is_client
from pcapinspect.findings import remedies
from pcapinspect.findings.figures import listed, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.logged import lines_of

if TYPE_CHECKING:
    from pcapinspect.evidence.log_model import LogRecord
    from pcapinspect.findings.analysis import Analysis


def judge(analysis: Analysis) -> Finding | None:
    """True of logs with that line."""
    if analysis.logs is None:
        return None
    every = analysis.logs.placed_of_kind("queue_limit")
    if not every:
        return None
    of_port = [item for item in every if item[0].port is None or item[0].port in analysis.settings.ports]
    captured = _Captured(analysis)
    own = [item for item in of_port if captured.holds(item[0])]
    elsewhere = {"of_other_ports": len(every) - len(of_port), "not_in_the_capture": len(of_port) - len(own)}
    own = _once(own)
    if not own:
        return _of_others(len(every), elsewhere)
    lines = lines_of(analysis, own)
    peers = {record.peer for record, _ in own if record.peer}
    others = _others(elsewhere)
    return Finding(
        id="queue-limit-logged",
        severity="warning",
        title=f"The server logged {plural(len(own), 'SYN')} that it discarded at its connection queue limit",
        explanation=(
            f"Observed in the log of {lines.sources}: {plural(len(own), 'line')} `connection queue limit reached`, for "
            f"{plural(len(peers), 'client')}.{lines.placed} This is the server's own word that SYNs arrived and were "
            f"dropped.{others}"
        ),
        figures={
            "lines": len(own),
            "clients": len(peers),
            "timed": len(lines.times),
            "in_a_pause": lines.in_a_pause,
            **elsewhere,
        },
        not_shown=(
            "That the rate limit filled the queue: connections stuck in SYNRCVD do so too (Cisco advisory "
            "cisco-sa-20100812-tcp); `show tcp brief all` lists them.",
        ),
        remedy=(remedies.LOWER_THE_LOAD, remedies.MOST_CONNECTIONS),
        start=lines.start,
        end=lines.end,
    )


def proves_arrival(analysis: Analysis) -> bool:
    """Whether lines of a log name SYNs that the capture holds: they did arrive, and were discarded."""
    if analysis.logs is None:
        return False
    captured = _Captured(analysis)
    numbered = [record for record, _ in analysis.logs.placed_of_kind("queue_limit") if record.isn is not None]
    return len(analysis.syns) > 0 and any(captured.holds(record) for record in numbered)


def _of_others(count: int, elsewhere: dict[str, int]) -> Finding:
    return Finding(
        id="queue-limit-logged",
        severity="info",
        title=f"{plural(count, 'line')} `connection queue limit reached` are not of this capture's servers",
        explanation=f"Observed in the log, and left out of all judgement.{_others(elsewhere)}",
        figures={"lines": 0, **elsewhere},
    )


def _others(elsewhere: dict[str, int]) -> str:
    words = {"of_other_ports": "of another port", "not_in_the_capture": "with the number of no captured attempt"}
    said = [f"{plural(elsewhere[name], 'line')} {what}" for name, what in words.items() if elsewhere[name]]
    return f" Not counted: {listed(said)}." if said else ""


def _once(items: list[tuple[LogRecord, int | None]]) -> list[tuple[LogRecord, int | None]]:
    """A server's lines may be given twice, in its own log and in a relay's: of each SYN those of one file count."""
    of: dict[tuple[int, str | None], dict[int, list[int]]] = {}
    for place, (record, _) in enumerate(items):
        if record.isn is not None:
            of.setdefault((record.isn, record.peer), {}).setdefault(record.file, []).append(place)
    counted = {place for files in of.values() for place in max(files.values(), key=len)}
    return [item for place, item in enumerate(items) if item[0].isn is None or place in counted]


class _Captured:
    """The attempts of the capture, by sequence number."""

    def __init__(self, analysis: Analysis) -> None:
        self._connections = analysis.connections
        self._order = np.argsort(self._connections.isn, kind="stable")
        self._isn = self._connections.isn[self._order]
        self._has_syns = len(analysis.syns) > 0

    def holds(self, record: LogRecord) -> bool:
        """True also where nothing tells: a line without a number, or no SYNs to compare with."""
        if record.isn is None or not self._has_syns:
            return True
        low, high = np.searchsorted(self._isn, [record.isn, record.isn + 1])
        return any(is_client(self._connections, row, record.peer) for row in self._order[low:high].tolist())
