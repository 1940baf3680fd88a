"""CaptureReader: capture files to batches of packets, in the order of the capture."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

from pcapinspect.capture.ahead import Ahead
from pcapinspect.capture.control import Control
from pcapinspect.capture.fileset import Member, in_order, sizes
from pcapinspect.capture.inputs import InputFile
from pcapinspect.packets.batch import PacketBatch
from pcapinspect.packets.file import NOTHING, CaptureFile
from pcapinspect.packets.fragments import Fragments
from pcapinspect.packets.merge import Stream, merge, placed

_SMALLEST_SHARE = 1 << 20
"""Bytes of a batch when many files are read: all may be open at a time if they overlap."""


_AHEAD = 1
"""Batches that wait to be asked for."""


class CaptureReader:
    """Iterate for PacketBatch: TCP segments of all ports, and the ICMP errors that quote one.

    `inputs` holds what is known of each file, in the order of their first packets; it is complete after the last batch.
    With a Control, a batch without packets comes where a report of what was read so far is wanted.
    Raises CaptureError for a file of which nothing can be read.
    """

    def __init__(
        self,
        paths: Sequence[str] | Sequence[Member],
        *,
        progress: Callable[[int, int | None, int], None] | None = None,
        batch_bytes: int = 4 << 20,
        control: Control | None = None,
    ) -> None:
        """`paths` may be members of a set of files, in their order: those of one capture point.

        `progress` is called with the bytes read, the bytes there are (None: a pipe) and the packets read.

        It is called in a thread: the next batch is decoded while the caller has this one.
        """
        members = [member for member in paths if isinstance(member, Member)]
        self._members = members or in_order([str(path) for path in paths])
        self._total = sizes(member.path for member in self._members)
        self._report = progress
        self._done = [(0, 0)] * len(self._members)
        self._read = self._packets = 0
        self._fragments = Fragments()
        self._control = control
        share = (
            max(batch_bytes // len(self._members), min(batch_bytes, _SMALLEST_SHARE)) if self._members else batch_bytes
        )
        self._files = [self._open(index, share) for index in range(len(self._members))]
        self.inputs: list[InputFile] = [file.input for file in self._files]

    def _open(self, index: int, batch_bytes: int) -> CaptureFile:
        member = self._members[index]

        def progress(done: int, packets: int) -> None:
            before = self._done[index]
            self._done[index] = done, packets
            self._read += done - before[0]
            self._packets += packets - before[1]
            if self._report:
                self._report(self._read, self._total, self._packets)

        file = CaptureFile(
            member.path,
            index,
            self._fragments,
            batch_bytes,
            progress,
            self._control,
            member.only,
            ahead=member.ahead,
        )
        file.input.warnings.extend(member.warnings)
        return file

    def __iter__(self) -> Iterator[PacketBatch]:
        ahead = Ahead(self._batches(), _AHEAD)
        try:
            yield from ahead
        finally:
            ahead.close()

    def _batches(self) -> Generator[PacketBatch]:
        for batch in self._in_order():
            yield batch
            if self._control is not None and self._control.asked and self._total is not None:
                yield NOTHING
        self._fragments.finish()
        for known in self.inputs:
            known.unknown = dict(sorted(known.unknown.items()))

    def _in_order(self) -> Iterator[PacketBatch]:
        if len(self._files) == 1:
            yield from self._files[0]
        elif any(member.start is not None for member in self._members):
            members = zip(self._files, self._members, strict=True)
            for batch, _ in merge(Stream(placed(file, member.start), member.start) for file, member in members):
                yield batch
        else:
            for file in self._files:
                yield from file
