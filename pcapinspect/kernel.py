"""The decorator of every numba kernel, and where their machine code is kept."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numba import config, njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache, NullCache
from numba.core.runtime.nrt import rtsys

Function = TypeVar("Function", bound=Callable[..., object])

_njit: Any = njit
_config: Any = config
_FunctionCache: Any = FunctionCache
_CacheImplementation: Any = CompileResultCacheImpl
_NullCache: Any = NullCache
# numba's own types know neither all options of `njit` nor any of its settings.

before_compiling: list[Callable[[bool], None]] = []
"""Called once, before the first kernel is compiled: some ten seconds follow. True: what is compiled can be kept."""


def _announce(kept: bool) -> None:
    while before_compiling:
        before_compiling.pop()(kept)


_in_use: set[Path] = set()
"""Folders that machine code is read from or written to."""


def kept_in() -> tuple[Path, ...]:
    """The folders above those in which the machine code of this process is kept: the package's, or a user's caches."""
    return tuple(sorted({place.parent for place in _in_use}))


class _Place:
    """Where the machine code of one kernel is kept: numba's interface of a cache locator."""

    def __init__(self, place: Path) -> None:
        self.place = place
        _in_use.add(place)

    @classmethod
    def from_function(cls, function: Any, source: str) -> _Place | None:
        """Where it is kept already, though nobody may write there; else the first place that takes it; else None."""
        version = f"py{sys.version_info[0]}{sys.version_info[1]}"
        name = f"{Path(source).stem}.{function.__qualname__}-.{version}*.nbi"
        places = _places(Path(source).parent)
        kept = next((place for place in places if any(place.glob(name))), None)
        place = kept or next(filter(_takes, places), None)
        return None if place is None else cls(place)

    def ensure_cache_path(self) -> None:
        """`from_function` has seen to it."""

    def get_cache_path(self) -> str:
        return str(self.place)

    def get_source_stamp(self) -> str:
        """The folder's name tells the sources apart."""
        return ""

    def get_disambiguator(self) -> str:
        """Names of kernels differ within a folder."""
        return ""


class _Implementation(_CacheImplementation):  # type: ignore[misc]
    _locator_classes = (_Place,)


class _MachineCode(_FunctionCache):  # type: ignore[misc]
    """numba's cache, which loads machine code without first filling the tables that only its compiler reads.

    They take 0.1 to 0.2 s of every start. A kernel that is not in the cache is compiled, and fills them then.
    """

    _impl_class = _Implementation

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code for a signature, or None."""
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            found = self._load_overload(sig, target_context)
        if found is None:
            _announce(kept=os.access(self.cache_path, os.W_OK))
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keeps it, where that is possible: a shared installation is read by users who may not write there."""
        if os.access(self.cache_path, os.W_OK):
            super().save_overload(sig, data)


class _NotKept(_NullCache):  # type: ignore[misc]
    """For a user who may write nowhere."""

    def load_overload(self, _sig: Any, _target_context: Any) -> None:
        _announce(kept=False)


@cache
def _places(folder: Path) -> tuple[Path, ...]:
    """Where the kernels of a folder may be kept: beside them, so that one installation serves all its users, or with
    the user's caches.

    It is a new place whenever a source changes, of the folder or of those that all layers share:
    numba notices a change only of the file that the outermost kernel is in, and would keep running old code of
    the kernels that it calls from other files. By their content, so that a copy of the installation is as good.
    """
    digest = hashlib.sha256(f"bounds checked: {_config.BOUNDSCHECK}".encode())
    for source in sorted({*folder.glob("*.py"), *Path(__file__).parent.glob("*.py")}):
        digest.update(f"{source.name} ".encode() + hashlib.sha256(source.read_bytes()).digest())
    name = f"kernels-{digest.hexdigest()[:16]}"
    beside = folder / "__pycache__" / name
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:  # a user without a home
        return (beside,)
    return beside, caches / "pcapinspect" / name


def _takes(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK)


def step(function: Function) -> Function:
    """Compile as part of the kernels that call it; not for calls from Python, and not for what makes arrays.

    Without reference counts (`_nrt`), which arrays as arguments would cost at each call: a third of a microsecond a
    packet. Without wrappers for Python, which are half of the time to compile.
    """
    compiled: Function = _njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)(function)
    return compiled


def kernel(function: Function) -> Function:
    """Compile on first use, keep the machine code, release the GIL. Bounds are the kernel's own business.

    With NUMBA_DISABLE_JIT=1 it stays Python, for a debugger and for coverage: some hundred times slower.
    """
    if _config.DISABLE_JIT:
        # Hashes and sequence numbers wrap around; machine code does so without a word.
        uncompiled: Function = np.errstate(over="ignore")(function)
        return uncompiled
    compiled: Any = _njit(nogil=True)(function)
    place = _Place.from_function(function, function.__code__.co_filename)
    compiled._cache = _NotKept() if place is None else _MachineCode(function)
    kept: Function = compiled
    return kept
