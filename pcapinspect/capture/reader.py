"""CaptureReader: capture files to batches of packets, in the order of the capture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pcapinspect.capture.batch import PacketBatch
from pcapinspect.capture.file import CaptureFile
from pcapinspect.capture.fragments import Fragments
from pcapinspect.capture.inputs import InputFile


class CaptureReader:
    """Iterate for PacketBatch: TCP segments of all ports, and the ICMP errors that quote one.

    `inputs` holds what is known of each file, in the order of reading; it is complete after the last batch.
    Raises CaptureError for a file of which nothing can be read.
    """

    def __init__(
        self,
        paths: Sequence[str],
        *,
        progress: Callable[[int, int | None, int], None] | None = None,
        batch_bytes: int = 16 << 20,
    ) -> None:
        self._files = [CaptureFile(path, i, Fragments(), batch_bytes, lambda done, n: None) for i, path in enumerate(paths)]
        self.inputs: list[InputFile] = [file.input for file in self._files]

    def __iter__(self) -> Iterator[PacketBatch]:
        for file in self._files:
            yield from file
