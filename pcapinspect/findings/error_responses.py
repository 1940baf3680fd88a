"""Requests that the server answered with an HTTP error, whatever they asked for. Observed.

What means something else is left out: failed polls for the next CA certificate, which another finding tells, and an
error in answer to GetCACaps, by which a server says that it has no capabilities (RFC 8894, 3.5.1).
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from pcapinspect.columns import Bool, Int64, Text
from pcapinspect.evidence.demand import FIRST_ERROR
from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import listed, percent, plural, share
from pcapinspect.findings.finding import Finding
from pcapinspect.load.measures.errors import FIRST_SERVER_ERROR, OVERLOAD
from pcapinspect.pki.operations import Operations
from pcapinspect.pki.pkiclient import GET_CA_CAPS

MOST = 0.5
"""Share of the exchanges from which the server fails its clients; below, an error may be the fault of a request. Of a
server of which nothing is known to be PKI only that is told: web servers miss a page now and then."""

OVERLOADED = 0.05
"""Share of the exchanges from which overload is no accident: a gateway that restarts fails a few."""

UNKNOWN = "other requests, or such as are cut"

SAYS = {
    429: "429 is the answer of a limit on requests",
    502: "502 is the answer of a gateway that gets no valid answer from its server",
    503: "503 is the answer of an overloaded server, of one in maintenance, or of a limit in front of it",
    504: "504 is the answer of a gateway whose server does not answer in time",
}
"""RFC 9110, 15.6; RFC 6585, 4."""

ON_A_GATEWAY = (
    "Look at what stands in front of the server, a proxy, load balancer or limiter: its log and its limit of requests, "
    "and whether it reaches the server.",
    "Let the clients ask less often, and not all at once. Nothing has to be changed on the CA for this.",
)

ON_THE_SERVER = ("On the server: `show crypto pki server`, `show ip http server status`, `show logging`.",)


def judge(case: Case) -> Finding | None:
    """True of a server that answered with errors."""
    if not case.load.errors:
        return None
    exchanges, operations = case.exchanges
    no_capabilities = (operations.operation == GET_CA_CAPS) & (exchanges.status < FIRST_SERVER_ERROR)
    no_capabilities &= ~np.isin(exchanges.status, OVERLOAD)
    failed = (exchanges.status >= FIRST_ERROR) & ~case.failed_polls & ~no_capabilities
    errors, total = int(np.count_nonzero(failed)), case.load.exchanges
    overload = np.isin(exchanges.status, OVERLOAD)
    refused = int(np.count_nonzero(overload))
    overloaded = 2 * refused > errors and refused >= OVERLOADED * total
    grave = errors >= MOST * total or overloaded
    if not errors or (case.load.kind != "pki" and not grave):
        return None
    codes = [str(status) for status in sorted(set(exchanges.status[failed].tolist()))]
    shown = cite(exchange_frames(exchanges, failed))
    return Finding(
        id="error-responses",
        severity="warning" if grave else "notice",
        title=f"{case.name} answered {plural(errors, 'request')} with {listed(codes)} "
        f"({percent(errors, total)} of its exchanges)",
        explanation=_observed(exchanges.status, operations, failed)
        + (_overload(exchanges.status[overload], operations.operation, overload) if overloaded else ""),
        server=case.name,
        figures={
            "errors": errors,
            "overload": refused or None,
            "exchanges": total,
            "share_of_exchanges": share(errors, total),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        not_shown=("Why the server answered so: its log may tell.",),
        remedy=ON_A_GATEWAY if overloaded else ON_THE_SERVER,
        start=int(exchanges.response_time[failed].min()),
        end=int(exchanges.response_time[failed].max()),
    )


def _observed(status: Int64, operations: Operations, failed: Bool) -> str:
    asked = Counter(zip(operations.operation[failed].tolist(), status[failed].tolist(), strict=True))
    told = [f"{code} to {operation or UNKNOWN} ({count:,})" for (operation, code), count in asked.most_common()]
    return f"Observed: {listed(told)}. Each failed although its connection worked."


def _overload(codes: Int64, operation: Text, overload: Bool) -> str:
    """What overload says, and what it does not."""
    says = "; ".join(SAYS[code] for code in sorted(set(codes.tolist())))
    kinds = {name for name in operation[overload].tolist() if name}
    alike = " It came to several operations alike" if len(kinds) > 1 else " It is about the load"
    return f" Inferred: overload, or a gateway without its server: {says}.{alike}, and says nothing of any certificate."
