"""The section `pki` of the document: certificates, capabilities, requesters and transactions of the capture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pcapinspect.clock import iso
from pcapinspect.columns import MISSING
from pcapinspect.pki.scep import FAILURE
from pcapinspect.report import model
from pcapinspect.report.sections import plain, time

if TYPE_CHECKING:
    from pcapinspect.evidence.rollover import RolloverDiagnosis
    from pcapinspect.pki.facts import Capabilities, PkiFacts, Place, ServerCertificate

MOST_LISTED = 100
"""Certificates and capabilities that are listed; a PKI has a handful, a hostile capture may have any number."""


def pki_section(facts: PkiFacts, paths: Sequence[str], rollover: list[model.Rollover]) -> model.Pki:
    """What the PKI traffic says beyond single exchanges."""
    transactions = facts.transactions
    return {
        "certificates": [_certificate(seen, paths) for seen in facts.certificates[:MOST_LISTED]],
        "certificates_seen": len(facts.certificates),
        "capabilities": [_capabilities(seen, paths) for seen in facts.capabilities[:MOST_LISTED]],
        "requesters": len(facts.requesters),
        "requesters_renewing": sum(requester.renewal for requester in facts.requesters),
        "transactions": len(transactions),
        "transactions_rejected": sum(FAILURE in dict(transaction.answers) for transaction in transactions),
        "transactions_polling": sum(transaction.polls > 0 for transaction in transactions),
        "messages": facts.messages,
        "unread": facts.unread,
        "damaged_certificates": facts.damaged_certificates,
        "not_kept": facts.not_kept,
        "rollover": rollover,
    }


def rollover_section(diagnosis: RolloverDiagnosis, server: str) -> model.Rollover:
    """The timers, the window of errors that they make, and the remedy, for the rollover of one server's CA."""
    section: Any = {
        "server": server,
        **{
            name: plain(getattr(diagnosis, name))
            for name in (
                "verdict",
                "sentence",
                "share",
                "overlap_days",
                "overlap_basis",
                "overlap_bound",
                "assumptions",
                "misfits",
                "unproven",
            )
        },
        "lead_seconds": diagnosis.lead,
        **{name: time(getattr(diagnosis, name)) for name in ("window_from", "window_to", "ca_expiry")},
        "timers": {
            name: plain(getattr(diagnosis.sources, name))
            for name in ("ca_lifetime", "lifetime", "auto_enroll", "overlap")
        },
        "load": plain(diagnosis.load),
        "remedy": plain(diagnosis.remedy),
    }
    made = diagnosis.window
    told: model.Rollover = section | {
        "window": made
        and {
            "length_seconds": made.length,
            "affected_from_seconds": made.affected_from,
            "affected_to_seconds": made.affected_to,
            "closing_overlap_seconds": made.closing_overlap,
            "closing_percent": made.closing_percent,
        }
    }
    return told


def _certificate(seen: ServerCertificate, paths: Sequence[str]) -> model.Certificate:
    certificate = seen.certificate
    return {
        "role": plain(seen.role),
        "ca_identifier": seen.ca_identifier,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "not_before": iso(certificate.not_before),
        "not_after": iso(certificate.not_after),
        "key": certificate.key,
        "fingerprint": certificate.fingerprint,
        "self_signed": certificate.self_signed,
        "count": seen.count,
        "first": _place(seen.first, paths),
    }


def _capabilities(seen: Capabilities, paths: Sequence[str]) -> model.Capabilities:
    return {
        "status": seen.status,
        "keywords": list(seen.keywords),
        "ca_identifier": seen.ca_identifier,
        "count": seen.count,
        "first": _place(seen.first, paths),
    }


def _place(place: Place, paths: Sequence[str]) -> model.Place:
    return {
        "connection": place.connection,
        "file": None if place.file == MISSING else paths[place.file],
        "frame": None if place.frame == MISSING else place.frame,
        "time": None if place.time == MISSING else iso(place.time),
    }
