"""Rollover timers of IOS PKI: when clients ask for the next CA certificate, when it is there (Cisco TAC note 118734).

With C the CA certificate's life, L that of a client's certificate, p `auto-enroll` and O the overlap of
`auto-rollover`, a certificate issued at t lives l(t) = min(L, C - t). Its router asks at t + p l(t), the shadow
certificate exists from C - O, and between them every request gets an error: max(0, (1 - p) l(t) - O).

Durations and times are seconds; times count from the begin of the CA certificate.
"""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.errors import UsageError

DAY = 86_400

DEFAULT_OVERLAP = 30 * DAY
"""`auto-rollover` without an argument (Cisco note 116094)."""

MAX_OVERLAP = 1825 * DAY
"""The most that `auto-rollover` takes (Cisco TAC note 118734)."""

DEFAULT_CA_LIFETIME = 1095 * DAY
"""Of IOS, without `lifetime ca-certificate`: seen in real output, documented as three years."""

DEFAULT_LIFETIME = 365 * DAY
"""Of IOS, without `lifetime certificate`: documented as one year; read in no stored source."""

ASSUMPTIONS = (
    "A1: the CA issues no certificate that ends after its own, so a late certificate lives shorter.",
    "A2: a client whose certificate ends with the CA's asks for the next CA certificate instead of a plain renewal.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """The four timers. Raises UsageError where they cannot be timers of a CA."""

    ca_lifetime: int
    lifetime: int
    auto_enroll: int
    """Percent of a client certificate's life, 1 to 100."""
    overlap: int

    def __post_init__(self) -> None:
        if self.ca_lifetime <= 0 or self.lifetime <= 0:
            raise UsageError("a certificate's lifetime is more than nothing")
        if not 1 <= self.auto_enroll <= 100:
            raise UsageError(f"auto-enroll is 1 to 100 percent, not {self.auto_enroll}")
        if not 0 <= self.overlap <= self.ca_lifetime:
            raise UsageError("the overlap lies within the CA certificate's lifetime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What the timers make. `earliest_ask` to `shadow` is when requests get an error, if `length` is above 0."""

    timers: Timers
    earliest_ask: int
    """When the first client that a CA's end concerns asks for the next CA certificate."""
    shadow: int
    """When the shadow certificate is made."""
    expiry: int
    """Of the CA certificate."""
    length: int
    """Of the window for the worst certificate; 0: the shadow certificate is there before anyone asks."""
    affected_from: int
    affected_to: int
    """Certificates issued in this interval ask too early. Empty where `length` is 0."""
    closing_overlap: int
    """The least overlap that closes the window for every certificate."""
    closing_percent: int | None
    """The least whole `auto-enroll` that does; None: none does, for there is no overlap."""

    @property
    def lead(self) -> int:
        """How long before the CA's expiry the first client asks."""
        return self.expiry - self.earliest_ask


def window(timers: Timers) -> Window:
    """When clients ask, when the shadow certificate is there, and what closes the gap."""
    rest = 100 - timers.auto_enroll
    longest = min(timers.lifetime, timers.ca_lifetime)
    shadow = timers.ca_lifetime - timers.overlap
    closing_overlap = -(-longest * rest // 100)
    length = max(0, closing_overlap - timers.overlap)
    affected_from = timers.ca_lifetime - longest
    affected_to = timers.ca_lifetime - timers.overlap * 100 // rest if length else affected_from
    return Window(
        timers=timers,
        earliest_ask=timers.ca_lifetime - closing_overlap,
        shadow=shadow,
        expiry=timers.ca_lifetime,
        length=length,
        affected_from=affected_from,
        affected_to=affected_to,
        closing_overlap=closing_overlap,
        closing_percent=max(1, 100 - timers.overlap * 100 // longest) if timers.overlap else None,
    )


def asks_at(timers: Timers, issued: int) -> int:
    """When the router asks whose certificate was issued at `issued`."""
    life = min(timers.lifetime, timers.ca_lifetime - issued)
    return issued + life * timers.auto_enroll // 100


def whole_days(seconds: int) -> int:
    """Days for `auto-rollover`, rounded up: a part of a day too little leaves the window open."""
    return -(-seconds // DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckClients:
    """The load of clients that poll for a certificate that is not there: one TCP connection a poll."""

    clients: int
    period: float
    """Seconds between two polls of one client."""
    limit: int
    per_minute: float
    most_clients: int
    """That stay within the limit with this period."""
    least_period: float
    """Seconds with which this many clients stay within the limit."""

    @property
    def over_limit(self) -> bool:
        return self.per_minute > self.limit


def stuck(clients: int, period: float, limit: int) -> StuckClients:
    """`clients` that poll every `period` seconds, against a limit of connections per minute.

    The period is no timer of the configuration: Cisco publishes none, so measure it in a capture.
    """
    return StuckClients(
        clients=clients,
        period=period,
        limit=limit,
        per_minute=clients * 60 / period,
        most_clients=int(limit * period / 60),
        least_period=clients * 60 / limit,
    )
