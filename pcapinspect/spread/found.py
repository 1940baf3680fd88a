"""What the first stage found of the files, together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pcapinspect.capture.fileset import Member
from pcapinspect.capture.inputs import InputFile
from pcapinspect.columns import MISSING, Int64
from pcapinspect.packets.tally import Tally
from pcapinspect.spread.packets import FileTask
from pcapinspect.spread.plan import Position, epochs_of, position
from pcapinspect.spread.rows import Joined, JoinedRows
from pcapinspect.spread.store import facts_of, read

Last = tuple[int, int, int]
"""Order, frame and time of the last row of a file."""


@dataclass(frozen=True, slots=True)
class Found:
    """One element a file, in the order of the capture."""

    tasks: Sequence[FileTask]
    inputs: list[InputFile]
    groups: list[list[int]]
    """The part of each row group."""
    joined: list[Joined | None]
    epochs: list[int]
    end: int
    """Time of the last row of the capture; MISSING: there is none."""

    def marks(self) -> tuple[Position, Int64]:
        """The packets that sweeps depend on: where they stand, and their times."""
        columns: list[tuple[Int64, Int64, Int64, Int64]] = []
        for number, (task, joined) in enumerate(zip(self.tasks, self.joined, strict=True)):
            marks = read(task.marks)
            frame, order, time = marks["frame"], marks["order"], marks["time"]
            if joined:
                # Any of these rows may be the first of a block, or earlier than those before it.
                more = [joined.rows.column(name).to_numpy() for name in ("frame", "order", "time")]
                frame, order, time = (np.concatenate(pair) for pair in zip((frame, order, time), more, strict=True))
                order = joined.raise_order(frame, order)
            columns.append((order, np.full(len(frame), number), frame, time))
        order, file, frame, time = (np.concatenate(parts) for parts in zip(*columns, strict=True))
        return position(self.epochs, order, file, frame), time


def found_in(tasks: Sequence[FileTask], members: Sequence[Member], joined: Path | None) -> Found:
    """What is known of all files when they have been read. `joined`: the rows of their fragments."""
    facts = [facts_of(task.target) for task in tasks]
    fragments = JoinedRows(joined)
    rows = [fragments.of(number) for number in range(len(tasks))]
    lasts = [_last(fact["last"], more) for fact, more in zip(facts, rows, strict=True)]
    epochs = epochs_of((member.start, last[0] if last else None) for member, last in zip(members, lasts, strict=True))
    ends = [(epochs[number], last[0], number, last[2]) for number, last in enumerate(lasts) if last]
    learnt = facts_of(joined) if joined else [None] * len(tasks)
    inputs = [_input(*of_file) for of_file in zip(members, facts, learnt, strict=True)]
    groups = [fact["groups"] for fact in facts]
    return Found(tasks, inputs, groups, rows, epochs, max(ends)[3] if ends else MISSING)


def _last(last: Last | None, joined: Joined | None) -> Last | None:
    """The last row of a file, with those of joined fragments."""
    if joined is None:
        return last
    order, frame, time = last or (joined.latest[0], 0, 0)
    if joined.frame[-1] > frame:
        frame, time = int(joined.frame[-1]), joined.rows.column("time")[-1].as_py()
    return max(int(order), int(joined.latest[-1])), frame, time


def _input(member: Member, facts: dict[str, Any], learnt: dict[str, Any] | None) -> InputFile:
    """What is known of a file: by whom it was found, read, and what the joining of its fragments added."""
    file = InputFile(**facts["input"])
    file.path = member.path
    file.comments = [(frame, text) for frame, text in file.comments]
    file.jumps = [(frame, before, after) for frame, before, after in file.jumps]
    file.warnings = [*member.warnings, *file.warnings]
    if learnt:
        file.not_ip += learnt["not_ip"]
        file.fragments += learnt["fragments"] - facts["pieces"]
        for reason, count in learnt["unknown"].items():
            Tally(file).unknown(reason, count)
    file.unknown = dict(sorted(file.unknown.items()))
    return file
