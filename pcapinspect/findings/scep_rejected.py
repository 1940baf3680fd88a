"""Enrolments that the CA rejected: HTTP 200 with pkiStatus FAILURE inside, which no HTTP status shows. Observed."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import listed, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.pki.scep import FAILURE

REASONS = {
    0: "badAlg: the CA does not support an algorithm of the request",
    1: "badMessageCheck: the signature of the request is wrong",
    2: "badRequest: the CA does not permit this request",
    3: "badTime: the time of the request is too far from the CA's",
    4: "badCertId: no certificate matches what was asked for",
}
"""failInfo (RFC 8894, 3.2.1.4)."""


def judge(case: Case) -> Finding | None:
    """True of a server that sent a CertRep with FAILURE."""
    if not case.load.exchanges:
        return None
    exchanges, operations = case.exchanges
    failed = operations.scep_status == FAILURE
    rejected = int(np.count_nonzero(failed))
    if not rejected:
        return None
    reasons = Counter(REASONS.get(info, "no reason given") for info in operations.scep_fail_info[failed].tolist())
    transactions = {name for name in operations.transaction_id[failed] if name}
    shown = cite(exchange_frames(exchanges, failed))
    told = [f"{reason} ({number:,})" for reason, number in reasons.most_common()]
    return Finding(
        id="scep-rejected",
        severity="warning",
        title=f"{case.name} rejected {plural(rejected, 'enrolment request')} inside of HTTP 200",
        explanation=(
            f"Observed: these responses are CertRep messages with pkiStatus FAILURE, for "
            f"{plural(len(transactions), 'transaction')}: {listed(told)}. This is an answer of the CA, not an overload."
        ),
        server=case.name,
        figures={"rejected": rejected, "transactions": len(transactions), **shown.figures},
        frames=shown.frames,
        display_filter=shown.display_filter,
        not_shown=("Why the CA decided so: `debug crypto pki server` and its log do.",),
        remedy=(
            "On the CA: `show crypto pki server NAME requests`, `show logging | include PKI`; compare clocks with "
            "`show clock detail`, and the challenge password and grant mode with what the routers send.",
        ),
        start=int(exchanges.response_time[failed].min()),
        end=int(exchanges.response_time[failed].max()),
    )
