"""What IOS configuration and show output say: one frozen dataclass a thing.

None: not said. Durations are seconds, times nanoseconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.evidence.moments import Moment
from pcapinspect.pki.certificates import Certificate


@dataclass(frozen=True, slots=True)
class Where:
    """The line that says it."""

    path: str
    line: int
    device: str | None = None
    """Host name, from `hostname` or a prompt before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateServer:
    """`crypto pki server NAME`."""

    name: str
    where: Where
    mode: str = "ca"
    """`ca`, `ra` or `sub-cs`."""
    lifetime_ca: int | None = None
    lifetime_certificate: int | None = None
    auto_rollover: bool = False
    overlap: int | None = None
    """Argument of `auto-rollover`; None: without one, or no auto-rollover."""
    grant_auto: bool = False
    shutdown: bool | None = None
    issuer_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trustpoint:
    """`crypto pki trustpoint NAME`."""

    name: str
    where: Where
    enrollment_url: str | None = None
    """Without user and password."""
    ra: bool = False
    """`enrollment mode ra`: the server at the URL is an RA."""
    auto_enroll: int | None = None
    """Percent of the certificate's life; None: not configured."""
    regenerate: bool = False
    retry_period: int | None = None
    retry_count: int | None = None
    subject_name: str | None = None
    vrf: str | None = None
    source_interface: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpServer:
    """`ip http ...` of one device. None: not in its configuration, so the default of the release."""

    where: Where
    """Of the first such line."""
    enabled: bool | None = None
    secure: bool | None = None
    port: int | None = None
    secure_port: int | None = None
    max_connections: int | None = None
    idle: int | None = None
    life: int | None = None
    requests: int | None = None
    """Of `timeout-policy`: requests on one connection."""
    access_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredCertificate:
    """A certificate in `crypto pki certificate chain`."""

    trustpoint: str
    kind: str
    """As IOS writes it before the serial number: empty, `ca`, `self-signed`, `rollover`, `rollover ca`."""
    where: Where
    certificate: Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """`show crypto pki server`."""

    name: str
    where: Where
    status: str | None = None
    state: str | None = None
    ra: bool = False
    issuer_name: str | None = None
    granting: str | None = None
    ca_expiry: Moment | None = None
    overlap: int | None = None
    rollover_timer: Moment | None = None
    """When the shadow certificate is to be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A row of `show crypto pki timers [detail]`."""

    group: str
    name: str
    """Like `RENEW`, `SHADOW`, `POLL` or `CS SHADOW CERT GENERATION`."""
    subject: str | None
    """The trustpoint or server; None where it has none."""
    remaining: float
    time: int | None
    """When it goes off; only `detail` shows it."""
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCertificate:
    """A block of `show crypto pki certificates`."""

    kind: str
    """The heading: `Certificate`, `CA Certificate`, ..."""
    where: Where
    rollover: bool = False
    status: str | None = None
    serial: str | None = None
    subject: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    renew: Moment | None = None
    trustpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustpointStatus:
    """A block of `show crypto pki trustpoints status`."""

    name: str
    where: Where
    issuing_ca_configured: bool = False
    router_certificate_configured: bool = False
    last_enrollment: str | None = None
    keys_generated: str | None = None
    ca_authenticated: str | None = None
    requests: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpStatus:
    """`show ip http server all`, or its parts."""

    where: Where
    enabled: bool | None = None
    port: int | None = None
    max_connections: int | None = None
    idle: int | None = None
    life: int | None = None
    requests: int | None = None
    accepted_total: int | None = None
    max_connections_hit: int | None = None
    connections: int | None = None
    """Rows of `current connections`."""
    history: int | None = None
    """Rows of `history`: accepted connections only, so a dropped SYN never shows here."""
    nginx: bool = False
    """The HTTP server of newer IOS XE: the limits of the tech note describe another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationFile:
    path: str
    lines: int
    """That are not empty."""
    ignored: int
    """That say nothing of PKI or the HTTP server, or nothing that is known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All files together, in their order."""

    files: tuple[ConfigurationFile, ...] = ()
    servers: tuple[CertificateServer, ...] = ()
    trustpoints: tuple[Trustpoint, ...] = ()
    http: tuple[HttpServer, ...] = ()
    certificates: tuple[ConfiguredCertificate, ...] = ()
    server_statuses: tuple[ServerStatus, ...] = ()
    timers: tuple[Timer, ...] = ()
    shown_certificates: tuple[ShownCertificate, ...] = ()
    trustpoint_statuses: tuple[TrustpointStatus, ...] = ()
    http_statuses: tuple[HttpStatus, ...] = ()

    @property
    def max_connections(self) -> int | None:
        """The least `ip http max-connections` that any device is said to have."""
        said = [http.max_connections for http in self.http] + [http.max_connections for http in self.http_statuses]
        return min((number for number in said if number is not None), default=None)
