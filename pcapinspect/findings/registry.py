"""All findings, in one place: each is a function of the Analysis in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pcapinspect.findings.finding import SEVERITIES, Finding

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis

FINDINGS: tuple[Callable[[Analysis], Iterable[Finding]], ...] = ()
"""In the order in which an engineer would tell them; each yields one finding a server that it is true of."""


def find(analysis: Analysis) -> tuple[Finding, ...]:
    """Every finding of the analysis, the worst first; equals in the order of FINDINGS."""
    found = [finding for judge in FINDINGS for finding in judge(analysis)]
    return tuple(sorted(found, key=lambda finding: -SEVERITIES.index(finding.severity)))
