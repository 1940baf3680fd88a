"""Captures larger than a machine: the stages one after the other, each as tasks for whoever works on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from pcapinspect import __version__
from pcapinspect.capture.control import Control
from pcapinspect.capture.fileset import Member
from pcapinspect.capture.inputs import ENDED, InputFile
from pcapinspect.errors import CaptureError
from pcapinspect.pki.followed import Followed
from pcapinspect.settings import Settings
from pcapinspect.spread.connections import PartTask, follow_part
from pcapinspect.spread.found import Found, found_in
from pcapinspect.spread.gather import Gathering
from pcapinspect.spread.packets import FileTask, read_file
from pcapinspect.spread.pieces import JoinTask, join_pieces
from pcapinspect.spread.plan import Plan, Source, key_of
from pcapinspect.spread.schedule import write_sweeps
from pcapinspect.spread.store import facts_of, whole

Progress = Callable[[int, int | None, int], None]
"""Called with the bytes read, the bytes there are and the packets read."""

FORM = 2
"""Of the files of the stages. What has an older form is made anew."""

PART_BYTES = 256 << 20
"""Bytes of the capture for each part: what is open of them at a time fits into any worker."""

FEWEST_PARTS, MOST_PARTS = 16, 1024
"""Enough for the cores of a small cluster to be busy to the end; and so few that the rows of one part, of those that
`rows.GROUPED` holds together, are still hundreds."""


class Workers(Protocol):
    """Whoever does the tasks of a stage."""

    def do(self, work: Callable[[Any], None], tasks: Sequence[Any]) -> Iterator[int]:
        """Yields the place of each task when it is done, in any order. Of errors, that of the first task is raised."""
        ...


def parts_for(size: int) -> int:
    """How many parts a capture of so many bytes is divided into: a power of two, so that it seldom changes."""
    wanted = min(max(size // PART_BYTES, FEWEST_PARTS), MOST_PARTS)
    return 1 << (wanted - 1).bit_length()


def follow(
    members: Sequence[Member],
    settings: Settings,
    workers: Workers,
    folder: Path,
    progress: Progress | None = None,
    parts: int | None = None,
    control: Control | None = None,
) -> tuple[Followed, list[InputFile]]:
    """What one process finds in the captures, and what is known of each file.

    `folder` holds the stages; what is there already of the same files and settings is used.
    """
    watched = Settings(ports=settings.ports, servers=settings.servers)
    return Stages(list(members), watched, workers, folder.resolve(), parts).run(progress, control)


class Stages:
    """The stages of one reading. `settings`: what is watched, and no more; the rest does not change what is found."""

    def __init__(
        self, members: list[Member], settings: Settings, workers: Workers, folder: Path, parts: int | None
    ) -> None:
        self._members = members
        self._settings = settings
        self._workers = workers
        self._folder = folder
        self._sizes = [Path(member.path).stat().st_size for member in members]
        self._parts = parts or parts_for(sum(self._sizes))
        self._files = [self._file_task(member) for member in members]
        self._packets = 0

    def run(self, progress: Progress | None, control: Control | None = None) -> tuple[Followed, list[InputFile]]:
        """All of them. `progress` counts every byte twice: when it is read, and when what it holds is followed."""
        unread = self._read(progress, control or Control())
        joined = self._join()
        found = found_in(self._files, self._members, joined)
        plan = self._plan(found, joined)
        tasks = self._follow(plan, progress)
        inputs = [*found.inputs, *unread]
        last_times = [file.last_time for file in inputs if file.last_time is not None]
        followed = Gathering(tasks, found.epochs).followed(found.end, max(last_times, default=None))
        return followed, inputs

    def _file_task(self, member: Member) -> FileTask:
        path = Path(member.path).resolve()
        state = path.stat()
        content = (str(path), state.st_size, state.st_mtime_ns, member.head.hex(), member.start)
        watched = (self._settings.ports, self._settings.servers)
        key = key_of((FORM, __version__, watched, self._parts, content, member.only, member.ahead))
        target = self._folder / "packets" / f"{key}.parquet"
        return FileTask(str(path), member.start, self._settings, self._parts, target, member.only, member.ahead)

    def _read(self, progress: Progress | None, control: Control) -> list[InputFile]:
        """The first stage: packets, file by file. Returns the files that were left, where `control` ended it."""
        done = 0
        read = set()
        try:
            for number in self._workers.do(read_file, self._files):
                read.add(number)
                done += self._sizes[number]
                self._packets += facts_of(self._files[number].target)["input"]["packets"]
                if progress:
                    progress(done, 2 * sum(self._sizes), self._packets)
                if control.ended and 0 in read:
                    break
        except CaptureError as error:
            # The user knows the file by the name that was given.
            names = {task.capture: member.path for task, member in zip(self._files, self._members, strict=True)}
            raise CaptureError(names.get(error.path, error.path), error.reason, error.offset) from None
        return self._leave(next((number for number in range(len(self._files)) if number not in read), len(self._files)))

    def _leave(self, first: int) -> list[InputFile]:
        """Go on without the files from this one on: a report is of a beginning of the capture, and has no hole."""
        left = [
            InputFile(member.path, bytes=size, reading=ENDED)
            for member, size in zip(self._members[first:], self._sizes[first:], strict=True)
        ]
        del self._members[first:], self._sizes[first:], self._files[first:]
        return left

    def _join(self) -> Path | None:
        """Between the stages: fragments, if there are any."""
        pieces = tuple(task.pieces if facts_of(task.target)["pieces"] else None for task in self._files)
        if not any(pieces):
            return None
        key = key_of((FORM, [str(task.target) for task in self._files]))
        task = JoinTask(pieces, self._settings, self._parts, self._folder / "fragments" / f"{key}.parquet")
        list(self._workers.do(join_pieces, [task]))
        return task.target

    def _plan(self, found: Found, joined: Path | None) -> Plan:
        sources = tuple(
            Source(str(task.target), task.start, epoch, tuple(groups))
            for task, epoch, groups in zip(self._files, found.epochs, found.groups, strict=True)
        )
        key = key_of((FORM, [source.rows for source in sources]))
        sweeps = self._folder / "sweeps" / f"{key}.parquet"
        if not sweeps.exists():
            write_sweeps(sweeps, *found.marks())
        return Plan(sources, str(joined) if joined else None, str(sweeps), self._settings, self._parts)

    def _follow(self, plan: Plan, progress: Progress | None) -> list[PartTask]:
        """The second stage: connections, part by part."""
        folder = self._folder / "connections" / plan.key()
        path = folder / "plan.json"
        plan.write(path)
        self._write_manifest(folder)
        tasks = [PartTask(path, part, folder) for part in range(self._parts)]
        size = sum(self._sizes)
        for done, _ in enumerate(self._workers.do(follow_part, tasks), 1):
            if progress:
                progress(size + size * done // self._parts, 2 * size, self._packets)
        return tasks

    def _write_manifest(self, folder: Path) -> None:
        """What is where, for whoever looks into the stages."""
        packets = {task.capture: str(task.target.relative_to(self._folder)) for task in self._files}
        manifest = {
            "version": __version__,
            "watched": {name: asdict(self._settings)[name] for name in ("ports", "servers")},
            "parts": self._parts,
            "packets": packets,
            "connections": str(folder.relative_to(self._folder)),
        }
        with whole(self._folder / "manifest.json") as partial:
            partial.write_text(json.dumps(manifest, indent=1) + "\n")
