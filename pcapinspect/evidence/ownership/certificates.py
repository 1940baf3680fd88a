"""Certificates in show output and configuration: which are of the CA's hierarchy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pcapinspect.evidence.configuration_model import Configuration, ConfiguredCertificate, ShownCertificate, Where
from pcapinspect.evidence.names import same_name
from pcapinspect.evidence.ownership.model import Ledger, device_of
from pcapinspect.evidence.ownership.trustpoints import WELL_KNOWN


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds certificates of the CA: (device, trustpoint or server)."""

    ca_name: str | None
    of: frozenset[tuple[str, str]]

    def hold(self, where: Where, trustpoints: Sequence[str]) -> bool:
        """Whether one of them does; a file that names no device may be of any."""
        names = {name for device, name in self.of if where.device is None or device == device_of(where)}
        return any(trustpoint in names for trustpoint in trustpoints)


def choose_certificates(
    given: Configuration, holders: Holders, ledger: Ledger
) -> tuple[tuple[ShownCertificate, ...], tuple[ConfiguredCertificate, ...]]:
    """Those of the CA, and those that it issued."""
    shown = []
    for one in given.shown_certificates:
        piece = " ".join(filter(None, (one.kind, f"({one.note})" if one.note else None, one.serial)))
        against = "the device signed it itself" if one.role == "self-signed" else None
        names = [name for name in (one.issuer, one.subject) if name is not None]
        if _weigh(piece, one.where, names, one.trustpoints, holders, ledger, against):
            shown.append(one)
    configured = []
    for held in given.certificates:
        piece = f"certificate {held.certificate.serial} of {held.trustpoint or 'a PEM block'}"
        against = "the device signed it itself" if "self-signed" in held.kind else None
        names = [held.certificate.issuer, held.certificate.subject]
        if _weigh(piece, held.where, names, (held.trustpoint,), holders, ledger, against):
            configured.append(held)
    return tuple(shown), tuple(configured)


def _weigh(
    piece: str,
    where: Where,
    names: list[str],
    trustpoints: Sequence[str],
    holders: Holders,
    ledger: Ledger,
    against: str | None,
) -> bool:
    """Whether it is of the CA's hierarchy: by its names, issuer first, else by the trustpoint that holds it."""
    known = next((t for t in trustpoints if t.startswith(WELL_KNOWN)), None)
    same = [same_name(name, holders.ca_name) for name in names]
    if known is not None and against is None:
        against = f"{known} is of another hierarchy"
    if against is None and not any(same):
        if same and same[0] is False:
            against = f"it was issued by {names[0]}, and not by {holders.ca_name}"
        elif any(trustpoints) and holders.of and not holders.hold(where, trustpoints):
            against = f"trustpoint {', '.join(trustpoints)} is not of this CA"
    if against is not None:
        ledger.reject(piece, where, against)
        return False
    if any(same):
        ledger.tie(piece, where, f"it is of {holders.ca_name}, or issued by it")
    elif holders.hold(where, trustpoints):
        ledger.tie(piece, where, f"trustpoint {trustpoints[0]} holds it")
    else:
        ledger.tie(piece, where, "nothing speaks against it")
    return True
