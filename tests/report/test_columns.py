from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from pcapinspect.columns import MISSING
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import (
    FLAG,
    INTEGER,
    NUMBER,
    SECONDS,
    TEXT,
    TIME,
    frame_of,
    json_column,
    memory_column,
    pandas_column,
)

EXAMPLES = [
    (TIME, [1_772_352_000_123_456_789, MISSING, 0, -1], ["2026-03-01T08:00:00.123456789Z", None, "1970-01-01T00:00:00.000000000Z", "1969-12-31T23:59:59.999999999Z"]),  # noqa: E501
    (SECONDS, [15_000_000_001, MISSING, 0], [15.000000001, None, 0.0]),
    (INTEGER, [0, MISSING, 4_294_967_295], [0, None, 4_294_967_295]),
    (FLAG, [1, 0, MISSING], [True, False, None]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "expected"), EXAMPLES)
def test_json_and_back(kind: str, values: list[int], expected: list[object]) -> None:
    column = np.array(values, dtype=np.int64)
    assert json_column(kind, column) == expected
    assert memory_column(kind, expected).tolist() == values


def test_text_and_numbers() -> None:
    texts = np.array(["a", None, ""], dtype=object)
    assert json_column(TEXT, texts) == ["a", None, ""]
    assert memory_column(TEXT, ["a", None, ""]).tolist() == ["a", None, ""]
    assert json_column(NUMBER, np.array([0.5, math.nan])) == [0.5, None]
    assert math.isnan(memory_column(NUMBER, [None])[0])


@pytest.mark.parametrize(
    ("kind", "value"),
    [(TIME, "yesterday"), (TIME, 5), (INTEGER, "many"), (TEXT, 5), (SECONDS, "1 s"), (INTEGER, 2**70)],
)
def test_a_value_of_another_kind_is_an_error(kind: str, value: object) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError, OverflowError)):
        memory_column(kind, [value])


def test_pandas_keeps_nanoseconds_and_nulls() -> None:
    times = pandas_column(TIME, np.array([1_772_352_000_123_456_789, MISSING]))
    assert times[0] == pd.Timestamp("2026-03-01T08:00:00.123456789Z")
    assert times[0].nanosecond == 789
    assert times[1] is pd.NaT
    integers = pandas_column(INTEGER, np.array([0, MISSING]))
    assert integers[0] == 0
    assert integers[1] is pd.NA
    flags = pandas_column(FLAG, np.array([0, 1, MISSING]))
    assert flags.tolist() == [False, True, pd.NA]
    assert pandas_column(SECONDS, np.array([1_500_000_000, MISSING])).isna().tolist() == [False, True]


def test_an_empty_table_has_its_types() -> None:
    columns = {
        name: np.empty(0, dtype=np.int64) for name in ("time", "server_port", "accepted_60s", "attempts_60s", "open")
    }
    nothing = np.empty(0, dtype=object)
    frame = frame_of(TABLES["curve"].columns, {**columns, "server_ip": nothing, "network": nothing})
    assert list(frame.columns) == [
        "server_ip",
        "server_port",
        "time",
        "accepted_60s",
        "attempts_60s",
        "open",
        "network",
    ]
    assert str(frame["time"].dtype) == "datetime64[ns, UTC]"
    assert str(frame["open"].dtype) == "Int64"
    assert str(frame["server_ip"].dtype) == "string"
