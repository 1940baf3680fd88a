"""Handshakes that needed a second SYN although the server was answering: packets were lost on the way, or dropped."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import percent, plural, share
from pcapinspect.findings.finding import Finding

FEWEST = 3
WORTH_TELLING = 0.01
"""Share of the answered attempts, and their least number, from which repeated SYNs are told. Each costs its client the
1 to 3 s of a first retransmission (RFC 6298, RFC 1122); one in a hundred is what users of a network begin to notice."""


def judge(case: Case) -> Finding | None:
    """True of a server whose verdict is loss, or that answered many attempts only after a second SYN, pauses apart."""
    load = case.load
    if not load.established and not load.half_open:
        return None
    rows = case.connection_rows
    own = case.connections
    answered = own.synack_time != MISSING
    again = answered & (own.syn_packets > 1) & (own.synack_time >= own.last_syn_time) & ~case.in_pause(own.start)
    repeated = int(np.count_nonzero(again))
    total = int(np.count_nonzero(answered))
    is_verdict = load.verdict.cause == "loss" or bool(case.pauses("loss"))
    if not is_verdict and (repeated < FEWEST or repeated < WORTH_TELLING * total):
        return None
    shown = cite(case.syn_frames(rows[again]))
    delays = (own.synack_time - own.start)[again]
    return Finding(
        id="loss",
        severity="warning" if is_verdict else "notice",
        title=f"{plural(repeated, 'attempt')} at {case.name} needed more than one SYN "
        f"({percent(repeated, total)} of those answered)",
        explanation=(
            "Observed: a first SYN of these attempts was not answered, a repeated one was, and the server answered "
            "others meanwhile. Inferred: SYNs or SYN/ACKs are lost on the way, or single SYNs are dropped by a full "
            "queue; either is another fault than a server that stops listening."
        ),
        server=case.name,
        figures={
            "repeated": repeated,
            "answered": total,
            "share": share(repeated, total),
            "longest_wait_seconds": float(delays.max()) / 1e9 if repeated else None,
            **shown.figures,
        },
        frames=shown.frames,
        display_filter=shown.display_filter,
        confidence=load.verdict.confidence if load.verdict.cause == "loss" else 0.7,
        not_shown=("On which side of the capture point they were lost, where it holds only what passed it.",),
        remedy=(
            "Capture at the server and at a client at once: a SYN that is in one and not in the other was lost between "
            "them. Look at interface drops on the path: `show interfaces | include drops|errors`.",
        ),
        start=int(own.start[again].min()) if repeated else load.first_time,
        end=int(own.synack_time[again].max()) if repeated else load.last_time,
    )
