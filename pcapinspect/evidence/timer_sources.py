"""The rollover timers that configuration, show output and certificates tell, each with its source.

Only what belongs to the CA is looked at (see ownership). What a device shows of itself goes before what it was
configured to do, for configuration may have changed since; a certificate goes before both. Defaults of IOS come last
and are assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.clock import SECOND
from pcapinspect.evidence.configuration_model import CertificateServer, Configuration
from pcapinspect.evidence.names import same_name
from pcapinspect.evidence.ownership.model import Ownership, at, issuing_certificate
from pcapinspect.pki.certificates import Certificate
from pcapinspect.pki.facts import SHADOW, PkiFacts
from pcapinspect.pki.timers import (
    DAY,
    DEFAULT_CA_LIFETIME,
    DEFAULT_LIFETIME,
    DEFAULT_OVERLAP,
    Timers,
)

_PERCENT_SLACK = 600 * SECOND
"""IOS renews some minutes beside the exact percentage: 292 d 0 h 2 min of 365 d for 80 % in a real router's output."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """A value and what says it."""

    value: int
    source: str
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSources:
    """Durations in seconds, `auto_enroll` in percent, times in nanoseconds UTC; None where nothing says it."""

    ca_lifetime: Sourced | None
    lifetime: Sourced | None
    auto_enroll: Sourced | None
    overlap: Sourced | None
    ca_start: Sourced | None
    ca_expiry: Sourced | None
    auto_rollover: bool | None
    """False: the whole configuration of the CA is known, and makes no shadow certificate at all."""
    shadow: str | None
    """What shows that a shadow certificate exists."""
    server_name: str | None
    ra_name: str | None
    """Of the certificate server in RA mode, where its configuration is known."""
    ra: bool
    """Something says that there is an RA."""
    subordinate: bool = False
    """The CA is below another one, which has to issue its shadow certificate."""
    trustpoint: str | None = None
    """Of the clients that enrol at the server, where all call it so."""
    regenerate: bool = False
    """These clients make a new key for each renewal."""
    unsure: tuple[str, ...] = ()
    """What a text that was not read whole leaves open."""

    @property
    def timers(self) -> Timers | None:
        """All four, where they are known and possible."""
        if self.ca_lifetime is None or self.lifetime is None or self.auto_enroll is None or self.overlap is None:
            return None
        if self.ca_lifetime.value <= 0 or self.lifetime.value <= 0 or not 1 <= self.auto_enroll.value <= 100:
            return None
        if self.overlap.value > self.ca_lifetime.value:
            return None
        return Timers(
            ca_lifetime=self.ca_lifetime.value,
            lifetime=self.lifetime.value,
            auto_enroll=self.auto_enroll.value,
            overlap=self.overlap.value,
        )

    @property
    def assumptions(self) -> tuple[str, ...]:
        values = (self.ca_lifetime, self.lifetime, self.auto_enroll, self.overlap, self.ca_start, self.ca_expiry)
        return tuple(value.source for value in values if value is not None and value.assumed)


def find_timers(owned: Ownership, facts: PkiFacts | None) -> TimerSources:
    """What the evidence says of the timers. Nothing is raised: what is missing is None."""
    config = owned.configuration
    seen = facts or PkiFacts()
    ca = _ca_certificate(owned, seen)
    server = next((s for s in config.servers if s.mode != "ra"), None)
    ra = next((s for s in config.servers if s.mode == "ra"), None)
    status = next((s for s in config.server_statuses if not s.ra), None)
    expiry = _expiry(ca, config)
    ca_lifetime = _ca_lifetime(ca, config, server)
    start = Sourced(ca[0].not_before, ca[1]) if ca else None
    if start is None and expiry is not None and ca_lifetime is not None:
        start = Sourced(
            expiry.value - ca_lifetime.value * SECOND, f"{expiry.source}, less the CA's lifetime", ca_lifetime.assumed
        )
    enrolling = [t for t in config.trustpoints if t.auto_enroll is not None]
    return TimerSources(
        ca_lifetime=ca_lifetime,
        lifetime=_lifetime(config, seen, server),
        auto_enroll=_auto_enroll(config),
        overlap=_overlap(config, server),
        ca_start=start,
        ca_expiry=expiry,
        auto_rollover=_rolls(config, server),
        shadow=_shadow(config, seen),
        server_name=server.name if server else status.name if status else None,
        ra_name=ra.name if ra else next((s.name for s in config.server_statuses if s.ra), None),
        ra=ra is not None
        or any(s.ra for s in config.server_statuses)
        or (any(t.ra for t in config.trustpoints) and not owned.ca_answers),
        subordinate=(server is not None and server.mode == "sub-cs") or (status is not None and status.subordinate),
        trustpoint=enrolling[0].name if len({t.name for t in enrolling}) == 1 else None,
        regenerate=any(t.regenerate for t in enrolling),
        unsure=_unsure(server),
    )


def _unsure(server: CertificateServer | None) -> tuple[str, ...]:
    """A command that a text does not show may still be configured, where the text is not all of the block."""
    if server is None or server.whole:
        return ()
    missing = [
        command
        for command, said in (
            ("auto-rollover", server.auto_rollover),
            ("lifetime certificate", server.lifetime_certificate),
            ("lifetime ca-certificate", server.lifetime_ca),
        )
        if said is None
    ]
    if not missing:
        return ()
    return (
        f"crypto pki server {server.name} at {at(server.where)} was not read whole, so whether it has "
        f"{' or '.join(missing)} is not known: `show running-config | section crypto pki server` tells.",
    )


def _ca_certificate(owned: Ownership, facts: PkiFacts) -> tuple[Certificate, str] | None:
    """The CA's own certificate: of the capture, else of a certificate chain."""
    captured = issuing_certificate(facts)
    if captured is not None:
        return captured, f"CA certificate {captured.serial} in the capture"
    held = [
        c
        for c in owned.configuration.certificates
        if c.certificate.authority
        and "rollover" not in c.kind
        and same_name(c.certificate.subject, owned.ca_name) is not False
    ]
    # a renewed CA has several: the one that lasts longest is in force, the next one is marked as rollover
    held.sort(key=lambda c: (-c.certificate.not_after, c.where.path, c.where.line))
    return (held[0].certificate, f"certificate chain at {at(held[0].where)}") if held else None


def _ca_lifetime(
    ca: tuple[Certificate, str] | None, config: Configuration, server: CertificateServer | None
) -> Sourced | None:
    if ca is not None:
        return Sourced((ca[0].not_after - ca[0].not_before) // SECOND, ca[1])
    for shown in config.shown_certificates:
        if shown.role in ("ca", "sub-ca") and not shown.rollover and shown.start and shown.end:
            return Sourced((shown.end.time - shown.start.time) // SECOND, f"show output at {at(shown.where)}")
    if server is None:
        return None
    if server.lifetime_ca is not None:
        return Sourced(server.lifetime_ca, f"lifetime ca-certificate at {at(server.where)}")
    days = DEFAULT_CA_LIFETIME // DAY
    return Sourced(
        DEFAULT_CA_LIFETIME, f"lifetime ca-certificate is {_lacking(server)}: IOS's {days} days", assumed=True
    )


def _lacking(server: CertificateServer) -> str:
    return "not configured" if server.whole else "not seen in what was given"


def _expiry(ca: tuple[Certificate, str] | None, config: Configuration) -> Sourced | None:
    if ca is not None:
        return Sourced(ca[0].not_after, ca[1])
    for status in config.server_statuses:
        if status.ca_expiry is not None:
            unsure = "" if status.ca_expiry.zone_known else f", its zone {status.ca_expiry.zone} read as UTC"
            source = f"CA certificate expiration timer at {at(status.where)}{unsure}"
            return Sourced(status.ca_expiry.time, source, assumed=bool(unsure))
    for timer in config.timers:
        if timer.name == "CS CERT EXPIRE" and timer.time is not None:
            return Sourced(timer.time, f"CS CERT EXPIRE at {at(timer.where)}")
    for shown in config.shown_certificates:
        if shown.kind.startswith("CA") and not shown.rollover and shown.end:
            unsure = "" if shown.end.zone_known else f", its zone {shown.end.zone} read as UTC"
            return Sourced(shown.end.time, f"show output at {at(shown.where)}{unsure}", assumed=bool(unsure))
    return None


def _lifetime(config: Configuration, facts: PkiFacts, server: CertificateServer | None) -> Sourced | None:
    """Of a router's certificate that the CA's end does not shorten: the longest that is seen."""
    if server is not None and server.lifetime_certificate is not None:
        return Sourced(server.lifetime_certificate, f"lifetime certificate at {at(server.where)}")
    lives = [
        ((r.certificate.not_after - r.certificate.not_before) // SECOND, r.certificate.serial)
        for r in facts.requesters
        if r.renewal
    ]
    if lives:
        longest, serial = max(lives)
        return Sourced(longest, f"certificate {serial}, the longest-lived that signed a renewal in the capture")
    shown = [
        ((c.end.time - c.start.time) // SECOND, at(c.where))
        for c in config.shown_certificates
        if c.role == "router" and not c.rollover and c.start and c.end
    ]
    if shown:
        longest, place = max(shown)
        return Sourced(longest, f"show output at {place}")
    if server is not None:
        days = DEFAULT_LIFETIME // DAY
        return Sourced(DEFAULT_LIFETIME, f"lifetime certificate is {_lacking(server)}: IOS's {days} days", assumed=True)
    return None


def _auto_enroll(config: Configuration) -> Sourced | None:
    """The least percentage of all trustpoints that enrol at the server: these clients ask first."""
    said = [(t.auto_enroll, t) for t in config.trustpoints if t.auto_enroll is not None]
    if said:
        percent, trustpoint = min(said, key=lambda pair: (pair[0], at(pair[1].where)))
        return Sourced(percent, f"auto-enroll of trustpoint {trustpoint.name} at {at(trustpoint.where)}")
    for shown in config.shown_certificates:
        if shown.role != "router":
            continue
        if shown.start and shown.end and shown.renew and shown.end.time > shown.start.time:
            life, asked = shown.end.time - shown.start.time, shown.renew.time - shown.start.time
            percent = round(100 * asked / life)
            if abs(asked - life * percent // 100) <= _PERCENT_SLACK and 1 <= percent <= 100:
                return Sourced(percent, f"renew date at {at(shown.where)}")
    return None


def _overlap(config: Configuration, server: CertificateServer | None) -> Sourced | None:
    for status in config.server_statuses:
        if status.ra:
            continue
        if status.overlap is not None:
            return Sourced(status.overlap, f"Auto-Rollover configured, at {at(status.where)}")
        if status.ca_expiry is not None and status.rollover_timer is not None:
            length = (status.ca_expiry.time - status.rollover_timer.time) // SECOND
            return Sourced(length, f"Autorollover timer at {at(status.where)}")
    if server is None:
        return _overlap_of_timers(config)
    if server.overlap is not None:
        return Sourced(server.overlap, f"auto-rollover at {at(server.where)}")
    if server.auto_rollover:
        days = DEFAULT_OVERLAP // DAY
        return Sourced(DEFAULT_OVERLAP, f"auto-rollover without an argument at {at(server.where)}: IOS's {days} days")
    shown = _overlap_of_timers(config)
    if shown is None and _rolls(config, server) is False:
        return Sourced(0, f"no auto-rollover at {at(server.where)}: no shadow certificate before the CA's end")
    return shown


def _overlap_of_timers(config: Configuration) -> Sourced | None:
    """From `show crypto pki timers detail`: when the shadow certificate is made, and when the CA's ends."""
    times = {t.name: t for t in config.timers if t.time is not None}
    made, end = times.get("CS SHADOW CERT GENERATION"), times.get("CS CERT EXPIRE")
    if made is None or end is None or made.time is None or end.time is None or made.time >= end.time:
        return None
    return Sourced((end.time - made.time) // SECOND, f"CS SHADOW CERT GENERATION at {at(made.where)}")


def _rolls(config: Configuration, server: CertificateServer | None) -> bool | None:
    """Whether the CA makes a shadow certificate by itself; None where nothing says so, and the text may lack it."""
    if any(s.overlap is not None or s.rollover_timer is not None for s in config.server_statuses if not s.ra):
        return True
    if any(t.name == "CS SHADOW CERT GENERATION" for t in config.timers):
        return True
    if server is None:
        return None
    if server.auto_rollover is None:
        return False if server.whole else None
    return server.auto_rollover


def _shadow(config: Configuration, facts: PkiFacts) -> str | None:
    for seen in facts.certificates:
        if seen.role == SHADOW:
            return f"the answer to GetNextCACert with certificate {seen.certificate.serial}"
    for shown in config.shown_certificates:
        if shown.rollover:
            return f"show output at {at(shown.where)}"
    for configured in config.certificates:
        if "rollover" in configured.kind:
            return f"certificate chain at {at(configured.where)}"
    return None
