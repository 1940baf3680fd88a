"""A router's own flow cache as text: `show ip cache flow`, `show ip cache verbose flow`, `show ip flow top-talkers`,
`show flow monitor NAME cache`.

The cache has no dates: start and end are MISSING; a flow monitor's times of day are kept as `clock`. Protocol and ports
of the first three are hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pcapinspect.clock import SECOND
from pcapinspect.columns import MISSING
from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.cleaning import read_lines
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.rows import TCP, Row, count, flows_of, optional_count

_ADDRESS = r"(\d{1,3}(?:\.\d{1,3}){3})"
_COUNT = r"(\d{1,18}|\d{1,9}(?:\.\d{1,9})?[KMG])"

CACHE_HEADING = re.compile(r"^\s*SrcIf\s+SrcIPaddress\s.*\sDstP\s+(?P<counted>Pkts|Packets|Bytes)\s*$", re.I)
"""`show ip cache flow` counts packets; `show ip flow top-talkers` what it is sorted by."""

CACHE_LINE = re.compile(
    rf"^\s*\S+\s+{_ADDRESS}\s+\S+\s+{_ADDRESS}\s+([0-9A-F]{{2}})\s+([0-9A-F]{{4}})\s+([0-9A-F]{{4}})\s+{_COUNT}\s*$",
    re.I,
)
"""`Gi0/0  10.2.0.1  Local  10.1.0.80  06 5C4B 0050  4`: protocol, both ports, packets or bytes."""

CACHE_LINE_IPV6 = re.compile(
    r"^\s*([0-9A-F:.]*:[0-9A-F:.]*)\s+\S+\s+([0-9A-F:.]*:[0-9A-F:.]*)\s+\S+\s+0x([0-9A-F]{2})\s+0x([0-9A-F]{4})\s+"
    rf"0x([0-9A-F]{{4}})\s+{_COUNT}\s*$",
    re.I,
)
"""`show ipv6 flow cache`: `2001:DB8::11  Gi0/0  2001:DB8::80  Local  0x06 0xC351 0x0050  4`."""

VERBOSE_FIRST = re.compile(
    rf"^\s*\S+\s+{_ADDRESS}\s+\S+\s+{_ADDRESS}\s+([0-9A-F]{{2}})\s+[0-9A-F]{{2}}\s+([0-9A-F]{{2}})\s+{_COUNT}\s*$",
    re.I,
)
"""Two lines a flow: the first has protocol, TOS, flags and packets ..."""

VERBOSE_SECOND = re.compile(r"^\s*([0-9A-F]{4})\s+/\d+\s+\d+\s+([0-9A-F]{4})\s+/\d+\s+\d+\s+\S+\s+(\d{1,9})\s", re.I)
"""... the second the ports and the mean bytes of a packet."""

_ORDER = {
    "sa": r"ipv[46] (?:source|src) addr(?:ess)?|connection ipv[46] initiator addr(?:ess)?",
    "da": r"ipv[46] (?:destination|dst) addr(?:ess)?|connection ipv[46] responder addr(?:ess)?",
    "sp": r"trns (?:source|src) port",
    "dp": r"trns (?:destination|dst) port",
    "isp": r"conn(?:ection)? init(?:iator)? port",
    "idp": r"conn(?:ection)? resp(?:onder)? port",
    "pr": r"ip prot(?:ocol)?",
    "flg": r"tcp flags",
    "pkt": r"(?:counter )?(?:packets|pkts)(?: long)?",
    "byt": r"(?:counter )?bytes(?: layer2)?(?: long)?",
    "first": r"(?:timestamp|time) (?:abs )?first",
}
_FIELDS = [(name, re.compile(pattern)) for name, pattern in _ORDER.items()]
"""Fields of `show flow monitor NAME cache`, as its records and the headings of its tables name them. An AVC record
names initiator and responder of the connection, and its TRNS ports are in the same order."""

_NEEDED = {"sa", "da"}
_RECORD_LINE = re.compile(r"^\s*(?P<name>[A-Za-z][A-Za-z0-9 ]*?):\s+(?P<value>\S.*)$")
_CLOCK = re.compile(r"^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$")


def is_cache_text(head: str) -> bool:
    """Whether text begins like the output of one of the commands."""
    lowered = head.lower()
    if "srcipaddress" in lowered or ("srcaddress" in lowered and "dstprt" in lowered):
        return True
    of_ports = "trns" in lowered and ("src" in lowered or "source" in lowered)
    return of_ports or ("connection ipv" in lowered and "initiator" in lowered)


def read_cache(file: FlowFile, ports: Sequence[int]) -> Flows:
    """All TCP flows of the text towards or from a watched port."""
    file.format = "ios-cache"
    watched = set(ports)
    kept: list[Row] = []
    for cells in _flows(text for _, text in read_lines(file.path)):
        file.records += 1
        try:
            if not _is_tcp(cells.get("pr")):
                continue
            row = _row(cells)
        except ValueError:
            file.malformed += 1
            continue
        if watched & {row.src_port, row.dst_port}:
            kept.append(row)
    file.kept = file.undated = len(kept)
    if not file.records:
        raise EvidenceError(f"{file.path}: a flow cache of which no record was understood")
    if kept:
        file.warnings.append(_about_times(kept))
    return flows_of(kept)


def _is_tcp(protocol: str | None) -> bool:
    """By number or name; a cache that does not tell is taken for one of TCP. Raises ValueError."""
    if protocol is None or protocol.isalpha():
        return protocol is None or protocol.lower() == "tcp"
    return int(protocol, 0) == TCP


def _about_times(kept: Sequence[Row]) -> str:
    if any(row.clock != MISSING for row in kept):
        return "its flows have a time of day and no date: they are counted, and stand on no time axis"
    return "its flows have no times: they are counted, and stand on no time axis"


def _row(cells: dict[str, str]) -> Row:
    return Row(
        src_ip=cells["sa"],
        dst_ip=cells["da"],
        src_port=int(cells.get("sp") or cells.get("isp", "0")),
        dst_port=int(cells.get("dp") or cells.get("idp", "0")),
        packets=optional_count(cells.get("pkt")),
        bytes=optional_count(cells.get("byt")),
        tcp_flags=int(cells["flg"], 0) if "flg" in cells else MISSING,
        clock=_clock(cells.get("first", "")),
    )


def _clock(text: str) -> int:
    """Nanoseconds since midnight of `08:00:00.123`; MISSING for none."""
    found = _CLOCK.match(text)
    if found is None:
        return MISSING
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3])
    return ((hours * 60 + minutes) * 60 + seconds) * SECOND + int((found[4] or "").ljust(9, "0"))


def _flows(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The cells of each flow by the names in _ORDER; numbers as Python reads them."""
    verbose: re.Match[str] | None = None
    counted = "pkt"
    record: dict[str, str] = {}
    table: list[str] = []
    for line in lines:
        if match := CACHE_HEADING.match(line):
            counted = "byt" if match["counted"].lower() == "bytes" else "pkt"
        elif match := CACHE_LINE.match(line) or CACHE_LINE_IPV6.match(line):
            yield _hexadecimal(match[1], match[2], match[3], match[4], match[5]) | {counted: match[6]}
        elif match := VERBOSE_FIRST.match(line):
            verbose = match
        elif verbose and (match := VERBOSE_SECOND.match(line)):
            octets = {"pkt": verbose[5], "byt": str(count(verbose[5]) * int(match[3])), "flg": f"0x{verbose[4]}"}
            yield _hexadecimal(verbose[1], verbose[2], verbose[3], match[1], match[2]) | octets
            verbose = None
        elif (names := _headings(line)) is not None:
            table = names
        elif table and (cells := _cells(line, len(table))) is not None:
            yield dict(zip(table, cells, strict=True))
        elif match := _RECORD_LINE.match(line):
            name = _field(match["name"])
            if name in record:
                yield from _whole(record)
                record = {}
            if name:
                record[name] = match["value"]
    yield from _whole(record)


def _hexadecimal(source: str, target: str, protocol: str, source_port: str, target_port: str) -> dict[str, str]:
    ports = {"sp": str(int(source_port, 16)), "dp": str(int(target_port, 16))}
    return {"sa": source, "da": target, "pr": f"0x{protocol}", **ports}


def _field(text: str) -> str | None:
    lowered = " ".join(text.lower().split())
    return next((name for name, pattern in _FIELDS if pattern.fullmatch(lowered)), None)


def _headings(line: str) -> list[str] | None:
    """The columns of a monitor cache's table, where the line heads one: its headings stand two blanks apart, or commas
    part them (`format csv`).

    Of two that count the same (`bytes long`, `bytes layer2 long`) the first holds.
    """
    names: list[str] = []
    for heading in re.split(r"\s{2,}|[,\t]", line.strip()):
        name = _field(heading)
        names.append(name if name and name not in names else f"{len(names)}")
    return names if _NEEDED.issubset(names) else None


def _cells(line: str, columns: int) -> list[str] | None:
    """The cells of a row; one may hold single blanks (`port http`). None for a line that is no row."""
    if set(line) <= set("= \t"):
        return None
    for cells in (line.split(), re.split(r"\s{2,}", line.strip()), re.split(r"[,\t]", line)):
        if len(cells) == columns:
            return [cell.strip() for cell in cells]
    return None


def _whole(record: dict[str, str]) -> Iterator[dict[str, str]]:
    """A record of a monitor cache; without addresses, or without ports, it is none of TCP."""
    if record.keys() >= _NEEDED and ({"sp", "dp"} <= record.keys() or {"isp", "idp"} <= record.keys()):
        yield record
