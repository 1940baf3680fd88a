"""`pcapinspect timers`: when clients ask for the next CA certificate, when it is there, and what closes the gap."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from pcapinspect.commands.numbers import number, whole
from pcapinspect.errors import UsageError

if TYPE_CHECKING:
    from pcapinspect.evidence.ownership.model import Inquiry, Ownership
    from pcapinspect.evidence.remedy import Step
    from pcapinspect.evidence.timer_sources import Sourced, TimerSources
    from pcapinspect.pki.timers import StuckClients, Window

HELP = "Compute rollover timers from numbers, configuration or captures: the window of errors, and the remedy."

_LONGEST = 100_000
"""Days. Certificates that last for centuries are not rolled over."""

_LAST = 253_402_300_799 * 1_000_000_000
"""Nanoseconds of 9999-12-31T23:59:59Z, the last time that a certificate (RFC 5280, 4.1.2.5) and ISO 8601 can say."""

_number_of_days = number(0, _LONGEST, f"a number of days up to {_LONGEST}")
_seconds = number(0.001, 1e9, "a number of seconds above 0")
_percent = whole(1, 100, "a whole percentage from 1 to 100")
_count = whole(1, 10**9, "a whole number above 0")


def _days(text: str) -> int:
    """Seconds of a number of days."""
    return round(_number_of_days(text) * 86_400)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The four timers, what they are read from, and the load of stuck clients."""
    timers = parser.add_argument_group("timers", "what is given here goes before what files say")
    timers.add_argument("--ca-lifetime", type=_days, metavar="DAYS", help="lifetime ca-certificate")
    timers.add_argument("--lifetime", type=_days, metavar="DAYS", help="lifetime certificate, of the clients")
    timers.add_argument("--auto-enroll", type=_percent, metavar="PERCENT", help="auto-enroll of the clients")
    timers.add_argument(
        "--overlap", type=_days, metavar="DAYS", help="auto-rollover of the CA (30 without an argument)"
    )
    timers.add_argument("--ca-start", metavar="TIME", help="begin of the CA certificate (ISO 8601): adds dates")
    load = parser.add_argument_group("load of clients that poll for a shadow certificate which is not there")
    load.add_argument("--clients", type=_count, metavar="N", help="how many poll")
    load.add_argument("--poll", type=_seconds, metavar="SECONDS", help="how often each does; measure it in a capture")
    load.add_argument("--limit", type=_count, metavar="N", default=80, help="connections per minute (default 80)")
    files = parser.add_argument_group("what to read")
    files.add_argument(
        "--config",
        metavar="FILE",
        nargs="+",
        action="extend",
        default=[],
        help="IOS configuration and show output of the CA and of clients",
    )
    files.add_argument("capture", metavar="CAPTURE", nargs="*", help="certificates and poll periods are read from it")
    parser.add_argument("--json", metavar="FILE", help="the result as JSON; - is standard output")
    parser.add_argument("--force", action="store_true", help="overwrite an output that exists")
    parser.add_argument("--quiet", action="store_true", help="no progress and no remarks on standard error")


def run(options: argparse.Namespace) -> int:
    """Collect the timers, compute, and print or write. Raises UsageError where a timer is missing."""
    from pcapinspect.evidence.configuration import read_configuration
    from pcapinspect.evidence.ownership.tying import own
    from pcapinspect.evidence.timer_sources import find_timers
    from pcapinspect.pki.timers import stuck, window
    from pcapinspect.report.output import STANDARD_OUTPUT, check, write_text

    if options.json not in (None, STANDARD_OUTPUT):
        check(options.json, force=options.force, inputs=[*options.config, *options.capture])
    configuration = read_configuration(options.config) if options.config else None
    inquiry, clients, period = _from_capture(options)
    owned = own(configuration, inquiry)
    sources = _with_options(find_timers(owned, inquiry.facts if inquiry else None), options)
    timers = sources.timers
    if timers is None:
        raise UsageError(_missing(sources, owned))
    made = window(timers)
    load = None
    clients, period = options.clients or clients, options.poll or period
    if clients and period:
        load = stuck(clients, period, options.limit)
    if options.json is not None:
        import json

        text = json.dumps(_document(sources, made, load, owned), indent=2) + "\n"
        if options.json != STANDARD_OUTPUT:
            write_text(options.json, text)
            return 0
    else:
        text = "\n".join(_lines(sources, made, load, owned)) + "\n"
    _print(text)
    return 0


def _from_capture(options: argparse.Namespace) -> tuple[Inquiry | None, int | None, float | None]:
    """The server that most requests for the next CA certificate went to in vain; how many clients ask how often."""
    if not options.capture:
        return None, None, None
    from pcapinspect.commands.progress import progress_line
    from pcapinspect.evidence.demand import measure
    from pcapinspect.pipeline import Evidence, inspect
    from pcapinspect.settings import Settings

    with progress_line(quiet=options.quiet) as progress:
        analysis = inspect(options.capture, Settings(), Evidence(), progress)
    demands = [(measure(analysis.connections, *case.exchanges), case) for case in analysis.cases]
    most, case = max(demands, key=lambda pair: pair[0].errors, default=(None, None))
    return (None, None, None) if most is None or case is None else (case.inquiry, most.clients, most.period)


def _with_options(sources: TimerSources, options: argparse.Namespace) -> TimerSources:
    """The sources, with what the command line gives in their place."""
    from dataclasses import replace

    from pcapinspect.clock import SECOND, parse_iso
    from pcapinspect.evidence.timer_sources import Sourced

    def given(value: int | None, option: str, read: Sourced | None) -> Sourced | None:
        return read if value is None else Sourced(value, option)

    start = None
    if options.ca_start is not None:
        try:
            start = parse_iso(options.ca_start)
        except (ValueError, OverflowError):
            raise UsageError(f"--ca-start: {options.ca_start!r} is not an ISO 8601 time") from None
    sources = replace(
        sources,
        ca_lifetime=given(options.ca_lifetime, "--ca-lifetime", sources.ca_lifetime),
        lifetime=given(options.lifetime, "--lifetime", sources.lifetime),
        auto_enroll=given(options.auto_enroll, "--auto-enroll", sources.auto_enroll),
        overlap=given(options.overlap, "--overlap", sources.overlap),
        ca_start=given(start, "--ca-start", sources.ca_start),
    )
    moved = options.ca_start is not None or options.ca_lifetime is not None
    if moved and sources.ca_lifetime is not None and sources.ca_start is not None:
        end = sources.ca_start.value + sources.ca_lifetime.value * SECOND
        if end > _LAST:
            raise UsageError("--ca-start: the CA certificate would end after the year 9999")
        sources = replace(sources, ca_expiry=Sourced(end, f"{sources.ca_start.source} and the CA's lifetime"))
    return sources


def _missing(sources: TimerSources, owned: Ownership) -> str:
    names = ("ca_lifetime", "lifetime", "auto_enroll", "overlap")
    absent = [f"--{name.replace('_', '-')}" for name in names if getattr(sources, name) is None]
    if absent:
        why = [
            f"{tie.piece} at {tie.where.path}:{tie.where.line} is not used: {tie.reason}" for tie in owned.foreign[:3]
        ]
        told = f"nothing tells {', '.join(absent)}: give them, or --config with the CA's and a client's configuration"
        return "; ".join((told, *sources.unsure, *why))
    return "lifetimes have to be longer than 0 days, and the overlap no longer than the CA certificate's lifetime"


def _lines(sources: TimerSources, made: Window, load: StuckClients | None, owned: Ownership) -> list[str]:
    """The report for a terminal."""
    from pcapinspect.pki.timeline import days, draw
    from pcapinspect.pki.timers import ASSUMPTIONS

    def line(name: str, value: str, source: Sourced | None = None) -> str:
        return f"  {name:<28}{value:<24}{source.source if source else ''}".rstrip()

    timers = made.timers
    lines = [
        "Timers",
        line("CA certificate", f"{days(timers.ca_lifetime)} days", sources.ca_lifetime),
        line("client certificate", f"{days(timers.lifetime)} days", sources.lifetime),
        line("auto-enroll", f"{timers.auto_enroll} %", sources.auto_enroll),
        line("overlap (auto-rollover)", f"{days(timers.overlap)} days", sources.overlap),
        "",
        "Rollover",
        line("clients ask at the earliest", _when(made.earliest_ask, made, sources)),
        line("shadow certificate exists", _when(made.shadow, made, sources)),
        line("CA certificate expires", _when(made.expiry, made, sources)),
    ]
    if made.length:
        lines += [
            line("window of errors", f"{days(made.length)} days"),
            line("certificates affected", f"issued on day {days(made.affected_from)} to {days(made.affected_to)}"),
            line("closed by an overlap of", f"{days(made.closing_overlap)} days or more"),
        ]
        if made.closing_percent is not None:
            lines.append(line("or by auto-enroll", f"{made.closing_percent} % or more"))
    else:
        lines.append(line("window of errors", "none: the shadow certificate is there before anyone asks"))
    lines += ["", *("  " + row for row in draw(made))]
    if load is not None:
        lines += ["", "Load", *("  " + text for text in _load_lines(load))]
    if made.length:
        lines += ["", "Remedy"]
        for number, step in enumerate(_remedy(sources, made), 1):
            lines += [f"  {number}. {step.device}: {step.changes}", *(f"       {command}" for command in step.commands)]
    lines += ["", "Assumptions", *(f"  {text}" for text in (*ASSUMPTIONS, *sources.assumptions))]
    told = (("Not known", sources.unsure), ("Above", owned.above_told), ("Contradictions", owned.conflicts))
    for title, said in told:
        if said:
            lines += ["", title, *(f"  {text}" for text in said)]
    if owned.foreign:
        lines += ["", "Does not belong, and is not used"]
        lines += [f"  {tie.piece}, {tie.where.path}:{tie.where.line}: {tie.reason}" for tie in owned.foreign]
    return lines


def _remedy(sources: TimerSources, made: Window) -> tuple[Step, ...]:
    """Of a CA whose timers are known, and nothing else: nobody says that it serves, or that it does not."""
    from pcapinspect.evidence.remedy import Needed, remedy

    if not made.length:
        return ()
    return remedy(
        "inside_window", sources, made, Needed(made.closing_overlap, "the timers", bound=bool(sources.unsure))
    )


def _when(time: int, made: Window, sources: TimerSources) -> str:
    from pcapinspect.pki.timeline import days

    date = _date(time, made, sources)
    before = f", {days(made.expiry - time)} days before the CA's expiry" if time < made.expiry else ""
    return f"day {days(time)}{before}" + (f" ({date})" if date else "")


def _date(time: int, made: Window, sources: TimerSources) -> str | None:
    """The absolute time, counted back from the CA's expiry, where that is known."""
    from pcapinspect.clock import SECOND, iso

    if sources.ca_expiry is None:
        return None
    return iso(sources.ca_expiry.value - (made.expiry - time) * SECOND, digits=0)


def _load_lines(load: StuckClients) -> list[str]:
    over = "above" if load.over_limit else "within"
    return [
        f"{load.clients} clients that poll every {load.period:g} s make {load.per_minute:.4g} connections a minute, "
        f"{over} the limit of {load.limit}.",
        f"Within the limit: at most {load.most_clients} clients with this period, or {load.clients} clients with "
        f"a period of {math.ceil(load.least_period)} s or more.",
        "Each poll is a connection of its own (HTTP/1.0). The period is no timer of the configuration: measure it.",
    ]


def _document(sources: TimerSources, made: Window, load: StuckClients | None, owned: Ownership) -> dict[str, Any]:
    """Days are counted from the begin of the CA certificate; what is not known is null."""
    from dataclasses import asdict

    from pcapinspect.pki.timers import ASSUMPTIONS, DAY

    timers = made.timers
    values = {
        "ca_lifetime_days": (timers.ca_lifetime / DAY, sources.ca_lifetime),
        "lifetime_days": (timers.lifetime / DAY, sources.lifetime),
        "auto_enroll_percent": (timers.auto_enroll, sources.auto_enroll),
        "overlap_days": (timers.overlap / DAY, sources.overlap),
    }
    return {
        "timers": {name: value for name, (value, _) in values.items()},
        "sources": {name: source.source if source else None for name, (_, source) in values.items()},
        "window": {
            "earliest_ask_day": made.earliest_ask / DAY,
            "shadow_day": made.shadow / DAY,
            "expiry_day": made.expiry / DAY,
            "length_days": made.length / DAY,
            "affected_issue_days": [made.affected_from / DAY, made.affected_to / DAY] if made.length else None,
            "closing_overlap_days": made.closing_overlap / DAY,
            "closing_auto_enroll_percent": made.closing_percent,
            "earliest_ask": _date(made.earliest_ask, made, sources),
            "shadow": _date(made.shadow, made, sources),
            "expiry": _date(made.expiry, made, sources),
        },
        "load": None if load is None else {**asdict(load), "over_limit": load.over_limit},
        "remedy": [asdict(step) for step in _remedy(sources, made)],
        "assumptions": [*ASSUMPTIONS, *sources.assumptions],
        "not_known": list(sources.unsure),
        "above": list(owned.above_told),
        "conflicts": list(owned.conflicts),
        "foreign": [asdict(tie) for tie in owned.foreign],
    }


def _print(text: str) -> None:
    """A terminal that lacks a sign of a file's name gets a question mark."""
    import sys

    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
