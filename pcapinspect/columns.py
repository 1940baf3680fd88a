"""Tables in memory: frozen dataclasses that hold one numpy array a column, all of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

MISSING = np.iinfo(np.int64).min
"""A value that is not there, in a column of 64-bit integers. Null in every output, never 0."""

Int64 = NDArray[np.int64]
UInt64 = NDArray[np.uint64]
Int32 = NDArray[np.int32]
UInt32 = NDArray[np.uint32]
UInt16 = NDArray[np.uint16]
UInt8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]
Text = NDArray[np.object_]
"""Text columns hold `str`, or None where there is no value."""


def column(dtype: str) -> Any:
    """A dataclass field for one column of the given numpy dtype."""
    return field(metadata={"dtype": np.dtype(dtype)})


class Columns:
    """Base of the column dataclasses: every field is made with `column`."""

    __slots__ = ()

    def __len__(self) -> int:
        first = fields(self)[0]  # type: ignore[arg-type]
        return len(getattr(self, first.name))

    def take(self, index: Any) -> Self:
        """The rows that a numpy index or mask selects, in its order."""
        return type(self)(**{f.name: getattr(self, f.name)[index] for f in fields(self)})  # type: ignore[arg-type]

    @classmethod
    def empty(cls) -> Self:
        """A table without rows."""
        return cls(**{f.name: np.empty(0, f.metadata["dtype"]) for f in fields(cls)})  # type: ignore[arg-type]

    @classmethod
    def concatenate(cls, parts: Sequence[Self], order: Any = slice(None)) -> Self:
        """The rows of all parts, in order; or those that a numpy index of these selects, in its order."""
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return parts[0].take(order)
        names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts])[order] for name in names})
