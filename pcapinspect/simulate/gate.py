"""Who gets in: the rate limit, the room for connections, and outages decide what a SYN meets at the server."""

from __future__ import annotations

from collections.abc import Callable

from pcapinspect.clock import SECOND
from pcapinspect.simulate.limits import Outage, RateCounter, RateLimit
from pcapinspect.simulate.record import Attempt, Silence
from pcapinspect.simulate.schedule import Schedule
from pcapinspect.simulate.segment import Segment


class Gate:
    """Keeps the silences of one server: when each began and ended, and which SYNs it met.

    `on_resume` is called when the pause of the rate limit ends, `on_restart` when the server loses its connections.
    """

    def __init__(
        self,
        schedule: Schedule,
        rate: RateLimit | None,
        max_connections: int | None,
        backlog: int | None,
        silences: list[Silence],
        on_resume: Callable[[], None],
        on_restart: Callable[[], None],
    ) -> None:
        self._schedule = schedule
        self._rate = rate
        self._counter = RateCounter(rate) if rate else None
        self._counted: set[int] = set()
        self._max_connections = max_connections
        self._backlog = backlog
        self._silences = silences
        self._on_resume = on_resume
        self._on_restart = on_restart
        self._outage: Silence | None = None
        self._pause: Silence | None = None
        self._full: Silence | None = None

    @property
    def dark(self) -> bool:
        """Switched off: nothing comes in or goes out."""
        return self._outage is not None and self._outage.kind == "silent"

    @property
    def paused(self) -> bool:
        """Whether the rate limit has made a pause that lasts."""
        return self._pause is not None

    def knock(self, syn: Segment) -> Silence | None:
        """A SYN of an attempt that the server has not answered: the silence that it meets, or None: answer it."""
        listening = self._pause is None or self._backlog is not None
        silence = self._outage or (None if listening else self._pause) or self._full
        if silence is not None:
            silence.swallowed.append(syn)
            syn.attempt.silence(silence.cause)
        return silence

    def room(self, open_connections: int, waiting: int) -> None:
        """Tell how many connections are open, and how many of them wait to be read: full silences begin and end."""
        if self._pause is not None and self._backlog is not None and waiting >= self._backlog:
            cause = "rate_limit"
        elif self._max_connections is not None and open_connections >= self._max_connections:
            cause = "max_connections"
        else:
            if self._full is not None:
                self._full.end = self._schedule.now
                self._full = None
            return
        if self._full is None:
            self._full = self._begin(cause)

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
        if self._rate is None or self._counter is None or self._rate.counts != what or self.paused:
            return
        if self._counter.count(self._schedule.now):
            self.pause()

    def pause(self) -> None:
        """The limit is reached: listen no more, or with a backlog: read no more."""
        if self._rate is None or self.paused:
            return
        if self._backlog is None:
            self._pause = self._begin("rate_limit", self._rate.reaction)
        else:
            # Nobody is turned away before the queue is full, so this is no silence yet.
            self._pause = Silence("rate_limit", self._schedule.now)
        self._schedule.after(round(self._rate.pause * SECOND), self._resume)

    def _resume(self) -> None:
        if self._pause is not None and self._counter is not None:
            self._pause.end = self._schedule.now
            self._pause = None
            self._counter.pause_over()
            self._on_resume()

    def begin_outage(self, outage: Outage, end: int | None) -> None:
        """The server goes away until `end`."""
        refusing = outage.kind == "refusing"
        self._outage = self._begin("refused" if refusing else "outage", "refusing" if refusing else "silent")
        if outage.kind == "restart":
            self._on_restart()
        if end is not None:
            self._schedule.at(end, self._end_outage)

    def _end_outage(self) -> None:
        if self._outage is not None:
            self._outage.end = self._schedule.now
            self._outage = None

    def _begin(self, cause: str, kind: str = "silent") -> Silence:
        silence = Silence(cause, self._schedule.now, kind=kind)
        self._silences.append(silence)
        return silence
