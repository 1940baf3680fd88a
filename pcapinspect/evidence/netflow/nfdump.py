"""What nfdump writes: its CSV, CSV-fast, JSON and NDJSON, of the versions before and since 1.7.5 (June 2024).

nfdump's times have milliseconds at most, and the CSV of old versions seconds: the duration then gives the end. Its
times are those of the machine that it ran on, without a zone; they are taken as UTC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import gcd
from pathlib import Path
from typing import IO, Any

import numpy as np

from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.columns import MISSING
from pcapinspect.errors import EvidenceError
from pcapinspect.evidence.cleaning import SNIFFED, encoding_of
from pcapinspect.evidence.netflow.model import FlowFile, Flows
from pcapinspect.evidence.netflow.rows import Row, flags, flows_of, optional_count

OLD_COLUMNS = ("ts", "te", "td", "sa", "da", "sp", "dp", "pr", "flg", "fwd", "stos", "ipkt", "ibyt")
"""The first columns of `nfdump -o csv` up to 1.7.4; `ra`, the exporter, is the fourth from the end."""

NAMES = {
    "firstSeen": "ts",
    "lastSeen": "te",
    "received": "tr",
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
    "sampled": ("sampled",),
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

_BEFORE_HEADING = 5
"""Lines: of the prompt and the command."""

_LEAST_CELLS = 6
"""Of a record that tells a connection: time, protocol, and addresses and ports."""

_EPOCH = re.compile(r"\d{9,10}(?P<milliseconds>\d{3})?(?:\.(?P<fraction>\d{1,9}))?")
_DURATION = re.compile(r"(?:(?:(?P<days>\d+)d )?(?P<hours>\d+):(?P<minutes>\d\d):)?(?P<seconds>\d+(?:\.\d+)?)")


def is_csv_heading(line: str) -> bool:
    """Whether a line heads nfdump's CSV."""
    return line.startswith("ts,te,td,") or {"srcAddr", "dstAddr", "srcPort", "dstPort"} <= set(line.rstrip().split(","))


def has_csv_heading(text: str) -> bool:
    """Whether one of the first lines does: what a shell printed may stand before it."""
    return any(map(is_csv_heading, text.splitlines()[:_BEFORE_HEADING]))


def is_bare_csv(line: str) -> bool:
    """Whether it is a record without a heading: `nfdump -q -o csv` of old versions leaves it out."""
    cells = line.split(",")
    return len(cells) > 12 and cells[0][4:5] == "-" and cells[8].strip("CEUAPRSF.") == ""


def is_ndjson(line: str) -> bool:
    """Whether the line is a record of its own."""
    return line.startswith("{") and line.rstrip().endswith("}") and '"type"' in line and '"proto"' in line


def read_csv(file: FlowFile, ports: Sequence[int]) -> Flows:
    """`-o csv` and `-o csv-fast`. Raises EvidenceError where a record's columns do not tell a connection."""
    file.format = "nfdump-csv"
    with _open(file.path) as stream:
        return flows_from(file, _csv_records(stream), ports)


def read_json(file: FlowFile, ports: Sequence[int]) -> Flows:
    """`-o json`. Raises EvidenceError where it is not JSON."""
    file.format = "nfdump-json"
    try:
        with _open(file.path) as stream:
            text = stream.read().strip()
        # With -q nfdump leaves the brackets of the list out.
        records: Any = json.loads(text if text.startswith("[") else f"[{text}]")
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{file.path}: not JSON: {error}") from None
    rows = [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []
    return flows_from(file, map(_from_json, rows), ports)


def read_ndjson(file: FlowFile, ports: Sequence[int]) -> Flows:
    """`-o ndjson`, and `-o json-log` of some versions: a record a line."""
    file.format = "nfdump-ndjson"
    with _open(file.path) as stream:
        return flows_from(file, _json_records(stream), ports)


def _open(path: str) -> IO[str]:
    """As text, in the encoding that the shell gave it."""
    with Path(path).open("rb") as file:
        encoding = encoding_of(file.read(SNIFFED))
    return Path(path).open(encoding=encoding or "utf-8", errors="replace")


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
    headed = False
    for line in _lines(stream):
        cells = line.split(",")
        if line.startswith("Summary"):
            return
        if not headed and len(cells) < _LEAST_CELLS:
            continue  # a shell's
        headed = True
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
    sampled: list[int] = []
    for record in records:
        file.records += 1
        try:
            source, target = int(record["sp"] or 0), int(record["dp"] or 0)
            if record["pr"].strip() not in ("TCP", "6") or not watched & {source, target}:
                continue
            row = _row(record, source, target)
            kept.append(row)
            if record.get("sampled") in ("1", "True"):
                sampled.append(row.packets)
        except (KeyError, ValueError, OverflowError):
            file.malformed += 1
    file.kept = len(kept)
    file.undated = sum(row.start == MISSING for row in kept)
    if file.undated:
        file.warnings.append("its flows have no times: they are counted, and stand on no time axis")
    file.exporters += [exporter for exporter in dict.fromkeys(row.exporter for row in kept) if exporter]
    return _with_sampling(file, flows_of(kept), sampled)


def _with_sampling(file: FlowFile, flows: Flows, sampled: Sequence[int]) -> Flows:
    """nfcapd multiplies the packets of a sampled flow by the interval, and nfdump tells only that it did."""
    interval = gcd(*(packets for packets in sampled if packets > 0))
    if interval > 1:
        file.sampling = interval
        return replace(flows, sampling=np.full(len(flows), interval, np.int64))
    if sampled:
        file.warnings.append("nfdump calls its flows sampled and does not tell how: what seems unanswered may not be")
    return flows


def _row(record: Mapping[str, str], source: int, target: int) -> Row:
    start, end = _ends(record)
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


def _ends(record: Mapping[str, str]) -> tuple[int, int]:
    """First and last packet; MISSING where the columns that were chosen have no time."""
    first, last = (record.get("ts") or "").strip(), (record.get("te") or record.get("tr") or "").strip()
    duration = _seconds(record.get("td", ""))
    length = None if duration is None else round(duration * SECOND)
    if not first:
        end = _time(last) if last else MISSING
        return (end if end == MISSING or length is None else end - length), end
    start = _time(first)
    if length is not None and ("." not in first or not record.get("te")):
        return start, start + length
    return start, _time(last) if record.get("te") else start


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
