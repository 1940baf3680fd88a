"""What a server is judged by, and what a cause says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pcapinspect.clock import SECOND, between
from pcapinspect.columns import Bool, Int64
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.control import Control
from pcapinspect.load.judgement.falls import Falls
from pcapinspect.load.judgement.fullness import Fullness
from pcapinspect.load.judgement.strangers import Strangers
from pcapinspect.load.judgement.tolerance import SEVERAL, closeness
from pcapinspect.load.measures.concurrency import Open
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import CountingModel, Estimate
from pcapinspect.settings import Limits


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is known of one server before it is judged."""

    traffic: Traffic
    opened: Open
    rates: Mapping[str, Rate]
    """Of `accepts`, `attempts`, `syns` and `requests`."""
    limits: Limits
    enough: int
    """Counted, and the limit was reached."""
    quality: CaptureQuality
    one_way: str | None
    strangers: Strangers
    fullness: Fullness | None
    falls: Falls
    control: Control
    errors: Mapping[str, Bool]
    """Attempts with an error response of each class (`measures.errors`)."""
    pauses: Sequence[Interval] = ()
    models: tuple[CountingModel, ...] = ()
    estimate: Estimate | None = None
    fitting: Bool = field(default_factory=lambda: np.empty(0, np.bool_))
    """Which of the pauses are as long as the limit's (`fits_pause`)."""

    @property
    def alike(self) -> int:
        """Pauses that the limit's length fits."""
        return int(np.count_nonzero(self.fitting))

    @property
    def standing(self) -> tuple[CountingModel, ...]:
        """The ways of counting that the whole capture bears out."""
        return tuple(model for model in self.models if model.stands)

    @property
    def most(self) -> int:
        """Accepts in the fullest window."""
        peak = self.rates["accepts"].peak()
        return peak.count if peak else 0

    @property
    def attempts(self) -> int:
        """That say something of the server."""
        return int(np.count_nonzero(self.falls.counted))

    def history(self, pause: Interval) -> int:
        """Nanoseconds of the capture before it."""
        return pause.onset - self.traffic.begin

    def young(self, pause: Interval) -> bool:
        """Whether the capture began too late to count what came before it."""
        return self.history(pause) < self.limits.window * SECOND

    def within(self, pauses: Sequence[Interval]) -> Bool:
        """Attempts that nobody served in these pauses."""
        inside = np.zeros(len(self.traffic.start), np.bool_)
        for pause in pauses:
            inside[pause.attempts] = True
        return inside


@dataclass(frozen=True, slots=True)
class PauseCause:
    """What one cause says of one pause."""

    cause: str
    confidence: float
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...] = ()
    by_estimate: bool = False
    """It is a limit of the estimate's numbers, not of the settings'."""
    by_waiting: bool = False
    """It is a limit by how long requests waited: what the server had counted is not known."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one cause says of the whole server."""

    cause: str
    falls: Bool
    """The attempts whose falls it explains; parallel to a Traffic's attempts."""
    confidence: float
    sentence: str
    evidence_for: tuple[str, ...] = ()
    evidence_against: tuple[str, ...] = ()
    not_shown: tuple[str, ...] = ()
    cost: int = 0
    """Attempts that should have fallen by it, and did not."""
    grave: bool = True
    """Enough of it for a verdict; else it is only named beside one."""


@dataclass(frozen=True, slots=True)
class Caused:
    """The pauses of a server with their causes."""

    causes: Sequence[PauseCause]
    pauses: Sequence[Interval] = field(default=())

    def of(self, cause: str) -> list[tuple[PauseCause, Interval]]:
        pairs = zip(self.causes, self.pauses, strict=True)
        return [pair for pair in pairs if pair[0].cause == cause]


def fits_pause(pause: Interval, limits: Limits) -> bool:
    """Whether the limit's pause may be its length, were there several alike."""
    return closeness(limits, pause.at_least, pause.at_most, SEVERAL) > 0


def describe_range(pause: Interval) -> str:
    """`12.3 to 15.1 s`, `15.0 s`, or `at least 12.3 s`."""
    if pause.at_most is None:
        return f"at least {pause.at_least / SECOND:.1f} s"
    return between(pause.at_least / SECOND, pause.at_most / SECOND)


def verb(pauses: Sequence[Interval]) -> str:
    """What the server did in these pauses, by their form."""
    forms = {pause.form for pause in pauses}
    if forms == {"reset"}:
        return "reset everybody"
    if forms == {"waiting"}:
        return "accepted everybody and answered nobody"
    return "could not be reached" if forms == {"icmp"} else "stopped answering"


def times(number: int) -> str:
    """`once`, `3 times`."""
    return "once" if number == 1 else f"{number:,} times"


def plural(number: int, one: str, more: str | None = None) -> str:
    """`1 pause`, `3 pauses`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def percent(share: float) -> str:
    """`under 1 %`, `12 %`."""
    return "under 1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"


def rows(which: Bool) -> Int64:
    return np.flatnonzero(which)
