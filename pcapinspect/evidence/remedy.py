"""The remedy of Cisco TAC note 118734, as IOS commands in the order in which they are given, device by device."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.evidence.timer_sources import TimerSources
from pcapinspect.pki.timers import DAY, MAX_OVERLAP, Window, whole_days

NAME = "<server-name>"
"""Stands for a name that nothing given tells."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: commands on one device, whole, and what they change."""

    device: str
    """`CA`, `RA`, `CA and RA` or `clients`."""
    commands: tuple[str, ...]
    changes: str
    days: str | None = None
    """What `<days>` in a command has to be, where only a bound of it is known."""


@dataclass(frozen=True, slots=True)
class Needed:
    """The overlap that is needed."""

    seconds: int | None
    """None: nothing tells it."""
    basis: str
    bound: bool
    """Only a lower bound: never a number to type."""


def remedy(
    verdict: str, sources: TimerSources, made: Window | None, needed: Needed, *, serves: bool = False
) -> tuple[Step, ...]:
    """What closes the window: a larger overlap, so that the shadow certificate is there before anyone asks.

    `serves`: the server answers all who ask, so nothing that stops it is advised. Empty where the timers are not the
    cause.
    """
    if verdict == "shadow_exists":
        return (*_roll_the_ra(sources, always=True), _check(sources))
    if verdict not in ("inside_window", "assumed"):
        return ()
    steps = [_roll_now(sources, needed) if serves else _longer_overlap(sources, needed)]
    steps += _settle(sources, needed)
    steps += _roll_the_ra(sources)
    if not serves:
        steps.append(
            Step(
                "CA and RA" if sources.ra else "CA",
                ("configure terminal", "ip http max-connections 16", "end"),
                "More connections at once. It leaves the limit per minute as it is: that one cannot be configured.",
            )
        )
    steps += _later_clients(sources, made)
    return (*steps, _check(sources))


def _longer_overlap(sources: TimerSources, needed: Needed) -> Step:
    name = sources.server_name or NAME
    return Step(
        "CA",
        (
            "configure terminal",
            f"crypto pki server {name}",
            "shutdown",
            _overlap(sources, needed),
            "no shutdown",
            "end",
        ),
        f"{_overlap_change(needed)} `shutdown` unlocks the server's configuration; until `no shutdown` the CA answers "
        "nobody, no enrolment either. Where the longer overlap has begun already, it makes the shadow certificate now."
        + (" The CA above it has to issue it." if sources.subordinate else ""),
        _bound(needed),
    )


def _roll_now(sources: TimerSources, needed: Needed) -> Step:
    """For a server that serves: the shadow certificate now, without stopping anything."""
    name = sources.server_name or NAME
    later = _overlap_change(needed).removesuffix(".")
    return Step(
        "CA",
        ("configure terminal", f"crypto pki server {name} rollover", "end"),
        "Makes the shadow certificate now; nothing is stopped. So that the next one is in time, set "
        f"`{_overlap(sources, needed)}` in a maintenance window: it needs the certificate server stopped. {later}.",
        _bound(needed),
    )


def _bound(needed: Needed) -> str | None:
    return f"at least {whole_days(needed.seconds)}" if needed.bound and needed.seconds is not None else None


def _overlap(sources: TimerSources, needed: Needed) -> str:
    """The command. IOS takes days, or days, hours and minutes: of a CA that lives for hours, days would be too many."""
    if needed.seconds is None or needed.bound:
        return "auto-rollover <days>"
    days = whole_days(needed.seconds)
    life = sources.ca_lifetime.value if sources.ca_lifetime else None
    if life is None or days * DAY <= life:
        return f"auto-rollover {days}"
    minutes = -(-needed.seconds // 60)
    return f"auto-rollover {minutes // 1440} {minutes % 1440 // 60} {minutes % 60}"


def _overlap_change(needed: Needed) -> str:
    if needed.seconds is None:
        return "The shadow certificate is made that long before the CA's expiry: (100 % - auto-enroll) of the lifetime."
    days = whole_days(needed.seconds)
    if needed.bound:
        return (
            f"The overlap has to be at least {days} days: that long before the CA's expiry requests failed already. "
            "How much more, the timers tell: (100 % - auto-enroll) of the lifetime of the routers' certificates."
        )
    change = f"The shadow certificate is made {days} days before the CA's expiry, before the first client asks for it."
    if days * DAY > MAX_OVERLAP:
        change += f" IOS takes at most {MAX_OVERLAP // DAY}: shorten the lifetime of client certificates as well."
    return change


def _settle(sources: TimerSources, needed: Needed) -> list[Step]:
    """The commands that tell what is missing, before anything is typed."""
    commands = []
    if sources.lifetime is None or sources.unsure:
        commands.append(("CA", "show running-config | section crypto pki server"))
    if sources.auto_enroll is None:
        commands.append(("clients", "show running-config | section crypto pki trustpoint"))
    if not (needed.bound or needed.seconds is None):
        return []
    return [
        Step(device, (command,), "Tells the timers, from which `pcapinspect timers --config FILES` computes the days.")
        for device, command in commands
    ]


def _roll_the_ra(sources: TimerSources, *, always: bool = False) -> list[Step]:
    if not (sources.ra or sources.ra_name is not None or always):
        return []
    change = "Makes the RA fetch the shadow certificate now; until then its clients go on getting errors."
    if always and not sources.ra:
        change = "Where an RA is in front: makes it fetch the shadow certificate, without which its clients get errors."
    return [
        Step(
            "RA", ("configure terminal", f"crypto pki server {sources.ra_name or '<ra-name>'} rollover", "end"), change
        )
    ]


def _later_clients(sources: TimerSources, made: Window | None) -> list[Step]:
    if made is None or made.closing_percent is None or not made.timers.auto_enroll < made.closing_percent <= 100:
        return []
    return [
        Step(
            "clients",
            (
                "configure terminal",
                f"crypto pki trustpoint {sources.trustpoint or '<name>'}",
                f"auto-enroll {made.closing_percent}{' regenerate' if sources.regenerate else ''}",
                "end",
            ),
            "Instead of the larger overlap: clients ask later. It needs a change on every one, and leaves less time to "
            "repair a renewal that fails.",
        )
    ]


def _check(sources: TimerSources) -> Step:
    return Step(
        "CA and RA" if sources.ra else "CA",
        ("show crypto pki server | include Rollover", "show crypto pki certificates", "show crypto pki timers"),
        "Shows the overlap in force, and the shadow certificate once it is there.",
    )
