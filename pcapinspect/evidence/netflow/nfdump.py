"""nfdump: its nfcapd files through the program itself, and its CSV and JSON output.

nfdump's times have milliseconds at most, and its CSV output seconds: `td`, the duration, then gives the end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from pcapinspect.clock import SECOND, parse_iso
from pcapinspect.columns import MISSING
from pcapinspect.errors import EngineError, EvidenceError
from pcapinspect.evidence.netflow.model import FlowFile, Flows

MAGIC = (b"\x0c\xa5", b"\xa5\x0c")
"""First two bytes of an nfcapd file, in either byte order (nfdump, nffile.h)."""

FLAG_LETTERS = "CEUAPRSF"
"""nfdump prints the eight TCP flags from CWR down to FIN, a dot for each that is not set."""

MOST_COMPLAINTS = 1000
"""Lines on standard error from which nfdump is not believed to come to an end; for a damaged file it has a few."""

_FORMAT = "fmt:%ts,%te,%sa,%da,%sp,%dp,%pr,%pkt,%byt,%flg,%ra"
_COLUMNS = ("ts", "te", "sa", "da", "sp", "dp", "pr", "ipkt", "ibyt", "flg", "ra")


def read_nfcapd(file: FlowFile, ports: Sequence[int]) -> Flows:
    """Through nfdump. Raises EngineError where it is not installed or fails."""
    if shutil.which("nfdump") is None:
        raise EngineError(f"{file.path}: nfcapd files are read by nfdump, which is not installed: `apt install nfdump`")
    file.format = "nfcapd"
    command = ["nfdump", "-r", file.path, "-q", "-N", "-6", "-o", _FORMAT]
    environment = os.environ | {"TZ": "UTC"}
    # Its lines are read as they come: a day of a busy router is gigabytes of text.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", env=environment
    ) as run:
        said: deque[str] = deque(["no reason given"], maxlen=1)
        listener = Thread(target=_listen, args=(run, said), daemon=True)
        listener.start()
        lines = iter(run.stdout or ())
        try:
            flows = _flows(file, (dict(zip(_COLUMNS, line.rstrip().split(","), strict=False)) for line in lines), ports)
        except BaseException:
            run.kill()
            raise
        listener.join()
    if run.returncode != 0:
        raise EngineError(f"{file.path}: nfdump failed: {said[0]}")
    return flows


def _listen(run: subprocess.Popen[str], said: deque[str]) -> None:
    """Keeps the last complaint, and ends a run that does not end complaining: nfdump repeats some of them for ever."""
    assert run.stderr is not None
    for number, line in enumerate(iter(partial(run.stderr.readline, 4096), "")):
        said.append(line.strip() or said[0])
        if number == MOST_COMPLAINTS:
            run.kill()


def read_csv(file: FlowFile, ports: Sequence[int]) -> Flows:
    """Output of `nfdump -o csv`. Without a header line the columns are those of nfdump 1.7."""
    file.format = "nfdump-csv"
    with Path(file.path).open(newline="", encoding="utf-8", errors="replace") as lines:
        rows = (line.rstrip("\r\n").split(",") for line in lines)  # nfdump quotes nothing
        names: list[str] = CSV_COLUMNS
        return _flows(file, _named(rows, names), ports)


CSV_COLUMNS = ["ts", "te", "td", "sa", "da", "sp", "dp", "pr", "flg", "fwd", "stos", "ipkt", "ibyt"]
"""The first columns of `nfdump -o csv` (1.6 and 1.7); `ra`, the exporter, is the fourth from the end."""

MOST_PORT = 65_535
MOST = 2**63 - 1
"""Of 64 bits with a sign, as columns hold them."""

LONGEST_FLOW = 86_400.0
"""Seconds. nfdump prints a negative duration as 2**64 ms and less; routers end a flow after 30 minutes, by default."""


def _named(rows: Iterable[list[str]], names: list[str]) -> Iterator[dict[str, str]]:
    router = -4
    for row in rows:
        if row[:1] == ["Summary"]:
            return
        if row[:1] == ["ts"]:
            names = row
            router = row.index("ra") - len(row) if "ra" in row else router
            continue
        if row:
            yield dict(zip(names, row, strict=False)) | {"ra": row[router] if len(row) > 40 else ""}


def read_json(file: FlowFile, ports: Sequence[int]) -> Flows:
    """Output of `nfdump -o json`. Raises EvidenceError where it is not JSON."""
    file.format = "nfdump-json"
    try:
        text = Path(file.path).read_text(errors="replace").strip()
        # With -q nfdump leaves the brackets of the list out.
        records: Any = json.loads(text if text.startswith("[") else f"[{text}]")
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{file.path}: not JSON: {error}") from None
    rows = [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []
    return _flows(file, map(_from_json, rows), ports)


def _from_json(record: Mapping[str, Any]) -> dict[str, str]:
    names = {
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
    return {name: next((str(record[key]) for key in keys if key in record), "") for name, keys in names.items()}


def _flows(file: FlowFile, rows: Iterable[Mapping[str, str]], ports: Sequence[int]) -> Flows:
    """Records that cannot be read are counted; those of other protocols and ports are not kept."""
    watched = set(ports)
    kept: list[tuple[Any, ...]] = []
    for row in rows:
        file.records += 1
        try:
            source, target = int(row["sp"] or 0), int(row["dp"] or 0)
            if row["pr"].strip() not in ("TCP", "6") or not watched & {source, target}:
                continue
            kept.append(_flow(row, source, target))
        except (KeyError, ValueError, OverflowError):
            file.malformed += 1
    file.kept = len(kept)
    for exporter in dict.fromkeys(flow[0] for flow in kept):
        if exporter:
            file.exporters.append(exporter)
    return flows_of(kept)


def _flow(row: Mapping[str, str], source: int, target: int) -> tuple[Any, ...]:
    start = parse_iso(row["ts"])
    end = parse_iso(row["te"]) if row.get("te") else start
    if row.get("td") and "." not in row["ts"] and 0 <= float(row["td"]) <= LONGEST_FLOW:
        end = start + round(float(row["td"]) * SECOND)
    return checked(
        (
            (row.get("ra") or "").strip() or None,
            # nfdump 1.7.1 swaps first and last of IPFIX records that use the uptime.
            min(start, end),
            max(start, end),
            row["sa"].strip(),
            source,
            row["da"].strip(),
            target,
            count(row["ipkt"]),
            count(row["ibyt"]),
            flags(row.get("flg", "")),
        )
    )


def flags(text: str) -> int:
    """`...AP.SF`, or a number; MISSING where there is nothing."""
    text = text.strip()
    if not text:
        return MISSING
    if text.isdigit() or text.lower().startswith("0x"):
        return int(text, 0)
    return sum(1 << 7 - place for place, letter in enumerate(text[-8:]) if letter == FLAG_LETTERS[place])


def count(text: str) -> int:
    """A number, also as `1.2 M` (without -N) or `1K` (IOS)."""
    text = text.strip()
    unit = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}.get(text[-1:].upper(), 0)
    return round(float(text[:-1]) * unit) if unit else int(text)


def checked(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row, for `flows_of`, of a flow that can be. Raises ValueError for any other."""
    _, start, end, source, source_port, target, target_port, *counts = row
    ip_address(source)
    ip_address(target)
    if not (0 <= source_port <= MOST_PORT and 0 <= target_port <= MOST_PORT):
        raise ValueError("a port beyond 16 bits")
    if any(number != MISSING and abs(number) > MOST for number in (start, end, *counts)):
        raise ValueError("a number beyond 64 bits")
    return row


def flows_of(rows: Sequence[tuple[Any, ...]]) -> Flows:
    """A table of flows from rows in the order of its columns."""
    if not rows:
        return Flows.empty()
    exporter, start, end, src_ip, src_port, dst_ip, dst_port, packets, octets, tcp_flags = zip(*rows, strict=True)

    def text(values: tuple[Any, ...]) -> Any:
        return np.array(values, dtype=object)

    return Flows(
        exporter=text(exporter),
        start=np.array(start, np.int64),
        end=np.array(end, np.int64),
        src_ip=text(src_ip),
        src_port=np.array(src_port, np.uint16),
        dst_ip=text(dst_ip),
        dst_port=np.array(dst_port, np.uint16),
        packets=np.array(packets, np.int64),
        bytes=np.array(octets, np.int64),
        tcp_flags=np.array(tcp_flags, np.int64),
    )
