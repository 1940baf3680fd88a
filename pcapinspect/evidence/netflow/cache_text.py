"""A router's own flow cache as text: `show ip cache flow`, `show ip cache verbose flow`, `show flow monitor cache`.

The cache has no dates: start and end are MISSING. Protocol and ports of the first two are hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pcapinspect.columns import MISSING
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.nfdump import checked, count, flows_of

TCP = 6
_ADDRESS = r"(\d{1,3}(?:\.\d{1,3}){3})"
_COUNT = r"(\d{1,18}|\d{1,9}(?:\.\d{1,9})?[KMG])"

CACHE_LINE = re.compile(
    rf"^\S+\s+{_ADDRESS}\s+\S+\s+{_ADDRESS}\s+([0-9A-F]{{2}})\s+([0-9A-F]{{4}})\s+([0-9A-F]{{4}})\s+{_COUNT}\s*$",
    re.I,
)
"""`Gi0/0  10.2.0.1  Local  10.1.0.80  06 5C4B 0050  4`: protocol, both ports, packets."""

VERBOSE_FIRST = re.compile(
    rf"^\S+\s+{_ADDRESS}\s+\S+\s+{_ADDRESS}\s+([0-9A-F]{{2}})\s+[0-9A-F]{{2}}\s+([0-9A-F]{{2}})\s+{_COUNT}\s*$",
    re.I,
)
"""Two lines a flow: the first has protocol, TOS, flags and packets ..."""

VERBOSE_SECOND = re.compile(r"^([0-9A-F]{4})\s+/\d+\s+\d+\s+([0-9A-F]{4})\s+/\d+\s+\d+\s+\S+\s+(\d{1,9})\s", re.I)
"""... the second the ports and the mean bytes of a packet."""

MONITOR_NAMES = {
    "ipv4 source address": "sa",
    "ipv4 src addr": "sa",
    "ipv6 source address": "sa",
    "ipv4 destination address": "da",
    "ipv4 dst addr": "da",
    "ipv6 destination address": "da",
    "trns source port": "sp",
    "trns src port": "sp",
    "trns destination port": "dp",
    "trns dst port": "dp",
    "ip protocol": "pr",
    "ip prot": "pr",
    "tcp flags": "flg",
    "counter packets": "pkt",
    "counter packets long": "pkt",
    "pkts": "pkt",
    "pkts long": "pkt",
    "counter bytes": "byt",
    "counter bytes long": "byt",
    "bytes": "byt",
    "bytes long": "byt",
}
"""Field names of `show flow monitor NAME cache`, as records print them and as its table heads them."""

_NEEDED = {"sa", "da", "sp", "dp"}


def is_cache_text(head: str) -> bool:
    """Whether text begins like the output of one of the commands."""
    lowered = head.lower()
    return "srcipaddress" in lowered or ("trns" in lowered and ("src" in lowered or "source" in lowered))


def read_cache(file: FlowFile, ports: Sequence[int]) -> Flows:
    """All TCP flows of the text towards or from a watched port."""
    file.format = "ios-cache"
    watched = set(ports)
    kept: list[tuple[Any, ...]] = []
    with Path(file.path).open(encoding="utf-8", errors="replace") as lines:
        for row in _rows(file, lines):
            file.records += 1
            protocol, source, target = row[0], row[3], row[4]
            if protocol == TCP and watched & {source, target}:
                try:
                    kept.append(checked((None, MISSING, MISSING, row[1], source, row[2], target, *row[5:])))
                except ValueError:
                    file.malformed += 1
    file.kept = len(kept)
    if kept:
        file.warnings.append("the cache says no times: its flows cannot be put on a time axis")
    return flows_of(kept)


def _rows(file: FlowFile, lines: Iterable[str]) -> Iterator[tuple[int, str, str, int, int, int, int, int]]:
    """(protocol, source, target, source port, target port, packets, bytes, flags) of each flow."""
    verbose: re.Match[str] | None = None
    record: dict[str, str] = {}
    table: list[str] = []
    for line in map(str.rstrip, lines):
        if match := CACHE_LINE.match(line):
            ports = int(match[4], 16), int(match[5], 16)
            yield int(match[3], 16), match[1], match[2], *ports, count(match[6]), MISSING, MISSING
        elif match := VERBOSE_FIRST.match(line):
            verbose = match
        elif verbose and (match := VERBOSE_SECOND.match(line)):
            packets = count(verbose[5])
            yield (
                int(verbose[3], 16), verbose[1], verbose[2], int(match[1], 16), int(match[2], 16),
                packets, packets * int(match[3]), int(verbose[4], 16),
            )  # fmt: skip
            verbose = None
        elif (names := _table_names(line)) is not None:
            table = names
        elif table and (cells := line.split()) and len(cells) == len(table) and not set(line) <= set("= "):
            yield from _monitor(file, dict(zip(table, cells, strict=True)))
        elif match := re.match(r"^\s*([A-Za-z][A-Za-z0-9 ]*?):\s+(.+)$", line):
            name = MONITOR_NAMES.get(match[1].lower())
            if name in record:
                yield from _monitor(file, record)
                record = {}
            if name:
                record[name] = match[2]
    yield from _monitor(file, record)


def _table_names(line: str) -> list[str] | None:
    """The columns of a monitor cache's table; its cells never hold a blank, its headings do."""
    headings = re.split(r"\s{2,}", line.strip().lower())
    names = [MONITOR_NAMES.get(heading, heading) for heading in headings]
    return names if _NEEDED.issubset(names) else None


def _monitor(file: FlowFile, cells: dict[str, str]) -> Iterator[tuple[int, str, str, int, int, int, int, int]]:
    """One record of a monitor cache; without addresses or ports it is none."""
    if not _NEEDED.issubset(cells):
        return
    try:
        yield (
            int(cells.get("pr", str(TCP)), 0),
            cells["sa"],
            cells["da"],
            int(cells["sp"]),
            int(cells["dp"]),
            int(cells["pkt"]) if "pkt" in cells else MISSING,
            int(cells["byt"]) if "byt" in cells else MISSING,
            int(cells["flg"], 0) if "flg" in cells else MISSING,
        )
    except ValueError:
        file.malformed += 1
