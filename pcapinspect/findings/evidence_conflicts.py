"""Sources that contradict each other: configuration, show output, certificates and what the capture shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.findings.case import Case


def judge(case: Case) -> Finding | None:
    """True of a server whose evidence says two things of one."""
    conflicts = case.owned.conflicts
    if not conflicts:
        return None
    return Finding(
        id="evidence-conflicts",
        severity="notice",
        title=f"What was given for {case.name} contradicts itself in {plural(len(conflicts), 'point')}",
        explanation=" ".join(conflicts),
        server=case.name,
        figures={"conflicts": len(conflicts)},
        remedy=("Take configuration and show output again, from the device that answers, at the time of the capture.",),
    )
