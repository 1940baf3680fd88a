"""A column of a table of the report: what is known of it, and the form that each kind has in JSON and in pandas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, np.dtype[Any]]

Kind = Literal["time", "seconds", "integer", "number", "text", "flag"]

TIME: Kind = "time"
"""Nanoseconds since 1970 (UTC), MISSING where there is none."""
SECONDS: Kind = "seconds"
"""A duration: nanoseconds in memory, seconds in every output."""
INTEGER: Kind = "integer"
NUMBER: Kind = "number"
"""A float; NaN where there is none."""
TEXT: Kind = "text"
FLAG: Kind = "flag"
"""int64 0, 1 or MISSING in memory; false, true or null in every output."""


@dataclass(frozen=True, slots=True)
class Column:
    """Everything that outputs say of a column: schema, page, documentation and types of the scripts come from here."""

    name: str
    kind: Kind
    doc: str
    """What a value says, in Markdown."""
    head: str = ""
    """What people read above it, `{span}` for the window of the limit; empty: its name with spaces."""
    in_flows: bool = True
    """False: flows do not show it, so in a report of flows alone it is null."""

    def heading(self, span: str) -> str:
        """The head with its unit. `span`: the window of the limit, like `60 s`."""
        head = self.head.format(span=span) if self.head else self.name.replace("_", " ")
        return f"{head} (s)" if self.kind == SECONDS else head


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the report."""

    row: str
    """What a row is."""
    columns: tuple[Column, ...]
    """In the order of every file and of the JSON."""
    shown: tuple[str, ...] = ()
    """The columns that the page shows, in its order; all others are in what a click on a row opens."""

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each column by its name, in their order."""
        return {column.name: column.kind for column in self.columns}

    @property
    def not_in_flows(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if not column.in_flows)


_FROM_JSON: dict[Kind, Callable[[Any], int]] = {SECONDS: lambda value: round(value * SECOND), INTEGER: int, FLAG: int}


def iso_column(values: Int64) -> list[str | None]:
    """ISO 8601 with nine decimals and `Z` of each time; None for MISSING."""
    return json_column(TIME, values)


def json_column(kind: Kind, values: Array) -> list[Any]:
    """The values of a column as JSON has them."""
    if kind == TEXT:
        return list(values)
    if kind == TIME:
        found: list[Any] = np.datetime_as_string(values.view("M8[ns]"), unit="ns", timezone="UTC").tolist()
    elif kind == SECONDS:
        found = (values / SECOND).tolist()
    elif kind == FLAG:
        found = (values == 1).tolist()
    else:
        found = values.tolist()
    for row in np.flatnonzero(np.isnan(values) if kind == NUMBER else values == MISSING).tolist():
        found[row] = None
    return found


def memory_column(kind: Kind, values: Sequence[Any]) -> Array:
    """The inverse of `json_column`. Raises ValueError or TypeError for a value that is not of its kind."""
    if kind == TEXT:
        column = np.empty(len(values), dtype=object)
        column[:] = [None if value is None else _text(value) for value in values]
        return column
    if kind == NUMBER:
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if kind == TIME:
        times = ["NaT" if value is None else value.removesuffix("Z") for value in values]
        return np.array(times, dtype="M8[ns]").view(np.int64)
    convert = _FROM_JSON[kind]
    return np.array([MISSING if value is None else convert(value) for value in values], dtype=np.int64)


def pandas_column(kind: Kind, values: Array) -> pd.Series[Any]:
    """The values of a column as pandas has them; a missing value is NaT, NaN or NA by dtype."""
    import pandas as pd

    if kind == TIME:
        return pd.Series(pd.DatetimeIndex(values.view("M8[ns]"), tz="UTC"))
    if kind == TEXT:
        return pd.Series(values, dtype="string")
    if kind == NUMBER:
        return pd.Series(values, dtype="float64")
    missing = values == MISSING
    if kind == SECONDS:
        return pd.Series(np.where(missing, np.nan, values / SECOND))
    if kind == FLAG:
        return pd.Series(pd.arrays.BooleanArray(values == 1, missing))
    return pd.Series(pd.arrays.IntegerArray(np.where(missing, 0, values), missing))


def frame_of(described: Iterable[Column], columns: Mapping[str, Array]) -> pd.DataFrame:
    """One table as a DataFrame, columns in the order in which they are described."""
    import pandas as pd

    return pd.DataFrame({column.name: pandas_column(column.kind, columns[column.name]) for column in described})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
