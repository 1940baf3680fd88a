"""How the process of a command is set up: what Python, its allocator and libraries do beside the work costs time."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import sys

YOUNG = 100_000
"""Objects made before Python looks for garbage: more than the imports make, and few megabytes."""

MALLOPT = {"M_TRIM_THRESHOLD": (-1, 128 << 20), "M_MMAP_THRESHOLD": (-3, 32 << 20), "M_ARENA_MAX": (-8, 1)}
"""Number (glibc's malloc.h) and value: freed arrays up to 32 MB (the most that it takes) stay with the process, up to
128 MB in all, and one pool serves all threads, so that what one freed another uses."""


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
