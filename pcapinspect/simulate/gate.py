"""Who gets in: the rate limit, the room for connections, and outages decide what a SYN meets at the server."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pcapinspect.simulate.limits import OUTAGES, Outage, RateCounter
from pcapinspect.simulate.record import Attempt, Silence
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import Segment
from pcapinspect.simulate.settings import ServerSettings


class Gate:
    """Keeps the silences of one server: when each began and ended, and which SYNs and connections it met.

    `on_resume` is called when the pause of the rate limit ends, `on_restart` when the server loses its connections.
    `part`: other servers answer at the same address, so that no silence of this one is the service's.
    """

    def __init__(
        self,
        schedule: Schedule,
        settings: ServerSettings,
        silences: list[Silence],
        part: bool,
        rng: Random,
        on_resume: Callable[[], None],
        on_restart: Callable[[], None],
    ) -> None:
        self._schedule = schedule
        self._settings = settings
        self._rate = settings.rate
        self._counter = RateCounter(settings.rate, rng) if settings.rate else None
        self._counted: set[int] = set()
        self._silences = silences
        self._part = part
        self._on_resume = on_resume
        self._on_restart = on_restart
        self._outage: Silence | None = None
        self._pause: Silence | None = None
        self._full: Silence | None = None
        self.gateway = False
        """Whether a proxy answers for the server: 502."""

    @property
    def dark(self) -> bool:
        """Switched off, or cut off: nothing comes in or goes out."""
        return self._outage is not None and self._outage.reaction in ("silent", "icmp")

    @property
    def waiting(self) -> bool:
        """Whether a pause of the rate limit lasts in which accepted connections are not read."""
        return self._pause is not None and self._pause.reaction == "wait"

    @property
    def hung(self) -> Silence | None:
        """The outage in which no request is answered."""
        return self._outage if self._outage is not None and self._outage.reaction == "hang" else None

    @property
    def keeping(self) -> Silence | None:
        """The silence, if one lasts, whose connections are accepted and never read."""
        for silence in (self._outage, self._pause):
            if silence is not None and silence.reaction in ("drop", "shut", "abort"):
                return silence
        return None

    def knock(self, syn: Segment) -> Silence | None:
        """A SYN of an attempt that the server has not answered: the silence that it meets, or None: answer it."""
        for silence in (self._outage, self._pause, self._full):
            if silence is not None and silence.closed:
                silence.swallowed.append(syn)
                syn.attempt.silence(silence.cause)
                return silence
        return None

    def keep(self, attempt: Attempt, silence: Silence) -> None:
        """An accepted connection will not be served."""
        silence.kept.append(attempt)
        attempt.unserved = silence.cause

    def wait(self, attempt: Attempt) -> None:
        """An accepted connection is not read before the pause is over."""
        if self._pause is not None and self.waiting:
            self._pause.kept.append(attempt)

    def room(self, open_connections: int, waiting: int) -> None:
        """Tell how many connections are open, and how many of them wait to be read: full silences begin and end."""
        settings = self._settings
        queue_full = settings.backlog is not None and waiting >= settings.backlog
        if self._pause is not None and self._pause.reaction == "wait":
            if queue_full and self._pause.shut_since is None:
                self._pause.shut_since = self._schedule.now
            return
        slots_full = settings.max_connections is not None and open_connections >= settings.max_connections
        if not slots_full and not (settings.workers is not None and queue_full):
            if self._full is not None:
                self._full.end = self._schedule.now
                self._full = None
        elif self._full is None:
            self._full = self._begin("max_connections", "silent", part=settings.workers is not None)

    def count_syn(self, attempt: Attempt) -> bool:
        """Count a SYN, answered or not, if SYNs or attempts are what counts. True: the limit is reached."""
        if self._rate is None or self._counter is None:
            return False
        if self._rate.counts == "attempts" and attempt.number not in self._counted:
            self._counted.add(attempt.number)
        elif self._rate.counts != "syns":
            return False
        return self._counter.count(self._schedule.now)

    def count(self, what: str) -> None:
        """Count an accept or a request, if that is what counts; reaching the limit begins a pause."""
        if self._rate is None or self._counter is None or self._rate.counts != what or self._pause is not None:
            return
        if self._counter.count(self._schedule.now):
            self.pause()

    def pause(self) -> None:
        """The limit is reached: listen no more, or with a backlog: read no more."""
        if self._rate is None or self._counter is None or self._pause is not None:
            return
        waits = self._settings.backlog is not None
        self._pause = self._begin("rate_limit", "wait" if waits else self._rate.reaction)
        self._schedule.after(self._counter.pause(), self._resume)

    def _resume(self) -> None:
        if self._pause is not None and self._counter is not None:
            self._pause.end = self._schedule.now
            self._pause = None
            self._counter.pause_over(self._schedule.now)
            self._on_resume()

    def begin_outage(self, outage: Outage, end: int | None) -> None:
        """The server goes away until `end`."""
        cause, reaction = OUTAGES[outage.kind]
        if reaction is None:
            self.gateway = True
        else:
            self._outage = self._begin(cause, reaction)
        if outage.kind == "restart":
            self._on_restart()
        if end is not None:
            self._schedule.at(end, self._end_outage)

    def _end_outage(self) -> None:
        self.gateway = False
        if self._outage is not None:
            self._outage.end = self._schedule.now
            self._outage = None

    def _begin(self, cause: str, reaction: str, part: bool = False) -> Silence:
        silence = Silence(cause, self._schedule.now, reaction=reaction, part=part or self._part)
        self._silences.append(silence)
        return silence
