"""Work ahead: what an iterator yields is made in a thread while the one before it is used."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Ahead(Generic[Item]):
    """Iterate for what the generator yields, of which up to `waiting` are made before they are asked for.

    Reading, hashing, inflating and compiled functions release Python's lock, so that they cost the caller no time.
    """

    def __init__(self, items: Generator[Item], waiting: int) -> None:
        self._items = items
        self._made: Queue[Item | Exception | None] = Queue(waiting)
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True, name="ahead")
        self._thread.start()

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    break
            self._items.close()
            self._put(None)
        except Exception as error:
            self._put(error)

    def _put(self, item: Item | Exception | None) -> bool:
        while not self._stop.is_set():
            try:
                self._made.put(item, timeout=0.1)
            except Full:
                continue
            return True
        return False

    def __iter__(self) -> Iterator[Item]:
        while (item := self._made.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self, *, patient: bool = False) -> None:
        """Stop the thread. One that waits for a pipe is left to die with the process, unless this is `patient`."""
        self._stop.set()
        while True:
            try:
                self._made.get_nowait()
            except Empty:
                break
        self._thread.join(None if patient else 1)
