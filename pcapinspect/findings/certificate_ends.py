"""Certificates of CA, RA and routers that have ended, or soon will. Observed in what the server gave out."""

from __future__ import annotations

from pcapinspect.clock import SECOND, iso
from pcapinspect.findings.case import Case
from pcapinspect.findings.figures import plural
from pcapinspect.findings.finding import Finding
from pcapinspect.pki.facts import CA, RA, SHADOW, ServerCertificate
from pcapinspect.pki.timers import DAY

SOON = 60 * DAY * SECOND
"""IOS begins to warn of a certificate's end that long before it (PKI expiry alerts, 15M/T and XE)."""

MOST_TOLD = 5

_WORDS = {CA: "CA certificate", RA: "RA certificate"}


def judge(case: Case) -> Finding | None:
    """True of a server that gave out a CA or RA certificate which has ended, or ends within SOON."""
    now = case.load.last_time
    given = [seen for seen in case.facts.certificates if seen.role in _WORDS]
    ended = [seen for seen in given if seen.certificate.not_after <= now]
    ending = [seen for seen in given if now < seen.certificate.not_after <= now + SOON]
    if not ended and not ending:
        return None
    told = ended or ending
    next_is_there = any(seen.role == SHADOW for seen in case.facts.certificates)
    all_ended = bool(ended) and all(seen in ended for seen in given if seen.role == CA)
    return Finding(
        id="certificate-ends",
        severity=("critical" if all_ended else "warning") if ended else ("info" if next_is_there else "notice"),
        title=_title(told, case.name, ended=bool(ended)),
        explanation="Observed: "
        + " ".join(_told(seen, now) for seen in (*ended, *ending)[:MOST_TOLD])
        + _routers(case, now),
        server=case.name,
        figures={
            "ended": len(ended),
            "end_soon": len(ending),
            "first_end": iso(min(seen.certificate.not_after for seen in told), digits=0),
            "router_certificates_ended": _ended_routers(case, now),
        },
        not_shown=("Whether the device has a newer one: `show crypto pki certificates` lists what it holds.",),
        remedy=_remedy(ended, next_is_there=next_is_there),
        start=min((seen.first.time for seen in told if seen.first.time > 0), default=None),
    )


def _title(told: list[ServerCertificate], name: str, *, ended: bool) -> str:
    first = min(told, key=lambda seen: seen.certificate.not_after)
    what, date = _WORDS[first.role], iso(first.certificate.not_after, digits=0)[:10]
    more = f", and {plural(len(told) - 1, 'other')}" if len(told) > 1 else ""
    how = f"has expired: it ended on {date}" if ended else f"ends soon, on {date}"
    return f"The {what} {first.certificate.subject} of {name} {how}{more}"


def _told(seen: ServerCertificate, now: int) -> str:
    end = seen.certificate.not_after
    days = abs(end - now) / (DAY * SECOND)
    label = f" (asked for as {seen.ca_identifier})" if seen.ca_identifier else ""
    how = (
        f"ended {iso(end, digits=0)}, {days:.0f} days before"
        if end <= now
        else f"ends {iso(end, digits=0)}, {days:.0f} days after"
    )
    return f"{_WORDS[seen.role]} {seen.certificate.serial} of {seen.certificate.subject}{label} {how} the capture."


def _ended_routers(case: Case, now: int) -> int:
    return sum(one.renewal and one.certificate.not_after <= now for one in case.facts.requesters)


def _routers(case: Case, now: int) -> str:
    number = _ended_routers(case, now)
    return f" {plural(number, 'router')} signed with a certificate that had ended." if number else ""


def _remedy(ended: list[ServerCertificate], *, next_is_there: bool) -> tuple[str, ...]:
    look = "On the device: `show crypto pki server`, `show crypto pki certificates`, and `show clock detail`."
    if not ended:
        return (
            (look,) if next_is_there else (look, "See that the next certificate is made in time: `pcapinspect timers`.")
        )
    roles = {seen.role for seen in ended}
    renew = []
    if CA in roles:
        renew.append(
            "A CA certificate that has ended needs a new one on the CA, and every client to authenticate it again."
        )
    if RA in roles:
        renew.append("The RA enrols again at its CA: `crypto pki enroll NAME` on the RA.")
    return look, *renew
