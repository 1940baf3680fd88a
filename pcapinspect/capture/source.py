"""Bytes of a capture file in large chunks, with the SHA-256 of what was read."""

from __future__ import annotations

import os
import select
import stat
import sys
import time
from collections.abc import Generator
from io import FileIO
from typing import Protocol

import numpy as np

from pcapinspect.capture.control import Control, Ended, Silence
from pcapinspect.capture.digest import Digest
from pcapinspect.columns import UInt8
from pcapinspect.errors import CaptureError

HEADROOM = 1 << 20
"""Bytes that a chunk leaves free in front of itself, for the unfinished record of the chunk before."""

STDIN = "-"

AHEAD = 2
"""Chunks that wait to be taken; with the two in use they bound the memory of a file."""


ONLY_LISTED = 2
"""What `sys.getrefcount` says of an object to which nothing refers but one list, and its own argument."""


SILENT_SECONDS = 0.2
"""A pipe from which nothing comes for so long is silent: what came is handed on, and what was asked is looked at."""

FRONT = 4 << 10
"""Bytes that are read before a pipe is held up because a report is wanted: to tell what it is takes them."""


class ByteStream(Protocol):
    """Anything that fills a buffer: a file, or a decompressor on top of one."""

    def readinto(self, buffer: memoryview) -> int:
        """Fill from the front; the number of bytes, 0 at the end."""
        ...


class RawFile:
    """A file, named pipe or standard input, hashed as it is read.

    With a Control, `readinto` raises Ended once the reading is to end, and of a pipe Silence.
    """

    def __init__(self, path: str, control: Control | None = None) -> None:
        self.path = path
        self._control = control
        self.given_up = False
        """Whether the reading was ended before the file did."""
        self.size: int | None = None
        self.read = 0
        self._ended = False
        try:
            self._file = _unbuffered(path)
            status = os.fstat(self._file.fileno())
        except OSError as error:
            raise CaptureError(path, (error.strerror or str(error)).lower()) from None
        if stat.S_ISREG(status.st_mode):
            self.size = status.st_size
        elif stat.S_ISDIR(status.st_mode):
            raise CaptureError(path, "is a folder")
        self._digest = Digest()
        self._poll = None
        self._heard = False
        if control is not None and self.size is None and hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(self._file.fileno(), select.POLLIN)

    def readinto(self, buffer: memoryview) -> int:
        """The buffer must not be written to as long as anything refers to it: it is hashed meanwhile.

        Raises CaptureError where the system cannot read on.
        """
        self._look_at_control()
        try:
            count = self._file.readinto(buffer) or 0
        except OSError as error:
            raise CaptureError(self.path, (error.strerror or str(error)).lower(), self.read) from None
        if count:
            self._digest.update(buffer[:count])
        self.read += count
        self._ended = count == 0
        return count

    def _look_at_control(self) -> None:
        """Wait for a pipe to have something."""
        control = self._control
        while control is not None:
            if control.drained if self._poll is not None else control.ended:
                self.given_up = True
                raise Ended
            if self._poll is None:
                return
            if control.asked and self.read >= FRONT:
                time.sleep(SILENT_SECONDS / 4)  # until somebody takes that back
                raise Silence
            if self._poll.poll(1000 * SILENT_SECONDS):
                self._heard = True
                return
            if self._heard or control.asked:
                self._heard = False
                raise Silence

    def finish(self) -> str | None:
        """Hash what nobody read, and return the SHA-256 of the file; None for one that was not read to its end."""
        if not self._ended and not self.given_up and self.size is not None:
            while self.readinto(memoryview(bytearray(1 << 20))):
                pass
        return self._digest.finish() if self._ended else None

    def close(self) -> None:
        """Standard input stays open: it is not ours."""
        self._digest.close()
        self._file.close()


def _unbuffered(path: str) -> FileIO:
    """A file, or standard input under its number: a thread that waits in Python's own buffer of it holds a lock that
    the end of the program needs."""
    if path != STDIN:
        return FileIO(path)
    if sys.stdin is None:
        raise CaptureError(path, "standard input is closed")
    return FileIO(sys.stdin.fileno(), closefd=False)


def fill(stream: ByteStream, size: int) -> UInt8:
    """The next `size` bytes (fewer only at the end) behind HEADROOM free bytes. For files."""
    chunk = np.empty(HEADROOM + size, np.uint8)
    view = memoryview(chunk)  # type: ignore[arg-type]
    at = HEADROOM
    while at < len(view):
        count = stream.readinto(view[at:])
        if count == 0:
            break
        at += count
    return chunk[:at]


def chunks(stream: ByteStream, size: int) -> Generator[UInt8]:
    """A stream in pieces of `size` bytes, each behind HEADROOM free bytes. The last, and any before a silence, has
    fewer, perhaps none.

    Memory that nobody refers to any more is filled again: new pages cost as much as hashing what is read into them.
    """
    buffers: list[UInt8] = []
    ended = False
    while not ended:
        chunk, ended = _filled(stream, _unused(buffers, size))
        yield chunk


def _filled(stream: ByteStream, chunk: UInt8) -> tuple[UInt8, bool]:
    """What comes without a pause, behind HEADROOM free bytes of `chunk`, and whether it is the last."""
    view = memoryview(chunk)  # type: ignore[arg-type]
    at = HEADROOM
    try:
        while at < len(view):
            count = stream.readinto(view[at:])
            if count == 0:
                return chunk[:at], True
            at += count
    except Silence:
        pass
    except Ended:
        return chunk[:at], True
    return chunk[:at], False


def _unused(buffers: list[UInt8], size: int) -> UInt8:
    """One of the buffers to which only the list refers; a new one, which joins the list, where there is none."""
    for place in range(len(buffers)):
        if sys.getrefcount(buffers[place]) == ONLY_LISTED:
            return buffers[place]
    buffers.append(np.empty(HEADROOM + size, np.uint8))
    return buffers[-1]
