"""SYNs answered with RST: nobody listens on the port, or something refuses on the server's behalf. Observed."""

from __future__ import annotations

from pcapinspect.findings import remedies
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import percent, plural, share
from pcapinspect.findings.finding import Finding
from pcapinspect.tcp.connections import REFUSED


def judge(case: Case) -> Finding | None:
    """True of a server that refused an attempt."""
    load = case.load
    if not load.refused:
        return None
    rows = case.connection_rows
    refused = rows[case.analysis.connections.outcome[rows] == REFUSED]
    shown = cite(case.syn_frames(refused), case.answer_frames(refused))
    return Finding(
        id="port-refused",
        # One client that is turned away, and never let in, may be a scanner or have a wrong address.
        severity="warning" if load.established or load.clients == 1 else "critical",
        title=f"{case.name} refused {plural(load.refused, 'attempt')} "
        f"({percent(load.refused, load.attempts)} of all) with RST",
        explanation=(
            "Observed: these SYNs were answered with RST. A client fails when it gets one, and does not try on; this "
            "is not the silence that the rate limit makes. Inferred: no process listens on the port "
            "(`no ip http server`), or an access class or a device on the path refuses."
        ),
        server=case.name,
        figures={
            "refused": load.refused,
            "attempts": load.attempts,
            "share": share(load.refused, load.attempts),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        not_shown=("Who sent the RST: a firewall can send it in the server's name; compare the TTL of its packets.",),
        remedy=(
            "On the server: `show ip http server status`, `show running-config | include ip http`, "
            "`show tcp brief all` (is the port in LISTEN?); then `ip http server`, or correct `ip http access-class`.",
            remedies.TELNET,
        ),
        start=int(case.analysis.connections.start[refused].min()),
        end=int(case.analysis.connections.end[refused].max()),
    )
