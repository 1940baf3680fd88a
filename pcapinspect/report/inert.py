"""Text that is shown on a terminal or named in a comment: none of it may act."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable

from pcapinspect.http.text import inert as inert


def file_name(path: str) -> str:
    """A name as every output shows it.

    As it is, or, where it is no UTF-8 or holds what a terminal might act upon, in the shell's `$'...'`, whose escapes
    name just that file.
    """
    if path.isprintable() and not is_escaped(path):
        return path
    letters = os.fsencode(path).decode("utf-8", "surrogateescape")
    return f"$'{''.join(map(_escaped, letters))}'"


def is_escaped(name: str) -> bool:
    """Whether a name is in the shell's `$'...'`."""
    return name.startswith("$'") and name.endswith("'")


def command_line(words: Iterable[str]) -> str:
    """Words as a shell takes them; of file names, those that `file_name` gives."""
    return " ".join(word if is_escaped(word) else shlex.quote(word) for word in words)


def _escaped(letter: str) -> str:
    if letter in "\\'":
        return "\\" + letter
    if letter.isprintable():
        return letter
    # Octal, always of three digits: what follows cannot be taken for a part of it.
    return "".join(f"\\{byte:03o}" for byte in letter.encode("utf-8", "surrogateescape"))
