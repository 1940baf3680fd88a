"""`pcapinspect render`: the outputs of a saved report, without its captures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pcapinspect.commands.outputs import add_output_arguments, check_outputs, write_outputs
from pcapinspect.commands.settings import zone_name
from pcapinspect.errors import ReportError

if TYPE_CHECKING:
    from pcapinspect.report.document import Report

HELP = "Write the same outputs from a report that was saved with --json."

MOST_BYTES = 1 << 30
"""A report with every table full is below a tenth of this."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The report, how to show it, and outputs."""
    parser.add_argument("report", metavar="REPORT.json", help="what --json wrote, or - for standard input")
    parser.add_argument("--tz", metavar="ZONE", help="time zone of what is shown (default: that of the report)")
    parser.add_argument("--quiet", action="store_true", help="no remarks on standard error")
    add_output_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Read, check against the schema, and write what was asked for."""
    check_outputs(options, [options.report])
    report = saved_report(options.report)
    if options.tz is not None:
        report.sections["settings"]["tz"] = zone_name(options.tz)
    write_outputs(report, options)
    return 0


def saved_report(path: str) -> Report:
    """The report in a file, or in standard input (`-`). Raises ReportError, which says where."""
    from pcapinspect.report.document import Report

    try:
        return Report.from_json(_read(path))
    except ReportError as error:
        raise ReportError(f"{path}: {error}") from None


def _read(path: str) -> str:
    if path == "-" and sys.stdin is None:
        raise ReportError("standard input is closed")
    if path == "-":
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ReportError("too large for a report")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ReportError("not a report of pcapinspect: not UTF-8 text") from None
