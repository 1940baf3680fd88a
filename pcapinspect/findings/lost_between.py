"""What was seen at one of two capture points and not at the other: lost between them, and not by the server."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pcapinspect.columns import MISSING, Int64
from pcapinspect.findings.case import Case
from pcapinspect.findings.display_filter import MOST_CITED, Citation, cite, keys
from pcapinspect.findings.figures import percent, plural, share
from pcapinspect.findings.finding import Finding
from pcapinspect.points.between import LOST, NOT_LOST
from pcapinspect.tcp.connections import UNANSWERED

NAMES = {"syn": "SYN", "answer": "SYN/ACK", "request": "request", "response": "response"}


def judge(case: Case) -> Finding | None:
    """True of a server on whose way attempts lost a packet between two capture points."""
    lost, seen = case.analysis.lost, case.analysis.seen_at_client
    if lost is None or seen is None:
        return None
    rows = case.connection_rows[lost[case.connection_rows] != NOT_LOST]
    if not len(rows):
        return None
    own = case.analysis.connections.take(rows)
    counts = np.bincount(lost[rows], minlength=len(LOST)).tolist()
    named = ", ".join(f"{count:,} a {NAMES[what]}" for what, count in zip(LOST, counts, strict=False) if count)
    never = own.outcome == UNANSWERED
    shown = _cited(case, seen, rows)
    is_verdict = case.load.verdict.cause == "path"
    told = next((point.sentence for point in case.analysis.points if point.between is not None), "")
    return Finding(
        id="lost-between",
        severity="critical" if is_verdict else "warning",
        title=f"{plural(len(rows), 'attempt')} at {case.name} lost packets between the two capture points "
        f"({percent(len(rows), case.load.attempts)} of all): {named}",
        explanation=(
            f"Observed: {told} {int(np.count_nonzero(never)):,} of these attempts never came to the server's point at "
            "all. Inferred: a device between the points dropped them (an access list, a policer, a firewall, a bad "
            "link), for both captures hold what came before and after them. The frames are those of both files: the "
            "attempts as they left the clients' point, and as they came to the server's, where they did."
        ),
        server=case.name,
        figures={
            "attempts_with_a_loss": len(rows),
            **{f"lost_{what}": count for what, count in zip(LOST, counts, strict=False) if count},
            "never_came": int(np.count_nonzero(never)),
            "attempts": case.load.attempts,
            "share": share(len(rows), case.load.attempts),
            "cited_attempts": min(len(rows), MOST_CITED // 2),
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=0.95,
        not_shown=("Which device between the points dropped them.",),
        remedy=(
            "Look between the two points: `show access-lists` (counters), `show policy-map interface`, "
            "`show interfaces | include drops|errors` on every device of the path; capture at a point between these "
            "two to halve it.",
        ),
        start=int(own.start.min()),
        end=int(own.end.max()),
    )


def _cited(case: Case, seen: Int64, rows: Int64) -> Citation:
    """The first of the attempts, as both files have them: whole pairs, rather than all that one file has."""
    connections = case.analysis.connections

    def both(chosen: Int64) -> Citation:
        there, here = seen[chosen], keys(connections.file[chosen], connections.first_frame[chosen])
        return cite(there[there != MISSING], here)

    first = rows[np.argsort(connections.start[rows], kind="stable")][: MOST_CITED // 2]
    return replace(both(first), every=both(rows).every)
