"""What nfdump writes: its CSV, CSV-fast, JSON and NDJSON, of the versions before and since 1.7.5 (June 2024).

nfdump's times have milliseconds at most, and the CSV of old versions seconds: the duration then gives the end. Its
times are those of the machine that it ran on, without a zone; they are taken as UTC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.rows import Row, flags, flows_of, optional_count

OLD_COLUMNS = ("ts", "te", "td", "sa", "da", "sp", "dp", "pr", "flg", "fwd", "stos", "ipkt", "ibyt")
"""The first columns of `nfdump -o csv` up to 1.7.4; `ra`, the exporter, is the fourth from the end."""

NAMES = {
    "firstSeen": "ts",
    "lastSeen": "te",
    "duration": "td",
    "srcAddr": "sa",
    "dstAddr": "da",
    "srcPort": "sp",
    "dstPort": "dp",
    "proto": "pr",
    "flags": "flg",
    "packets": "ipkt",
    "inPackets": "ipkt",
    "bytes": "ibyt",
    "inBytes": "ibyt",
    "routerIP": "ra",
}
"""Headings since 1.7.5, in any choice and order (`-o csv:%ts,%sa,...`), by what the old ones were called."""

JSON_NAMES = {
    "ts": ("first", "t_first"),
    "te": ("last", "t_last"),
    "sa": ("src4_addr", "src6_addr"),
    "da": ("dst4_addr", "dst6_addr"),
    "sp": ("src_port",),
    "dp": ("dst_port",),
    "pr": ("proto",),
    "ipkt": ("in_packets",),
    "ibyt": ("in_bytes",),
    "flg": ("tcp_flags",),
    "ra": ("ip4_router", "ip6_router"),
}

LONGEST_FLOW = 86_400.0
"""Seconds. nfdump prints a negative duration as 2**64 ms and less; routers end a flow after 30 minutes, by default."""

LONGEST_LINE = 1 << 16
"""Characters. The longest record of 1.7 has some 2,000; what is longer is none."""

_EPOCH = re.compile(r"\d{9,10}(?P<milliseconds>\d{3})?(?:\.(?P<fraction>\d{1,9}))?")
_DURATION = re.compile(r"(?:(?:(?P<days>\d+)d )?(?P<hours>\d+):(?P<minutes>\d\d):)?(?P<seconds>\d+(?:\.\d+)?)")


def is_csv_heading(line: str) -> bool:
    """Whether a line heads nfdump's CSV."""
    return line.startswith("ts,te,td,") or {"firstSeen", "srcAddr", "dstAddr"} <= set(line.rstrip().split(","))


def is_bare_csv(line: str) -> bool:
    """Whether it is a record without a heading: `nfdump -q -o csv` of old versions leaves it out."""
    cells = line.split(",")
    return len(cells) > 12 and cells[0][4:5] == "-" and cells[8].strip("CEUAPRSF.") == ""


def is_ndjson(line: str) -> bool:
    """Whether the line is a record of its own."""
    return line.startswith('{"type"') and line.rstrip().endswith("}") and '"proto"' in line


def read_csv(file: FlowFile, ports: Sequence[int]) -> Flows:
    """`-o csv` and `-o csv-fast`. Raises EvidenceError where a record's columns do not tell a connection."""
    file.format = "nfdump-csv"
    with Path(file.path).open(encoding="utf-8", errors="replace") as stream:
        return flows_from(file, _csv_records(stream), ports)


def read_json(file: FlowFile, ports: Sequence[int]) -> Flows:
    """`-o json`. Raises EvidenceError where it is not JSON."""
    file.format = "nfdump-json"
    try:
        text = Path(file.path).read_text(errors="replace").strip()
        # With -q nfdump leaves the brackets of the list out.
        records: Any = json.loads(text if text.startswith("[") else f"[{text}]")
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{file.path}: not JSON: {error}") from None
    rows = [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []
    return flows_from(file, map(_from_json, rows), ports)


def read_ndjson(file: FlowFile, ports: Sequence[int]) -> Flows:
    """`-o ndjson`, and `-o json-log` of some versions: a record a line."""
    file.format = "nfdump-ndjson"
    with Path(file.path).open(encoding="utf-8", errors="replace") as stream:
        return flows_from(file, _json_records(stream), ports)


def _json_records(stream: IO[str]) -> Iterator[Mapping[str, str]]:
    for line in _lines(stream):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        yield _from_json(record) if isinstance(record, dict) else {}


def _from_json(record: Mapping[str, Any]) -> dict[str, str]:
    return {name: next((str(record[key]) for key in keys if key in record), "") for name, keys in JSON_NAMES.items()}


def _lines(stream: IO[str]) -> Iterator[str]:
    """Lines that are not empty. Of one that is too long the rest is passed over, and what is left is no record."""
    while line := stream.readline(LONGEST_LINE):
        rest = line
        while len(rest) == LONGEST_LINE and not rest.endswith("\n"):
            rest, line = stream.readline(LONGEST_LINE), ""
        if line.strip() or not line:
            yield line.rstrip("\r\n")


def _csv_records(stream: IO[str]) -> Iterator[dict[str, str]]:
    """nfdump quotes nothing: a quote is a character like others, and commas always part cells."""
    names: Sequence[str] = OLD_COLUMNS
    router: int | None = -4
    for line in _lines(stream):
        cells = line.split(",")
        if cells[0] == "Summary":
            return
        if is_csv_heading(line):
            names = [NAMES.get(cell, cell) for cell in cells]
            router = None if "ra" in names or "firstSeen" in cells else -4
        else:
            record = dict(zip(names, cells, strict=False))
            if router is not None:
                record["ra"] = cells[router] if len(cells) > 40 else ""
            yield record


def flows_from(file: FlowFile, records: Iterable[Mapping[str, str]], ports: Sequence[int]) -> Flows:
    """Records that cannot be read are counted; those of other protocols and ports are not kept."""
    watched = set(ports)
    kept: list[Row] = []
    for record in records:
        file.records += 1
        try:
            source, target = int(record["sp"] or 0), int(record["dp"] or 0)
            if record["pr"].strip() not in ("TCP", "6") or not watched & {source, target}:
                continue
            kept.append(_row(record, source, target))
        except (KeyError, ValueError, OverflowError):
            file.malformed += 1
    file.kept = len(kept)
    file.exporters += [exporter for exporter in dict.fromkeys(row.exporter for row in kept) if exporter]
    return flows_of(kept)


def _row(record: Mapping[str, str], source: int, target: int) -> Row:
    start = _time(record["ts"])
    end = _time(record["te"]) if record.get("te") else start
    duration = _seconds(record.get("td", ""))
    if duration is not None and ("." not in record["ts"] or not record.get("te")):
        end = start + round(duration * SECOND)
    return Row(
        exporter=(record.get("ra") or "").strip() or None,
        # nfdump 1.7.1 swaps first and last of IPFIX records that use the uptime.
        start=min(start, end),
        end=max(start, end),
        src_ip=record["sa"].strip(),
        src_port=source,
        dst_ip=record["da"].strip(),
        dst_port=target,
        packets=optional_count(record.get("ipkt")),
        bytes=optional_count(record.get("ibyt")),
        tcp_flags=flags(record.get("flg", "")),
    )


def _time(text: str) -> int:
    """A calendar time, or the milliseconds (csv-fast) or seconds (`%tsr`) since 1970."""
    found = _EPOCH.fullmatch(text.strip())
    if found is None:
        return parse_iso(text)
    if found["milliseconds"]:
        return int(text) * (SECOND // 1000)
    return int(text.partition(".")[0]) * SECOND + int((found["fraction"] or "").ljust(9, "0"))


def _seconds(text: str) -> float | None:
    """A duration as `14.000` or, since 1.7.5, `00:00:14.000`; None for none that a flow can have."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    days, hours, minutes = (int(found[name] or 0) for name in ("days", "hours", "minutes"))
    seconds = ((days * 24 + hours) * 60 + minutes) * 60 + float(found["seconds"])
    return seconds if seconds <= LONGEST_FLOW else None
