"""The figures of a server on both sides, as rows of a table: said once for every output."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pcapinspect.clock import length
from pcapinspect.compare.comparison import ServerChange
from pcapinspect.compare.side import Side

Row = tuple[str, str, str]
"""Name, before, after."""

NOTHING = "-"


def rows_of(server: ServerChange) -> Iterator[Row]:
    """What differs and what does not, from the load to what became of it."""
    for name, figure in _FIGURES:
        yield name, _text(server.before, figure), _text(server.after, figure)
    operations = dict.fromkeys(name for side in (server.before, server.after) if side for name in side.operations)
    for operation in operations:
        yield (
            f"{operation}, of these errors",
            _operation(server.before, operation),
            _operation(server.after, operation),
        )


def _text(side: Side | None, figure: Callable[[Side], str]) -> str:
    return NOTHING if side is None else figure(side)


def _operation(side: Side | None, name: str) -> str:
    if side is None or name not in side.operations:
        return NOTHING
    return f"{side.operations[name].requests:,}, {side.operations[name].errors:,}"


def _a_minute(side: Side) -> str:
    return f"{max(side.attempts_by_minute, default=0):,}"


def _rung(name: str) -> Callable[[Side], str]:
    def share(side: Side) -> str:
        known = side.attempts - side.unknown
        return f"{side.rungs[name]:,} ({side.rungs[name] / known:.1%})" if known else NOTHING

    return share


def _latency(side: Side) -> str:
    return " / ".join(f"{1000 * value:,.0f} ms" for value in side.latency) if side.latency else NOTHING


_FIGURES: tuple[tuple[str, Callable[[Side], str]], ...] = (
    ("verdict", lambda side: side.cause),
    ("observed", lambda side: length(side.observed)),
    ("clients", lambda side: f"{len(side.poll_periods):,}"),
    ("attempts", lambda side: f"{side.attempts:,}"),
    ("most attempts in a minute", _a_minute),
    ("most accepted within the window", lambda side: f"{side.peak_accepted:,}"),
    ("minutes over the limit", lambda side: f"{side.minutes_over_limit:,}"),
    ("pauses", lambda side: f"{side.pauses:,}"),
    ("time paused, at least", lambda side: length(side.paused)),
    ("accepted", _rung("accepted")),
    ("asked", _rung("asked")),
    ("answered", _rung("answered")),
    ("succeeded", _rung("succeeded")),
    ("latency, median / 90th percentile", _latency),
)
