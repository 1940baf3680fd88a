"""Requests that waited long for their response, or got none, on connections that were accepted: overload that no
handshake shows."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import duration, percent, plural, share
from pcapinspect.findings.finding import Finding

LATE = 3 * SECOND
"""Longer than TCP needs to repair one lost packet: its first retransmission comes after 1 s (RFC 6298), 3 s in older
systems (RFC 1122, 4.2.3.1)."""


def judge(case: Case) -> Finding | None:
    """True of a server with late responses, or with whole requests that it never answered."""
    if not case.load.exchanges:
        return None
    exchanges, _ = case.exchanges
    late = (exchanges.latency != MISSING) & (exchanges.latency > LATE)
    # A request without a response is complete only where the capture proves that the server sent none.
    silent = (exchanges.request_end_time != MISSING) & (exchanges.response_time == MISSING) & exchanges.complete
    hit = late | silent
    if not hit.any():
        return None
    shown = cite(exchange_frames(exchanges, hit))
    numbers = int(np.count_nonzero(late)), int(np.count_nonzero(silent))
    longest = int(exchanges.latency[late].max()) if numbers[0] else None
    parts = []
    if longest is not None:
        parts.append(f"{plural(numbers[0], 'request')} waited more than {duration(LATE)}, up to {duration(longest)}")
    if numbers[1]:
        parts.append(f"{plural(numbers[1], 'request')} got no response")
    total = case.load.exchanges
    return Finding(
        id="late-answers",
        severity="warning" if case.load.kind == "pki" else "notice",
        title=f"{case.name}: " + ", ".join(parts),
        explanation=(
            f"Observed: these connections were accepted and the request was sent ({percent(sum(numbers), total)} of "
            f"{plural(total, 'exchange')}). Inferred: the server is overloaded although handshakes succeed: the kernel "
            "completes them, and the HTTP process comes to the connection later or not at all."
        ),
        server=case.name,
        figures={
            "late": numbers[0],
            "without_response": numbers[1],
            "exchanges": total,
            "share": share(sum(numbers), total),
            "longest_seconds": None if longest is None else longest / SECOND,
            **shown.figures,
        },
        frames=shown.frames,
        display_filter=shown.display_filter,
        # A clock that jumps while a response is awaited makes it look late.
        confidence=0.4 if case.analysis.quality.clock_jumps else 0.8,
        not_shown=("What the server did in the meantime; a slow CA behind an RA delays its answers in the same way.",),
        remedy=(
            "On the server: `show processes cpu sorted`, `show ip http server connection`, `show crypto pki server`.",
        ),
        start=int(exchanges.request_end_time[hit].min()),
        end=int(np.maximum(exchanges.request_end_time[hit], exchanges.response_time[hit]).max()),
    )
