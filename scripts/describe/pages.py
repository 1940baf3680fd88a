"""The reference in `docs/`: tables, JSON, findings, causes."""

from __future__ import annotations

from collections.abc import Iterable
from types import UnionType
from typing import Any, Union, get_args, get_origin, is_typeddict

from pcapinspect.findings.kinds import KINDS
from pcapinspect.load.causes import CAUSES
from pcapinspect.report import model
from pcapinspect.report.catalogue import TABLES
from pcapinspect.report.columns import FLAG, INTEGER, NUMBER, SECONDS, TEXT, TIME
from scripts.describe.fields import doc_of, fields_of, form_of, sections_of, without_null, words_of

MADE = "<!-- Made by `make described`: do not edit. -->\n"

KIND_WORDS = {
    TIME: "time",
    SECONDS: "seconds",
    INTEGER: "integer",
    NUMBER: "number",
    TEXT: "text",
    FLAG: "true, false",
}

UNITS = {"count": "number", "s": "seconds", "share": "0 to 1", "days": "days", "time": "time, UTC", "text": "text"}

PLAIN = {str: "text", int: "integer", float: "number", bool: "true, false"}


def tables_page() -> str:
    parts = [
        MADE,
        "# Tables\n",
        "`--csv DIR` and `--parquet DIR` write one file a table; `Report.tables` of the Python library has them as "
        "pandas DataFrames, and the JSON report has their columns under `tables`. Times are UTC with nanoseconds (ISO "
        "8601 with `Z` in CSV and JSON), durations are seconds, and a value that is not there is null: never 0 or an "
        "empty text. More columns may follow; these names stay. In a report of flows alone the columns marked "
        "*packets* are null.\n",
    ]
    for name, table in TABLES.items():
        rows = (
            (f"`{column.name}`", KIND_WORDS[column.kind] + ("" if column.in_flows else ", *packets*"), column.doc)
            for column in table.columns
        )
        parts += [f"## {name}\n", f"A row is {table.row}.\n", _table(("Column", "Kind", "Says"), rows)]
    return "\n".join(parts)


def json_page() -> str:
    parts = [
        MADE,
        "# The JSON report\n",
        "`--json FILE` writes one document, `pcapinspect render` makes every other output of it again, and "
        "`pcapinspect schema` prints its JSON Schema. Times are ISO 8601 UTC with nine decimals, durations are "
        "seconds, and a value that is not there is null. `schema_version` rises when a reader of "
        "the JSON would have to change.\n",
    ]
    for section in sections_of(model.Document):
        rows = [(f"`{field.name}`", _type(field.type), field.doc) for field in fields_of(section)]
        more = "\n\nMore fields may be there: what evidence said, as it was read." if section in model.OPEN else ""
        parts += [f"## {section.__name__}\n", doc_of(section) + more + "\n", _table(("Field", "Type", "Says"), rows)]
    return "\n".join(parts)


def findings_page() -> str:
    parts = [
        MADE,
        "# Findings\n",
        "Every finding has an `id`: one of these, with the server after an `@` where several servers have it. "
        "Figures that are not known are null.\n",
    ]
    for name, kind in KINDS.items():
        rows = [(f"`{figure.name}`", UNITS[figure.unit], figure.label) for figure in kind.figures]
        parts += [f"## {name}\n", kind.fires + "\n"]
        parts += [_table(("Figure", "Unit", "Shown as"), rows)] if rows else []
    return "\n".join(parts)


def causes_page() -> str:
    rows = [(f"`{name}`", cause.words, cause.expects) for name, cause in CAUSES.items()]
    return "\n".join(
        [
            MADE,
            "# Causes\n",
            "The verdict on a server, and the cause of a pause, is one of these. How they are judged: "
            "[judgement.md](judgement.md).\n",
            _table(("Cause", "In words", "Expects"), rows),
        ]
    )


def _type(hint: Any) -> str:
    """The type of a field in words, with a link to the section that it is."""
    bare, null = without_null(hint)
    return _known(bare) + (" or null" if null else "")


def _known(hint: Any) -> str:
    if form := form_of(hint):
        return "[cause](causes.md)" if form == "cause" else form
    if words := words_of(hint):
        return " or ".join(f"`{word}`" for word in words)
    if is_typeddict(hint):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    origin, parts = get_origin(hint), get_args(hint)
    if origin is list:
        return f"list of {_type(parts[0])}"
    if origin is tuple:
        return " and ".join(_type(part) for part in parts)
    if origin is dict:
        return f"{_type(parts[1])} by name"
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(part) for part in parts))
    return PLAIN[hint]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [list(head)]
    lines = [f"| {' | '.join(row)} |" for row in ([*cells, ["---"] * len(cells[0])])]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"
