"""`pcapinspect extract`: the packets behind a finding, a pause, a client or a time, as an annotated pcapng."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pcapinspect.commands.moments import stretch_of
from pcapinspect.commands.numbers import whole
from pcapinspect.commands.settings import add_capture_arguments, settings_of
from pcapinspect.errors import UsageError
from pcapinspect.report import output

if TYPE_CHECKING:
    from pcapinspect.findings.analysis import Analysis
    from pcapinspect.report.extract import Extract, Wanted
    from pcapinspect.report.whole_connections import WholeConnections

HELP = "Write the packets behind a finding, a pause, a client or a time: whole connections, with comments."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Captures, what to take, and where to write it."""
    add_capture_arguments(parser, pause="--pause-length", pipes=False)
    what = parser.add_argument_group("what to take", "all that is given has to be true of a connection")
    what.add_argument("--finding", metavar="ID", help="connections of the frames that a finding cites")
    what.add_argument("--all", action="store_true", help="with --finding: of every frame that shows it, cited or not")
    what.add_argument(
        "--pause",
        dest="number",
        metavar="N",
        type=whole(1, 10**9, "a pause's number: they count from 1"),
        help="the attempts that a pause hit, and what bounds it",
    )
    what.add_argument("--client", metavar="IP", help="connections of a client")
    what.add_argument("--from", dest="begin", metavar="TIME", help="connections that were there at TIME or later")
    what.add_argument("--to", dest="end", metavar="TIME", help="connections that were there at TIME or earlier")
    parser.add_argument("-w", dest="file", metavar="FILE", required=True, help="pcapng to write; - is standard output")
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it exists")


def run(options: argparse.Namespace) -> int:
    """Analyze, choose, and read the captures once more for the bytes."""
    from pcapinspect.commands.progress import progress_line
    from pcapinspect.findings.registry import find
    from pcapinspect.pipeline import Evidence, inspect
    from pcapinspect.report.extract import choose

    settings = settings_of(options)
    wanted = _wanted(options)
    if any(path == "-" or Path(path).is_fifo() for path in options.capture):
        raise UsageError("extract reads a capture more than once: give a file, not standard input or a pipe")
    if options.file != output.STANDARD_OUTPUT:
        output.check(options.file, force=options.force, inputs=options.capture)
    with progress_line(quiet=options.quiet) as progress:
        analysis = inspect(options.capture, settings, Evidence(), progress)
    if analysis.flows_only:
        raise UsageError("there are flows but no packets to extract")
    chosen = choose(analysis, find(analysis), wanted)
    if not len(chosen.connections):
        raise UsageError(f"no connection of the capture is of {chosen.reason}")
    whole = _frames_of(analysis, chosen)
    if options.file == output.STANDARD_OUTPUT:
        packets = _write(analysis, chosen, whole, sys.stdout.buffer)
    else:
        output.check(options.file, force=options.force, inputs=[file.path for file in analysis.inputs])
        with output.whole(options.file) as partial, partial.open("wb") as file:
            packets = _write(analysis, chosen, whole, file)
    if not options.quiet:
        said = f"{len(chosen.connections):,} connections, {packets:,} packets"
        print(f"Wrote {said} to {options.file}", file=sys.stderr)
        if chosen.left_out:
            print(chosen.left_out, file=sys.stderr)
    return 0


def _wanted(options: argparse.Namespace) -> Wanted:
    from pcapinspect.report.extract import Wanted

    given = (options.finding, options.number, options.client, options.begin, options.end)
    if all(value is None for value in given):
        raise UsageError("say what to take: --finding, --pause, --client, --from or --to")
    if options.all and options.finding is None:
        raise UsageError("--all is of a finding: say which with --finding")
    begin, end = stretch_of(options)
    return Wanted(
        finding=options.finding,
        pause=options.number,
        client=options.client,
        begin=begin,
        end=end,
        every_frame=options.all,
    )


def _frames_of(analysis: Analysis, chosen: Extract) -> WholeConnections:
    from pcapinspect.packets.reader import CaptureReader
    from pcapinspect.report.whole_connections import WholeConnections

    whole = WholeConnections(analysis.connections, chosen.connections)
    for batch in CaptureReader([file.path for file in analysis.inputs]):
        whole.feed(batch.packets)
    return whole


def _write(analysis: Analysis, chosen: Extract, whole: WholeConnections, file: BinaryIO) -> int:
    """Returns how many packets were written."""
    from pcapinspect import __version__
    from pcapinspect.capture.frames import read_frames
    from pcapinspect.report.inert import inert
    from pcapinspect.report.pcapng_file import PcapngFile

    written = 0
    target = PcapngFile(file)
    application = f"pcapinspect {__version__}"
    for index, source in enumerate(analysis.inputs):
        numbers = whole.frames(index)
        if not len(numbers):
            continue
        name = inert(source.path)
        target.section(
            f"Extract of {name}, SHA-256 {source.sha256 or 'not known'}, by {application}: whole connections of "
            f"{inert(chosen.reason)}. Comments name frames by their number in that file.",
            application,
        )
        said: dict[int, list[str]] = {}
        for number, comment in source.comments:
            said.setdefault(number, []).append(f"comment of the source: {comment}")
        for frame in read_frames(source.path, numbers):
            comments = [*chosen.comments.get((index, frame.number), ()), *said.get(frame.number, ())]
            if comments:
                comments.insert(0, f"frame {frame.number} of {name}")
            target.packet(frame.data, frame.wire, frame.time, frame.link, comments)
            written += 1
    return written
