"""The root cause joined: traffic, certificates, configuration and logs -> is this the tech note's rollover incident?

Pure: takes what the layers found, and returns one frozen dataclass that findings and reports only show. What is
observed, what is computed from timers, and what is assumed stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.clock import MINUTE, SECOND, iso, length
from pcapinspect.evidence.configuration_model import Configuration
from pcapinspect.evidence.demand import Demand
from pcapinspect.evidence.log_model import Logs
from pcapinspect.evidence.ownership.model import Ownership
from pcapinspect.evidence.ownership.tying import own
from pcapinspect.evidence.remedy import Needed, Step, remedy
from pcapinspect.evidence.timer_sources import Sourced, TimerSources, find_timers
from pcapinspect.pki.facts import PkiFacts
from pcapinspect.pki.timers import (
    ASSUMPTIONS,
    DAY,
    DEFAULT_OVERLAP,
    StuckClients,
    Window,
    stuck,
    whole_days,
    window,
)

__all__ = ["VERDICTS", "Demand", "RolloverDiagnosis", "diagnose"]

VERDICTS = ("inside_window", "assumed", "outside_window", "no_window", "expired", "shadow_exists", "no_errors")
"""`inside_window`: the timers make a window of errors and the capture lies in it. `assumed`: GetNextCACert fails, and
nothing given tells all timers. The others are misfits: the errors have another cause, or there are none."""

_WRONG_CLOCK = 3600 * SECOND
"""A server whose HTTP Date is further than this from the capture has a clock that certificates cannot bear; below it,
NTP and time zones of the capturing machine are the likelier reason."""

_CLOCK_MESSAGES = ("PKI-2-NON_AUTHORITATIVE_CLOCK", "PKI-3-CERTIFICATE_INVALID_NOT_YET_VALID")
_DEFAULT_CONNECTIONS = 5
"""Of `ip http max-connections` in IOS; security baselines set 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloverDiagnosis:
    """Everything that the root cause section shows."""

    verdict: str
    sentence: str
    demand: Demand
    share: float | None
    """Of the server's exchanges, 0 to 1, that are GetNextCACert with an error."""
    sources: TimerSources
    window: Window | None
    """None: not all timers are known."""
    window_from: int | None
    """Nanoseconds: from here the first clients get errors; None where a timer or the CA's dates are not known."""
    window_to: int | None
    """When the shadow certificate is made."""
    ca_expiry: int | None
    lead: int | None
    """Seconds: how long before the CA's expiry the first request failed. Observed, given the CA certificate."""
    overlap_days: int | None
    """N of `auto-rollover N`: the least that closes the window."""
    overlap_basis: str
    overlap_bound: bool
    """The number is only a lower bound: what was seen, and not what the timers ask for."""
    load: StuckClients | None
    remedy: tuple[Step, ...]
    assumptions: tuple[str, ...]
    misfits: tuple[str, ...]
    """What does not fit, or makes the overload worse, whatever its cause."""
    unproven: tuple[str, ...]


def diagnose(
    demand: Demand,
    facts: PkiFacts,
    owned: Ownership | None = None,
    logs: Logs | None = None,
    limit: int = 80,
    *,
    serves: bool = False,
) -> RolloverDiagnosis:
    """Join the evidence for one server. `limit` is in connections per minute; `serves`: it answers all who ask."""
    owned = owned or own(None)
    sources = find_timers(owned, facts)
    timers = sources.timers
    made = window(timers) if timers is not None else None
    expiry = sources.ca_expiry.value if sources.ca_expiry else None
    window_from, window_to = _absolute(made, expiry)
    assumptions = list(ASSUMPTIONS) if made is not None else []
    assumptions += sources.assumptions
    if window_to is None and expiry is not None and sources.auto_rollover is not False:
        overlap = sources.overlap or Sourced(DEFAULT_OVERLAP, "the overlap is IOS's default of 30 days", assumed=True)
        window_to = expiry - overlap.value * SECOND
        assumptions += [overlap.source] if overlap.assumed and overlap is not sources.overlap else []
    lead = (expiry - demand.first) // SECOND if expiry is not None and demand.first is not None else None
    needed = _overlap_needed(made, lead, sources)
    verdict = _verdict(demand, sources, made, (window_from, window_to), expiry)
    return RolloverDiagnosis(
        verdict=verdict,
        sentence=_sentence(verdict, demand, sources, made, (window_from, window_to), limit),
        demand=demand,
        share=demand.errors / demand.exchanges if demand.exchanges else None,
        sources=sources,
        window=made,
        window_from=window_from,
        window_to=window_to,
        ca_expiry=expiry,
        lead=lead,
        overlap_days=None if needed.seconds is None else whole_days(needed.seconds),
        overlap_basis=needed.basis,
        overlap_bound=needed.bound,
        load=stuck(demand.clients, demand.period, limit) if demand.period and demand.clients else None,
        remedy=remedy(verdict, sources, made, needed, serves=serves),
        assumptions=tuple(assumptions),
        misfits=_misfits(demand, sources, owned, logs, expiry),
        unproven=_unproven(verdict, sources, made, owned, expiry),
    )


def _absolute(made: Window | None, expiry: int | None) -> tuple[int | None, int | None]:
    """Begin and end of the window. The CA's end anchors it: that is the time which a certificate and a timer show."""
    if made is None or expiry is None:
        return None, None
    begin = expiry - made.lead * SECOND
    return begin, expiry - made.timers.overlap * SECOND


def _overlap_needed(made: Window | None, lead: int | None, sources: TimerSources) -> Needed:
    """The overlap that closes the window, and where the number comes from."""
    observed = lead if lead is not None and lead > 0 else None
    if made is not None:
        if observed is not None and whole_days(observed) > whole_days(made.closing_overlap):
            basis = "at least: requests failed earlier before the CA's expiry than the timers explain"
            return Needed(observed, basis, bound=True)
        basis = "(100 % - auto-enroll) of a client certificate's lifetime"
        return Needed(made.closing_overlap, basis, bound=bool(sources.unsure) and _is_assumed(sources.lifetime))
    if observed is not None:
        basis = "at least: the first failed request came this long before the CA's expiry; the timers may ask more"
        return Needed(observed, basis, bound=True)
    return Needed(None, "neither the timers nor the CA certificate's end are known", bound=False)


def _is_assumed(value: Sourced | None) -> bool:
    return value is not None and value.assumed


def _verdict(
    demand: Demand,
    sources: TimerSources,
    made: Window | None,
    limits: tuple[int | None, int | None],
    expiry: int | None,
) -> str:
    window_from, window_to = limits
    if demand.errors == 0 or demand.first is None or demand.last is None:
        return "no_errors"
    if expiry is not None and demand.first >= expiry:
        return "expired"
    if sources.shadow is not None:
        return "shadow_exists"
    if made is not None and made.length == 0:
        return "no_window"
    if window_to is not None and demand.first >= window_to:
        return "outside_window"
    if window_from is not None and demand.last < window_from:
        return "outside_window"
    return "inside_window" if made is not None and window_from is not None else "assumed"


def _sentence(
    verdict: str,
    demand: Demand,
    sources: TimerSources,
    made: Window | None,
    limits: tuple[int | None, int | None],
    limit: int,
) -> str:
    """The answer in one or two sentences."""
    begin, end = (None if time is None else iso(time, digits=0) for time in limits)
    asked = f"{demand.errors} GetNextCACert requests of {demand.clients} client addresses got an error"
    if demand.period:
        asked += f", an address asking every {length(demand.period)}"
    if demand.first is not None and demand.last is not None and demand.last - demand.first >= MINUTE:
        rate = demand.errors / ((demand.last - demand.first) / MINUTE)
        asked += f": {rate:.0f} a minute in all, against a limit of {limit} connections"
    if demand.exchanges:
        asked += f", {100 * demand.errors / demand.exchanges:.0f} % of all exchanges"
    told = {
        "inside_window": f"The shadow certificate is not there yet: {asked}. The capture lies inside the window of "
        f"errors that these timers make, {begin} to {end}.",
        "assumed": f"The shadow certificate seems not to be there yet: {asked}. {_known(made, end)}",
        "outside_window": f"{asked}, but the capture lies outside the window of errors that the timers make"
        + (f", {begin} to {end}" if begin and end else "")
        + ": the timers alone do not explain it.",
        "no_window": f"{asked}, but these timers leave no window of errors: the shadow certificate should be there.",
        "expired": f"{asked} after the CA certificate had expired: that, and not the rollover window, is the cause.",
        "shadow_exists": f"{asked}, although a shadow certificate is there: {sources.shadow}. Either the requests came "
        "before it was made, or the server that answered them does not have it: an RA fetches it from the CA.",
        "no_errors": "No GetNextCACert request got an error: the rollover window is not the cause of what is seen.",
    }
    return told[verdict]


def _known(made: Window | None, end: str | None) -> str:
    """How far the window is known where it has no two dates."""
    if made is not None:
        return (
            f"The timers leave a window of {made.length / DAY:g} days in which requests get errors; when it lies is "
            "not known, for nothing tells the dates of the CA certificate."
        )
    if end is not None:
        return f"Not all timers are known; with what is assumed, it is made at {end}."
    return "Not all timers are known, so the window of errors is not computed."


def _misfits(
    demand: Demand,
    sources: TimerSources,
    owned: Ownership,
    logs: Logs | None,
    expiry: int | None,
) -> tuple[str, ...]:
    found = []
    for operation, count in demand.other_errors:
        found.append(f"{count} {operation} requests failed too: a missing shadow certificate explains none of them.")
    if expiry is not None and demand.last is not None and demand.last >= expiry:
        found.append(f"The CA certificate expired at {iso(expiry, digits=0)}, before the capture's end.")
    if sources.auto_rollover is False:
        found.append(
            "The CA has no auto-rollover, by its configuration, which was read whole: it never makes a shadow "
            "certificate by itself."
        )
    if demand.clock_skew is not None and abs(demand.clock_skew) > _WRONG_CLOCK:
        hours = demand.clock_skew / (3600 * SECOND)
        found.append(f"The server's HTTP Date is {hours:+.1f} h from the capture's clock: one of the two is wrong.")
    found += owned.above_told
    found += _http_misfits(owned.configuration)
    if logs is not None:
        counts = dict(logs.messages)
        for mnemonic in _CLOCK_MESSAGES:
            if counts.get(mnemonic):
                found.append(f"The logs have {counts[mnemonic]} %{mnemonic}: a device's clock was not right.")
    return tuple(found)


def _http_misfits(configuration: Configuration) -> list[str]:
    found = []
    least = owned_max_connections(configuration)
    if least is not None and least <= _DEFAULT_CONNECTIONS:
        why = "the default" if least == _DEFAULT_CONNECTIONS else "below the default, as hardening guides ask"
        found.append(f"ip http max-connections is {least}, {why}: the fewer at once, the sooner any load is too much.")
    if any(status.nginx for status in configuration.http_statuses):
        found.append("This HTTP server is that of newer IOS XE: the limits of 80 a minute and 16 describe another one.")
    for http in configuration.http:
        if http.access_class is not None:
            found.append(f"ip http access-class {http.access_class} restricts clients: a denied one looks unanswered.")
    return found


def owned_max_connections(configuration: Configuration) -> int | None:
    """The least `ip http max-connections` of the devices that clients talk to."""
    said = [http.max_connections for http in configuration.http]
    said += [http.max_connections for http in configuration.http_statuses]
    return min((number for number in said if number is not None), default=None)


def _unproven(
    verdict: str, sources: TimerSources, made: Window | None, owned: Ownership, expiry: int | None
) -> tuple[str, ...]:
    unproven = [
        "That the HTTP server's limit fired: no IOS command shows it (CSCuj83430), a capture shows only silence.",
        "The poll period of the clients is no timer of the configuration; it is measured, and may differ elsewhere.",
    ]
    if sources.shadow is None and verdict in ("inside_window", "assumed"):
        unproven.append(
            "That no shadow certificate exists: `show crypto pki certificates` on the CA and the RA shows it."
        )
    if verdict == "assumed" and made is None:
        missing = [
            word
            for word, value in (
                ("the lifetime of router certificates", sources.lifetime),
                ("auto-enroll of the routers", sources.auto_enroll),
                ("auto-rollover of the CA", sources.overlap),
            )
            if value is None
        ]
        told = (
            "what was given of it is not of this CA" if owned.foreign and owned.traffic_alone else "--config reads it"
        )
        unproven.append(
            f"The window itself: nothing tells {', '.join(missing) or 'possible timers'}; the configuration of the CA "
            f"and of a client does ({told})."
        )
    elif verdict == "assumed" and expiry is None:
        unproven.append("When the window lies: `show crypto pki server` of the CA tells when its certificate ends.")
    unproven += sources.unsure
    return tuple(unproven)
