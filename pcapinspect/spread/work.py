"""The whole of it: checks, the workers, the folder of the stages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pcapinspect.capture.control import Control
from pcapinspect.capture.fileset import Member
from pcapinspect.capture.inputs import InputFile
from pcapinspect.errors import UsageError
from pcapinspect.pki.followed import Followed
from pcapinspect.settings import Settings
from pcapinspect.spread.cluster import ADDRESS, LOCAL, cluster
from pcapinspect.spread.folder import stages_in
from pcapinspect.spread.follow import Progress, follow


def check(address: str, stages: str | None, paths: Sequence[str], settings: Settings) -> None:
    """Raises UsageError for what cannot be done on Dask."""
    if settings.engine != "native":
        raise UsageError("--dask reads natively: leave out --engine")
    if (settings.begin, settings.end) != (None, None):
        raise UsageError("--dask judges whole captures: leave out --from and --to")
    if address != LOCAL and not ADDRESS.fullmatch(address):
        raise UsageError(f"--dask: {address!r} is neither {LOCAL} nor an address like tcp://host:8786")
    if address != LOCAL and stages is None:
        raise UsageError("--dask ADDRESS needs --stages DIR, a folder that all its workers see")
    for path in paths:
        if not Path(path).is_file():
            raise UsageError(f"--dask reads files, and {path} is none")


def follow_on(
    address: str,
    stages: str | None,
    members: Sequence[Member],
    settings: Settings,
    progress: Progress | None,
    control: Control | None = None,
) -> tuple[Followed, list[InputFile]]:
    """What one process finds in the captures of one point, found by the workers at the address (LOCAL: of our own).

    Files are numbered from 0, as the members come.
    """
    with stages_in(stages) as folder, cluster(address) as workers:
        return follow(members, settings, workers, folder, progress, control=control)
