"""Handshakes that needed a second SYN although the server was answering: packets were lost on the way, or dropped."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import percent, plural, share
from pcapinspect.findings.finding import Finding

FEWEST = 3
WORTH_TELLING = 0.01
"""Share of the attempts, and their least number, from which repeated SYNs are told. Each costs its client the
1 to 3 s of a first retransmission (RFC 6298, RFC 1122); one in a hundred is what users of a network begin to notice."""


_ONE_POINT = (
    "Capture at the server and at a client at once: a SYN that is in one and not in the other was lost between them. "
    "Look at drops on the path: `show interfaces | include drops|errors`."
)

_TWO_POINTS = (
    "The SYNs came to the capture point at the server: look there, and at what stands between it and the server "
    "(a firewall, a load balancer): `show tcp brief all`, `show interfaces | include drops|errors`."
)


def judge(case: Case) -> Finding | None:
    """True of a server whose verdict is loss, or of which many attempts needed a second SYN, pauses apart."""
    load = case.load
    if not load.established and not load.half_open:
        return None
    rows = case.connection_rows
    own = case.connections
    answered = own.synack_time != MISSING
    is_verdict = load.verdict.cause == "loss" or bool(case.pauses("loss"))
    again = (own.syn_packets > 1) & ~case.in_pause(own.start) & (answered | is_verdict)
    repeated = int(np.count_nonzero(again))
    attempts = load.attempts - int(np.count_nonzero(case.flood))
    if not repeated or (not is_verdict and (repeated < FEWEST or repeated < WORTH_TELLING * attempts)):
        return None
    others = int(np.count_nonzero(answered & (own.syn_packets == 1) & ~case.flood))
    shown = cite(case.syn_frames(rows[again]))
    after = again & answered & (own.synack_time >= own.last_syn_time)
    waits = (own.synack_time - own.start)[after]
    return Finding(
        id="loss",
        severity="warning" if is_verdict else "notice",
        title=f"{plural(repeated, 'attempt')} at {case.name} needed more than one SYN"
        + (f", while {others:,} were answered at the first" if others else ", and none was answered at the first")
        + f" ({percent(repeated, attempts)} of all)",
        explanation=(
            f"Observed: {len(waits):,} of these attempts were answered only after a repeated SYN, "
            f"{int(np.count_nonzero(again & ~answered)):,} never, and the rest repeated a SYN that had been answered. "
            "Inferred: SYNs or SYN/ACKs are lost on the way, or single SYNs are dropped by a full queue or a filter; "
            "either is another fault than a server that stops listening."
        ),
        server=case.name,
        figures={
            "repeated": repeated,
            "answered_after_a_repeated_syn": len(waits),
            "attempts": attempts,
            "share": share(repeated, attempts),
            "longest_wait_seconds": int(waits.max()) / SECOND if len(waits) else None,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=load.verdict.confidence if load.verdict.cause == "loss" else 0.7,
        not_shown=("On which side of the capture point they were lost, where it holds only what passed it.",),
        remedy=(_TWO_POINTS if case.analysis.lost is not None else _ONE_POINT,),
        start=int(own.start[again].min()),
        end=int(own.end[again].max()),
    )
