"""Trustpoints of clients: which of them enrol at the server."""

from __future__ import annotations

from pcapinspect.evidence.configuration_model import Configuration, Trustpoint
from pcapinspect.evidence.names import endpoint_of, is_address, same_name
from pcapinspect.evidence.ownership.model import Inquiry, Ledger, device_of, issuing_certificate
from pcapinspect.evidence.ownership.servers import Hierarchy, is_own, issuer_of

WELL_KNOWN = ("TP-self-signed", "SLA-TrustPoint", "CISCO_IDEVID", "Trustpool", "ActiveDirectory")
"""Begins of the names of trustpoints that IOS makes by itself: HTTPS, licensing, the manufacturer's identity, the
bundle of public CAs."""


NO_SCEP = "it does not enrol over SCEP"


def choose_trustpoints(
    given: Configuration, inquiry: Inquiry, hierarchy: Hierarchy, ledger: Ledger
) -> tuple[Trustpoint, ...]:
    """Those that enrol at the server. A certificate server's own trustpoint is no client's."""
    tied: list[Trustpoint] = []
    undecided: list[Trustpoint] = []
    for trustpoint in sorted(given.trustpoints, key=lambda t: (t.where.path, t.where.line)):
        if any(is_own(trustpoint, server) for server in hierarchy.every):
            continue
        for_it, against = _weigh(trustpoint, given, inquiry, hierarchy)
        if for_it is not None:
            ledger.tie(_piece(trustpoint), trustpoint.where, for_it)
            tied.append(trustpoint)
        elif against is not None:
            ledger.reject(_piece(trustpoint), trustpoint.where, against)
        else:
            undecided.append(trustpoint)
    if not tied and _at_one_place(undecided, inquiry):
        for trustpoint in undecided:
            ledger.tie(_piece(trustpoint), trustpoint.where, "no trustpoint that enrols elsewhere was given")
        return tuple(undecided)
    named = [] if tied or inquiry.ip is not None else _named_like(undecided, hierarchy)
    for trustpoint in named:
        ledger.tie(_piece(trustpoint), trustpoint.where, "it has the name of the certificate server")
    for trustpoint in undecided:
        if trustpoint in named:
            continue
        place = trustpoint.enrollment_url or "a trustpoint without an enrolment URL"
        ledger.reject(_piece(trustpoint), trustpoint.where, f"nothing ties {place} to {inquiry.name}")
    return tuple(tied or named)


def _piece(trustpoint: Trustpoint) -> str:
    return f"trustpoint {trustpoint.name}"


def _at_one_place(trustpoints: list[Trustpoint], inquiry: Inquiry) -> bool:
    """Whether all of them enrol at one place, which then is the server: without a capture any, else one not told."""
    places = {t.enrollment_url and endpoint_of(t.enrollment_url) for t in trustpoints}
    return len(places) == 1 and (inquiry.ip is None or places == {None})


def _named_like(trustpoints: list[Trustpoint], hierarchy: Hierarchy) -> list[Trustpoint]:
    """Those called like the chosen CA or RA, where no address of theirs is known that a URL could lead to."""
    if any(server.addresses for server in hierarchy.chosen):
        return []
    names = {server.name.casefold() for server in hierarchy.chosen}
    return [trustpoint for trustpoint in trustpoints if trustpoint.name.casefold() in names]


def _weigh(
    trustpoint: Trustpoint, given: Configuration, inquiry: Inquiry, hierarchy: Hierarchy
) -> tuple[str | None, str | None]:
    """What ties it, and what speaks against it."""
    end = endpoint_of(trustpoint.enrollment_url) if trustpoint.enrollment_url else None
    asked_for = f"the server is asked for {trustpoint.name}" if trustpoint.name in inquiry.labels else None
    if end is None:
        if trustpoint.enrollment is not None or trustpoint.name.startswith(WELL_KNOWN):
            return None, NO_SCEP
        return asked_for, None
    place = _leads_here(trustpoint, end, given, inquiry, hierarchy)
    if place is not None:
        return place, None
    captured = issuing_certificate(inquiry.facts)
    wanted = captured.subject if captured else hierarchy.ca.subject if hierarchy.ca else None
    name = issuer_of(trustpoint, given)
    same = same_name(name, wanted)
    if same:
        return f"its CA certificate is that of {wanted}", None
    host, port = end
    if asked_for is not None and not is_address(host):
        return asked_for, None
    if inquiry.ip is not None and is_address(host):
        return None, f"it enrols at {host}:{port}, and not at {inquiry.name}"
    return None, f"its CA certificate is that of {name}, and not of {wanted}" if same is False else None


def _leads_here(
    trustpoint: Trustpoint, end: tuple[str, int], given: Configuration, inquiry: Inquiry, hierarchy: Hierarchy
) -> str | None:
    """Whether the enrolment URL is the server's, by address or by name."""
    host, port = end
    device = device_of(trustpoint.where)
    known = {a for d in given.devices if d.name and d.name.partition(".")[0].casefold() == device for a in d.hosts}
    hosts = {host, *(address for name, address in known if name == host)}
    places = frozenset().union(*(server.addresses for server in hierarchy.chosen)) | {inquiry.ip}
    if hosts & places and (inquiry.port in (None, port) or host != inquiry.ip):
        return f"it enrols at {host}:{port}"
    names = inquiry.hosts | {server.device for server in hierarchy.chosen}
    if not is_address(host) and (host in names or host.partition(".")[0] in names):
        return f"it enrols at {host}, which is a name of this server"
    return None
