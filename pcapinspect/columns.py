"""Tables in memory: frozen dataclasses that hold one numpy array a column, all of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, fields
from typing import Any, Generic, Self, TypeVar

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
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, in order."""
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return parts[0]
        names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


Table = TypeVar("Table", bound=Columns)


def constant(value: Any, count: int, dtype: str) -> NDArray[Any]:
    """A column in which all rows are alike, in the memory of one. It cannot be written to."""
    return np.broadcast_to(np.array(value, np.dtype(dtype)), count)


def told_once(numbers: NDArray[Any]) -> NDArray[Any]:
    """A column of numbers, as a constant one where all rows are alike."""
    alike = len(numbers) > 0 and numbers.min() == numbers.max()
    return constant(numbers[0], len(numbers), numbers.dtype.str) if alike else numbers


def is_constant(column: NDArray[Any]) -> bool:
    """Whether a column was made by `constant`; others may be alike in all rows by chance."""
    return len(column) > 0 and column.strides == (0,)


class Growing(Generic[Table]):
    """A table to which parts are added, in place: many small parts would leave holes in memory when they go.

    A column that is constant, and the same, in all parts stays so: in a storm most columns are.
    """

    def __init__(self, kind: type[Table]) -> None:
        self._kind = kind
        self._columns = {f.name: np.empty(0, f.metadata["dtype"]) for f in fields(kind)}  # type: ignore[arg-type]
        self._length = 0

    def add(self, part: Table) -> None:
        """The rows of `part` after those that are there."""
        first, self._length = self._length, self._length + len(part)
        for name in self._columns:
            self._columns[name] = self._grown(self._columns[name], first, getattr(part, name))

    def _grown(self, column: NDArray[Any], first: int, values: NDArray[Any]) -> NDArray[Any]:
        """The column, which had `first` rows, with `values` after them."""
        if is_constant(values) and (not first or (is_constant(column) and column[0] == values[0])):
            return np.broadcast_to(values[:1], self._length)
        if is_constant(column):
            column = np.full(first, column[0], column.dtype)
        if len(column) < self._length:
            column.resize(max(self._length, len(column) * 5 // 4), refcheck=False)
        column[first : self._length] = values
        return column

    def __getitem__(self, name: str) -> NDArray[Any]:
        """One column, as it is now."""
        return self._columns[name][: self._length]

    def take(self, order: Int64) -> Table:
        """All rows in the order that their numbers give. The table is gone then, column by column."""
        taken = {}
        for name in list(self._columns):
            column = self._columns.pop(name)
            taken[name] = column if is_constant(column) else column[: self._length][order]
        return self._kind(**taken)
