"""`pcapinspect schema`: the JSON Schema of the report."""

from __future__ import annotations

import argparse
import sys

HELP = "Print the JSON Schema of what --json writes."


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(_options: argparse.Namespace) -> int:
    """Print the schema as it ships."""
    from pcapinspect.report.json_text import schema_text

    sys.stdout.write(schema_text())
    return 0
