"""Which files the arguments of the command line mean."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob
from pathlib import Path

from pcapinspect.capture.source import STDIN
from pcapinspect.errors import CaptureError


def find_captures(arguments: Sequence[str]) -> list[str]:
    """The capture files that files, globs, folders and `-` name. Raises CaptureError where an argument names none."""
    found: list[str] = []
    for argument in arguments:
        found.extend(_expand(argument))
    return found


def _expand(argument: str) -> list[str]:
    path = Path(argument)
    if argument == STDIN or (path.exists() and not path.is_dir()):
        return [argument]
    if path.is_dir():
        files = sorted(str(file) for file in path.iterdir() if file.is_file())
        if not files:
            raise CaptureError(argument, "no capture in this folder")
        return files
    matches = sorted(glob(argument, recursive=True))
    if not matches:
        raise CaptureError(argument, "no such file")
    return matches
