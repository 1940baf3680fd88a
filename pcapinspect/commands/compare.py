"""`pcapinspect compare`: before and after, week and week, site and site."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from pcapinspect.commands.documents import document_of
from pcapinspect.commands.settings import add_setting_arguments
from pcapinspect.errors import UsageError
from pcapinspect.report import output

if TYPE_CHECKING:
    from pcapinspect.compare.comparison import Comparison

HELP = "Say what became of the trouble: two captures or saved reports, held against each other by their load."

FAIL_ON = {"worse": ("worse",), "unchanged": ("worse", "unchanged")}
"""`--fail-on`: the changes that exit with 1."""

OUTPUTS = ("json", "markdown", "html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Both sides, how to read captures, and outputs."""
    what = "a capture, a glob, a folder, or a report that was saved with --json"
    parser.add_argument("before", metavar="BEFORE", help=what)
    parser.add_argument("after", metavar="AFTER", help="the same")
    add_setting_arguments(parser)
    group = parser.add_argument_group("outputs", "beside the text on the terminal; FILE - is standard output")
    group.add_argument("--html", metavar="FILE", help="one page, with both loads on one axis")
    group.add_argument("--markdown", metavar="FILE", help="the comparison to send")
    group.add_argument("--json", metavar="FILE", help="everything, by a published schema")
    group.add_argument("--force", action="store_true", help="overwrite outputs that exist")
    parser.add_argument("--fail-on", choices=FAIL_ON, help="exit with 1 if the change is this, or worse")


def run(options: argparse.Namespace) -> int:
    """Read both sides, compare, write. Raises UsageError where the settings of two reports differ."""
    from pcapinspect.compare.comparison import compare

    _check_outputs(options)
    before, after = (document_of([path], options) for path in (options.before, options.after))
    comparison = compare(before, after, (options.before, options.after))
    text = _written(comparison, before["settings"]["limit"], options)
    sys.stdout.write(text)
    return int(comparison.change.verdict in FAIL_ON.get(options.fail_on, ()))


def _check_outputs(options: argparse.Namespace) -> None:
    paths = [path for name in OUTPUTS if (path := getattr(options, name)) is not None]
    if paths.count(output.STANDARD_OUTPUT) > 1:
        raise UsageError("only one output can go to standard output")
    for path in paths:
        if path != output.STANDARD_OUTPUT:
            output.check(path, force=options.force, inputs=[options.before, options.after])


def _written(comparison: Comparison, limit: int, options: argparse.Namespace) -> str:
    """Writes the files that are asked for; returns what standard output gets."""
    import json

    from pcapinspect.compare.text import render_markdown, render_terminal

    def page() -> str:
        from pcapinspect.compare.page import render_html

        return render_html(comparison, limit)

    makers = {
        "json": lambda: json.dumps(comparison.document(), indent=2) + "\n",
        "markdown": lambda: render_markdown(comparison),
        "html": page,
    }
    shown = None
    for name, make in makers.items():
        path = getattr(options, name)
        if path == output.STANDARD_OUTPUT:
            shown = make()
        elif path is not None:
            output.write_text(path, make())
    return render_terminal(comparison) if shown is None else shown
