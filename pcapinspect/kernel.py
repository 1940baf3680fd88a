"""The decorator of every numba kernel, and where their machine code is kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., object])


@cache
def _store(folder: Path) -> str | None:
    """Where the kernels of a folder are kept: a new place whenever one of its sources changes, None if none is writable.

    numba notices a change only of the file that the outermost kernel is in, and would keep running old code of
    the kernels that it calls from other files.
    """
    digest = hashlib.sha256()
    for source in sorted(folder.glob("*.py")):
        state = source.stat()
        digest.update(f"{source.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    home = Path(os.environ.get("XDG_CACHE_HOME", "")) if os.environ.get("XDG_CACHE_HOME") else Path("~/.cache")
    for base in (folder / "__pycache__", home.expanduser() / "pcapinspect"):
        place = base / f"kernels-{digest.hexdigest()[:16]}"
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(place, os.W_OK):
            return str(place)
    return None


def step(function: Function) -> Function:
    """Compile as part of the kernels that call it; not for calls from Python."""
    compiled: Function = njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)(function)
    return compiled


def kernel(function: Function) -> Function:
    """Compile on first use, keep the machine code, release the GIL. Bounds are the kernel's own business."""
    place = _store(Path(function.__code__.co_filename).parent)  # type: ignore[attr-defined]
    before = config.CACHE_DIR
    config.CACHE_DIR = place or ""
    try:
        compiled: Function = njit(cache=place is not None, nogil=True)(function)
    finally:
        config.CACHE_DIR = before
    return compiled
