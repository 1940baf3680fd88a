"""Documents for the page: the example report, made large, and made hostile."""

from __future__ import annotations

import copy
from typing import Any

from pcapinspect.clock import SECOND, iso, parse_iso
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import TIME

Document = dict[str, Any]

TIMES = {table: [name for name, kind in described.kinds.items() if kind == TIME] for table, described in TABLES.items()}


def enlarged(document: Document, table_rows: int, seconds: int) -> Document:
    """The document with its connections repeated, over so many seconds, until there are `table_rows`, and the exchanges
    on them."""
    large = copy.deepcopy(document)
    for name in ("connections", "exchanges"):
        table = large["tables"][name]
        have = table["shown"]
        repeats = -(-table_rows // have)
        for column, values in table["columns"].items():
            table["columns"][column] = _repeat(values, have, repeats, column in TIMES[name], seconds)[:table_rows]
        numbers = table["columns"]["connection"]
        most = max(document["tables"]["connections"]["columns"]["connection"]) + 1
        table["columns"]["connection"] = [number + most * (row // have) for row, number in enumerate(numbers)]
        _keep(table, sum(number < table_rows for number in table["columns"]["connection"]))
    for server in large["servers"]:
        server["last_time"] = iso(parse_iso(server["first_time"]) + seconds * SECOND)
    return large


def cut(document: Document, shown: int) -> Document:
    """The document as if its tables of connections and exchanges had room for the first `shown` rows only."""
    part = copy.deepcopy(document)
    for name in ("connections", "exchanges"):
        table = part["tables"][name]
        rows = table["rows"]
        _keep(table, min(shown, rows))
        table["rows"] = rows
    return part


def _keep(table: Document, rows: int) -> None:
    for column, values in table["columns"].items():
        table["columns"][column] = values[:rows]
    table["shown"] = table["rows"] = rows


def _repeat(values: list[Any], have: int, repeats: int, time: bool, seconds: int) -> list[Any]:
    if not time:
        return values * repeats
    step = seconds * SECOND // repeats
    return [
        None if value is None else iso(parse_iso(value) + repeat * step)
        for repeat in range(repeats)
        for value in values
    ]
