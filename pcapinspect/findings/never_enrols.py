"""Clients that ask for capabilities and CA certificate again and again, and never send an enrolment. Observed."""

from __future__ import annotations

import numpy as np

from pcapinspect.address import text_of
from pcapinspect.columns import Bool
from pcapinspect.findings.case import Case, exchange_frames
from pcapinspect.findings.display_filter import cite
from pcapinspect.findings.figures import listed, plural
from pcapinspect.findings.finding import Finding
from pcapinspect.load.measures.parties import number
from pcapinspect.tcp.connections import ESTABLISHED

BEFORE_ENROLMENT = ("GetCACaps", "GetCACert", "GetCACertChain")

LEAST_ROUNDS = 4
"""Times that a client asked for the CA certificate: once is a look, and a person who tries does so twice or thrice."""

LEAST_ACCEPTED = 0.9
"""Share of a client's attempts that were accepted: of one that does not get in nobody knows what it wanted."""


def judge(case: Case) -> Finding | None:
    """True of a server with clients that get what comes before an enrolment, LEAST_ROUNDS times, and never enrol."""
    if not case.load.exchanges:
        return None
    exchanges, operations = case.exchanges
    before = np.isin(operations.operation, BEFORE_ENROLMENT)
    if not before.any():
        return None
    mine = case.connections
    client, _ = number(mine.client_high, mine.client_low)
    row_of = np.searchsorted(case.connection_rows, exchanges.connection)
    asking = client[row_of]
    rounds = np.bincount(asking[operations.operation == "GetCACert"], minlength=int(client.max()) + 1)
    others = np.bincount(asking[~before], minlength=len(rounds))
    attempts = np.bincount(client, minlength=len(rounds))
    accepted = np.bincount(client[mine.outcome == ESTABLISHED], minlength=len(rounds))
    stuck = (rounds >= LEAST_ROUNDS) & (others == 0) & (accepted >= LEAST_ACCEPTED * attempts)
    if not stuck.any():
        return None
    return _finding(case, stuck[asking], [_address(case, client == one) for one in np.flatnonzero(stuck).tolist()])


def _address(case: Case, rows: Bool) -> str:
    row = int(np.flatnonzero(rows)[0])
    return text_of(int(case.connections.client_high[row]), int(case.connections.client_low[row]))


def _finding(case: Case, rows: Bool, addresses: list[str]) -> Finding:
    exchanges, _ = case.exchanges
    shown = cite(exchange_frames(exchanges, rows))
    requests = int(np.count_nonzero(rows))
    refused = int(np.count_nonzero(exchanges.status[rows] >= 400))
    return Finding(
        id="never-enrols",
        severity="notice",
        title=f"{plural(len(addresses), 'client')} of {case.name} ask{'s' if len(addresses) == 1 else ''} for the CA "
        f"certificate again and again and never enrol{'s' if len(addresses) == 1 else ''}: {listed(addresses)}",
        explanation=(
            f"Observed: {plural(requests, 'request')} of {listed(addresses)} for capabilities and CA certificate, "
            f"{plural(refused, 'error')} among the answers, and no PKIOperation. Inferred: the client does not accept"
            "  what it gets, or waits for someone to confirm the fingerprint; or it only watches the server. The "
            "server is not the cause of the repetition."
        ),
        server=case.name,
        figures={
            "clients": len(addresses),
            "requests": requests,
            "errors": refused,
            **shown.figures,
        },
        frames=shown.frames,
        every_frame=shown.every,
        display_filter=shown.display_filter,
        confidence=0.8,
        not_shown=("Why the client does not go on: its own log or `debug crypto pki messages` tells.",),
        remedy=(
            "On the client: `show crypto pki trustpoints status`, `debug crypto pki messages` and `debug crypto pki "
            "transactions`; compare the fingerprint of the CA certificate, its signature algorithm, and the clock.",
        ),
        start=int(exchanges.request_time[rows].min()),
        end=int(exchanges.request_time[rows].max()),
    )
