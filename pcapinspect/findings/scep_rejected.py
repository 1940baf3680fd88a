"""Enrolments that the CA rejected: HTTP 200 with pkiStatus FAILURE inside, which no HTTP status shows. Observed."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.enrolments import Enrolments, enrolments
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
    """True of a server whose last answer to an enrolment was a CertRep with FAILURE, or that refused a query so."""
    if not case.load.exchanges:
        return None
    exchanges, operations = case.exchanges
    failed = operations.scep_status == FAILURE
    if not failed.any():
        return None
    found = enrolments(case)
    rejected = found.ended(FAILURE)
    number = int(np.count_nonzero(rejected))
    reasons = Counter(REASONS.get(info, "no reason given") for info in found.reason[rejected].tolist())
    shown = cite(exchange_frames(exchanges, failed))
    return Finding(
        id="scep-rejected",
        severity="warning" if number else "notice",
        title=_title(case.name, number, int(np.count_nonzero(failed))),
        explanation=_explanation(number, reasons, found),
        server=case.name,
        figures={
            "rejected": number,
            "rejected_after_waiting": found.after_waiting(FAILURE),
            "queries_failed": found.queries_failed,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        not_shown=("Why the CA decided so: `debug crypto pki server` and its log do.",),
        remedy=(
            "On the CA: `show crypto pki server NAME requests`, `show logging | include PKI`; compare clocks with "
            "`show clock detail`, and the challenge password and grant mode with what the routers send.",
        )
        if number
        else (),
        start=int(exchanges.response_time[failed].min()),
        end=int(exchanges.response_time[failed].max()),
    )


def _title(name: str, rejected: int, failed: int) -> str:
    if rejected:
        return f"{name} rejected {plural(rejected, 'enrolment')} inside of HTTP 200"
    return f"{name} answered {plural(failed, 'message')} with FAILURE inside of HTTP 200, and rejected no enrolment"


def _explanation(number: int, reasons: Counter[str], found: Enrolments) -> str:
    told = [f"{reason} ({times:,})" for reason, times in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))]
    parts = ["Observed:"]
    if number:
        parts.append(
            f"the last answer to {plural(number, 'transaction')} is a CertRep with pkiStatus FAILURE: {listed(told)}. "
            "This is an answer of the CA, not an overload."
        )
    if found.queries_failed:
        parts.append(
            f"{plural(found.queries_failed, 'GetCert or GetCRL message')} got FAILURE: a question for a certificate or "
            "list, and no enrolment."
        )
    if not number and not found.queries_failed:
        parts.append("clients that were rejected asked again, and were granted or wait.")
    return " ".join(parts)
