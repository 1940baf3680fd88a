"""`pcapinspect analyze`: the main job, from captures to the answer."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from pcapinspect.capture.control import Control
from pcapinspect.commands.moments import stretch_of
from pcapinspect.commands.outputs import (
    FOLDERS,
    TEXTS,
    add_output_arguments,
    check_outputs,
    write_outputs,
    write_so_far,
)
from pcapinspect.commands.settings import add_capture_arguments, settings_of
from pcapinspect.commands.signals import obeyed
from pcapinspect.errors import UsageError

HELP = "Read captures and say whether a server is dropping connections, since when, and why."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Captures, what to watch, evidence beside them, and outputs."""
    add_capture_arguments(parser, captures="*")
    when = parser.add_argument_group("when", "ISO 8601 times, in the zone of --tz where they have no offset")
    when.add_argument("--from", dest="begin", metavar="TIME", help="judge no packet that was captured before")
    when.add_argument("--to", dest="end", metavar="TIME", help="judge no packet that was captured after")
    evidence = parser.add_argument_group("evidence beside the capture")
    for option, what in (
        ("--config", "IOS configuration and show output of servers and clients"),
        ("--log", "IOS logs and debugs"),
        ("--netflow", "NetFlow or IPFIX: a capture of exports, an nfcapd file, nfdump's output, a router's cache"),
    ):
        evidence.add_argument(option, metavar="FILE", nargs="+", action="extend", default=[], help=what)
    parser.add_argument(
        "--point",
        metavar="NAME=FILE",
        nargs="+",
        action="append",
        default=[],
        help="captures of one capture point, where that shall not be measured; give it twice: of two points it is said "
        "what was lost between them",
    )
    parser.add_argument(
        "--each",
        action="store_true",
        help="every capture (a ring: all of its files) is a case of its own: one line each, worst first; --html DIR "
        "writes a page for each and an index, --json JSON Lines",
    )
    parser.add_argument(
        "--verify", action="store_true", help="run both engines and print every difference; exit with 1 if there is one"
    )
    where = parser.add_argument_group("captures larger than a machine", "the report is the same")
    where.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="read on a Dask cluster: the address of its scheduler, whose workers see the same paths, or local",
    )
    where.add_argument(
        "--stages", metavar="DIR", help="keep the Parquet files between the stages, and use what is there already"
    )
    parser.add_argument(
        "--fail-on",
        choices=("info", "notice", "warning", "critical"),
        metavar="LEVEL",
        help="exit with 1 when a finding is at or above LEVEL: info, notice, warning or critical",
    )
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Analyze, write what was asked for, and tell by the exit code whether `--fail-on` was reached."""
    if not (options.capture or options.point or options.netflow or options.log or options.config):
        raise UsageError("nothing to analyze: give a CAPTURE, flows with --netflow, logs with --log, or --config")
    for path in (*options.config, *options.log):
        if is_capture(path):
            raise UsageError(
                f"{path} is a capture: give a CAPTURE before --config and --log, which take all that follows"
            )
    if options.verify:
        return _verify(options)
    if options.stages and not options.dask:
        raise UsageError("--stages are those of --dask: give its ADDRESS, or local")
    control = Control()
    with obeyed(control):
        return _analyze(options, control)


def _analyze(options: argparse.Namespace, control: Control) -> int:
    from pcapinspect.commands.progress import progress_line
    from pcapinspect.findings.finding import SEVERITIES
    from pcapinspect.pipeline import Evidence, Spread, analyze

    begin, end = stretch_of(options)
    settings = replace(settings_of(options), begin=begin, end=end)
    points = points_of(options)
    options.capture += [file for files in points.values() for file in files]
    if options.each:
        from pcapinspect.commands.each import run_each

        if not options.capture:
            raise UsageError("--each needs a CAPTURE, or a folder of them")
        beside = Evidence(configuration=options.config, logs=options.log, netflow=options.netflow)
        return run_each(options, settings, beside, control)
    check_outputs(options, [*options.capture, *options.config, *options.log, *options.netflow])
    with progress_line(quiet=options.quiet) as progress:
        report = analyze(
            options.capture,
            settings,
            evidence=Evidence(configuration=options.config, logs=options.log, netflow=options.netflow),
            progress=progress,
            command=without(options.command_line, "--dask", "--stages"),
            spread=Spread(options.dask, options.stages) if options.dask else None,
            control=control,
            points=points,
            so_far=partial(write_so_far, options=options),
        )
    write_outputs(report, options)
    if options.fail_on is None:
        return 0
    level = SEVERITIES.index(options.fail_on)
    return int(any(SEVERITIES.index(finding["severity"]) >= level for finding in report.sections["findings"]))


def points_of(options: argparse.Namespace) -> dict[str, list[str]]:
    """The captures of each point that `--point` names. Raises UsageError."""
    points: dict[str, list[str]] = {}
    for first, *more in options.point:
        name, joined, file = first.partition("=")
        if not (name and joined and file):
            raise UsageError(f"--point {first}: give a name and its captures, like --point branch=a.pcap")
        points.setdefault(name, []).extend((file, *more))
    if points and options.capture:
        raise UsageError("with --point every capture is of a named point: leave out the others")
    if len(points) == 1 or len(points) > 2:
        raise UsageError("--point: two points are compared; give it twice, with two names")
    return points


def is_capture(path: str) -> bool:
    """Whether a file begins like a capture; False where it cannot be read, which is told when it is."""
    from pcapinspect.capture import pcap, pcapng

    try:
        with Path(path).open("rb") as file:
            head = file.read(32)
    except OSError:
        return False
    return pcap.is_magic(head) or head.startswith(pcapng.MAGIC)


def without(command: list[str], *options: str) -> list[str]:
    """A command line without these options and their values, which may be abbreviated or joined by `=`."""
    kept: list[str] = []
    words = iter(command)
    for word in words:
        name, joined, _ = word.partition("=")
        if len(name) > 2 and any(option.startswith(name) for option in options):
            if not joined:
                next(words)
        elif word == "--":
            kept += [word, *words]
        else:
            kept.append(word)
    return kept


def _verify(options: argparse.Namespace) -> int:
    """Differences are data: they go to standard output, a line each."""
    from pcapinspect.report.inert import inert
    from pcapinspect.verify import verify

    if not options.capture:
        raise UsageError("--verify compares two dissections of packets: give a CAPTURE")
    idle = [
        name
        for name in (*TEXTS, *FOLDERS, "config", "log", "netflow", "fail_on", "dask", "stages", "begin", "end")
        if getattr(options, name)
    ]
    if idle:
        options_of = {"begin": "from", "end": "to"}
        named = ", ".join(f"--{options_of.get(name, name).replace('_', '-')}" for name in idle)
        raise UsageError(f"--verify prints differences and makes no report: leave out {named}")
    differences = verify(options.capture, settings_of(options))
    for line in differences:
        print(inert(line))
    print(f"{len(differences)} differences between native and tshark", file=sys.stderr)
    return int(bool(differences))
