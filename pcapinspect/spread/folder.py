"""Where the stages are kept: a folder of the user's, or one that goes when the work is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from pcapinspect.errors import OutputError
from pcapinspect.spread.store import PARTIAL

HIDDEN = (".*", "packets/.*", "fragments/.*", "sweeps/.*", "connections/*/.*")
"""Hidden files where stages are written, which may still be the user's."""


@contextmanager
def stages_in(folder: str | None) -> Iterator[Path]:
    """Yields the folder. What dead workers, or an end before the end, left half-written in it is removed."""
    if folder is None:
        with TemporaryDirectory(prefix="pcapinspect-stages-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary)
        return
    kept = Path(folder)
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror}") from None
    try:
        yield kept
    finally:
        for path in chain.from_iterable(map(kept.glob, HIDDEN)):
            if PARTIAL.fullmatch(path.name):
                path.unlink(missing_ok=True)
