"""The tables that nfdump prints for people: `-o line`, `long`, `extended`, and formats of one's own with headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pcapinspect.evidence.cleaning import read_lines
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.nfdump import flows_from

_HEADINGS = {
    "Date first seen": "ts",
    "Date last seen": "te",
    "Duration": "td",
    "Proto": "pr",
    "Src IP Addr:Port": "sap",
    "Dst IP Addr:Port": "dap",
    "Src IP Addr": "sa",
    "Dst IP Addr": "da",
    "Src Pt": "sp",
    "Dst Pt": "dp",
    "Src Port": "sp",
    "Dst Port": "dp",
    "Flags": "flg",
    "Packets": "ipkt",
    "In Pkt": "ipkt",
    "Bytes": "ibyt",
    "In Byte": "ibyt",
    "Router IP": "ra",
}
_HEADING = re.compile("|".join([*_HEADINGS, "Out Pkt", "Out Byte", "Src AS", "Dst AS", "Next-hop IP", r"\S+"]))

_CELL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|\d+(?:\.\d+)? [KMGT](?= |$)|\S+")
"""A time, a number with its unit, or a word."""

_ARROWS = ("->", "<->", "<-")
_CUT = ".."
"""In the middle of an IPv6 address: without -6 nfdump shortens it."""


def is_table(text: str) -> bool:
    """Whether text begins like one of the tables."""
    return any(_names(line) is not None for line in text.splitlines()[:20])


def read_table(file: FlowFile, ports: Sequence[int]) -> Flows:
    """All TCP flows of the text towards or from a watched port."""
    file.format = "nfdump-text"
    cut = 0

    def records() -> Iterator[dict[str, str]]:
        nonlocal cut
        names: list[str] | None = None
        for _, line in read_lines(file.path):
            if (found := _names(line)) is not None:
                names = found
                continue
            cells = [cell for cell in _CELL.findall(line) if cell not in _ARROWS]
            if names is None or len(cells) != len(names):
                continue
            record = _ends(dict(zip(names, cells, strict=True)))
            cut += _CUT in record["sa"] + record["da"]
            yield record

    flows = flows_from(file, records(), ports)
    if cut:
        file.warnings.append(f"{cut} records have IPv6 addresses that nfdump cut short: `nfdump -6` prints them whole")
    return flows


def _names(line: str) -> list[str] | None:
    """The columns, where the line heads a table whose rows tell a connection."""
    if "IP Addr" not in line or "Proto" not in line:
        return None
    names = [_HEADINGS.get(heading, heading) for heading in _HEADING.findall(line)]
    whole = {"sap", "dap"} <= set(names) or {"sa", "da", "sp", "dp"} <= set(names)
    return [name for name in names if name not in _ARROWS] if whole else None


def _ends(record: dict[str, str]) -> dict[str, str]:
    """With address and port apart: a colon is between them, after an IPv6 address a full stop."""
    for side in "sd":
        if (end := record.get(f"{side}ap")) is not None:
            record[f"{side}a"], _, record[f"{side}p"] = end.rpartition(":" if end.count(":") == 1 else ".")
    return record
