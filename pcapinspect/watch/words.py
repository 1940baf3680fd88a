"""Readings and events as people read them, and as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pcapinspect.clock import SECOND, iso, length
from pcapinspect.watch.episodes import Event
from pcapinspect.watch.reading import Reading

DEFAULT_CONNECTIONS = 5
"""`ip http max-connections` of IOS where it is not set; 16 is the most (domain: TAC note 118734)."""


def event_line(event: Event) -> str:
    """`08:02:34Z over 10.0.0.80:80: ...`"""
    return f"{iso(event.time, digits=0)} {event.kind} {event.server}{': ' if event.server else ''}{event.sentence}"


def event_json(event: Event) -> dict[str, Any]:
    """One line of `--json`."""
    server = event.server or None
    display = None
    if event.last:
        display = f'frame.time >= "{iso(event.first)}" && frame.time <= "{iso(event.last)}"'
    return {
        "event": event.kind,
        "time": iso(event.time),
        "server": server,
        "sentence": event.sentence,
        "display_filter": display,
    }


def reading_lines(reading: Reading, most_connections: int) -> Iterator[str]:
    """What a screen shows of a server."""
    counts = ", ".join(f"{count:,} {name}" for name, count in reading.counts.items())
    accepts = reading.counts["accepts"]
    yield f"{reading.ip}:{reading.port}  {accepts:,} of {reading.limit} accepted in {reading.window} s"
    yield f"  last {reading.window} s    {counts}"
    yield f"  headroom     {reading.headroom:,}{_slope(reading)}"
    if reading.prediction is not None:
        p = reading.prediction
        yield (
            f"  next crossing about {iso(p.crossing, digits=0)[11:]} ({iso(p.earliest, digits=0)[11:]} to "
            f"{iso(p.latest, digits=0)[11:]}), by the polls of {p.clients:,} clients; it comes in {p.sure:.0%} of runs"
        )
    yield f"  open now     {reading.open_now:,} (default limit {DEFAULT_CONNECTIONS}, most {most_connections})"
    fell = ", ".join(f"{count:,} {why}" for why, count in reading.fell.items())
    rungs = "  ".join(f"{name} {count:,}" for name, count in reading.ladder.items())
    yield f"  last minute  {rungs}{f'  ({fell})' if fell else ''}"
    if reading.errors:
        yield "  errors       " + ", ".join(f"{count:,} {name}" for name, count in reading.errors.items())
    if reading.running is not None:
        since = (reading.time - reading.running.since) / SECOND
        yield (
            f"  PAUSE since {iso(reading.running.since, digits=0)[11:]}, {length(since)}: {reading.running.unserved:,} "
            f"attempts not served; a pause of the limit would end by {iso(reading.running.ends_by, digits=0)[11:]}"
        )


def _slope(reading: Reading) -> str:
    if reading.seconds_to_limit is None:
        return ""
    return f", the limit in {length(reading.seconds_to_limit)} at the growth of the last {reading.window} s"
