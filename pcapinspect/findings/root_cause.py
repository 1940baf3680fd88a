"""The incident of Cisco TAC note 118734, joined from traffic, certificates, configuration and logs. Inferred."""

from __future__ import annotations

from pcapinspect.clock import iso
from pcapinspect.evidence.ownership.model import Ownership, at
from pcapinspect.evidence.remedy import Step
from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.finding import Finding
from pcapinspect.findings.rollover_404_loop import is_loop
from pcapinspect.load.measures.errors import FIRST_SERVER_ERROR

CONFIDENCES = {"inside_window": 0.95, "assumed": 0.75}
"""By verdict: timers and dates that fit the capture, or traffic alone. The other verdicts are misfits."""

MISFIT = 0.5


ROLES = ("CA", "RA", "CA and RA", "clients")
"""Devices of a remedy that no configuration names."""


def judge(case: Case) -> Finding | None:
    """True of a server whose clients repeat failed GetNextCACert requests, or that lies in a window of errors."""
    found = case.rollover
    if found is None:
        return None
    exchanges, _ = case.exchanges
    failed = case.failed_polls
    refused = bool((exchanges.status[failed] < FIRST_SERVER_ERROR).any())
    if found.verdict != "inside_window" and not (refused and is_loop(case.refusals)):
        return None
    if found.verdict == "shadow_exists" and case.granted_polls >= found.demand.errors:
        return None
    shown = cite(exchange_frames(exchanges, failed))
    explains = found.verdict in CONFIDENCES
    owned = case.owned
    return Finding(
        id="root-cause",
        severity="critical" if case.in_trouble and explains else "warning",
        title=_title(found.verdict, case.name),
        explanation=" ".join(
            (
                "Inferred:",
                found.sentence,
                *found.misfits,
                *owned.conflicts,
                *_assumed(found.assumptions),
                *_whose(owned),
                *_alone(case),
            )
        ),
        server=case.name,
        figures={
            "verdict": found.verdict,
            "window_from": None if found.window_from is None else iso(found.window_from, digits=0),
            "window_to": None if found.window_to is None else iso(found.window_to, digits=0),
            "ca_expiry": None if found.ca_expiry is None else iso(found.ca_expiry, digits=0),
            "auto_rollover_days_needed": found.overlap_days,
            "basis_of_these_days": found.overlap_basis if found.overlap_days is not None else None,
            "these_days_are": None
            if found.overlap_days is None
            else "a lower bound"
            if found.overlap_bound
            else "enough",
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=CONFIDENCES.get(found.verdict, MISFIT),
        not_shown=found.unproven,
        remedy=tuple(_in_words(step) for step in found.remedy),
        start=found.demand.first,
        end=found.demand.last,
    )


def _title(verdict: str, name: str) -> str:
    if verdict in CONFIDENCES:
        return f"Routers of {name} ask for a rollover certificate that does not exist yet"
    if verdict == "shadow_exists":
        return f"Routers of {name} ask in vain for a rollover certificate that the CA has"
    return f"Failed rollover requests to {name} do not fit the window that the timers make"


MOST_TIES = 4
"""Pieces of configuration that the explanation names."""


def _whose(owned: Ownership) -> list[str]:
    """Why the configuration that was used is this server's."""
    ties = [tie for tie in owned.belongs if tie.piece.startswith(("certificate server ", "trustpoint "))]
    return [f"Used: {tie.piece} ({at(tie.where)}), for {tie.reason}." for tie in ties[:MOST_TIES]]


def _assumed(assumptions: tuple[str, ...]) -> list[str]:
    """Sentences of their own."""
    return [f"Assumed: {text.removesuffix('.')}." for text in assumptions]


def _alone(case: Case) -> tuple[str, ...]:
    """Said where configuration was given, and none of it is this server's."""
    if case.analysis.configuration is None or not case.owned.traffic_alone:
        return ()
    return ("Nothing of the configuration that was given is tied to this server: this rests on the traffic alone.",)


def _in_words(step: Step) -> str:
    commands = ", ".join(f"`{command}`" for command in step.commands)
    days = f" with `<days>` {step.days}" if step.days else ""
    device = f"the {step.device}" if step.device in ROLES else step.device
    return f"On {device}{days}: {commands}. {step.changes}"
