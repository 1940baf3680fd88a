"""`Socket timeout` and `%PKI-3-SOCKETSEND` in clients' logs: their own word that a connection to the CA failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.logged import lines_of

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis

SEND_FAILED = "PKI-3-SOCKETSEND"


def judge(analysis: Analysis) -> Finding | None:
    """True of logs with those lines."""
    if analysis.logs is None:
        return None
    placed = analysis.logs.placed or (None,) * len(analysis.logs.records)
    own = [
        (record, at)
        for record, at in zip(analysis.logs.records, placed, strict=True)
        if record.kind == "socket_timeout" or record.mnemonic == SEND_FAILED
    ]
    if not own:
        return None
    lines = lines_of(analysis, own)
    timeouts = sum(record.kind == "socket_timeout" for record, _ in own)
    return Finding(
        id="connections-failed-logged",
        severity="notice",
        title=f"Clients logged {plural(len(own), 'line')} of failed connections to the CA, in {lines.sources}",
        explanation=(
            f"Observed: {plural(timeouts, 'line')} `Socket timeout` and {len(own) - timeouts:,} `%{SEND_FAILED}`."
            f"{lines.placed} They are lines of the client: IOS writes both for one failure, now and then, and also "
            "where there is no route to the CA."
        ),
        figures={
            "socket_timeouts": timeouts,
            "sends_failed": len(own) - timeouts,
            "timed": len(lines.times),
            "in_a_pause": lines.in_a_pause,
        },
        not_shown=("Why the connection failed: the log does not say whether the server was silent or the path was.",),
        start=lines.start,
        end=lines.end,
    )
