"""`pcapinspect watch`: the same judgement while traffic flows."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pcapinspect.commands.settings import add_setting_arguments, settings_of
from pcapinspect.errors import UsageError

if TYPE_CHECKING:
    from rich.live import Live

    from pcapinspect.watch.episodes import Event
    from pcapinspect.watch.flows import FlowWatcher
    from pcapinspect.watch.sources import Parts
    from pcapinspect.watch.watcher import Moment, Watcher

HELP = "Watch a server while it is captured: headroom below its limits, pauses as they begin, alerts."

TICK_SECONDS = 1.0
"""Between two looks while nothing comes."""

PAGE_SECONDS = 60.0
"""Between two writings of the page."""

_UNITS = {"s": 1, "m": 60, "h": 3600}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The source, what is said, and where it goes."""
    parser.add_argument("source", metavar="SOURCE", nargs="?", help="- for standard input, or a folder of a ring")
    parser.add_argument("-i", "--interface", metavar="NAME", help="capture here, by dumpcap or tcpdump")
    parser.add_argument("--netflow", metavar="[HOST:]PORT", help="listen for NetFlow or IPFIX: rates and clients")
    parser.add_argument(
        "--horizon", type=_seconds, default=3600, metavar="TIME", help="how long packets are held (default 60m)"
    )
    add_setting_arguments(parser)
    parser.add_argument("--json", action="store_true", help="events on standard output, as JSON, one a line")
    alerts = parser.add_argument_group("where alerts go")
    alerts.add_argument("--exec", metavar="PROGRAM", help="start it for each event, with the event in its environment")
    alerts.add_argument("--syslog", metavar="ADDRESS", help="/dev/log, or HOST:PORT by UDP")
    alerts.add_argument("--events", metavar="FILE", help="append events; a later run says none of them again")
    alerts.add_argument("--evidence", metavar="DIR", help="a pcapng of the 90 s around each event")
    alerts.add_argument("--metrics", metavar="FILE", help="OpenMetrics text, rewritten each second")
    alerts.add_argument("--metrics-listen", metavar="HOST:PORT", help="the same, served (127.0.0.1:9472)")
    alerts.add_argument("--html", metavar="FILE", help="the page of `analyze`, rewritten each minute")


def _seconds(text: str) -> int:
    number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS else (text, "s")
    if not number.isdigit() or not 60 <= int(number) * _UNITS[unit] <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not a time from 60s to 24h, such as 60m")
    return int(number) * _UNITS[unit]


def run(options: argparse.Namespace) -> int:
    """Until the source ends or a signal comes; then the report of what is held."""
    import time

    page_due = time.monotonic() + PAGE_SECONDS
    arrivals, watcher = _watching(options)
    with _Show(options, watcher) as show:
        try:
            while not arrivals.ended:
                part = arrivals.next(TICK_SECONDS)
                for moment in [watcher.moment()] if part is None else watcher.take(part):
                    show.moment(moment)
                if options.html and time.monotonic() >= page_due:
                    _write_page(options, watcher)
                    page_due = time.monotonic() + PAGE_SECONDS
        except KeyboardInterrupt:
            pass  # ends watching, and not the report of what was seen
        finally:
            arrivals.stop()
        show.end()
    return _report(options, watcher)


def _watching(options: argparse.Namespace) -> tuple[Any, Any]:
    """What brings packets, or flows, and what takes them."""
    from pcapinspect.clock import SECOND
    from pcapinspect.watch.flows import CANNOT_SHOW, FlowWatcher, Listener
    from pcapinspect.watch.sources import Arrivals
    from pcapinspect.watch.watcher import Watcher

    if [options.source, options.interface, options.netflow].count(None) != 2:
        raise UsageError("watch: name one of SOURCE (- or a folder), -i INTERFACE and --netflow PORT")
    settings = settings_of(options)
    begin, horizon = _told_before(options.events), options.horizon * SECOND
    if options.netflow is None:
        return Arrivals(_source(options, settings.ports)), Watcher(settings, horizon, begin)
    if options.evidence:
        raise UsageError("--evidence keeps packets, and --netflow has none")
    if not options.quiet:
        print(CANNOT_SHOW, file=sys.stderr)
    return Listener(options.netflow), FlowWatcher(settings, horizon, begin)


def _source(options: argparse.Namespace, ports: tuple[int, ...]) -> Parts:
    import time

    from pcapinspect.watch import sources

    if options.interface is not None:
        return sources.interface(options.interface, ports)
    if options.source == "-":
        return sources.pipe(ports)
    if not Path(options.source).is_dir():
        raise UsageError(f"{options.source}: is no folder; `pcapinspect analyze` reads files")
    # Two windows back, so that nothing is lost that happened while nobody watched.
    return sources.folder(Path(options.source), ports, time.time() - 2 * options.window, _remark(options))


def _remark(options: argparse.Namespace) -> Callable[[str], None]:
    from pcapinspect.report.inert import inert

    def say(text: str) -> None:
        if not options.quiet:
            print(inert(text), file=sys.stderr)

    return say


def _told_before(path: str | None) -> int:
    """Time of the last event in the file of events: what a run before this one said."""
    import json

    from pcapinspect.clock import parse_iso

    if path is None or not Path(path).exists():
        return 0
    last = 0
    for line in Path(path).read_text("utf-8").splitlines():
        try:
            last = max(last, parse_iso(json.loads(line)["time"]))
        except (ValueError, KeyError, TypeError):
            continue  # the last line of a run that was killed
    return last


class _Show:
    """The screen, or plain lines, and every outlet that was asked for."""

    def __init__(self, options: argparse.Namespace, watcher: Watcher | FlowWatcher) -> None:
        from pcapinspect.watch import outlets

        self._options = options
        self._watcher = watcher
        self._outlets: list[Callable[[Event], None]] = []
        self._evidence = outlets.Evidence(Path(options.evidence)) if options.evidence else None
        self._metrics = outlets.Metrics() if options.metrics or options.metrics_listen else None
        if self._metrics and options.metrics_listen:
            self._metrics.serve(options.metrics_listen)
        if options.syslog:
            logger = outlets.syslog(options.syslog)
            self._outlets.append(lambda event: outlets.to_syslog(logger, event))
        if options.exec:
            self._outlets.append(lambda event: outlets.run_command(options.exec, event))
        if self._evidence:
            self._outlets.append(self._evidence.add)
        if self._metrics:
            self._outlets.append(self._metrics.event)
        self._live: Live | None = None

    def __enter__(self) -> _Show:
        if sys.stdout.isatty() and not self._options.json:
            from rich.live import Live

            self._live = Live(refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def moment(self, moment: Moment) -> None:
        """Say what is new, and show what is."""
        for event in moment.events:
            self._say(event)
            for outlet in self._outlets:
                outlet(event)
        if self._evidence:
            self._write_evidence(moment.now)
        if self._metrics:
            for reading in moment.readings:
                self._metrics.reading(reading)
            if self._options.metrics:
                self._metrics.write(self._options.metrics)
        if self._live is not None:
            self._live.update("\n".join(self._lines(moment)))

    def end(self) -> None:
        """What waits for packets that will not come is written with what there is."""
        if self._evidence:
            self._write_evidence(self._watcher.moment().now, at_end=True)

    def _write_evidence(self, now: int, *, at_end: bool = False) -> None:
        held = self._watcher.held
        if self._evidence is not None and held is not None:
            self._evidence.write_ready(held, now, at_end=at_end)

    def _say(self, event: Event) -> None:
        import json

        from pcapinspect.watch.words import event_json, event_line

        document = json.dumps(event_json(event))
        if self._options.events:
            with Path(self._options.events).open("a", encoding="utf-8") as file:
                file.write(document + "\n")
        line = document if self._options.json else event_line(event)
        if self._live is not None:
            self._live.console.print(line, markup=False, highlight=False)
        else:
            print(line, flush=True)

    def _lines(self, moment: Moment) -> list[str]:
        from pcapinspect.watch.words import reading_lines

        lines = [
            line
            for reading in moment.readings[:MOST_SERVERS]
            for line in reading_lines(reading, self._options.max_connections)
        ]
        if len(moment.readings) > MOST_SERVERS:
            lines.append(f"... and {len(moment.readings) - MOST_SERVERS:,} more servers")
        held = self._watcher.held
        if held is not None and held.sampled > 1:
            lines.append(f"Flood: one of {held.sampled:,} clients is kept; {held.shed:,} packets were not.")
        return lines or ["No connection to a watched port yet."]


MOST_SERVERS = 4
"""That a screen has room for: the worst ones."""


def _write_page(options: argparse.Namespace, watcher: Watcher | FlowWatcher) -> None:
    from pcapinspect.findings.registry import find
    from pcapinspect.report import output
    from pcapinspect.report.document import build
    from pcapinspect.report.html import render_html

    if not watcher.empty:
        analysis = watcher.analysis()
        output.write_text(options.html, render_html(build(analysis, find(analysis), options.command_line)))


def _report(options: argparse.Namespace, watcher: Watcher | FlowWatcher) -> int:
    """The terminal report of what is held at the end, on standard error where standard output has events."""
    from pcapinspect.findings.registry import find
    from pcapinspect.report.document import build
    from pcapinspect.report.terminal import render_terminal

    if watcher.empty:
        print("No connection to a watched port was seen.", file=sys.stderr)
        return 0
    if options.html:
        _write_page(options, watcher)
    analysis = watcher.analysis()
    text = render_terminal(build(analysis, find(analysis), options.command_line), colour=False)
    print(text, file=sys.stderr if options.json else sys.stdout, end="")
    return 0
