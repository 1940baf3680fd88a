"""SYNs answered with an ICMP error: the network says that it cannot or will not deliver them. Observed."""

from __future__ import annotations

from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import percent, plural, share
from pcapinspect.findings.finding import Finding
from pcapinspect.tcp.connections import UNREACHABLE


def judge(case: Case) -> Finding | None:
    """True of a server to which attempts ended in ICMP errors."""
    load = case.load
    if not load.unreachable:
        return None
    rows = case.connection_rows
    hit = rows[case.analysis.connections.outcome[rows] == UNREACHABLE]
    shown = cite(case.syn_frames(hit), case.answer_frames(hit))
    part = percent(load.unreachable, load.attempts)
    return Finding(
        id="unreachable",
        # One client that is turned away, and never let in, may be a scanner or have a wrong address.
        severity="warning" if load.established or load.clients == 1 else "critical",
        title=f"{plural(load.unreachable, 'attempt')} ({part}) to {case.name} ended in ICMP errors",
        explanation=(
            "Observed: an ICMP error quotes the SYN of each of these attempts. Inferred: a router or host on the path "
            "has no route, or an access list rejects; the source address of the ICMP packet says which."
        ),
        server=case.name,
        figures={
            "unreachable": load.unreachable,
            "attempts": load.attempts,
            "share": share(load.unreachable, load.attempts),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        not_shown=("Attempts whose ICMP error took another path or was not sent.",),
        remedy=("Look at the ICMP packet's source and code; there, check the route to the server and access lists.",),
        start=int(case.analysis.connections.start[hit].min()),
        end=int(case.analysis.connections.end[hit].max()),
    )
