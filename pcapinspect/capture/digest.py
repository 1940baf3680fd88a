"""The SHA-256 of what is read, made in a thread of its own: to hash takes ten times as long as to read."""

from __future__ import annotations

import hashlib
from queue import Queue
from threading import Thread

HANDED = 1 << 20
"""Bytes that the thread is given at a time, at least: decompressors read a thousand at a time."""

WAITING = 2
"""Handfuls that wait for the thread: with the one in use they bound the memory that is not free for what is read."""


class Digest:
    """Hashes pieces in the order in which they come. The thread begins with the first HANDED bytes: a look at the front
    of a file needs none."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._pieces: list[memoryview] = []
        self._size = 0
        self._waiting: Queue[list[memoryview]] = Queue(WAITING)
        self._thread: Thread | None = None

    def update(self, piece: memoryview) -> None:
        """The memory must not be written to as long as anything refers to it."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size >= HANDED:
            self._hand_over()
            self._pieces, self._size = [], 0

    def finish(self) -> str:
        """The SHA-256 of all pieces, in hexadecimal."""
        self.close()
        for piece in self._pieces:
            self._hash.update(piece)
        return self._hash.hexdigest()

    def close(self) -> None:
        """End the thread when it has hashed what waits for it."""
        if self._thread is not None:
            self._waiting.put([])
            self._thread.join()
            self._thread = None

    def _hand_over(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, daemon=True, name="digest")
            self._thread.start()
        self._waiting.put(self._pieces)

    def _run(self) -> None:
        while pieces := self._waiting.get():
            for piece in pieces:
                self._hash.update(piece)
            del piece, pieces  # their memory is filled again when nothing refers to it
