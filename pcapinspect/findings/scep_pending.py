"""Enrolments that wait for someone to grant them: each of these clients polls, which is a load of its own. Observed."""

from __future__ import annotations

import numpy as np

from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.enrolments import Enrolments, enrolments
from pcapinspect.findings.figures import listed, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.pki.scep import FAILURE, PENDING, SUCCESS


def judge(case: Case) -> Finding | None:
    """True of a server that sent a CertRep with PENDING."""
    if not case.load.exchanges:
        return None
    exchanges, operations = case.exchanges
    answers = operations.scep_status == PENDING
    pending = int(np.count_nonzero(answers))
    if not pending:
        return None
    found = enrolments(case)
    waiting = found.ended(PENDING)
    told = waiting if waiting.any() else found.waited
    shown = cite(exchange_frames(exchanges, found.rows_of(told)))
    return Finding(
        id="scep-pending",
        severity="info",
        title=_title(found, case.name),
        explanation=(
            f"Observed: {plural(pending, 'response')} with pkiStatus PENDING, and {plural(found.polls, 'poll')} "
            f"(CertPoll) for them. The last answer of each transaction decides: {_ends(found)}. These polls are a load "
            "apart from that of the rollover."
        ),
        server=case.name,
        figures={
            "pending": pending,
            "polls": found.polls,
            "waiting": int(np.count_nonzero(waiting)),
            "granted_after_waiting": found.after_waiting(SUCCESS),
            "rejected_after_waiting": found.after_waiting(FAILURE),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        not_shown=("Whether they were granted after the capture.",) if waiting.any() else (),
        remedy=(
            "On the CA: `show crypto pki server NAME requests`, then `crypto pki server NAME grant REQUEST` for those "
            "that you know.",
        )
        if waiting.any()
        else (),
        start=int(exchanges.response_time[answers].min()),
        end=int(exchanges.response_time[answers].max()),
    )


def _title(found: Enrolments, name: str) -> str:
    waiting = int(np.count_nonzero(found.ended(PENDING)))
    if waiting:
        return f"{plural(waiting, 'enrolment waits', 'enrolments wait')} to be granted at {name}"
    waited = int(np.count_nonzero(found.waited))
    return f"{plural(waited, 'enrolment', 'enrolments')} waited to be granted at {name}, and none waits any more"


def _ends(found: Enrolments) -> str:
    ends = (
        (int(np.count_nonzero(found.ended(PENDING))), "still waits", "still wait"),
        (found.after_waiting(SUCCESS), "was granted after waiting", "were granted after waiting"),
        (found.after_waiting(FAILURE), "was rejected after waiting", "were rejected after waiting"),
    )
    return listed([plural(number, one, many) for number, one, many in ends if number])
