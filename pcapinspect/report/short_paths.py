"""File names as a reader elsewhere needs them: the folders of whoever made the report are left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import takewhile
from pathlib import PurePath
from typing import Literal, TypeVar, cast

from pcapinspect.report.inert import is_escaped
from pcapinspect.report.model import Document, Sections

Paths = Literal["name", "full"]
"""How the page and the Markdown report name files: by their names, or by the paths that were given."""

Told = TypeVar("Told", Sections, Document)

_FOLDERS = re.compile(r"(?<![^\s'=])(?:/[^/\s']+)*/(?=[^/\s'])")
"""The folders of an absolute path that begins a word of a command."""


def named(sections: Told, paths: Paths) -> Told:
    """The sections, or the document with its tables, with files named as `paths` says."""
    if paths == "full":
        return sections
    names = names_of(sections)
    if not names:
        return _with_command(sections)
    longest_first = sorted(names, key=len, reverse=True)
    known = re.compile(r"(?<![\w/])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![\w/])")
    shorter = _replaced(sections, lambda text: known.sub(lambda found: names[found[0]], text) if "/" in text else text)
    return _with_command(cast(Told, shorter))


def names_of(sections: Sections | Document) -> dict[str, str]:
    """What each file that was given with a folder is called: its name, or, where several have that name, its path
    below the folder that they share."""
    given = [file["path"] for file in sections["inputs"]] + [file["path"] for file in sections["evidence"]["account"]]
    every = {path: PurePath(path).parts for path in sorted({_letters(path) for path in given}) if path != "-"}
    held = Counter(parts[-1] for parts in every.values())
    alike = [parts[:-1] for parts in every.values() if held[parts[-1]] > 1]
    shared = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, zip(*alike, strict=False)))
    names = {
        path: parts[-1] if held[parts[-1]] == 1 else "/".join(parts[shared:]).lstrip("/")
        for path, parts in every.items()
    }
    return {path: name for path, name in names.items() if name != path}


def _letters(path: str) -> str:
    """Without the `$'...'` of the shell, which stays around a shorter name as well."""
    return path[2:-1] if is_escaped(path) else path


def _with_command(sections: Told) -> Told:
    """The command may name folders and outputs, which no section lists."""
    tool = sections["tool"]
    return cast(Told, {**sections, "tool": {**tool, "command": _FOLDERS.sub("", tool["command"])}})


def _replaced(value: object, shorter: Callable[[str], str]) -> object:
    """A copy with every text shortened, also those in a column of a table."""
    if isinstance(value, str):
        return shorter(value)
    if isinstance(value, Mapping):
        return {key: _replaced(item, shorter) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, shorter) if isinstance(item, str | dict | list) else item for item in value]
    return value
