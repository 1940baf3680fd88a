"""Requests that waited long for their response, or were delivered and got none, on connections that were accepted."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Bool
from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import duration, percent, plural, share
from pcapinspect.findings.finding import Finding
from pcapinspect.load.model import NO_RESPONSE

LATE = 3 * SECOND
"""Longer than TCP needs to repair one lost packet: its first retransmission comes after 1 s (RFC 6298), 3 s in older
systems (RFC 1122, 4.2.3.1)."""

SEVERAL = 3
"""Fewer responses that are late may each have a reason of its own."""

ON_THE_SERVER = (
    "On the server: `show processes cpu sorted`, `show ip http server connection`, `show crypto pki server`."
)

ON_THE_PATH = "Look for loss on the path first: `show interfaces | include drops|errors`."


def judge(case: Case) -> Finding | None:
    """True of a server with late responses, or with delivered requests that it never answered."""
    if not case.load.exchanges:
        return None
    exchanges, _ = case.exchanges
    late = (exchanges.latency != MISSING) & (exchanges.latency > LATE)
    silent = (exchanges.request_time != MISSING) & (exchanges.response_time == MISSING)
    silent &= case.analysis.load.service.fell[exchanges.connection] == NO_RESPONSE
    hit = late | silent
    if not hit.any():
        return None
    waited, quiet, again = (int(np.count_nonzero(which)) for which in (late, silent, late & _sent_again(case)))
    found, total = waited + quiet, case.load.exchanges
    longest = int(exchanges.latency[late].max()) if waited else None
    parts = []
    if longest is not None:
        parts.append(f"{plural(waited, 'request')} waited more than {duration(LATE)}, up to {duration(longest)}")
    if quiet:
        parts.append(f"{plural(quiet, 'request')} got no response")
    shown = cite(exchange_frames(exchanges, hit))
    return Finding(
        id="late-answers",
        severity="warning" if case.load.kind == "pki" and found >= SEVERAL else "notice",
        title=f"{case.name}: " + ", ".join(parts),
        explanation=f"Observed: these connections were accepted and the request was sent ({percent(found, total)} of "
        f"{plural(total, 'exchange')}).{_why(waited - again, quiet, again)}",
        server=case.name,
        figures={
            "late": waited,
            "late_with_retransmissions": again,
            "without_response": quiet,
            "exchanges": total,
            "share": share(found, total),
            "longest_seconds": None if longest is None else longest / SECOND,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        # A clock that jumps while a response is awaited makes it look late.
        confidence=0.4 if case.analysis.quality.clock_jumps else 0.8,
        not_shown=("What the server did in the meantime; a slow CA behind an RA delays its answers in the same way.",),
        remedy=(ON_THE_PATH if again == found else ON_THE_SERVER,),
        start=int(exchanges.request_end_time[hit].min()),
        end=int(np.maximum(exchanges.request_end_time[hit], exchanges.response_time[hit]).max()),
    )


def _sent_again(case: Case) -> Bool:
    """Exchanges on whose connection data was retransmitted, either way: packets were lost, and that takes time."""
    exchanges, _ = case.exchanges
    connections = case.analysis.connections
    again: Bool = (connections.again_up[exchanges.connection] > 0) | (connections.again_down[exchanges.connection] > 0)
    return again


def _why(waited: int, quiet: int, again: int) -> str:
    """What follows: of `waited` and `quiet` no data was sent again, of the `again` late ones it was."""
    said = ""
    if again:
        said += (
            f" On the connections of {again:,} of the late ones data was sent again: packets were lost there, and the "
            "server is not to blame for that wait."
        )
    if waited + quiet < SEVERAL:
        return said + (" So few may each have a reason of their own." if waited + quiet else "")
    parts = [f"{waited:,} waited"] * bool(waited) + [f"{quiet:,} got nothing"] * bool(quiet)
    return said + (
        f" Inferred: {' and '.join(parts)} although the request had arrived. The kernel completes handshakes and takes "
        "requests; the HTTP process comes to them late or not at all: it hangs, is overloaded, or is not there."
    )
