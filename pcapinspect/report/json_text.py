"""The report document as JSON text, and back, checked against the schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any, NamedTuple

import orjson

from pcapinspect.errors import ReportError
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import Array, memory_column
from pcapinspect.report.every_row import Rows
from pcapinspect.report.model import Cell, Document, EmbeddedTable, Sections


class JsonTable(NamedTuple):
    """What the document has of a table."""

    name: str
    rows: int
    """When the captures were read."""
    shown: int
    columns: Iterable[tuple[str, list[Cell]]]


def render(sections: Sections, tables: Iterable[JsonTable], every_row: Rows | None) -> Iterator[bytes]:
    """Standard JSON in UTF-8, piece by piece. Sections are indented for people; each column of a table is one line.

    A storm has tens of megabytes of columns, of which only one is in memory at a time.
    """
    lines = json.dumps(sections, indent=1, allow_nan=False, ensure_ascii=False).removesuffix("\n}")
    yield lines.encode("utf-8", "replace") + b',\n "tables": {'
    for number, (name, rows, shown, columns) in enumerate(tables):
        yield f'{"," if number else ""}\n  "{name}": {{"rows": {rows}, "shown": {shown}, "columns": {{'.encode()
        for place, (column, values) in enumerate(columns):
            yield f'{"," if place else ""}\n    "{column}": '.encode()
            yield orjson.dumps(values)
        yield b"\n  }}"
    yield b'\n },\n "every_row": '
    yield b"null" if every_row is None else orjson.dumps(every_row.as_arrays(), option=orjson.OPT_SERIALIZE_NUMPY)
    yield b"\n}\n"


def schema_text() -> str:
    """The JSON Schema (2020-12) of the document, as it ships."""
    return resources.files("pcapinspect.report").joinpath("schema.json").read_text(encoding="utf-8")


def schema() -> dict[str, Any]:
    """The same, read."""
    found: dict[str, Any] = json.loads(schema_text())
    return found


def parse(text: str) -> Document:
    """The document of a saved report. Raises ReportError for text that is none.

    Columns are left to `columns_of`: a validator takes minutes for a million values.
    """
    import jsonschema

    try:
        document = orjson.loads(text)
    except ValueError as error:
        raise ReportError(f"not a report of pcapinspect: {error}") from None
    # A number beyond 64 bits becomes a float, which JSON Schema would take for an integer.
    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=types)
    try:
        jsonschema.validate(_without_values(document), schema(), validator)
    except jsonschema.ValidationError as error:
        where = "/".join(str(part) for part in error.absolute_path) or "the document"
        raise ReportError(f"not a report of this version of pcapinspect: {where}: {error.message[:200]}") from None
    except RecursionError:
        raise ReportError("not a report of pcapinspect: nested too deeply") from None
    found: Document = document
    return found


def columns_of(tables: dict[str, EmbeddedTable]) -> dict[str, dict[str, Array]]:
    """The columns of every embedded table. Raises ReportError where a value is not of its column's kind."""
    found: dict[str, dict[str, Array]] = {}
    for name, described in TABLES.items():
        table = tables[name]
        try:
            found[name] = {
                column: memory_column(kind, table["columns"][column]) for column, kind in described.kinds.items()
            }
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise ReportError(f"tables/{name}: {error}") from None
        if any(len(values) != table["shown"] for values in found[name].values()):
            raise ReportError(f"tables/{name}: the columns do not have {table['shown']} rows")
    return found


def _without_values(document: Any) -> Any:
    if not isinstance(document, dict) or not isinstance(document.get("tables"), dict):
        return document
    every = document.get("every_row")
    if isinstance(every, dict):
        document = {**document, "every_row": {name: _emptied(part) for name, part in every.items()}}
    tables = {}
    for name, table in document["tables"].items():
        columns = table.get("columns") if isinstance(table, dict) else None
        if isinstance(columns, dict):
            table = {**table, "columns": _emptied(columns)}
        tables[name] = table
    return {**document, "tables": tables}


def _emptied(columns: Any) -> Any:
    if not isinstance(columns, dict):
        return columns
    return {name: [] if isinstance(values, list) else values for name, values in columns.items()}
