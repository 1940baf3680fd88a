"""Files of output: each is written whole or not at all, and none takes the place of another without being asked."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from pcapinspect.errors import OutputError

STANDARD_OUTPUT = "-"


def check(path: str, *, force: bool, inputs: Sequence[str] = ()) -> None:
    """Raises OutputError where `path` must not be written: it is an input, a folder, in no folder, or there already."""
    target = Path(path)
    if not target.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {target.parent}")
    if target.is_dir():
        raise OutputError(f"{path}: is a folder")
    if not target.exists():
        return
    for name in inputs:
        if Path(name).exists() and target.samefile(name):
            raise OutputError(f"{path}: is an input of this very analysis")
    if not force and target.is_file():
        raise OutputError(f"{path}: exists already (--force overwrites it)")


@contextmanager
def whole(path: str) -> Iterator[Path]:
    """Yields the path to write to; what was written there becomes `path` at the end, or vanishes on an error.

    A device or pipe (`/dev/stdout`) is written to as it is.
    """
    target = Path(path).resolve()
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        yield target
        return
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            partial.unlink()
        raise


def write_text(path: str, text: str) -> None:
    """Writes UTF-8, line ends as they are in `text`."""
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8", errors="replace", newline="")
