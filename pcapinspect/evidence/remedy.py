"""The remedy of Cisco TAC note 118734, as IOS commands in the order in which they are given."""

from __future__ import annotations

from dataclasses import dataclass

from pcapinspect.evidence.timer_sources import TimerSources
from pcapinspect.pki.timers import DAY, MAX_OVERLAP, Window

NAME = "<server-name>"
"""Stands for a name that nothing given tells."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: commands on one device, and what they change."""

    device: str
    """`CA`, `RA`, `CA and RA` or `clients`."""
    commands: tuple[str, ...]
    changes: str


def remedy(sources: TimerSources, made: Window | None, overlap_days: int | None) -> tuple[Step, ...]:
    """What closes the window: a larger overlap, so that the shadow certificate is there before anyone asks."""
    name = sources.server_name or NAME
    days = "<days>" if overlap_days is None else str(overlap_days)
    steps = [
        Step(
            "CA",
            ("configure terminal", f"crypto pki server {name}", "shutdown"),
            "Unlocks the server's configuration. While it is shut the CA answers nobody: no enrolment either.",
        ),
        Step("CA", (f"auto-rollover {days}",), _overlap_change(overlap_days)),
        Step(
            "CA",
            ("no shutdown", "end"),
            "Starts the CA again; where the longer overlap has begun already, it makes the shadow certificate now.",
        ),
    ]
    if sources.ra or sources.ra_name is not None:
        steps.append(
            Step(
                "RA",
                (f"crypto pki server {sources.ra_name or '<ra-name>'} rollover",),
                "Makes the RA fetch the shadow certificate now; until then its clients go on getting errors.",
            )
        )
    steps.append(
        Step(
            "CA and RA",
            ("configure terminal", "ip http max-connections 16", "end"),
            "More connections at once. It leaves the limit per minute as it is: that one cannot be configured.",
        )
    )
    if made is not None and made.closing_percent is not None and made.closing_percent > made.timers.auto_enroll:
        steps.append(
            Step(
                "clients",
                ("crypto pki trustpoint <name>", f"auto-enroll {made.closing_percent}"),
                "Instead of the larger overlap: clients ask later. It needs a change on every one, and leaves less "
                "time to repair a renewal that fails.",
            )
        )
    steps.append(
        Step(
            "CA and RA",
            ("show crypto pki server | include Rollover", "show crypto pki certificates", "show crypto pki timers"),
            "Shows the overlap in force, and the shadow certificate once it is there.",
        )
    )
    return tuple(steps)


def _overlap_change(days: int | None) -> str:
    if days is None:
        return "The shadow certificate is made that long before the CA's expiry: (100 % - auto-enroll) of the lifetime."
    change = f"The shadow certificate is made {days} days before the CA's expiry, before the first client asks for it."
    if days * DAY > MAX_OVERLAP:
        change += f" IOS takes at most {MAX_OVERLAP // DAY}: shorten the lifetime of client certificates as well."
    return change
