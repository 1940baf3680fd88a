"""The fields of a section of the document, with the docstrings that stand under them."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints, is_typeddict

from pcapinspect.report import model


class Field(NamedTuple):
    name: str
    type: Any
    doc: str


@cache
def _docs() -> dict[str, dict[str, str]]:
    """By class and field: the string that follows the field, as one line."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(model)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        own = found.setdefault(node.name, {})
        for base in node.bases:
            own |= found.get(ast.unparse(base), {})
        for field, after in zip(node.body, node.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
                own[field.target.id] = " ".join(str(ast.literal_eval(after.value)).split())
    return found


def fields_of(section: type) -> list[Field]:
    """In their order; those of a base first."""
    docs = _docs()[section.__name__]
    hints = get_type_hints(section, include_extras=True)
    return [Field(name, hint, docs.get(name, "")) for name, hint in hints.items()]


def doc_of(section: type) -> str:
    return " ".join((section.__doc__ or "").split())


def sections_of(root: type) -> list[type]:
    """A section and all that it holds, each once, in the order in which a reader comes upon them."""
    found: list[type] = []

    def visit(hint: Any) -> None:
        if is_typeddict(hint) and hint not in found:
            found.append(hint)
            for field in fields_of(hint):
                visit(field.type)
        for part in get_args(hint):
            visit(part)

    visit(root)
    return found


def without_null(hint: Any) -> tuple[Any, bool]:
    """The type without `None`, and whether it had it."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    parts = [part for part in get_args(hint) if part is not NoneType]
    return (parts[0] if len(parts) == 1 else Union[tuple(parts)]), NoneType in get_args(hint)  # noqa: UP007


def form_of(hint: Any) -> str | None:
    """The name of the definition that the type stands for (`Time`, `Count`, ...), if any."""
    return next((part.name for part in get_args(hint) if isinstance(part, model.Form)), None)


def words_of(hint: Any) -> tuple[Any, ...] | None:
    """The values of a Literal."""
    return get_args(hint) if get_origin(hint) is Literal else None
