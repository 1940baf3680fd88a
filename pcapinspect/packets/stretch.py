"""Packets of a stretch of time alone: what was captured before and after it is read, and not passed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from pcapinspect.capture.inputs import InputFile
from pcapinspect.clock import iso
from pcapinspect.columns import Bool, Int64
from pcapinspect.packets.batch import PacketBatch


class Reader(Protocol):
    """An engine: batches in the order of the capture; `inputs` is complete after the last one."""

    @property
    def inputs(self) -> list[InputFile]: ...

    def __iter__(self) -> Iterator[PacketBatch]: ...


class StretchReader:
    """What another reader reads, from `begin` to `end` (nanoseconds, both included; None: no bound).

    A capture that was cut has to look like one that began and ended there: `inputs` say so, for what is open at the
    end of a capture is judged by its last time.
    """

    def __init__(self, reader: Reader, begin: int | None, end: int | None) -> None:
        self._reader = reader
        self._begin = begin
        self._end = end

    def __iter__(self) -> Iterator[PacketBatch]:
        for batch in self._reader:
            within = self._within(batch.packets.time)
            if within.all():
                yield batch
            elif within.any():
                interface = None if batch.interface is None else batch.interface[within]
                yield PacketBatch(batch.packets.take(within), batch.data, interface)

    @property
    def inputs(self) -> list[InputFile]:
        """The files, with the times and the steps of the clock that are within. A file without a packet there has no
        times, and a warning says when it was captured."""
        return [self._cut(file) for file in self._reader.inputs]

    def _within(self, time: Int64) -> Bool:
        after = time >= time.min(initial=0) if self._begin is None else time >= self._begin
        return after if self._end is None else after & (time <= self._end)

    def _cut(self, file: InputFile) -> InputFile:
        first, last = file.first_time, file.last_time
        if first is None or last is None:
            return file
        begin = first if self._begin is None else max(first, self._begin)
        end = last if self._end is None else min(last, self._end)
        if begin > end:
            asked = in_words(self._begin, self._end)
            said = f"no packet of it was captured {asked}: it goes from {iso(first)} to {iso(last)}"
            return replace(
                file, first_time=None, last_time=None, clock_jumps=0, jumps=[], warnings=[*file.warnings, said]
            )
        jumps = [jump for jump in file.jumps if begin <= max(jump[1:]) and min(jump[1:]) <= end]
        outside = len(file.jumps) - len(jumps)
        return replace(file, first_time=begin, last_time=end, clock_jumps=file.clock_jumps - outside, jumps=jumps)


def in_words(begin: int | None, end: int | None) -> str:
    """`from 2026-03-02T08:00:00.000000000Z to 2026-03-02T08:05:00.000000000Z`, or one of both."""
    bounds = (("from", begin), ("to", end))
    return " ".join(f"{word} {iso(time)}" for word, time in bounds if time is not None)
