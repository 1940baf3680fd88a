"""`show tcp brief all`: how many connections are in which state. Many in SYNRCVD fill a listener's queue."""

from __future__ import annotations

import re
from collections import Counter

from pcapinspect.evidence.configuration_model import TcpStates, Where

_HEADING = re.compile(r"^TCB\s+Local Address\s+Foreign Address\s+\(state\)$")
_ROW = re.compile(
    r"^[0-9A-Fa-f]{6,16}\s+(?P<local>\S{1,80})[.:](?P<port>\d{1,5}|\*)\s+\S{1,80}[.:](?:\d{1,5}|\*)\s+"
    r"(?P<state>[A-Z][A-Z0-9-]{2,12})$"
)


class TcpConnections:
    """Tables of connections."""

    def __init__(self) -> None:
        self._said: list[tuple[Where, Counter[tuple[int, str]]]] = []

    def begins(self, text: str, where: Where, /) -> bool:
        if _HEADING.match(text):
            self._said.append((where, Counter()))
            return True
        return False

    def take(self, text: str, _where: Where, /) -> bool:
        row = _ROW.match(text)
        if row is not None and row["port"] != "*":
            self._said[-1][1][int(row["port"]), row["state"]] += 1
        return row is not None

    def found(self) -> tuple[TcpStates, ...]:
        return tuple(
            TcpStates(
                where=where, states=tuple((port, state, count) for (port, state), count in sorted(counts.items()))
            )
            for where, counts in self._said
        )
