"""Requests that the server answered with an HTTP error, whatever they asked for. Observed.

What means something else is left out: failed polls for the next CA certificate, which another finding tells, and an
error in answer to GetCACaps, by which a server says that it has no capabilities (RFC 8894, 3.5.1).
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from pcapinspect.evidence.demand import FIRST_ERROR
from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import listed, percent, plural, share
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.rollover_404_loop import FIRST_SERVER_ERROR

MOST = 0.5
"""Share of the exchanges from which the server fails its clients; below, an error may be the fault of a request. Of a
server of which nothing is known to be PKI only that is told: web servers miss a page now and then."""

UNKNOWN = "other requests, or such as are cut"


def judge(case: Case) -> Finding | None:
    """True of a server that answered with errors."""
    if not case.load.errors:
        return None
    exchanges, operations = case.exchanges
    no_capabilities = (operations.operation == "GetCACaps") & (exchanges.status < FIRST_SERVER_ERROR)
    failed = (exchanges.status >= FIRST_ERROR) & ~case.failed_polls & ~no_capabilities
    errors, total = int(np.count_nonzero(failed)), case.load.exchanges
    mostly = errors >= MOST * total
    if not errors or (case.load.kind != "pki" and not mostly):
        return None
    statuses = exchanges.status[failed].tolist()
    asked = Counter(zip(operations.operation[failed].tolist(), statuses, strict=True))
    told = [f"{status} to {operation or UNKNOWN} ({count:,})" for (operation, status), count in asked.most_common()]
    codes = [str(status) for status in sorted(set(statuses))]
    shown = cite(exchange_frames(exchanges, failed))
    return Finding(
        id="error-responses",
        severity="warning" if mostly else "notice",
        title=f"{case.name} answered {plural(errors, 'request')} with {listed(codes)} "
        f"({percent(errors, total)} of its exchanges)",
        explanation=f"Observed: {listed(told)}. Each failed although its connection worked.",
        server=case.name,
        figures={"errors": errors, "exchanges": total, "share_of_exchanges": share(errors, total), **shown.figures},
        frames=shown.frames,
        display_filter=shown.display_filter,
        not_shown=("Why the server answered so: its log may tell.",),
        remedy=("On the server: `show crypto pki server`, `show ip http server status`, `show logging`.",),
        start=int(exchanges.response_time[failed].min()),
        end=int(exchanges.response_time[failed].max()),
    )
