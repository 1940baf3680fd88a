"""The verdict of a change: what became of the trouble, by the load that each side had.

No pause at a fifth of the load proves nothing. So pauses of a limit are counted per minute in which the server was
asked as often as when it paused before, and everything else per attempt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log

from pcapinspect.compare.side import Side

CHANCE = 0.05
"""How likely the difference of two rates may be by chance to be taken for one (the usual level of a test)."""

MIN_EXPECTED = 3.0
"""Events that must be expected for none to mean anything: a Poisson number of mean 3 is 0 in 5 % of cases."""

SAME_CLIENTS = 0.8
"""Share of the clients of before that must ask after, too, for less load to be their doing: a fleet changes a little
between two captures."""

SAME_LOAD = 0.9
"""Share of the least load at which the server paused before, from which a minute counts as loaded alike."""

WORTH_A_WORD = 0.005
"""A share of failed attempts that differs by less than this is no change that a user would notice."""

VERDICTS = ("removed", "reduced", "unchanged", "worse", "not tested", "not comparable")


@dataclass(frozen=True, slots=True)
class Change:
    """One of VERDICTS, with a sentence and its reasons."""

    verdict: str
    sentence: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rate:
    """Events of both sides, each among so many chances for one."""

    before: int
    chances_before: int
    after: int
    chances_after: int

    @property
    def expected(self) -> float:
        """Events after, had nothing changed."""
        return self.before / self.chances_before * self.chances_after if self.chances_before else 0.0

    def fewer_by_chance(self) -> float:
        """How likely so few, or fewer, are after, if both sides had the same rate (exact, given the sum of both)."""
        return self._tail(range(self.after + 1))

    def more_by_chance(self) -> float:
        """How likely so many, or more, are after."""
        return self._tail(range(self.after, self.before + self.after + 1))

    def _tail(self, numbers: range) -> float:
        chances = self.chances_before + self.chances_after
        if not chances:
            return 1.0
        share = self.chances_after / chances
        if share in (0.0, 1.0):
            return 1.0
        return min(1.0, fsum(_binomial(self.before + self.after, k, share) for k in numbers))


@dataclass(frozen=True, slots=True)
class _Failure:
    """One way to fail, per attempt that could."""

    what: str
    rate: _Rate

    def __str__(self) -> str:
        rate = self.rate
        return (
            f"{rate.before:,} of {rate.chances_before:,} attempts {self.what} before, "
            f"{rate.after:,} of {rate.chances_after:,} after"
        )

    def grew(self) -> bool:
        """By more than chance, and by more than nobody notices."""
        rate = self.rate
        if not rate.chances_before or not rate.chances_after:
            return False
        share = rate.after / rate.chances_after - rate.before / rate.chances_before
        return share > WORTH_A_WORD and rate.more_by_chance() <= CHANCE


def _failures(before: Side, after: Side) -> tuple[_Failure, _Failure]:
    """The worse first."""
    return (
        _Failure("got no answer", _Rate(before.unserved, before.known, after.unserved, after.known)),
        _Failure(
            "that were answered got an error",
            _Rate(before.errors, before.rungs["answered"], after.errors, after.rungs["answered"]),
        ),
    )


def _binomial(number: int, hits: int, share: float) -> float:
    """The chance of so many hits; by logarithms, for numbers of attempts that no float holds the factorial of."""
    ways = lgamma(number + 1) - lgamma(hits + 1) - lgamma(number - hits + 1)
    return exp(ways + hits * log(share) + (number - hits) * log(1 - share))


def change_of(before: Side, after: Side) -> Change:
    """What became of the trouble of `before`."""
    if not after.attempts:
        return Change("not tested", "Nobody asked the server after the change.", ())
    failures = _failures(before, after)
    pauses = _pauses(before, after)
    reasons = tuple(_reasons(before, after, failures, pauses))
    for failure in failures:
        if failure.grew():
            return Change("worse", f"More of it than before: {failure}.", reasons)
    if pauses is not None:
        return _asked_less(before, after, pauses, reasons) or _of_pauses(pauses, reasons)
    if after.pauses_of_a_limit >= MIN_EXPECTED:
        return Change(
            "worse", f"The server paused {after.pauses_of_a_limit:,} times by a limit, and never before.", reasons
        )
    trouble = next((failure for failure in failures if failure.rate.before), None)
    if trouble is None:
        return Change("unchanged", f"Nothing failed before, and nothing fails now: {failures[0]}.", reasons)
    return _of_failure(trouble, reasons)


def _pauses(before: Side, after: Side) -> _Rate | None:
    """Pauses of a limit per minute that was loaded as when they came before. None: there were none before."""
    if not before.pauses_of_a_limit:
        return None
    enough = SAME_LOAD * min(before.load_at_pauses)
    loaded = [sum(count >= enough for count in side.attempts_by_minute) for side in (before, after)]
    return _Rate(before.pauses_of_a_limit, loaded[0], after.pauses_of_a_limit, loaded[1])


def _asked_less(before: Side, after: Side, pauses: _Rate, reasons: tuple[str, ...]) -> Change | None:
    """A remedy may take away the load itself: the same clients, who poll no more. What they ask is its outcome then."""
    stayed = len(before.poll_periods.keys() & after.poll_periods.keys())
    by_time = before.pauses_of_a_limit / max(before.observed, 1.0) * after.observed
    if pauses.after or pauses.expected >= MIN_EXPECTED or by_time < MIN_EXPECTED:
        return None
    if not before.poll_periods or stayed < SAME_CLIENTS * len(before.poll_periods):
        return None
    return Change(
        "removed",
        f"The pauses are gone, for the same clients ask less: at most {max(before.attempts_by_minute):,} attempts in a "
        f"minute before, {max(after.attempts_by_minute, default=0):,} after. At the former load it was not tested.",
        reasons,
    )


def _of_pauses(pauses: _Rate, reasons: tuple[str, ...]) -> Change:
    was = f"{pauses.before:,} pauses in {pauses.chances_before:,} loaded minutes before"
    now = f"{pauses.after:,} in {pauses.chances_after:,} after"
    if not pauses.after and pauses.expected < MIN_EXPECTED:
        return Change(
            "not tested",
            f"The load was too low to tell: {was}, and {_minutes(pauses.chances_after)} after had that load.",
            reasons,
        )
    if not pauses.after:
        return Change("removed", f"The pauses are gone: {was}, {now}.", reasons)
    return _by_rate(pauses, f"{was}, {now}", reasons)


def _minutes(number: int) -> str:
    return "no minute" if not number else "only one minute" if number == 1 else f"only {number:,} minutes"


def _of_failure(failure: _Failure, reasons: tuple[str, ...]) -> Change:
    rate = failure.rate
    if not rate.after and rate.expected < MIN_EXPECTED:
        return Change("not tested", f"Too few attempts to tell: {failure}.", reasons)
    if not rate.after:
        return Change("removed", f"It is gone: {failure}.", reasons)
    return _by_rate(rate, str(failure), reasons)


def _by_rate(rate: _Rate, figures: str, reasons: tuple[str, ...]) -> Change:
    if rate.fewer_by_chance() <= CHANCE:
        return Change("reduced", f"There is less of it than before: {figures}.", reasons)
    if rate.more_by_chance() <= CHANCE:
        return Change("worse", f"There is more of it than before: {figures}.", reasons)
    return Change("unchanged", f"No difference beyond chance: {figures}.", reasons)


def _reasons(before: Side, after: Side, failures: Sequence[_Failure], pauses: _Rate | None) -> Iterator[str]:
    yield f"Before: {before.sentence}"
    yield f"After: {after.sentence}"
    if pauses is not None:
        had = f" Had nothing changed, about {pauses.expected:.1f} pauses would have come."
        yield (
            f"Before, pauses came when at least {min(before.load_at_pauses):,} attempts were made in a minute; "
            f"{pauses.chances_after:,} of {len(after.attempts_by_minute):,} minutes after had that load."
            + (had if pauses.chances_after else "")
        )
    for failure in failures:
        if failure.rate.before or failure.rate.after:
            yield f"{failure}."
