"""Tables in memory: frozen dataclasses that hold one numpy array a column, all of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, fields
from functools import cache
from typing import Any, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

MISSING = np.iinfo(np.int64).min
"""A value that is not there, in a column of 64-bit integers. Null in every output, never 0."""

MOST = np.iinfo(np.int64).max
"""The largest number of a column, and of a report: what a file may choose is bounded by it where it is read."""

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

    @classmethod
    @cache
    def dtypes(cls) -> dict[str, np.dtype[Any]]:
        """The numpy dtype of each column, in their order."""
        return {f.name: f.metadata["dtype"] for f in fields(cls)}  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(getattr(self, next(iter(self.dtypes()))))

    def take(self, index: Any) -> Self:
        """The rows that a numpy index or mask selects, in its order."""
        return type(self)(**{name: getattr(self, name)[index] for name in self.dtypes()})

    @classmethod
    def empty(cls) -> Self:
        """A table without rows."""
        return cls(**{name: np.empty(0, dtype) for name, dtype in cls.dtypes().items()})

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, in order."""
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return parts[0]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in cls.dtypes()})


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
        self._columns = {name: np.empty(0, dtype) for name, dtype in kind.dtypes().items()}
        self._alike: dict[str, NDArray[Any]] = {}
        """The value of each column that was constant so far, as an array of one; its place in `_columns` is empty."""
        self._length = 0

    def add(self, part: Table) -> None:
        """The rows of `part` after those that are there."""
        first, self._length = self._length, self._length + len(part)
        for name in self._columns:
            self._add(name, first, getattr(part, name))

    def _add(self, name: str, first: int, values: NDArray[Any]) -> None:
        """Of one column, which had `first` rows."""
        alike = self._alike.get(name)
        if is_constant(values) and (not first or (alike is not None and alike[0] == values[0])):
            self._alike[name] = values[:1]
            return
        column = self._columns[name]
        if alike is not None:
            column = self._columns[name] = np.full(first, alike[0], column.dtype)
            del self._alike[name]
        if len(column) < self._length:
            column.resize(max(self._length, len(column) * 5 // 4), refcheck=False)
        column[first : self._length] = values

    def __getitem__(self, name: str) -> NDArray[Any]:
        """One column, as it is now."""
        alike = self._alike.get(name)
        return self._columns[name][: self._length] if alike is None else np.broadcast_to(alike, self._length)

    def take(self, order: Int64) -> Table:
        """All rows in the order that their numbers give. The table is gone then, column by column."""
        taken = {}
        for name in list(self._columns):
            taken[name] = self[name] if name in self._alike else self[name][order]
            del self._columns[name]
        return self._kind(**taken)
