"""Clients that ask for the next CA certificate before it exists, get an error, and ask again: the load of the note."""

from __future__ import annotations

import numpy as np

from pcapinspect.clock import length
from pcapinspect.columns import MISSING, Int64
from pcapinspect.evidence.demand import ASKED
from pcapinspect.findings import remedies
from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import percent, plural, share
from pcapinspect.findings.finding import Finding
from pcapinspect.labels import number_labels
from pcapinspect.load.measures.errors import FIRST_SERVER_ERROR


def judge(case: Case) -> Finding | None:
    """True of a server that answered GetNextCACert with an error."""
    if not case.load.errors:
        return None
    exchanges, operations = case.exchanges
    failed = case.failed_polls
    errors = int(np.count_nonzero(failed))
    if not errors:
        return None
    clients = case.refusals
    granted = case.granted_polls
    loop = is_loop(clients) and errors > granted
    refused = bool((exchanges.status[failed] < FIRST_SERVER_ERROR).any())
    exists = granted > 0 or (case.rollover is not None and case.rollover.sources.shadow is not None)
    shown = cite(exchange_frames(exchanges, failed))
    label, names = number_labels(operations.ca_identifier)
    labels = sorted(name for number in np.unique(label[failed]).tolist() if (name := names[number]))
    codes, times = np.unique(exchanges.status[failed], return_counts=True)
    responses = dict(zip(codes.tolist(), times.tolist(), strict=True))
    return Finding(
        id="rollover-404-loop",
        severity=_severity(case, errors, loop, exists),
        title=f"{plural(errors, ASKED + ' request')} of {plural(len(clients), 'client')} got "
        f"{' or '.join(str(code) for code in sorted(responses))} from {case.name}"
        f" ({percent(errors, case.load.exchanges)} of its exchanges)",
        explanation=_observed(case, clients, granted) + _inferred(loop, refused, exists) + _without_them(case),
        server=case.name,
        figures={
            "errors": errors,
            **{f"responses_{code}": times for code, times in sorted(responses.items())},
            "granted": granted,
            "share_of_exchanges": share(errors, case.load.exchanges),
            "clients": len(clients),
            "clients_that_asked_again": int(np.count_nonzero(clients > 1)),
            "poll_period_seconds": _poll_period(case),
            "labels": ", ".join(labels[:5]) or None,
            "peak_in_window_without_them": _peak_without(case),
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=0.95 if loop and refused else 0.6,
        not_shown=_not_shown(case),
        remedy=_remedies(case, exists),
        start=_first_time(exchanges.request_time[failed], case.load.first_time),
        end=int(exchanges.response_time[failed].max()),
    )


def _not_shown(case: Case) -> tuple[str, ...]:
    where = "Whether the shadow certificate is missing on the CA, or only on the RA that answered here."
    if case.rollover is not None and case.rollover.window is not None:
        return (where,)
    if case.analysis.configuration is not None and case.owned.traffic_alone:
        return "The timers of CA and routers: the configuration that was given is not of this server.", where
    return "The timers of CA and routers: their configuration shows them, and `--config` reads it.", where


def _remedies(case: Case, exists: bool) -> tuple[str, ...]:
    """What fits: nothing that stops a server which serves, and no new certificate where one is there."""
    if exists:
        return remedies.ROLL_THE_RA, remedies.CHECK_THE_SHADOW
    if not case.in_trouble:
        return remedies.ROLL_NOW, remedies.ROLL_THE_RA, remedies.CHECK_THE_SHADOW
    return remedies.ROLLOVER_EARLIER, remedies.ROLL_THE_RA, remedies.CHECK_THE_SHADOW, remedies.MOST_CONNECTIONS


def is_loop(clients: Int64) -> bool:
    """Whether asking again is a habit: of one client that was refused three times, or of several that were twice.

    One client that asks twice may be a person who tries.
    """
    return bool((clients > 2).any()) or int(np.count_nonzero(clients > 1)) > 1


MIN_SHARE_OF_LOAD = 0.2
"""Of a server's exchanges, from which on these requests are a load: a few of one client beside all others are none."""


def _severity(case: Case, errors: int, loop: bool, exists: bool) -> str:
    """Critical where this load and a server in trouble come together."""
    if not loop:
        return "notice"
    if exists:
        return "warning"
    counterfactual = case.load.counterfactual
    heavy = errors >= MIN_SHARE_OF_LOAD * case.load.exchanges
    heavy = heavy or (counterfactual is not None and counterfactual.below_limit)
    return "critical" if case.in_trouble and heavy else "warning"


def _observed(case: Case, clients: Int64, granted: int) -> str:
    again = int(np.count_nonzero(clients > 1))
    observed = f"Observed: {plural(len(clients), 'client')} asked for the next (shadow) CA certificate and got an error"
    observed += f"; {again:,} of them asked again, one of them {int(clients.max()):,} times." if again else "."
    if granted:
        observed += (
            f" {plural(granted, 'such request')} got the certificate: it exists for some label or since some time."
        )
    period = _poll_period(case)
    if period is not None:
        observed += f" The median time between two polls of a client is {length(period)}."
    return observed


def _inferred(loop: bool, refused: bool, exists: bool) -> str:
    if exists:
        return (
            " Inferred: the rollover certificate is there; those that got an error asked before it was, by a name that "
            "has none, or a server that does not have it."
        )
    if loop and refused:
        return (
            " Inferred: the CA has not made its rollover certificate yet, while the routers' auto-enroll timers ask "
            "for it already; every router goes on asking until it is there."
        )
    reason = " Inferred: the server has no rollover certificate to give, or does not know the operation."
    return reason + (" Its clients go on asking." if loop else " No habit of asking again is seen.")


def _without_them(case: Case) -> str:
    counterfactual = case.load.counterfactual
    if counterfactual is None or counterfactual.peak is None or case.load.peak_accepted_60s is None:
        return ""
    peak, settings = counterfactual.peak.count, case.analysis.settings
    verdict = "below" if counterfactual.below_limit else "still at or above"
    return (
        f" Without these requests the peak of accepted connections in {settings.span} would have been {peak} "
        f"instead of {case.load.peak_accepted_60s.count}: {verdict} the limit of {settings.limit}."
    )


def _peak_without(case: Case) -> int | None:
    counterfactual = case.load.counterfactual
    return None if counterfactual is None or counterfactual.peak is None else counterfactual.peak.count


def _poll_period(case: Case) -> float | None:
    """Of a client's failed requests: the one period that is told of it."""
    return case.rollover.demand.period if case.rollover is not None else None


def _first_time(times: Int64, otherwise: int) -> int:
    known = times[times != MISSING]
    return int(known.min()) if len(known) else otherwise
