"""The CA's or RA's own debug as a log of requests: how many it received, and how that compares with the limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pcapinspect.clock import iso
from pcapinspect.findings import remedies
from pcapinspect.findings.figures import listed, plural
from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.evidence.request_log import RequestTimes
    from pcapinspect.findings.analysis import Analysis


def judge(analysis: Analysis) -> Iterator[Finding]:
    """One finding for each device that says which requests it received."""
    if analysis.logs is None:
        return
    for received in analysis.logs.requests:
        yield _finding(analysis, received, is_only=len(analysis.logs.requests) == 1)


def _finding(analysis: Analysis, received: RequestTimes, *, is_only: bool) -> Finding:
    assert analysis.logs is not None
    limits = analysis.settings
    busiest, begin = received.busiest(limits.window)
    device = received.device or "The server"
    own = [
        record
        for record in analysis.logs.of_kind("server_request")
        if is_only or (record.clock is not None and analysis.logs.clocks[record.clock].device == received.device)
    ]
    operations = Counter(record.operation or "unknown" for record in own)
    transactions = {record.transaction_id for record in own if record.transaction_id}
    at = f" (from {iso(begin, digits=3)[:-1]} by its own clock)" if received.dated else ""
    over = busiest > limits.limit
    told = [f"{name} ({count:,})" for name, count in operations.most_common(6)]
    return Finding(
        id="requests-logged",
        severity="warning" if over else "info",
        title=(
            f"{device} logged {plural(len(received.times), 'request')}, {busiest:,} in the busiest {limits.span}; the "
            f"limit is {limits.limit}"
        ),
        explanation=(
            f"Observed in its debug: {listed(told)}; {plural(len(transactions), 'transaction')}. In the busiest "
            f"{limits.span} it received {busiest:,}{at}. These are requests that it read: connections that it "
            "discarded are not among them, so the load was this at least."
        ),
        figures={
            "requests": len(received.times),
            "busiest": busiest,
            "transactions": len(transactions),
            **{f"requests_{name}": count for name, count in operations.items()},
        },
        not_shown=("Connections that were discarded or refused before a request was read.",),
        remedy=(remedies.LOWER_THE_LOAD,) if over else (),
    )
