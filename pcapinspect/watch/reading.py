"""What is to be seen of a server at a moment: how near its limits it is, and who got what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64
from pcapinspect.findings.analysis import Analysis
from pcapinspect.load.measures.clients import ERROR
from pcapinspect.load.model import FELLS, RUNGS, Pause, ServerLoad
from pcapinspect.settings import Settings
from pcapinspect.tcp.connections import CLOSE_OPEN
from pcapinspect.watch.prediction import Prediction, predicted

MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Running:
    """A pause that goes on. Times in nanoseconds."""

    since: int
    """The first attempt that was not served."""
    last_service: int | None
    unserved: int
    ends_by: int
    """When a pause of the length in force would be over."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One server at one moment."""

    ip: str
    port: int
    time: int
    limit: int
    window: int
    counts: dict[str, int]
    """Within the last window, by each way of counting: attempts, SYNs, accepts, requests, and accepts counted anew
    after the pause before."""
    headroom: int
    """Accepts that are left until the limit."""
    growth: float
    """Accepts a window, by which the last window differs from the one before."""
    seconds_to_limit: float | None
    """At that growth. None: it does not grow, or the limit is passed."""
    prediction: Prediction | None
    open_now: int
    ladder: dict[str, int]
    """Attempts of the last minute that got at least so far."""
    fell: dict[str, int]
    """Why others got no farther."""
    errors: dict[str, int]
    """Responses of the last minute with an error, by operation."""
    running: Running | None
    accepts: Int64
    """Times of all accepts that are held, sorted."""
    responses: Int64
    """Times of all responses that are held, sorted."""
    pauses: tuple[Pause, ...]


def readings_of(analysis: Analysis, now: int) -> tuple[Reading, ...]:
    """Of every server that is held, in the order of the load."""
    return tuple(_reading(analysis, place, load, now) for place, load in enumerate(analysis.load.servers))


def _reading(analysis: Analysis, place: int, load: ServerLoad, now: int) -> Reading:
    settings = analysis.settings
    rows = np.flatnonzero(analysis.load.server_of_connection == place)
    connections = analysis.connections.take(rows)
    accepts = np.sort(connections.synack_time[connections.synack_time != MISSING])
    counts = _counts(analysis, rows, accepts, load, now)
    window = settings.window * SECOND
    before = _within(accepts, now - window, window)
    growth = float(counts["accepts"] - before)
    headroom = settings.limit - counts["accepts"]
    return Reading(
        ip=load.ip,
        port=load.port,
        time=now,
        limit=settings.limit,
        window=settings.window,
        counts=counts,
        headroom=headroom,
        growth=growth,
        seconds_to_limit=settings.window * headroom / growth if growth > 0 and headroom > 0 else None,
        prediction=predicted(analysis.load.clients, place, accepts, settings, now),
        open_now=int(np.count_nonzero(connections.close == CLOSE_OPEN)),
        **_service(analysis, rows, now),
        errors=_errors(analysis, rows, now),
        running=_running(load, settings, now),
        accepts=accepts,
        responses=_responses(analysis, rows),
        pauses=load.pauses,
    )


def _within(times: Int64, end: int, window: int) -> int:
    """How many of the sorted times lie in the window that ends at `end`."""
    return int(np.searchsorted(times, end, side="right") - np.searchsorted(times, end - window, side="right"))


def _counts(analysis: Analysis, rows: Int64, accepts: Int64, load: ServerLoad, now: int) -> dict[str, int]:
    window = analysis.settings.window * SECOND
    starts = np.sort(analysis.connections.start[rows])
    syns = np.sort(analysis.syns.time[np.isin(analysis.syns.connection, rows)])
    asked = analysis.exchanges.request_time[np.isin(analysis.exchanges.connection, rows)]
    ended = [pause.next_answer for pause in load.pauses if pause.next_answer is not None]
    anew = max(now - window, max(ended, default=0) - 1)
    return {
        "attempts": _within(starts, now, window),
        "SYNs": _within(syns, now, window),
        "accepts": _within(accepts, now, window),
        "requests": _within(np.sort(asked[asked != MISSING]), now, window),
        "accepts since the pause before": _within(accepts, now, now - anew),
    }


def _service(analysis: Analysis, rows: Int64, now: int) -> dict[str, dict[str, int]]:
    """The ladder of the last minute."""
    service = analysis.load.service
    recent = rows[analysis.connections.start[rows] > now - MINUTE]
    rung, fell = service.rung[recent], service.fell[recent]
    known = rung[rung < len(RUNGS)]
    return {
        "ladder": {name: int(np.count_nonzero(known >= place)) for place, name in enumerate(RUNGS)},
        "fell": {name: count for place, name in enumerate(FELLS) if (count := int(np.count_nonzero(fell == place)))},
    }


def _responses(analysis: Analysis, rows: Int64) -> Int64:
    times = analysis.exchanges.response_time[np.isin(analysis.exchanges.connection, rows)]
    return np.sort(times[times != MISSING])


def _errors(analysis: Analysis, rows: Int64, now: int) -> dict[str, int]:
    exchanges = analysis.exchanges
    failed = (exchanges.status >= ERROR) & (exchanges.response_time > now - MINUTE)
    failed &= np.isin(exchanges.connection, rows)
    names = analysis.operations.operation[failed]
    counted: dict[str, int] = {}
    for name in names.tolist():
        counted[name or "other requests"] = counted.get(name or "other requests", 0) + 1
    return counted


def _running(load: ServerLoad, settings: Settings, now: int) -> Running | None:
    """The last pause, if nobody was served since."""
    if not load.pauses or load.pauses[-1].next_answer is not None:
        return None
    pause = load.pauses[-1]
    since = pause.first_unanswered
    if now - pause.last_unanswered > settings.window * SECOND:
        return None  # nobody asks any more: whether it goes on is not known
    return Running(since, pause.last_answer, pause.unanswered_attempts, since + settings.pause * SECOND)
