"""The document of a report for the commands that take a saved one or captures."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pcapinspect.commands.settings import settings_of

if TYPE_CHECKING:
    from pcapinspect.report.model import Document


def document_of(paths: Sequence[str], options: argparse.Namespace) -> Document:
    """Of a saved report, or of captures that are read now. Raises ReportError or CaptureError."""
    from pcapinspect.commands.progress import progress_line
    from pcapinspect.commands.render import saved_report
    from pcapinspect.pipeline import analyze

    if len(paths) == 1 and Path(paths[0]).suffix == ".json":
        return saved_report(paths[0]).document
    with progress_line(quiet=options.quiet) as progress:
        return analyze(paths, settings_of(options), progress=progress).document
