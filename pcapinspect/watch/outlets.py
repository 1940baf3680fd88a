"""Where events and readings go beside the screen: a command, syslog, a file of metrics, captures as evidence."""

from __future__ import annotations

import logging
import os
import subprocess
from logging.handlers import SysLogHandler
from pathlib import Path

from pcapinspect.clock import SECOND, iso
from pcapinspect.report import output
from pcapinspect.report.pcapng_file import PcapngFile
from pcapinspect.watch.episodes import Event
from pcapinspect.watch.held import Held
from pcapinspect.watch.reading import Reading

AROUND = 45 * SECOND
"""Before and after an event: the 90 s of packets that are kept as its evidence."""

MOST_EVIDENCE = 200
"""Captures that are kept in a folder of evidence; the oldest go."""

LEVELS = {
    "near": logging.WARNING,
    "over": logging.ERROR,
    "pause-begins": logging.CRITICAL,
    "source-silent": logging.WARNING,
}


def run_command(command: str, event: Event) -> None:
    """Starts a program with the event in its environment, and does not wait for it. Raises OSError."""
    environment = {
        "PCAPINSPECT_EVENT": event.kind,
        "PCAPINSPECT_TIME": iso(event.time),
        "PCAPINSPECT_SERVER": event.server,
        "PCAPINSPECT_SENTENCE": event.sentence,
    }
    subprocess.Popen(  # its end is nobody's concern: Python reaps it when the next one starts
        [command], env={**os.environ, **environment}, stdin=subprocess.DEVNULL, start_new_session=True
    )


def syslog(address: str) -> logging.Logger:
    """A logger to a socket (`/dev/log`) or to HOST:PORT by UDP."""
    host, _, port = address.rpartition(":")
    handler = SysLogHandler((host, int(port)) if host and port.isdigit() else address)
    handler.setFormatter(logging.Formatter("pcapinspect: %(message)s"))
    logger = logging.getLogger("pcapinspect.watch")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.propagate = False
    return logger


def to_syslog(logger: logging.Logger, event: Event) -> None:
    logger.log(LEVELS.get(event.kind, logging.INFO), "%s %s %s", event.kind, event.server, event.sentence)


class Evidence:
    """The packets around events, one pcapng each, in a folder that does not grow without end."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._waiting: list[Event] = []

    def add(self, event: Event) -> None:
        """It is written when the packets after it have come."""
        self._waiting.append(event)

    def write_ready(self, held: Held, now: int, *, at_end: bool = False) -> list[Path]:
        """Writes what is whole; everything at the end."""
        ready = [event for event in self._waiting if at_end or event.time + AROUND <= now]
        self._waiting = [event for event in self._waiting if event not in ready]
        return [self._write(event, held) for event in ready]

    def _write(self, event: Event, held: Held) -> Path:
        stamp = iso(event.time, digits=3).replace(":", "").replace("-", "")
        server = event.server.replace(":", "_").replace("[", "").replace("]", "")
        path = self._folder / f"{stamp}-{event.kind}-{server}.pcapng"
        with output.whole(str(path)) as partial, partial.open("wb") as file:
            capture = PcapngFile(file)
            capture.section(f"{event.kind} {event.server} {iso(event.time)}: {event.sentence}", "pcapinspect watch")
            for data, wire, time, link in held.frames(event.time - AROUND, event.time + AROUND):
                capture.packet(data, wire, time, link)
        kept = sorted(self._folder.glob("*.pcapng"))
        for old in kept[: max(0, len(kept) - MOST_EVIDENCE)]:
            old.unlink(missing_ok=True)
        return path


class Metrics:
    """OpenMetrics by prometheus_client: written to a file for the textfile collector, or served."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge

        self.registry = CollectorRegistry()
        labels = ("server",)

        def gauge(name: str, text: str, more: tuple[str, ...] = ()) -> Gauge:
            return Gauge(f"pcapinspect_{name}", text, (*labels, *more), registry=self.registry)

        self._counted = gauge("window_count", "Within the last window, by the way of counting", ("counting",))
        self._limit = gauge("limit", "Connections in a window after which the server stops listening")
        self._headroom = gauge("headroom", "Accepts that are left until the limit")
        self._open = gauge("open_connections", "Connections that are open now")
        self._ladder = gauge("ladder", "Attempts of the last minute that got at least so far", ("rung",))
        self._paused = gauge("paused", "1 while nobody who asks is served")
        self._to_limit = gauge("seconds_to_limit", "At the growth of the last window; -1 where it does not grow")
        self._predicted = gauge("predicted_crossing_timestamp_seconds", "By the measured poll periods; 0 for none")
        self._events = Counter("pcapinspect_events", "Events by kind", (*labels, "kind"), registry=self.registry)

    def event(self, event: Event) -> None:
        self._events.labels(event.server, event.kind).inc()

    def reading(self, reading: Reading) -> None:
        """What is seen now."""
        server = f"{reading.ip}:{reading.port}"
        for name, count in reading.counts.items():
            self._counted.labels(server, name).set(count)
        for rung, count in reading.ladder.items():
            self._ladder.labels(server, rung).set(count)
        self._limit.labels(server).set(reading.limit)
        self._headroom.labels(server).set(reading.headroom)
        self._open.labels(server).set(reading.open_now)
        self._paused.labels(server).set(reading.running is not None)
        self._to_limit.labels(server).set(-1 if reading.seconds_to_limit is None else reading.seconds_to_limit)
        crossing = reading.prediction.crossing / SECOND if reading.prediction else 0
        self._predicted.labels(server).set(crossing)

    def write(self, path: str) -> None:
        """Whole or not at all."""
        from prometheus_client.openmetrics.exposition import generate_latest

        output.write(path, [generate_latest(self.registry)])  # type: ignore[no-untyped-call]

    def serve(self, address: str) -> None:
        """Raises OSError where the address is taken."""
        from prometheus_client import start_http_server

        host, _, port = address.rpartition(":")
        start_http_server(int(port), host or "127.0.0.1", self.registry)
