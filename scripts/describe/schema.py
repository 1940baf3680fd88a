"""The JSON Schema (2020-12) of the document."""

from __future__ import annotations

import json
from typing import Any, Union, get_args, get_origin, is_typeddict

from pcapinspect.load.causes import CAUSES
from pcapinspect.report import model
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import FLAG, INTEGER, NUMBER, SECONDS, TEXT, TIME, Kind
from scripts.describe.fields import doc_of, fields_of, form_of, sections_of, without_null, words_of

Schema = dict[str, Any]

FORMS: dict[str, Schema] = {
    "time": {
        "description": "ISO 8601, UTC, nine decimals",
        "type": "string",
        "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$",
    },
    "count": {"type": "integer", "minimum": 0},
    "seconds": {"description": "A duration in seconds", "type": "number"},
    "share": {"type": "number", "minimum": 0, "maximum": 1},
    "cause": {"description": "docs/causes.md says what each expects", "enum": list(CAUSES)},
}

CELLS: dict[Kind, Schema] = {
    TIME: {"anyOf": [{"$ref": "#/$defs/time"}, {"type": "null"}]},
    SECONDS: {"type": ["number", "null"]},
    INTEGER: {"type": ["integer", "null"]},
    NUMBER: {"type": ["number", "null"]},
    TEXT: {"type": ["string", "null"]},
    FLAG: {"type": ["boolean", "null"]},
}

PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema_text() -> str:
    return json.dumps(schema(), indent=1) + "\n"


def schema() -> Schema:
    document = _object(model.Document)
    document["properties"]["tables"] = _tables()
    held = [section for section in sections_of(model.Document) if section not in (model.Document, model.EmbeddedTable)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pcapinspect report",
        "description": "Everything that pcapinspect shows of one analysis. Times are ISO 8601 UTC with nanoseconds, "
        "durations are seconds, a value that is not there is null.",
        **document,
        "$defs": {
            **FORMS,
            **{f"{kind}_column": {"type": "array", "items": cell} for kind, cell in CELLS.items()},
            **{section.__name__: _object(section) for section in held},
        },
    }


def _object(section: type) -> Schema:
    """A section: all its fields are there, and no others but where it is open."""
    fields = fields_of(section)
    return {
        "description": doc_of(section),
        "type": "object",
        "required": [field.name for field in fields],
        "additionalProperties": section in model.OPEN,
        "properties": {
            field.name: {"description": field.doc} | _value(field.type) if field.doc else _value(field.type)
            for field in fields
        },
    }


def _value(hint: Any) -> Schema:
    bare, null = without_null(hint)
    known = _known(bare)
    if not null:
        return known
    if set(known) == {"type"} and isinstance(known["type"], str):
        return {"type": [known["type"], "null"]}
    if set(known) == {"enum"}:
        return {"enum": [*known["enum"], None]}
    return {"anyOf": [known, {"type": "null"}]}


def _known(hint: Any) -> Schema:
    """Of a type without None."""
    if form := form_of(hint):
        return {"$ref": f"#/$defs/{form}"}
    if words := words_of(hint):
        return {"enum": list(words)} if len(words) > 1 else {"const": words[0]}
    if is_typeddict(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    origin, parts = get_origin(hint), get_args(hint)
    if origin is list:
        return {"type": "array", "items": _value(parts[0])}
    if origin is tuple:
        return {
            "type": "array",
            "prefixItems": [_value(part) for part in parts],
            "items": False,
            "minItems": len(parts),
        }
    if origin is dict:
        return {"type": "object", "additionalProperties": _value(parts[1])}
    if origin is Union:
        return {"type": sorted(PLAIN[part] for part in parts)}
    return {"type": PLAIN[hint]}


def _tables() -> Schema:
    embedded = {field.name: _value(field.type) | {"description": field.doc} for field in fields_of(model.EmbeddedTable)}
    tables = {}
    for name, table in TABLES.items():
        columns = {
            column.name: {"description": column.doc, "$ref": f"#/$defs/{column.kind}_column"}
            for column in table.columns
        }
        own = {"type": "object", "required": list(columns), "additionalProperties": False, "properties": columns}
        tables[name] = {
            "description": f"A row is {table.row}.",
            "type": "object",
            "required": list(embedded),
            "additionalProperties": False,
            "properties": embedded | {"columns": own},
        }
    return {
        "description": "By name and column. Of tables with more than 50,000 rows some are here, failures first",
        "type": "object",
        "required": list(tables),
        "additionalProperties": False,
        "properties": tables,
    }
