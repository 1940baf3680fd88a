"""What findings about lines of logs share: whose they are, when they were written, and how many fall into a pause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pcapinspect.findings.figures import listed

if TYPE_CHECKING:
    from pcapinspect.evidence.log_model import LogRecord, Logs
    from pcapinspect.findings.analysis import Analysis

MOST_SOURCES = 3


@dataclass(frozen=True, slots=True)
class Lines:
    """Records of one kind, each with its time by the capture's clock."""

    records: Sequence[tuple[LogRecord, int | None]]
    sources: str
    """The devices, or files where no device is named, with their counts."""
    times: tuple[int, ...]
    """By the capture's clock, ascending; fewer than the records where some cannot be placed."""
    in_a_pause: int

    @property
    def start(self) -> int | None:
        return min(self.times, default=None)

    @property
    def end(self) -> int | None:
        return max(self.times, default=None)

    @property
    def placed(self) -> str:
        """A sentence with a blank before it, or nothing where no line is on the capture's clock."""
        if not self.times:
            return " Nothing ties the log's clock to the capture's, so that the lines have no place on its time axis."
        part = (
            ""
            if len(self.times) == len(self.records)
            else f" {len(self.records) - len(self.times):,} cannot be placed."
        )
        return f" By the capture's clock {self.in_a_pause:,} of {len(self.times):,} fall into a pause.{part}"


def lines_of(analysis: Analysis, records: Sequence[tuple[LogRecord, int | None]]) -> Lines:
    """The records with what is said of them. `analysis` has logs."""
    assert analysis.logs is not None
    times = sorted(time for _, time in records if time is not None)
    return Lines(
        records, _sources(analysis.logs, records), tuple(times), sum(_paused(analysis, time) for time in times)
    )


def _sources(logs: Logs, records: Sequence[tuple[LogRecord, int | None]]) -> str:
    names = Counter(_source(logs, record) for record, _ in records)
    told = [f"{name} ({count:,})" for name, count in names.most_common(MOST_SOURCES)]
    more = len(names) - MOST_SOURCES
    return listed([*told, *([f"{more} more"] if more > 0 else [])])


def _source(logs: Logs, record: LogRecord) -> str:
    device = logs.clocks[record.clock].device if record.clock is not None else None
    return device or logs.files[record.file].path.rpartition("/")[2]


def _paused(analysis: Analysis, time: int) -> bool:
    """Whether a server may have been paused at the time: between its last answer and its next."""
    return any(
        (pause.last_answer or pause.first_unanswered) <= time <= (pause.next_answer or pause.last_unanswered)
        for server in analysis.load.servers
        for pause in server.pauses
    )
