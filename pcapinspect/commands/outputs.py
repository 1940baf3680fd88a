"""The options that say what is written where; shared by the commands that make or read a report."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pcapinspect.commands.numbers import whole
from pcapinspect.errors import OutputError, UsageError
from pcapinspect.report import output

if TYPE_CHECKING:
    from pcapinspect.report.document import Report
    from pcapinspect.report.short_paths import Paths

TEXTS = ("json", "markdown", "html")
FOLDERS = ("csv", "parquet")


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """`--json`, `--markdown`, `--html`, `--csv`, `--parquet` and `--force`."""
    group = parser.add_argument_group("outputs", "beside the report on the terminal; FILE - is standard output")
    group.add_argument("--html", metavar="FILE", help="one self-contained page: charts, findings, tables")
    group.add_argument("--markdown", metavar="FILE", help="an outage report to send")
    group.add_argument("--json", metavar="FILE", help="everything, by a published schema; `render` reads it")
    group.add_argument("--csv", metavar="DIR", help="the tables, one file each")
    group.add_argument("--parquet", metavar="DIR", help="the same, with types")
    group.add_argument("--force", action="store_true", help="overwrite outputs that exist")
    group.add_argument(
        "--paths",
        choices=("name", "full"),
        default="name",
        help="how --html and --markdown name files: without the folders on this machine (default), or in full",
    )
    group.add_argument(
        "--width",
        metavar="COLUMNS",
        type=whole(1, 1000, "a number of columns, up to 1000"),
        help="of the terminal report (default: those of the terminal, $COLUMNS, or 80)",
    )


def check_outputs(options: argparse.Namespace, inputs: list[str]) -> None:
    """Raises OutputError or UsageError for outputs that cannot be written, before the work rather than after it."""
    from pcapinspect.report.table_files import paths

    texts = [path for name in TEXTS if (path := getattr(options, name)) is not None]
    if texts.count(output.STANDARD_OUTPUT) > 1:
        raise UsageError("only one output can go to standard output")
    files = [path for path in texts if path != output.STANDARD_OUTPUT]
    for name in FOLDERS:
        folder = getattr(options, name)
        if folder is None:
            continue
        if folder == output.STANDARD_OUTPUT:
            raise UsageError(f"--{name} writes a folder of files: standard output cannot be one")
        if Path(folder).exists() and not Path(folder).is_dir():
            raise OutputError(f"{folder}: is not a folder")
        if Path(folder).is_dir():
            files += [str(path) for path in paths(folder, name)]
    resolved = [Path(path).resolve() for path in files]
    if len(set(resolved)) < len(resolved):
        raise UsageError("two outputs have the same name")
    for path in files:
        output.check(path, force=options.force, inputs=inputs)


def write_outputs(report: Report, options: argparse.Namespace) -> None:
    """Every output asked for; the terminal report on standard output unless another goes there.

    Raises OutputError or UsageError, then before anything is written.
    """
    from pcapinspect.report.table_files import write_csv, write_parquet

    check_outputs(options, [file["path"] for file in report.sections["inputs"]])
    to_standard_output: Iterable[bytes] | None = None
    for name in TEXTS:
        path = getattr(options, name)
        if path is None:
            continue
        pieces = _pieces(report, name, options.paths)
        if path == output.STANDARD_OUTPUT:
            to_standard_output = pieces
        else:
            output.write(path, pieces)
            _say(f"Wrote {path}", options)
    for name, write in (("csv", write_csv), ("parquet", write_parquet)):
        folder = getattr(options, name)
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
            write(report.tables, folder)
            _say(f"Wrote {len(report.tables)} tables to {folder}", options)
            _say_what_is_cut(report, options)
    sys.stdout.flush()
    sys.stdout.buffer.writelines(_for_terminal(report, options) if to_standard_output is None else to_standard_output)


def write_so_far(report: Report, options: argparse.Namespace) -> None:
    """Every output, of what was read so far; the next report takes its place. What cannot be written is said, and the
    reading goes on."""
    try:
        write_outputs(report, options)
    except OutputError as error:
        _say(str(error), options)
    sys.stdout.flush()
    options.force = True  # these files are our own now


def _pieces(report: Report, name: str, paths: Paths) -> Iterable[bytes]:
    """An output in UTF-8."""
    if name == "json":
        return report.json_pieces()
    if name == "markdown":
        from pcapinspect.report.markdown import render_markdown

        text = render_markdown(report, paths)
    else:
        from pcapinspect.report.html import render_html

        text = render_html(report, paths)
    return [text.encode("utf-8", "replace")]


def _for_terminal(report: Report, options: argparse.Namespace) -> Iterable[bytes]:
    """The terminal report: UTF-8 for a program; a terminal that lacks a sign gets a question mark."""
    from pcapinspect.report.terminal import render_terminal

    encoding = sys.stdout.encoding if sys.stdout.isatty() else None
    width = options.width or shutil.get_terminal_size().columns
    return [render_terminal(report, colour=_colour(), width=width).encode(encoding or "utf-8", "replace")]


def _say_what_is_cut(report: Report, options: argparse.Namespace) -> None:
    """A saved report holds a part of very large tables, and only that part can be written again."""
    for name, rows in report.rows.items():
        shown = report.tables.sources[name].length
        if shown < rows:
            _say(f"{name}: {shown:,} of {rows:,} rows, the part that the report holds", options)


def _say(remark: str, options: argparse.Namespace) -> None:
    if not options.quiet:
        from pcapinspect.report.inert import inert

        print(inert(remark), file=sys.stderr)


def _colour() -> bool:
    """Colour on a terminal that has it, unless NO_COLOR (no-color.org) is set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
