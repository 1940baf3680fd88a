"""The account of a file of evidence: how much of it was understood, and what was not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

MOST_KINDS = 10_000
"""Kinds of lines that are told apart while a file is read; a hostile file has as many as lines."""

TOLD_KINDS = 3
"""Of what was not understood, the most frequent."""

_WORD = re.compile(r"[A-Za-z%][\w%./-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Of one file. Lines that are empty do not count."""

    lines: int
    understood: int
    not_understood: int
    kinds: tuple[tuple[str, int], ...] = ()
    """The most frequent kinds of lines that were not understood: their first words, and how many."""
    whose: tuple[str, ...] = ()
    """Devices that the file names."""
    warning: str | None = None
    """What the reader of the report has to know: nothing was understood, or the file is something else."""


NOTHING = Account(lines=0, understood=0, not_understood=0)
"""Of a file that is empty."""


@dataclass(slots=True)
class Accountant:
    """Counts while a file is read."""

    lines: int = 0
    understood: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def pass_over(self, text: str) -> None:
        """A line that was not understood."""
        found = _WORD.search(text)
        kind = found[0][:40] if found else text.strip()[:1]
        if kind in self.kinds or len(self.kinds) < MOST_KINDS:
            self.kinds[kind] += 1

    def close(self, whose: tuple[str, ...] = (), warning: str | None = None) -> Account:
        return Account(
            lines=self.lines,
            understood=self.understood,
            not_understood=self.lines - self.understood,
            kinds=tuple(self.kinds.most_common(TOLD_KINDS)),
            whose=whose,
            warning=warning,
        )
