"""IOS logs and debugs of PKI clients and servers: files -> records.

What belongs to the outage becomes records; every other `%` message is counted by its mnemonic. Lines may be relayed by
a syslog server, of several devices in one file, begin in their middle, or have run together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pcapinspect.evidence.account import Account
from pcapinspect.evidence.cleaning import Line, read_lines, unwrapped
from pcapinspect.evidence.log_model import Clock, LogFile, LogRecord, Logs
from pcapinspect.evidence.log_reader import Draft, LogReader
from pcapinspect.evidence.request_log import RequestTimes
from pcapinspect.evidence.zones import Zones

__all__ = ["LogRecord", "Logs", "read_logs"]

Progress = Callable[[int, int | None, int], None]
"""Called with the bytes read, the bytes there are, and the packets read, of which a log has none."""

_STEP = 1 << 14
"""Lines between two reports of progress."""


def read_logs(
    paths: Sequence[str], anchor: int | None, zones: Zones | None = None, progress: Progress | None = None
) -> Logs:
    """All records of the files. `anchor` is the capture's first time (nanoseconds), which tells the year; `zones` are
    those of configurations.

    Raises EvidenceError where a file cannot be read, or is no text.
    """
    files: list[LogFile] = []
    records: list[LogRecord] = []
    clocks: list[Clock] = []
    requests: list[RequestTimes] = []
    kinds: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    for index, path in enumerate(paths):
        reader = LogReader(index, zones or Zones())
        for number, line in _watched(unwrapped(read_lines(path)), path, progress):
            reader.take(number, line)
        closed = [clock.close(index, anchor) for clock in reader.clocks]
        bases = [base for _, base in closed]
        records += _records(reader, bases, len(clocks))
        requests += [
            RequestTimes.of(clock, base) for clock, base in zip(reader.clocks, bases, strict=True) if clock.requests
        ]
        files.append(_file(path, reader, closed[0][0] if closed else None))
        clocks += [clock for clock, _ in closed]
        kinds += reader.kinds
        messages += reader.messages
    return Logs(
        files=tuple(files),
        records=tuple(records),
        counts=tuple(kinds.most_common()),
        messages=tuple(messages.most_common()),
        clocks=tuple(clocks),
        requests=tuple(requests),
    )


def _watched(lines: Iterable[Line], path: str, progress: Progress | None) -> Iterator[Line]:
    if progress is None:
        yield from lines
        return
    size = Path(path).stat().st_size
    done = 0
    for count, line in enumerate(lines):
        done += len(line[1]) + 1
        if count % _STEP == 0:
            progress(min(done, size), size, 0)
        yield line


def _records(reader: LogReader, bases: Sequence[int | None], before: int) -> Iterator[LogRecord]:
    """The drafts as records; `before`: clocks of the files before. A draft is let go when its record is made."""
    drafts = reader.drafts
    drafts.reverse()
    while drafts:
        yield _record(drafts.pop(), reader, bases, before)


def _record(draft: Draft, reader: LogReader, bases: Sequence[int | None], before: int) -> LogRecord:
    clock, relay = draft.clock, reader.relay
    time = relayed = None
    if clock is not None and draft.stamp is not None:
        time = draft.stamp.time(bases[clock.number], clock.zones)
    if relay is not None and draft.relayed is not None:
        relayed = draft.relayed.time(bases[relay.number], relay.zones)
    return LogRecord(
        kind=draft.kind,
        time=time,
        stamped_by=draft.stamped_by,
        synchronised=draft.stamp is None or draft.stamp.synchronised,
        file=reader.file,
        line=draft.line,
        clock=None if time is None or clock is None else before + clock.number,
        text=draft.text,
        relayed=relayed,
        **draft.said,
    )


def _file(path: str, reader: LogReader, clock: Clock | None) -> LogFile:
    return LogFile(
        path=path,
        lines=reader.accountant.lines,
        stamped=reader.stamped,
        first=clock.first if clock else None,
        last=clock.last if clock else None,
        year_from=clock.year_from if clock else None,
        zones=clock.zones if clock else (),
        zone_known=clock.zone_known if clock else False,
        not_kept=reader.not_kept,
        account=_account(reader),
    )


def _account(reader: LogReader) -> Account:
    lines = reader.accountant.lines
    warning = None
    if not lines:
        warning = "the file is empty"
    elif not reader.accountant.understood:
        warning = "no line of it was understood: is it a log or debug of IOS?"
        if {"hostname", "interface", "crypto", "ip"} & {kind for kind, _ in reader.accountant.kinds.most_common(20)}:
            warning = "no line of it was understood: it looks like a configuration, which --config reads"
    return reader.accountant.close(reader.devices, warning)
