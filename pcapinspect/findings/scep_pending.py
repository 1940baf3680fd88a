"""Enrolments that wait for someone to grant them: each of these clients polls, which is a load of its own. Observed."""

from __future__ import annotations

import numpy as np

from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding
from pcapinspect.pki.scep import CERT_POLL, PENDING


def judge(case: Case) -> Finding | None:
    """True of a server that sent a CertRep with PENDING."""
    if not case.load.exchanges:
        return None
    exchanges, operations = case.exchanges
    waiting = operations.scep_status == PENDING
    pending = int(np.count_nonzero(waiting))
    if not pending:
        return None
    polls = int(np.count_nonzero(operations.scep_message_type == CERT_POLL))
    transactions = {name for name in operations.transaction_id[waiting] if name}
    shown = cite(exchange_frames(exchanges, waiting))
    return Finding(
        id="scep-pending",
        severity="info",
        title=f"{plural(len(transactions), 'enrolment waits', 'enrolments wait')} to be granted at {case.name}",
        explanation=(
            f"Observed: {plural(pending, 'response')} with pkiStatus PENDING, and {plural(polls, 'poll')} (CertPoll) "
            "for them. These polls are a load apart from that of the rollover."
        ),
        server=case.name,
        figures={"pending": pending, "polls": polls, "transactions": len(transactions), **shown.figures},
        frames=shown.frames,
        display_filter=shown.display_filter,
        not_shown=("Whether they were granted after the capture.",),
        remedy=("On the CA: `show crypto pki server NAME requests`, then `crypto pki server NAME grant all`.",),
        start=int(exchanges.response_time[waiting].min()),
        end=int(exchanges.response_time[waiting].max()),
    )
