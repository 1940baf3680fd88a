"""Everything that was given, tied to one server: servers first, then clients, then what stands beside them."""

from __future__ import annotations

from typing import Protocol, TypeVar

from pcapinspect.clock import SECOND, iso
from pcapinspect.evidence.configuration_model import Configuration, Timer, Trustpoint, Where
from pcapinspect.evidence.ownership.certificates import Holders, choose_certificates
from pcapinspect.evidence.ownership.model import (
    Inquiry,
    Ledger,
    Ownership,
    at,
    device_of,
    issuing_certificate,
)
from pcapinspect.evidence.ownership.servers import Hierarchy, addresses_of, choose_servers, enrols_at, issuer_of
from pcapinspect.evidence.ownership.trustpoints import choose_trustpoints
from pcapinspect.pki.timers import DAY


class _Placed(Protocol):
    @property
    def where(self) -> Where: ...


Piece = TypeVar("Piece", bound=_Placed)


def own(given: Configuration | None, inquiry: Inquiry | None = None) -> Ownership:
    """Tie what was given to the server under inquiry. The order of files makes no difference."""
    if given is None:
        return Ownership(configuration=Configuration())
    inquiry = inquiry or Inquiry()
    ledger = Ledger()
    hierarchy = choose_servers(given, inquiry, ledger)
    trustpoints = choose_trustpoints(given, inquiry, hierarchy, ledger)
    ca_name = _ca_name(given, inquiry, hierarchy, trustpoints)
    of = {(s.device, s.name) for s in hierarchy.chosen} | {(device_of(t.where), t.name) for t in trustpoints}
    shown, configured = choose_certificates(given, Holders(ca_name, frozenset(of)), ledger)
    devices = {server.device for server in hierarchy.chosen}
    answering = _answering(given, inquiry, hierarchy)
    enrolling = [t for t in given.trustpoints if t in trustpoints or t.enrollment_url is not None]
    strangers = {device_of(t.where) for t in enrolling} | {server.device for server in hierarchy.every}
    strangers -= devices
    names = {t.name for t in trustpoints}
    _compare(hierarchy, inquiry, ledger)
    return Ownership(
        configuration=Configuration(
            files=given.files,
            devices=given.devices,
            servers=tuple(server.config for server in hierarchy.chosen if server.config is not None),
            trustpoints=trustpoints,
            http=_of(given.http, answering, strangers),
            certificates=configured,
            server_statuses=tuple(server.status for server in hierarchy.chosen if server.status is not None),
            timers=_timers(given.timers, hierarchy, names),
            shown_certificates=shown,
            trustpoint_statuses=tuple(s for s in given.trustpoint_statuses if s.name in names),
            http_statuses=_of(given.http_statuses, answering, strangers),
            requests=_of(given.requests, devices, strangers),
            crls=given.crls,
            counters=given.counters,
            tcp_states=_of(given.tcp_states, answering, strangers),
        ),
        ca_name=ca_name,
        belongs=ledger.in_order(ledger.belongs),
        foreign=ledger.in_order(ledger.foreign),
        above=tuple(server.config for server in hierarchy.above if server.config is not None),
        conflicts=tuple(ledger.conflicts),
        ca_answers=hierarchy.ca is not None
        and bool(hierarchy.ca.addresses & {inquiry.ip, *(enrols_at(t) for t in trustpoints)}),
    )


def _ca_name(
    given: Configuration, inquiry: Inquiry, hierarchy: Hierarchy, trustpoints: tuple[Trustpoint, ...]
) -> str | None:
    captured = issuing_certificate(inquiry.facts)
    if captured is not None:
        return captured.subject
    if hierarchy.ca is not None:
        return hierarchy.ca.subject
    names = {name for t in trustpoints if (name := issuer_of(t, given)) is not None}
    return names.pop() if len(names) == 1 else None


def _answering(given: Configuration, inquiry: Inquiry, hierarchy: Hierarchy) -> set[str]:
    """The devices whose HTTP server clients talk to: that with the address, else RA and CA."""
    here = {device for device, addresses in addresses_of(given).items() if inquiry.ip in addresses}
    return here or {server.device for server in hierarchy.chosen}


def _of(pieces: tuple[Piece, ...], devices: set[str], strangers: set[str]) -> tuple[Piece, ...]:
    """Of the devices; where none of them is known, of one that is no client's and no other CA's, if it is the only."""
    others = {device_of(piece.where) for piece in pieces} - strangers
    wanted = devices if devices or len(others) != 1 else others
    return tuple(piece for piece in pieces if device_of(piece.where) in wanted)


def _timers(timers: tuple[Timer, ...], hierarchy: Hierarchy, names: set[str]) -> tuple[Timer, ...]:
    """Not those of another certificate server's device, nor those of other trustpoints."""
    foreign = {server.device for server in hierarchy.every} - {server.device for server in hierarchy.chosen}
    return tuple(
        timer
        for timer in timers
        if device_of(timer.where) not in foreign
        and (not timer.group.startswith("PKI") or not names or timer.subject is None or timer.subject in names)
    )


def _compare(hierarchy: Hierarchy, inquiry: Inquiry, ledger: Ledger) -> None:
    """What two sources say differently of the CA."""
    if hierarchy.ca is None:
        return
    config, status = hierarchy.ca.config, hierarchy.ca.status
    captured = issuing_certificate(inquiry.facts)
    if config is not None and config.shutdown and inquiry.answers:
        ledger.conflicts.append(f"The server is shut down at {at(config.where)}, and answers in the capture.")
    if status is None:
        return
    if status.state is not None and "disabled" in status.state.lower() and inquiry.answers:
        ledger.conflicts.append(f"The server is {status.state} at {at(status.where)}, and answers in the capture.")
    if config is not None and None not in (config.overlap, status.overlap) and config.overlap != status.overlap:
        ledger.conflicts.append(
            f"auto-rollover is {(config.overlap or 0) / DAY:g} days at {at(config.where)}, and "
            f"{(status.overlap or 0) / DAY:g} in force at {at(status.where)}: show output holds."
        )
    if captured is not None and status.ca_expiry is not None:
        shown, seen = status.ca_expiry.time, captured.not_after
        if abs(shown - seen) > DAY * SECOND:
            ledger.conflicts.append(
                f"The captured CA certificate ends {iso(seen, digits=0)}, the one at {at(status.where)} "
                f"{iso(shown, digits=0)}: the capture holds."
            )
