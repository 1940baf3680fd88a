"""`ip http max-connections` below what IOS can hold: each slow client then keeps a larger part of the server busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pcapinspect.evidence.ownership.tying import own
from pcapinspect.findings import remedies
from pcapinspect.findings.finding import Finding

if TYPE_CHECKING:
    from pcapinspect.evidence.configuration import Configuration
    from pcapinspect.findings.analysis import Analysis

MOST = 16
"""The most that IOS takes (Cisco TAC note 118734)."""

HARDENED = 2
"""What the hardening guides of DISA (STIG) and CIS for IOS ask for; the default of IOS is 5."""


def judge(analysis: Analysis) -> Finding | None:
    """True of a server whose configuration has a limit below MOST, on the HTTP server of classic IOS."""
    if analysis.configuration is None:
        return None
    said = sorted({pair for owned in _owned(analysis) for pair in _said(owned)})
    if not said:
        return None
    least = min(number for _, number in said)
    paused = any(server.pauses for server in analysis.load.servers)
    places = ", ".join(f"{where}: {number}" for where, number in said[:5])
    return Finding(
        id="max-connections-low",
        severity="warning" if least <= HARDENED or paused else "notice",
        title=f"The HTTP server is configured for {least} connections at once, of {MOST} that it could hold",
        explanation=(
            f"Observed in the configuration: {places}. A router that is slow, or gone, holds a connection until it "
            "times out, and SYNs beyond the limit are not answered. Hardening guides ask for 2, which is meant for the "
            "management of a router and not for a CA that serves a network."
        ),
        figures={"max_connections": least, "possible": MOST},
        remedy=(remedies.MOST_CONNECTIONS,),
    )


MOST_SERVERS = 20
"""Servers that the configuration is held against: a capture of web traffic may hold thousands."""


def _owned(analysis: Analysis) -> list[Configuration]:
    """What belongs to each server; without one, to the CA that the configuration itself shows."""
    if analysis.flows_only or not analysis.load.servers:
        return [own(analysis.configuration).configuration]
    return [case.owned.configuration for case in analysis.cases[:MOST_SERVERS]]


def _said(configuration: Configuration) -> list[tuple[str, int]]:
    """Where it says so, and the number. IOS XE with nginx counts otherwise and is left out."""
    every = [(http.where, http.max_connections) for http in configuration.http]
    every += [(shown.where, shown.max_connections) for shown in configuration.http_statuses if not shown.nginx]
    return [(where.device or where.path, number) for where, number in every if number is not None and number < MOST]
