"""SYNs that the server answered at once, but neither accepted nor refused: it still holds an older connection there."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import MISSING
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite, keys
from pcapinspect.findings.figures import percent, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.load.measures.parties import number
from pcapinspect.tcp.connections import ESTABLISHED


def judge(case: Case) -> Finding | None:
    """True of a server that sent something else than SYN/ACK or RST for a SYN."""
    own = case.connections
    otherwise = own.otherwise_time != MISSING
    found = int(np.count_nonzero(otherwise))
    if not found:
        return None
    rows = case.connection_rows[otherwise]
    answers = keys(own.file[otherwise].astype(np.int64), own.otherwise_frame[otherwise])
    shown = cite(case.syn_frames(rows), answers)
    came = int(np.count_nonzero(own.outcome[otherwise] == ESTABLISHED))
    client, _ = number(own.client_high[otherwise], own.client_low[otherwise])
    clients = int(client.max()) + 1
    return Finding(
        id="stale-ports",
        severity="notice" if came == found else "warning",
        title=f"{case.name} answered {plural(found, 'attempt')} with neither an acceptance nor a refusal "
        f"({percent(found, case.load.attempts)} of all; {came:,} came in later)",
        explanation=(
            "Observed: the server's packet follows the SYN, and acknowledges something else, or is a SYN of its own. "
            "Inferred: mostly the acknowledgement of an older connection on the same addresses and ports, which the "
            "server still holds open (RFC 5961, 4): clients begin again with the ports of before, after a reload or a "
            "power cut. A client that is let reset the old one comes in with its next SYN."
        ),
        server=case.name,
        figures={
            "answered_otherwise": found,
            "came_in": came,
            "attempts": case.load.attempts,
            "clients": clients,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=0.8,
        not_shown=("What the server still holds: `show tcp brief all` on it does.",),
        remedy=(
            "On the server: `show tcp brief all`; clear what is stale with `clear tcp tcb ADDRESS`.",
            "Look whether a firewall drops the resets of the clients, by which they would come in.",
        ),
        start=int(own.otherwise_time[otherwise].min()),
        end=int(own.otherwise_time[otherwise].max()),
    )
