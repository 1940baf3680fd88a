"""The truth as JSON text that people can read and that diffs line by line."""

from __future__ import annotations

import json
from typing import Any


def truth_json(truth: dict[str, Any]) -> str:
    """One line for each plain member and for each row of a list; always the same text for the same truth."""
    return _object(truth, "") + "\n"


def _object(members: dict[str, Any], indent: str) -> str:
    inner = indent + "  "
    lines = [f"{inner}{json.dumps(name)}: {_value(value, inner)}" for name, value in members.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _value(value: Any, indent: str) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        inner = indent + "  "
        return "[\n" + ",\n".join(inner + _row(row, inner) for row in value) + f"\n{indent}]"
    return _flat(value)


def _row(row: dict[str, Any], indent: str) -> str:
    has_rows = any(isinstance(value, list) and value and isinstance(value[0], dict) for value in row.values())
    return _object(row, indent) if has_rows else _flat(row)


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
