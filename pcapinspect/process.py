"""How the process of a command is set up: what Python, its allocator and libraries do beside the work costs time."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

YOUNG = 100_000
"""Objects made before Python looks for garbage: more than the imports make, and few megabytes."""

MALLOPT = {"M_TRIM_THRESHOLD": (-1, 128 << 20), "M_MMAP_THRESHOLD": (-3, 32 << 20), "M_ARENA_MAX": (-8, 1)}
"""Number (glibc's malloc.h) and value: freed arrays up to 32 MB (the most that it takes) stay with the process, up to
128 MB in all, and one pool serves all threads, so that what one freed another uses."""


ENDING = tuple(number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)))
"""Signals that ask a program to end: Ctrl-C, `timeout` and systemd, a terminal that is closed. Windows lacks some."""


class Terminated(KeyboardInterrupt):
    """A signal ends the program, Ctrl-C or another."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


def terminate(number: int, _: FrameType | None) -> None:
    """A signal's handler: what is half-written is cleared away as the exception passes."""
    raise Terminated(number)


@contextmanager
def handling(handler: Callable[[int, FrameType | None], Any], *signals: int) -> Iterator[None]:
    """Signals go to the handler as long as the context lasts, but for those that the caller has us ignore (`nohup`)."""
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: found for number in signals if (found := signal.getsignal(number)) is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, found in before.items():
            signal.signal(number, signal.SIG_DFL if found is None else found)


def set_up() -> None:
    """Before anything heavy is imported."""
    # numpy starts threads for linear algebra, which is not used here, and they spin for a while.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What is imported never is garbage: to look for it takes 0.03 s at the start, and 0.06 s at the end.
    gc.set_threshold(YOUNG)
    atexit.register(gc.freeze)
    if sys.platform == "linux":
        _keep_memory()


def _keep_memory() -> None:
    """Has glibc keep what is freed: pages that go back to the system and come anew are a twentieth of all time."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl has none
        for number, value in MALLOPT.values():
            mallopt(number, value)
