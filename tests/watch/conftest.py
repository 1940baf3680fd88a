"""Captures as they come: parts of a file, as a pipe would bring them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pcapinspect.capture.inputs import InputFile
from pcapinspect.packets.live import LivePackets, live_packets

Parts = Callable[..., Iterator[LivePackets]]


class Bytes:
    """A stream that gives at most `piece` bytes at a time."""

    def __init__(self, data: bytes, piece: int) -> None:
        self._data, self._piece, self._at = data, piece, 0

    def readinto(self, buffer: memoryview) -> int:
        part = self._data[self._at : self._at + min(self._piece, len(buffer))]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


@pytest.fixture
def parts() -> Parts:
    def of(capture: str | bytes, piece: int = 100_000) -> Iterator[LivePackets]:
        data = capture if isinstance(capture, bytes) else Path(capture).read_bytes()
        return live_packets(Bytes(data, piece), InputFile("-"), (80,))

    return of
