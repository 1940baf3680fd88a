"""Integers out of bytes, inside kernels. The caller has checked that they are there."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import UInt8
from pcapinspect.kernel import step


@step
def big16(data: UInt8, at: int) -> int:
    """Two bytes in network order."""
    return np.int64(data[at]) << 8 | np.int64(data[at + 1])  # type: ignore[no-any-return]


@step
def big32(data: UInt8, at: int) -> int:
    """Four bytes in network order."""
    return (  # type: ignore[no-any-return]
        np.int64(data[at]) << 24 | np.int64(data[at + 1]) << 16 | np.int64(data[at + 2]) << 8 | np.int64(data[at + 3])
    )


@step
def little16(data: UInt8, at: int) -> int:
    """Two bytes, lowest first."""
    return np.int64(data[at]) | np.int64(data[at + 1]) << 8  # type: ignore[no-any-return]


@step
def little32(data: UInt8, at: int) -> int:
    """Four bytes, lowest first."""
    return (  # type: ignore[no-any-return]
        np.int64(data[at]) | np.int64(data[at + 1]) << 8 | np.int64(data[at + 2]) << 16 | np.int64(data[at + 3]) << 24
    )


@step
def word16(data: UInt8, at: int, big: bool) -> int:
    """Two bytes in the order of the file."""
    return big16(data, at) if big else little16(data, at)


@step
def word32(data: UInt8, at: int, big: bool) -> int:
    """Four bytes in the order of the file."""
    return big32(data, at) if big else little32(data, at)


@step
def big64(data: UInt8, at: int) -> np.uint64:
    """Eight bytes in network order, unsigned."""
    return np.uint64(big32(data, at)) << np.uint64(32) | np.uint64(big32(data, at + 4))
