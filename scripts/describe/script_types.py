"""Types of the document for the page's scripts (`// @ts-check`)."""

from __future__ import annotations

import json
from types import UnionType
from typing import Any, Union, get_args, get_origin, is_typeddict

from pcapinspect.report import model
from scripts.describe.fields import Field, doc_of, fields_of, form_of, sections_of, without_null, words_of

PLAIN = {str: "string", int: "number", float: "number", bool: "boolean"}

HEAD = "/* Made by `make described` from pcapinspect/report/model.py: do not edit. */\n"


def types_text() -> str:
    parts = [HEAD]
    for section in sections_of(model.Document):
        lines = "".join(_line(field) for field in fields_of(section))
        parts.append(f"/** {doc_of(section)} */\ninterface {_name(section)} {{\n{lines}}}\n")
    return "\n".join(parts)


def _line(field: Field) -> str:
    doc = f"  /** {field.doc} */\n" if field.doc else ""
    return f"{doc}  {field.name}: {_type(field.type)};\n"


def _name(section: type) -> str:
    """`Document` is a name of the browser's own."""
    return f"Report{section.__name__}"


def _type(hint: Any) -> str:
    bare, null = without_null(hint)
    return f"{_known(bare)} | null" if null else _known(bare)


def _known(hint: Any) -> str:
    if form_of(hint):
        return _type(get_args(hint)[0])
    if words := words_of(hint):
        return " | ".join(json.dumps(word) for word in words)
    if is_typeddict(hint):
        return _name(hint)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is list:
        inner = _type(parts[0])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if origin is tuple:
        return f"[{', '.join(_type(part) for part in parts)}]"
    if origin is dict:
        return f"Record<string, {_type(parts[1])}>"
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(_type(part) for part in parts))
    return PLAIN[hint]
