"""The report document as JSON text, and back, checked against the schema."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import orjson

from pcapinspect.errors import ReportError
from pcapinspect.report.columns import TABLES, Array, memory_column


def render(document: dict[str, Any]) -> str:
    """Standard JSON. Sections are indented for people; each column of a table is one line."""
    head = {name: section for name, section in document.items() if name != "tables"}
    lines = json.dumps(head, indent=1, allow_nan=False, ensure_ascii=False).removesuffix("\n}")
    return lines + ',\n "tables": {\n' + ",\n".join(_table(*item) for item in document["tables"].items()) + "\n }\n}\n"


def _table(name: str, table: dict[str, Any]) -> str:
    columns = ",\n".join(
        f'    "{column}": {orjson.dumps(values).decode()}' for column, values in table["columns"].items()
    )
    return f'  "{name}": {{"rows": {table["rows"]}, "shown": {table["shown"]}, "columns": {{\n{columns}\n  }}}}'


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the document."""
    text = resources.files("pcapinspect.report").joinpath("schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def parse(text: str) -> dict[str, Any]:
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
    found: dict[str, Any] = document
    return found


def columns_of(tables: dict[str, Any]) -> dict[str, dict[str, Array]]:
    """The columns of every embedded table. Raises ReportError where a value is not of its column's kind."""
    found: dict[str, dict[str, Array]] = {}
    for name, kinds in TABLES.items():
        table = tables[name]
        try:
            found[name] = {column: memory_column(kind, table["columns"][column]) for column, kind in kinds.items()}
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise ReportError(f"tables/{name}: {error}") from None
        if any(len(values) != table["shown"] for values in found[name].values()):
            raise ReportError(f"tables/{name}: the columns do not have {table['shown']} rows")
    return found


def _without_values(document: Any) -> Any:
    if not isinstance(document, dict) or not isinstance(document.get("tables"), dict):
        return document
    tables = {}
    for name, table in document["tables"].items():
        columns = table.get("columns") if isinstance(table, dict) else None
        if isinstance(columns, dict):
            emptied = {column: [] if isinstance(values, list) else values for column, values in columns.items()}
            table = {**table, "columns": emptied}
        tables[name] = table
    return {**document, "tables": tables}
