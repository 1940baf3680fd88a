"""What IOS configuration and show output say: one frozen dataclass a thing.

None: not said. Durations are seconds, times nanoseconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.evidence.account import NOTHING, Account
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
class Device:
    """What tells a device from others."""

    name: str | None
    """Host name; None: of the lines that stand under no name."""
    paths: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    domain: str | None = None
    """`ip domain name`."""
    hosts: tuple[tuple[str, str], ...] = ()
    """(name, address) of `ip host`: names that it knows of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateServer:
    """`crypto pki server NAME`."""

    name: str
    where: Where
    whole: bool = False
    """Read from its heading to its end, every line of it understood: what it lacks is not configured."""
    mode: str = "ca"
    """`ca`, `ra` or `sub-cs`."""
    lifetime_ca: int | None = None
    lifetime_certificate: int | None = None
    auto_rollover: bool | None = None
    """None: no line says it. That means no auto-rollover only where the block is whole."""
    overlap: int | None = None
    """Argument of `auto-rollover`; None: without one, or no auto-rollover."""
    grant_auto: bool = False
    shutdown: bool | None = None
    issuer_name: str | None = None
    cdp_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trustpoint:
    """`crypto pki trustpoint NAME`."""

    name: str
    where: Where
    whole: bool = False
    enrollment_url: str | None = None
    """Without user, password and query; of the enrollment profile, where it names one."""
    enrollment: str | None = None
    """Another way: `terminal`, `pkcs12`, `selfsigned`."""
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
    subordinate: bool = False
    fingerprint: str | None = None
    """Of the CA's (or RA's) certificate, lower-case hexadecimal: MD5 or SHA-1."""
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
    note: str = ""
    """What stands behind it in brackets: `RA mode CS certificate`, `subordinate CA certificate`, `Rollover`."""
    where: Where
    rollover: bool = False
    status: str | None = None
    serial: str | None = None
    sha1: str | None = None
    issuer: str | None = None
    subject: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    renew: Moment | None = None
    trustpoints: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        """`ca`, `sub-ca` (of this router, in a subordinate's mode), `ra`, `self-signed`, or `router`: an identity."""
        note = self.note.lower()
        if "subordinate" in note or self.kind.startswith("Sub"):
            return "sub-ca"
        if "ra mode" in note or self.kind.startswith("RA "):
            return "ra"
        if "Self-Signed" in self.kind:
            return "self-signed"
        return "ca" if self.kind.startswith(("CA", "Trustpool")) else "router"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustpointStatus:
    """A block of `show crypto pki trustpoints [status]`."""

    name: str
    where: Where
    url: str | None = None
    issuer: str | None = None
    """First line of the issuing CA's name."""
    issuing_ca_configured: bool = False
    router_certificate_configured: bool = False
    last_enrollment: str | None = None
    keys_generated: str | None = None
    ca_authenticated: str | None = None
    requests: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRequests:
    """`show crypto pki server NAME requests`."""

    where: Where
    states: tuple[tuple[str, int], ...]
    """(`pending`, `granted`, ..., how many)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrlStatus:
    """A block of `show crypto pki crls`."""

    where: Where
    issuer: str | None = None
    next_update: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiCounters:
    """`show crypto pki counters`."""

    where: Where
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpStates:
    """`show tcp brief all`."""

    where: Where
    states: tuple[tuple[int, str, int], ...]
    """(local port, state, connections)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A print of the counter of accepted connections."""

    where: Where
    total: int
    time: Moment | None
    """When, where a clock was shown before it."""


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
    """Of the last print."""
    accepted: tuple[Accepted, ...] = ()
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
    messages: int = 0
    """That are log messages, which `--log` reads."""
    damaged_certificates: int = 0
    account: Account = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All files together, in their order."""

    files: tuple[ConfigurationFile, ...] = ()
    devices: tuple[Device, ...] = ()
    servers: tuple[CertificateServer, ...] = ()
    trustpoints: tuple[Trustpoint, ...] = ()
    http: tuple[HttpServer, ...] = ()
    certificates: tuple[ConfiguredCertificate, ...] = ()
    server_statuses: tuple[ServerStatus, ...] = ()
    timers: tuple[Timer, ...] = ()
    shown_certificates: tuple[ShownCertificate, ...] = ()
    trustpoint_statuses: tuple[TrustpointStatus, ...] = ()
    http_statuses: tuple[HttpStatus, ...] = ()
    requests: tuple[WaitingRequests, ...] = ()
    crls: tuple[CrlStatus, ...] = ()
    counters: tuple[PkiCounters, ...] = ()
    tcp_states: tuple[TcpStates, ...] = ()
