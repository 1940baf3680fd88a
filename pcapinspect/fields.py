"""Integers out of bytes, inside kernels. The caller has checked that they are there."""

from __future__ import annotations

import numpy as np

from pcapinspect.columns import UInt8
from pcapinspect.kernel import step


@step
def big16(data: UInt8, at: int) -> int:
    """Two bytes in network order."""
    return int(np.int64(data[at]) << 8 | np.int64(data[at + 1]))


@step
def big32(data: UInt8, at: int) -> int:
    """Four bytes in network order."""
    return big16(data, at) << 16 | big16(data, at + 2)


@step
def little16(data: UInt8, at: int) -> int:
    """Two bytes, lowest first."""
    return int(np.int64(data[at]) | np.int64(data[at + 1]) << 8)


@step
def little32(data: UInt8, at: int) -> int:
    """Four bytes, lowest first."""
    return little16(data, at) | little16(data, at + 2) << 16


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
