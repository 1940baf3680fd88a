"""How IOS counts to its limit is not public: every way that it may count, and how each stands at the pauses.

Counted may be attempts, SYN packets, accepts or requests; over the last minute at any time (`rolling`), over minutes
that follow each other from an unknown moment on (`fixed`), or over either but anew after each pause (`rearmed`,
`fixed_rearmed`). None is claimed.

What may have happened unseen is held against no way of counting: a stretch in which nobody asked may hide a pause, a
silence of another cause may or may not begin a count anew, and a clock that stepped shows two times as one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool, Int64
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.tolerance import passed_from
from pcapinspect.load.measures.quality import Jump
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.model import CountingModel
from pcapinspect.settings import Limits

MIN_REACHED = 0.75
"""Share of the pauses alike at which a limit must have been reached: one that came without is an outage of the same
length by chance, several are no pauses of that limit."""

MAX_CONTRADICTED = 0.1
"""Windows over the limit without a pause, for each pause that came when it was reached, at which a way of counting
still stands: in a long capture one may have its own reason."""

PHASES = 60
"""Moments within the window at which fixed minutes are tried to begin."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """What the counts are held against."""

    intervals: Sequence[Interval]
    alike: Bool
    """Which of them are as long as the limit's pause: a count begins anew after these, and must be reached before."""
    quiet: Int64
    """Ends of stretches in which nobody was accepted for as long as a pause (`quiet_until`)."""
    jumps: Sequence[Jump]
    """Steps of the capture's clock."""

    @property
    def onsets(self) -> Int64:
        return np.array([interval.onset for interval in self.intervals], np.int64)

    @property
    def surely_anew(self) -> Int64:
        """When a limit that counts anew after its pauses has done so."""
        return resumptions([one for one, alike in zip(self.intervals, self.alike, strict=True) if alike])

    @property
    def perhaps_anew(self) -> Int64:
        """When it may have done so."""
        return np.union1d(resumptions(self.intervals), self.quiet)


def count_models(
    rates: Mapping[str, Rate], pauses: Pauses, known: Bool, limits: Limits, enough: int
) -> tuple[CountingModel, ...]:
    """All models. `rates` are of what each counts; `enough`, counted, is the limit (`tolerance.reached_from`);
    `known`: pauses before which all that counts was captured."""
    models = []
    for counts, rate in rates.items():
        way = _Way(rate, pauses, limits, enough)
        for window, counted in (
            ("rolling", way.rolling),
            ("fixed", way.fixed),
            ("rearmed", way.rearmed),
            ("fixed_rearmed", way.fixed_rearmed),
        ):
            at_onset, over = counted()
            fits = bool(pauses.intervals) and over == 0 and bool(np.all(at_onset >= enough))
            held = at_onset[pauses.alike & known] >= enough
            reached = int(np.count_nonzero(held))
            stands = reached >= MIN_REACHED * len(held) and over <= MAX_CONTRADICTED * reached
            models.append(CountingModel(counts, window, tuple(at_onset.tolist()), fits, over, stands))
    return tuple(models)


def quiet_until(accepts: Int64, pause: int) -> Int64:
    """When the server accepted somebody for the first time after `pause` nanoseconds or more."""
    return accepts[1:][np.diff(accepts) >= pause]


def resumptions(intervals: Sequence[Interval]) -> Int64:
    """When the server answered again after each pause, where that is known. What a queue took for it in between, it
    reads and counts only then."""
    ended = [interval for interval in intervals if interval.next_answer is not None]
    again = [interval.onset + 1 if interval.stalled else interval.next_answer for interval in ended]
    return np.maximum.accumulate(np.array(again, np.int64))


class _Way:
    """One thing that may be counted, in all windows. Each gives the count at every onset, and in how many windows the
    limit was passed while the server went on."""

    def __init__(self, rate: Rate, pauses: Pauses, limits: Limits, enough: int) -> None:
        self._rate = rate
        self._pauses = pauses
        self._onsets = pauses.onsets
        self._enough = enough
        self._most = passed_from(limits)
        self._spare = ceil(self._most - limits.limit)

    def rolling(self) -> tuple[Int64, int]:
        """A count that is at the limit when a pause ends makes the next one at once, but for what was on its way."""
        over = self._rate.counts > self._most
        return self._rate.before(self._onsets), self._without_pause(over, self._spare)

    def rearmed(self) -> tuple[Int64, int]:
        """Begun anew only after the limit's own pauses, unless the count comes to the limit with others as well."""
        over = self._rate.counts_since(self._pauses.perhaps_anew) > self._most
        surely = self._rate.before_since(self._onsets, self._pauses.surely_anew)
        perhaps = self._rate.before_since(self._onsets, self._pauses.perhaps_anew)
        return np.where(perhaps >= self._enough, perhaps, surely), self._without_pause(over, 0)

    def _without_pause(self, over: Bool, spare: int) -> int:
        """In how many windows counts were over the limit that lie in no pause, are not of the first few after one, nor
        near a step of the clock."""
        times, near = self._rate.times, np.zeros(len(self._rate.times), np.bool_)
        for interval in self._pauses.intervals:
            low = np.searchsorted(times, interval.onset, side="left")
            if interval.next_answer is None:
                near[low:] = True
            else:
                near[low : np.searchsorted(times, interval.next_answer, side="right") + spare] = True
        for jump in self._pauses.jumps:
            step = sorted((jump.before, jump.after))
            low, high = np.searchsorted(times, (step[0], step[1] + self._rate.window))
            near[low:high] = True
        return _windows(times[over & ~near], self._rate.window)

    def fixed(self) -> tuple[Int64, int]:
        """By the phase that explains most pauses; of several, the one with the fewest full minutes without a pause.

        A minute that was full long before a pause in it is one, too: unless an earlier pause ended in it, and the
        count went on (then the next came at once) or began anew (then it was reached again).
        """
        again = _last_before(resumptions(self._pauses.intervals), self._onsets)

        def of_phase(shift: int) -> tuple[Int64, int]:
            since = self._begun(shift)
            at_onset = self._until - np.searchsorted(self._rate.times, since, side="left")
            since_pause = self._until - np.searchsorted(self._rate.times, np.maximum(again, since), side="left")
            late = (since_pause > self._most) | (since_pause > self._spare) & (since_pause < self._enough)
            late &= self._pauses.alike & (at_onset > self._most)
            return at_onset, self._full_minutes(shift) + int(np.count_nonzero(late))

        return self._best_phase(of_phase)

    def fixed_rearmed(self) -> tuple[Int64, int]:
        """The same, where the count within a minute begins anew after a pause."""
        again = _last_before(self._pauses.surely_anew, self._onsets)

        def of_phase(shift: int) -> tuple[Int64, int]:
            since = np.maximum(again, self._begun(shift))
            at_onset = self._until - np.searchsorted(self._rate.times, since, side="left")
            late = self._pauses.alike & (at_onset > self._most)
            return at_onset, self._full_minutes(shift) + int(np.count_nonzero(late))

        return self._best_phase(of_phase)

    @property
    def _until(self) -> Int64:
        return np.searchsorted(self._rate.times, self._onsets, side="right")

    def _begun(self, shift: int) -> Int64:
        """When the minute of each onset began, if minutes begin so long after whole ones."""
        return self._onsets - (self._onsets - shift) % self._rate.window

    def _best_phase(self, of_phase: Callable[[int], tuple[Int64, int]]) -> tuple[Int64, int]:
        shifts = [phase * self._rate.window // PHASES for phase in range(PHASES)]
        found = [of_phase(shift) for shift in shifts]
        return min(found, key=lambda one: (-int(np.count_nonzero(one[0] >= self._enough)), one[1]))

    def _full_minutes(self, shift: int) -> int:
        """Fixed minutes with more than the limit in which no pause began or ended, nor the clock stepped."""
        seconds, each = self._by_second
        if not len(seconds):
            return 0
        minute, width = (seconds - shift // SECOND) // (self._rate.window // SECOND), self._rate.window // SECOND
        begins = np.flatnonzero(np.diff(minute, prepend=minute[0] - 1))
        over = minute[begins][np.add.reduceat(each, begins) > self._most]
        return int(np.count_nonzero(~np.isin(over, (self._excused - shift // SECOND) // width)))

    @cached_property
    def _by_second(self) -> tuple[Int64, Int64]:
        """Whole seconds in which something was counted, and how much."""
        whole = self._rate.times // SECOND
        begins = np.flatnonzero(np.diff(whole, prepend=whole[:1] - 1))
        return whole[begins], np.diff(begins, append=len(whole))

    @cached_property
    def _excused(self) -> Int64:
        """Seconds whose minute may be full without contradicting anything."""
        steps = [time for jump in self._pauses.jumps for time in (jump.before, jump.after)]
        ends = resumptions(self._pauses.intervals)
        return np.concatenate((self._onsets, ends, np.array(steps, np.int64))) // SECOND


def _windows(times: Int64, window: int) -> int:
    """In how many windows, one after the other, the sorted times lie."""
    count, place = 0, 0
    while place < len(times):
        place = int(np.searchsorted(times, times[place] + window, side="left"))
        count += 1
    return count


def _last_before(times: Int64, at: Int64) -> Int64:
    """For each of `at` the last of the sorted times that is not later; long ago where there is none."""
    return np.append(np.iinfo(np.int64).min, times)[np.searchsorted(times, at, side="right")]
