"""SYNs that nothing ever followed, from addresses that never come back: a flood with made-up senders, or a scan."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import duration, percent, plural, share
from pcapinspect.findings.finding import Finding
from pcapinspect.load.measures.parties import number
from pcapinspect.tcp.connections import HALF_OPEN


def judge(case: Case) -> Finding | None:
    """True of a server to which many SYNs were sent that nothing followed."""
    own = case.connections
    flood = case.flood
    syns = int(np.count_nonzero(flood))
    if not syns:
        return None
    client, _ = number(own.client_high[flood], own.client_low[flood])
    clients, answered = int(client.max()) + 1, int(np.count_nonzero(own.outcome[flood] == HALF_OPEN))
    begin, end = int(own.start[flood].min()), int(own.start[flood].max())
    shown = cite(case.syn_frames(case.connection_rows[flood]))
    took = f"; the server answered {answered:,} of them, and nobody took the answer" if answered else ""
    return Finding(
        id="syn-flood",
        severity="warning" if syns >= case.load.established else "notice",
        title=f"{plural(syns, 'SYN')} to {case.name} from {plural(clients, 'address', 'addresses')} were followed by "
        f"nothing: a flood with forged senders, or a scan ({percent(syns, case.load.attempts)} of the attempts)",
        explanation=(
            f"Observed: within {duration(end - begin)} these addresses sent one SYN for each attempt, never repeated "
            f"it and never completed a handshake{took}. Inferred: no routers. A TCP client that gets no answer asks "
            "again within 4 s. They say nothing of a limit, and are no failed enrolments."
        ),
        server=case.name,
        figures={
            "syns": syns,
            "clients": clients,
            "half_open": answered,
            "attempts": case.load.attempts,
            "share": share(syns, case.load.attempts),
            "syns_a_second": round(syns / max(1.0, (end - begin) / SECOND), 1),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=0.9,
        not_shown=("Who sends them: the addresses of a flood are made up.",),
        remedy=(
            "Keep them off port 80 of the server: allow only the networks of the routers (`ip http "
            "access-class`), and check source addresses at the edge (`ip verify unicast source reachable-via rx`).",
            "On the server: `show tcp brief all | include SYNRCVD` counts the half-open connections that it holds.",
        ),
        start=begin,
        end=end,
    )
