"""What the page carries for its scripts: the document, and its tables packed column by column.

    {"document": the JSON document without its tables,
     "tables": {name: {"rows", "shown", "names": columns in their order,
                        "heads": {column: what people read above it},
                        "listed": the columns that people read, in their order,
                        "columns": {column: form}}},
     "causes": {cause: what people call it},
     "every_row": where the numbers of every row are (html_rows),
     "zone": {"name", "offsets": [[from this second on, seconds ahead of UTC], ...]}}

    form  {"kind": "time", "s": seconds since 1970, each less the known one before it, "n": nanoseconds, -1: no time}
          {"kind": "text", "words": distinct texts, "i": index into words, -1: none}
          {"kind": "integer" | "seconds" | "number" | "flag", "v": values, null: none}

Seconds and nanoseconds are apart because a number of JavaScript cannot hold a time since 1970 to the nanosecond.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np

from pcapinspect.clock import SECOND, parse_iso, zone
from pcapinspect.columns import MISSING
from pcapinspect.load.causes import CAUSES
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import TEXT, TIME, Kind, memory_column
from pcapinspect.report.model import Cell, Document, EmbeddedTable
from pcapinspect.report.people import limits_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")

_DAY = 86_400

_STEP = 14 * _DAY
"""Seconds between looks at a zone's offset. The shortest time between two changes of any zone since 1970 is longer
(Morocco and Egypt put summer time off for Ramadan, four weeks)."""


def page_data(document: Document, every_row: dict[str, object]) -> bytes:
    """The JSON text of all that. `every_row`: the head that `html_rows.packed` makes."""
    sections = {name: value for name, value in document.items() if name not in ("tables", "every_row")}
    span = limits_of(document["settings"]).span
    page = {
        "causes": {cause: said.words for cause, said in CAUSES.items()},
        "document": sections,
        "every_row": every_row,
        "tables": {name: _table(name, table, span) for name, table in document["tables"].items()},
        "zone": {"name": document["settings"]["tz"], "offsets": _offsets(zone(document["settings"]["tz"]), sections)},
    }
    return json.dumps(page, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _table(name: str, table: EmbeddedTable, span: str) -> dict[str, object]:
    described = TABLES[name]
    columns = {column: _pack(kind, table["columns"][column]) for column, kind in described.kinds.items()}
    return {
        "rows": table["rows"],
        "shown": table["shown"],
        "names": list(columns),
        "heads": {column.name: column.heading(span) for column in described.columns},
        "listed": list(described.shown),
        "columns": columns,
    }


def _pack(kind: Kind, values: list[Cell]) -> dict[str, object]:
    if kind == TIME:
        return {"kind": kind, **_pack_times(values)}
    if kind == TEXT:
        places: dict[Cell, int] = {None: -1}
        index = [places.setdefault(value, len(places) - 1) for value in values]
        return {"kind": kind, "words": list(places)[1:], "i": index}
    return {"kind": kind, "v": values}


def _pack_times(values: list[Cell]) -> dict[str, list[int]]:
    times = memory_column(TIME, values)
    known = times != MISSING
    seconds, nanoseconds = np.divmod(times[known], SECOND)
    steps = np.zeros(len(times), dtype=np.int64)
    steps[known] = np.diff(seconds, prepend=0)
    left = np.full(len(times), -1, dtype=np.int64)
    left[known] = nanoseconds
    return {"s": steps.tolist(), "n": left.tolist()}


def _offsets(tz: tzinfo, sections: object) -> list[list[int]]:
    """The zone's offsets over all times of the document, each with the first second for which it holds."""
    times = [parse_iso(text) // SECOND for text in _iso_times(sections)]
    if tz is UTC or not times:
        return [[0, 0]]
    at, end = min(times) - _DAY, max(times) + _DAY
    offsets = [[at, _ahead(tz, at)]]
    while at < end:
        later = min(at + _STEP, end)
        if _ahead(tz, later) != offsets[-1][1]:
            offsets.append(_change(tz, at, later))
        at = later
    return offsets


def _change(tz: tzinfo, low: int, high: int) -> list[int]:
    """The second in (low, high] at which the zone's offset changes."""
    before = _ahead(tz, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _ahead(tz, middle) == before:
            low = middle
        else:
            high = middle
    return [high, _ahead(tz, high)]


def _ahead(tz: tzinfo, seconds: int) -> int:
    offset = (_EPOCH + timedelta(seconds=seconds)).astimezone(tz).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _iso_times(value: object) -> Iterator[str]:
    """Every time of a section, however deep."""
    if isinstance(value, str):
        if _ISO_TIME.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _iso_times(item)
    elif isinstance(value, list):
        for item in value:
            yield from _iso_times(item)
