"""Configuration that was given and is of another CA or other clients: told, so that nobody waits for it to be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pcapinspect.evidence.ownership.trustpoints import NO_SCEP
from pcapinspect.findings.figures import listed
from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.evidence.ownership.model import Tie
    from pcapinspect.findings.case import Case

_TOLD_OF = ("certificate server ", "trustpoint ")
"""Certificates of other hierarchies are on every device: they are listed, and no finding."""

MOST_TOLD = 5


def judge(case: Case) -> Finding | None:
    """True of a server that clients asked for PKI, where servers or trustpoints were given that are not tied to it."""
    owned = case.owned
    foreign = [tie for tie in owned.foreign if tie.piece.startswith(_TOLD_OF) and tie.reason != NO_SCEP]
    if not foreign or not (case.inquiry.labels or case.inquiry.facts.messages):
        return None
    alone = " Nothing that was given is tied to this server: what is said of it rests on its traffic alone."
    return Finding(
        id="evidence-not-used",
        severity="warning" if owned.traffic_alone else "info",
        title=f"Given and not used, for {'it is' if len(foreign) == 1 else 'they are'} not of {case.name}: "
        + listed([tie.piece for tie in foreign], 3),
        explanation=" ".join(_told(tie) for tie in foreign[:MOST_TOLD]) + (alone if owned.traffic_alone else ""),
        server=case.name,
        figures={"not_used": len(foreign), "used": len(owned.belongs)},
        remedy=(f"Give the running configuration of the device that answers at {case.name}.",)
        if owned.traffic_alone
        else (),
    )


def _told(tie: Tie) -> str:
    return f"{tie.piece} ({tie.where.path}:{tie.where.line}): {tie.reason}."
