"""`connection queue limit reached` in a debug of the server: SYNs were discarded because its queue was full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pcapinspect.findings import remedies
from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis


def judge(analysis: Analysis) -> Finding | None:
    """True of logs with that line."""
    if analysis.logs is None:
        return None
    records = analysis.logs.of_kind("queue_limit")
    if not records:
        return None
    peers = {record.peer for record in records if record.peer}
    times = [time for record in records if (time := analysis.logs.capture_time(record)) is not None]
    inside = sum(_paused(analysis, time) for time in times)
    placed = f" By the capture's clock {inside:,} of {len(times):,} fall into a pause." if times else ""
    return Finding(
        id="queue-limit-logged",
        severity="warning",
        title=f"The server logged {plural(len(records), 'SYN')} that it discarded at its connection queue limit",
        explanation=(
            f"Observed in the log: {plural(len(records), 'line')} `connection queue limit reached`, for "
            f"{plural(len(peers), 'client')}.{placed} This is the server's own word that SYNs arrived and were dropped."
        ),
        figures={"lines": len(records), "clients": len(peers), "timed": len(times), "in_a_pause": inside},
        not_shown=(
            "That the rate limit filled the queue: connections stuck in SYNRCVD do so too (Cisco advisory "
            "cisco-sa-20100812-tcp); `show tcp brief all` lists them.",
        ),
        remedy=(remedies.LOWER_THE_LOAD, remedies.MOST_CONNECTIONS),
        start=min(times, default=None),
        end=max(times, default=None),
    )


def _paused(analysis: Analysis, time: int) -> bool:
    """Whether a server may have been paused at the time: between its last answer and its next."""
    return any(
        (pause.last_answer or pause.first_unanswered) <= time <= (pause.next_answer or pause.last_unanswered)
        for server in analysis.load.servers
        for pause in server.pauses
    )
