"""The decorator of every numba kernel, and where their machine code is kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit
from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys

Function = TypeVar("Function", bound=Callable[..., object])

_njit: Any = njit
_config: Any = config
_FunctionCache: Any = FunctionCache
# numba's own types know neither all options of `njit` nor any of its settings.


class _MachineCode(_FunctionCache):  # type: ignore[misc]
    """numba's cache, which loads machine code without first filling the tables that only its compiler reads.

    They take 0.1 to 0.2 s of every start. A kernel that is not in the cache is compiled, and fills them then.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code for a signature, or None."""
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


@cache
def _store(folder: Path) -> str | None:
    """Where the kernels of a folder are kept, None if no place is writable.

    It is a new place whenever a source changes, of the folder or of those that all layers share:
    numba notices a change only of the file that the outermost kernel is in, and would keep running old code of
    the kernels that it calls from other files.
    """
    digest = hashlib.sha256(f"bounds checked: {_config.BOUNDSCHECK}".encode())
    for source in sorted({*folder.glob("*.py"), *Path(__file__).parent.glob("*.py")}):
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
    """Compile as part of the kernels that call it; not for calls from Python, and not for what makes arrays.

    Without reference counts (`_nrt`), which arrays as arguments would cost at each call: a third of a microsecond a
    packet. Without wrappers for Python, which are half of the time to compile.
    """
    compiled: Function = _njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)(function)
    return compiled


def kernel(function: Function) -> Function:
    """Compile on first use, keep the machine code, release the GIL. Bounds are the kernel's own business."""
    place = _store(Path(function.__code__.co_filename).parent)
    before = _config.CACHE_DIR
    _config.CACHE_DIR = place or ""
    try:
        compiled: Any = _njit(nogil=True)(function)
        if place is not None:
            compiled._cache = _MachineCode(function)
    finally:
        _config.CACHE_DIR = before
    kept: Function = compiled
    return kept
