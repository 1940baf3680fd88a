"""Files of output: each is written whole or not at all, and none takes the place of another without being asked."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from glob import escape
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
    if not os.access(target.parent if target.is_file() or not target.exists() else target, os.W_OK):
        raise OutputError(f"{path}: there is no permission to write it")
    if not target.exists():
        return
    for name in inputs:
        if Path(name).exists() and target.samefile(name):
            raise OutputError(f"{path}: is an input of this very analysis")
    if not force and target.is_file():
        raise OutputError(f"{path}: exists already (--force overwrites it)")


PARTIAL = re.compile(r"\..+\.(\d+)\.partial")
"""What is being written, by the number of a process."""


def clear_partial(target: Path) -> None:
    """Removes what processes that are no more (killed, or their machine went down) left of this file."""
    for left in target.parent.glob(f".{escape(target.name)}.*.partial"):
        found = PARTIAL.fullmatch(left.name)
        if found and not _is_running(int(found[1])):
            left.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    """Whether there is such a process. Windows, where to ask may end it, is not asked."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


@contextmanager
def whole(path: str) -> Iterator[Path]:
    """Yields the path to write to; what was written there becomes `path` at the end, or vanishes on an error.

    A device or pipe (`/dev/stdout`) is written to as it is. Raises OutputError where writing fails.
    """
    target = Path(path).resolve()
    device = target.exists() and not stat.S_ISREG(target.stat().st_mode)
    partial = target if device else target.with_name(f".{target.name}.{os.getpid()}.partial")
    if not device:
        clear_partial(target)
    try:
        yield partial
        if not device:
            partial.replace(target)
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is read has errors of its own; this is about the writing, and `partial` is no name for a user.
        raise OutputError(f"{path}: {error.strerror or error}") from error
    finally:
        if not device:
            partial.unlink(missing_ok=True)


def write(path: str, pieces: Iterable[bytes]) -> None:
    """Writes one piece after the other, each made when its turn comes."""
    with whole(path) as partial, partial.open("wb") as file:
        file.writelines(pieces)


def write_text(path: str, text: str) -> None:
    """Writes UTF-8, line ends as they are in `text`."""
    write(path, [text.encode("utf-8", "replace")])
