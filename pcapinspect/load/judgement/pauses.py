"""The pauses of a server and their causes, found in steps, each of which uses what the one before explained.

First the pauses that show by themselves; then those that a connection limit explains, or that a rate limit which is
known by now makes likely. What no pause and no limit excuses is left to the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import Bool, Int64
from pcapinspect.load.judgement import silences, waits
from pcapinspect.load.judgement.bounds import Interval
from pcapinspect.load.judgement.causes import cause_of, error_responses, outage, rate_limit
from pcapinspect.load.judgement.control import control_of
from pcapinspect.load.judgement.counting import Pauses, count_models, quiet_until
from pcapinspect.load.judgement.estimate import estimate
from pcapinspect.load.judgement.evidence import Caused, Evidence, PauseCause, fits_pause
from pcapinspect.load.judgement.falls import falls_of, stuck
from pcapinspect.load.judgement.fullness import full_in, used_up
from pcapinspect.load.judgement.jumps import measured_beside
from pcapinspect.load.judgement.pattern import expected_syns
from pcapinspect.load.judgement.strangers import Strangers
from pcapinspect.load.judgement.tolerance import TIMER, reached_from
from pcapinspect.load.measures.concurrency import Open
from pcapinspect.load.measures.quality import CaptureQuality
from pcapinspect.load.measures.rates import Rate
from pcapinspect.load.measures.traffic import Traffic
from pcapinspect.load.model import CountingModel
from pcapinspect.settings import Limits
from pcapinspect.tcp.connections import Syns

UNTIMED = 0.6
"""The most confidence in the cause of a pause in which the clock jumped: its length is not known, so any fits."""


class Search:
    """The search for the pauses of one server."""

    def __init__(
        self,
        traffic: Traffic,
        requests: Int64,
        errors: dict[str, Bool],
        quality: CaptureQuality,
        one_way: str | None,
        limits: Limits,
        syns: Syns,
    ) -> None:
        """`requests`: their sorted times; `errors`: attempts with a response of each class; `syns`: of the capture."""
        self._traffic = traffic
        self._limits = limits
        self._syns = syns
        self._jumps = quality.jumps
        found, strangers = silences.tell_apart(traffic)
        self._waits = waits.find(traffic) if one_way is None else []
        opened = Open(traffic, presume=quality.lacks_packets)
        counted = {
            "accepts": traffic.accept_times,
            "attempts": traffic.attempt_times,
            "syns": traffic.syn_time,
            "requests": requests,
        }
        nothing = np.zeros(len(traffic.start), np.bool_)
        about = Evidence(
            traffic=traffic,
            opened=opened,
            rates={what: Rate(times, limits.window * SECOND) for what, times in counted.items()},
            limits=limits,
            enough=reached_from(limits, quality.share_lost),
            quality=quality,
            one_way=one_way,
            strangers=strangers,
            fullness=used_up(traffic, opened, strangers.syns, limits.max_connections),
            falls=falls_of(traffic, strangers.flood, nothing, nothing),
            control=control_of(traffic, stuck(traffic)),
            errors=errors,
        )
        self._errors = errors
        self._start = found, about

    def result(self) -> tuple[Evidence, Caused]:
        """The evidence with all pauses, and their causes."""
        found, about = self._start
        if about.fullness is not None:
            found = self._silences(about.strangers, about)
        about, causes = self._caused(about, found)
        about, causes = self._beside_the_rate_limit(about, causes)
        expected = expected_syns(about, causes)
        if expected is not None:
            more = self._silences(about.strangers, about, expected)
            if len(more) > len(found):
                about, causes = self._caused(about, more)
        paused = about.within(about.pauses)
        failing = error_responses.counted(self._errors)
        about = replace(about, falls=falls_of(self._traffic, about.strangers.flood, failing, paused))
        return about, Caused(causes, about.pauses)

    def _silences(self, strangers: Strangers, about: Evidence, expected: Bool | None = None) -> list[Interval]:
        room = None if about.fullness is None else about.fullness.room
        return silences.find(self._traffic, strangers.syns, room, expected)

    def _caused(self, about: Evidence, found: Sequence[Interval]) -> tuple[Evidence, list[PauseCause]]:
        merged = waits.merged(found, self._waits)
        about = self._with_pauses(about, measured_beside(merged, self._jumps, self._traffic, self._syns))
        return about, caused(about)

    def _beside_the_rate_limit(self, about: Evidence, causes: list[PauseCause]) -> tuple[Evidence, list[PauseCause]]:
        """A connection limit that shows only when the pauses of the rate limit are left out: one server has both."""
        limited = [pause for pause, cause in zip(about.pauses, causes, strict=True) if cause.cause == rate_limit.NAME]
        if about.fullness is not None or not limited or len(limited) == len(about.pauses):
            return about, causes
        left_out = about.strangers.syns.copy()
        for pause in limited:
            left_out[pause.syns] = True
        fullness = used_up(self._traffic, about.opened, left_out, self._limits.max_connections)
        if fullness is None:
            return about, causes
        about = replace(about, fullness=fullness)
        return self._caused(about, self._silences(about.strangers, about))

    def _with_pauses(self, about: Evidence, found: Sequence[Interval]) -> Evidence:
        """The counting models are worth their time only where a pause or a full minute asks for them."""
        limits, accepts = self._limits, about.rates["accepts"]
        counted = [pause for pause in found if not full_in(about.fullness, pause.syns)]
        fitting = np.array([fits_pause(pause, limits) for pause in found], np.bool_)
        about = replace(about, pauses=found, fitting=fitting)
        models: tuple[CountingModel, ...] = ()
        if found or accepts.first_over(limits.limit) is not None:
            quiet = quiet_until(accepts.times, limits.pause * SECOND - TIMER)
            pauses = Pauses(found, fitting, quiet, self._jumps)
            known = np.array([not about.young(pause) and not pause.jumped for pause in found], np.bool_)
            # Whether the limit counts a flood's half-open handshakes is not known; who pays for them is all the same.
            accepted = np.sort(self._traffic.answer[self._traffic.accepted])
            rates = {**about.rates, "accepts": Rate(accepted, limits.window * SECOND)}
            models = count_models(rates, pauses, known, limits, about.enough)
        return replace(about, models=models, estimate=estimate(counted, accepts.times, self._traffic.begin, limits))


def caused(evidence: Evidence) -> list[PauseCause]:
    """The cause of each pause: by itself, by what its likes tell, and no surer than its times are known."""
    places = range(len(evidence.pauses))
    alone = [cause_of(evidence, place) for place in places]
    limited = sum(cause.cause == rate_limit.NAME for cause in alone)
    among = [rate_limit.among(evidence, place, alone[place], limited) for place in places]
    outages = sum(cause.cause == outage.NAME for cause in among)
    among = [outage.among(evidence, place, among[place], outages) for place in places]
    return [_by_clock(cause, pause) for cause, pause in zip(among, evidence.pauses, strict=True)]


def _by_clock(cause: PauseCause, pause: Interval) -> PauseCause:
    """Of a pause in which the clock jumped only the count before it tells, and that no longer well."""
    if not pause.jumped:
        return cause
    jumped = "The capture's clock jumped during it: neither its whole length nor what came just before is known."
    return replace(cause, confidence=min(cause.confidence, UNTIMED), evidence_against=(*cause.evidence_against, jumped))
