"""The tables of the report: which columns they have, of which kind, and each kind's form in JSON and in pandas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING, Int64

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, np.dtype[Any]]

TIME = "time"
"""Nanoseconds since 1970 (UTC), MISSING where there is none."""
SECONDS = "seconds"
"""A duration: nanoseconds in memory, seconds in every output."""
INTEGER = "integer"
NUMBER = "number"
"""A float; NaN where there is none."""
TEXT = "text"
FLAG = "flag"
"""int64 0, 1 or MISSING in memory; false, true or null in every output."""

TABLES: dict[str, dict[str, str]] = {
    "connections": {
        "connection": INTEGER,
        "file": TEXT,
        "first_frame": INTEGER,
        "client_ip": TEXT,
        "client_port": INTEGER,
        "server_ip": TEXT,
        "server_port": INTEGER,
        "isn": INTEGER,
        "start": TIME,
        "outcome": TEXT,
        "syn_packets": INTEGER,
        "synack_time": TIME,
        "synack_captured": FLAG,
        "handshake_rtt": SECONDS,
        "established_time": TIME,
        "end": TIME,
        "close": TEXT,
        "bytes_up": INTEGER,
        "bytes_down": INTEGER,
        "packets_up": INTEGER,
        "packets_down": INTEGER,
        "tcp_stream": INTEGER,
        "exchanges": INTEGER,
        "rung": TEXT,
        "fell": TEXT,
        "last_syn_time": TIME,
        "answer_time": TIME,
        "answer_frame": INTEGER,
        "established_frame": INTEGER,
        "last_frame": INTEGER,
        "close_time": TIME,
        "first_down": TIME,
        "synack_packets": INTEGER,
    },
    "exchanges": {
        "connection": INTEGER,
        "index": INTEGER,
        "request_frame": INTEGER,
        "response_frame": INTEGER,
        "request_time": TIME,
        "response_time": TIME,
        "latency": SECONDS,
        "method": TEXT,
        "uri": TEXT,
        "version": TEXT,
        "host": TEXT,
        "user_agent": TEXT,
        "status": INTEGER,
        "reason": TEXT,
        "server": TEXT,
        "content_type": TEXT,
        "request_bytes": INTEGER,
        "response_bytes": INTEGER,
        "operation": TEXT,
        "ca_identifier": TEXT,
        "scep_message_type": TEXT,
        "scep_status": TEXT,
        "scep_fail_info": TEXT,
        "transaction_id": TEXT,
        "complete": FLAG,
        "request_file": TEXT,
        "response_file": TEXT,
        "client_ip": TEXT,
        "server_ip": TEXT,
        "server_port": INTEGER,
        "signer_subject": TEXT,
        "signer_self_signed": FLAG,
    },
    "minutes": {
        "server_ip": TEXT,
        "server_port": INTEGER,
        "minute": TIME,
        "syn_packets": INTEGER,
        "attempts": INTEGER,
        "accepted": INTEGER,
        "unanswered": INTEGER,
        "refused": INTEGER,
        "undetermined": INTEGER,
        "exchanges": INTEGER,
        "errors": INTEGER,
        "peak_accepted_60s": INTEGER,
        "peak_open": INTEGER,
        "over_limit": FLAG,
        "paused_seconds": SECONDS,
        "asked": INTEGER,
        "answered": INTEGER,
        "succeeded": INTEGER,
        "established": INTEGER,
        "half_open": INTEGER,
        "unreachable": INTEGER,
        "answered_otherwise": INTEGER,
    },
    "pauses": {
        "server_ip": TEXT,
        "server_port": INTEGER,
        "last_answer": TIME,
        "first_unanswered": TIME,
        "last_unanswered": TIME,
        "next_answer": TIME,
        "silence_at_least": SECONDS,
        "silence_at_most": SECONDS,
        "unanswered_syns": INTEGER,
        "unanswered_attempts": INTEGER,
        "clients": INTEGER,
        "accepted_before_60s": INTEGER,
        "open_before": INTEGER,
        "cause": TEXT,
        "confidence": NUMBER,
        "pause": INTEGER,
    },
    "clients": {
        "client_ip": TEXT,
        "server_ip": TEXT,
        "server_port": INTEGER,
        "attempts": INTEGER,
        "established": INTEGER,
        "unanswered": INTEGER,
        "refused": INTEGER,
        "exchanges": INTEGER,
        "errors": INTEGER,
        "poll_period": SECONDS,
        "first": TIME,
        "last": TIME,
        "operations": TEXT,
        "poll_spread": SECONDS,
        "routers": INTEGER,
    },
    "flows": {
        "exporter": TEXT,
        "start": TIME,
        "end": TIME,
        "src_ip": TEXT,
        "src_port": INTEGER,
        "dst_ip": TEXT,
        "dst_port": INTEGER,
        "packets": INTEGER,
        "bytes": INTEGER,
        "tcp_flags": INTEGER,
    },
    "curve": {
        "server_ip": TEXT,
        "server_port": INTEGER,
        "time": TIME,
        "accepted_60s": INTEGER,
        "attempts_60s": INTEGER,
        "open": INTEGER,
    },
    "syns": {
        "server_ip": TEXT,
        "server_port": INTEGER,
        "time": TIME,
        "file": TEXT,
        "frame": INTEGER,
        "connection": INTEGER,
    },
}
"""Columns of each table, in their order. The names are a promise to those who read the outputs."""


_FROM_JSON: dict[str, Callable[[Any], int]] = {SECONDS: lambda value: round(value * SECOND), INTEGER: int, FLAG: int}


def iso_column(values: Int64) -> list[str | None]:
    """ISO 8601 with nine decimals and `Z` of each time; None for MISSING."""
    return json_column(TIME, values)


def json_column(kind: str, values: Array) -> list[Any]:
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


def memory_column(kind: str, values: Sequence[Any]) -> Array:
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


def pandas_column(kind: str, values: Array) -> pd.Series[Any]:
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


def frame_of(name: str, columns: Mapping[str, Array]) -> pd.DataFrame:
    """One table as a DataFrame, columns in the order of TABLES."""
    import pandas as pd

    return pd.DataFrame({column: pandas_column(kind, columns[column]) for column, kind in TABLES[name].items()})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value
