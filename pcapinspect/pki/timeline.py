"""A picture of the rollover timers in plain characters: when clients ask, when the shadow certificate is there."""

from __future__ import annotations

from pcapinspect.pki.timers import DAY, Window

MARGIN = 10
"""Characters before the picture, for the names of its rows."""


def days(seconds: int) -> str:
    """A duration in days, without decimals where it is whole: `1655.5`."""
    return f"{seconds / DAY:.4f}".rstrip("0").rstrip(".")


def draw(made: Window, width: int = 78) -> list[str]:
    """Lines of at most `width` characters, to scale: the life of the last client certificate of full length."""
    begin, end = min(made.affected_from, made.shadow), made.expiry
    columns = width - MARGIN - 1

    def at(time: int) -> int:
        return round((time - begin) * columns / (end - begin))

    def row(name: str, parts: list[tuple[int, int, str]]) -> str:
        cells = [" "] * (columns + 1)
        for first, last, sign in parts:
            for cell in range(at(first), at(last) + 1):
                cells[cell] = sign
        return (name.ljust(MARGIN) + "".join(cells)).rstrip()

    rows = [
        row("CA", [(begin, end, "="), (end, end, "|")]),
        row("shadow", [(made.shadow, end, "=")]),
        row("asks", [(made.earliest_ask, end, "-"), (made.earliest_ask, made.earliest_ask, "^")]),
    ]
    if made.length:
        rows.append(row("errors", [(made.earliest_ask, made.shadow, "#")]))
        rows.append(row("affected", [(made.affected_from, made.affected_to, ".")]))
    marks = {begin, made.earliest_ask, made.shadow, end}
    return [*rows, *_axis([(at(time), days(time)) for time in sorted(marks)], columns)]


def _axis(marks: list[tuple[int, str]], columns: int) -> list[str]:
    """The days under their places; what would overlap goes a line further down."""
    lines: list[str] = []
    for place, label in marks:
        start = min(place, columns + 1 - len(label))
        for number, line in enumerate(lines):
            if len(line) < start:
                lines[number] = line.ljust(start) + label
                break
        else:
            lines.append(" " * start + label)
    return [("day" if number == 0 else "").ljust(MARGIN) + line for number, line in enumerate(lines)]
