"""What a console wrote: which device each line is of, what was typed, and what the device said in between.

A file may hold several devices, configuration as it was shown or typed, show output, and messages that IOS printed into
all of it. Configuration and show output are read from what is left here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pcapinspect.evidence.cleaning import Line, prompt


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line of a device."""

    number: int
    text: str
    """Without prompt and stamp; what stands before it is indentation of the device's own."""
    device: str | None
    """Host name: of the prompt before it, or of `hostname`."""
    typed: bool = False
    """Behind a prompt: a command, not output."""
    mode: str | None = None
    """Of the prompt: `config`, `cs-server`, `ca-trustpoint`, ...; None: EXEC, or not typed."""
    message: bool = False
    """A log message or debug line that the device printed into the rest."""


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
_STAMP = re.compile(
    rf"^[ \t]*(?:\[[^\]\n]{{0,12}}{_TIME}[^\]\n]{{0,12}}\]|\d{{4}}[-/]\d\d[-/]\d\d[T ]{_TIME}(?:Z|[+-]\d\d:?\d\d)?"
    rf"|(?:[A-Z][a-z]{{2}} )?{_MONTH} {{1,2}}\d{{1,2}} {_TIME}(?: \d{{4}})?|{_TIME})(?:[ \t]*[|>:-](?=[ \t]|$))?[ \t]?"
)
"""Of a terminal that stamps what it logs; IOS itself stamps no line of configuration or output."""

_LEAST_STAMPED = 0.8
"""Share of a file's lines from which on what stands before them is not the device's, and taken off."""

_MARGIN = re.compile(r"^[ \t]*(?:\|(?!\s*\d)|\d{1,6}[:.)|]?(?=[ \t]))[ \t]?")
"""Bars and line numbers that tickets and editors put before lines; rows of timers begin with a bar and a number."""

_MESSAGE = re.compile(
    r"^[ \t]*(?:<\d{1,3}>)?(?:\d{1,9}: )*(?:[\w.:-]{1,63}: )?(?:"
    rf"[*.]?{_MONTH} {{1,2}}\d{{1,2}} (?:\d{{4}} )?{_TIME}(?: [A-Za-z][\w+-]{{0,9}})?: "
    r"|%[A-Z][A-Z0-9_]{1,30}-(?:[A-Z0-9_]+-)?[0-7]-[A-Z0-9_]{2,60}:"
    r"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+ \{)"
)
"""IOS puts a colon behind its own stamp; a facility and mnemonic may stand without one."""

_SESSION_END = re.compile(r"^[ \t]*(?:Connection to \S+ closed|\[Connection to )")


def spoken(lines: Iterable[Line]) -> Iterator[Spoken]:
    """The lines with their device; an empty one is a prompt alone. A prompt in the middle of a line begins another."""
    kept = _without([line for line in lines if line[1].strip()], _MARGIN)
    kept = _without(kept, _STAMP)
    device: str | None = None
    for number, text in kept:
        if _MESSAGE.match(text):
            yield Spoken(number, text.strip(), device, message=True)
            continue
        for piece in _pieces(Spoken(number, text, device)):
            if piece.typed or piece.text.strip():
                yield piece
            device = piece.device
        device = _named(text, device)


def _named(text: str, device: str | None) -> str | None:
    """The device that the configuration itself names from here on."""
    words = text.split()
    if words[:1] == ["hostname"] and len(words) == 2:
        return words[1].strip('"')[:63]
    return None if _SESSION_END.match(text) else device


def _without(lines: Sequence[Line], before: re.Pattern[str]) -> Sequence[Line]:
    """The lines without what stands before each, where it stands before nearly all of them."""
    found = sum(before.match(text) is not None and not _MESSAGE.match(text) for _, text in lines)
    if not lines or found < _LEAST_STAMPED * len(lines):
        return lines
    return [(number, before.sub("", text, count=1)) for number, text in lines]


def _pieces(line: Spoken) -> Iterator[Spoken]:
    """The line, cut before each prompt in it; what stands before the first is output."""
    inner = _inner_prompt(line)
    if inner:
        yield replace(line, text=line.text[:inner])
        yield from _pieces(replace(line, text=line.text[inner:], typed=False, mode=None))
        return
    found = prompt(line.text)
    if found is None:
        yield line
        return
    line = replace(line, device=found["device"], typed=True, mode=found["mode"], text=found["command"])
    inner = _inner_prompt(line)
    if inner is not None:
        yield replace(line, text=line.text[:inner])
        yield from _pieces(replace(line, text=line.text[inner:], typed=False, mode=None))
        return
    yield line


def _inner_prompt(line: Spoken) -> int | None:
    """Where the device's prompt stands in a line that lost its line end; 0: at its begin."""
    if line.device is None or line.device not in line.text:
        return None
    found = re.search(rf"{re.escape(line.device)}(?:\([\w-]{{1,40}}\))?[#>]", line.text)
    if found is None or prompt(line.text[found.start() :]) is None:
        return None
    return found.start() if line.text[: found.start()].strip() else 0
