"""Files with flows, told by their content -> one table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from glob import glob
from pathlib import Path

import numpy as np

from pcapinspect.capture import pcap, pcapng
from pcapinspect.capture.fileset import find_captures, in_order
from pcapinspect.capture.inputs import InputFile
from pcapinspect.columns import MISSING
from pcapinspect.errors import CaptureError, EvidenceError
from pcapinspect.evidence.cleaning import SNIFFED, encoding_of
from pcapinspect.evidence.netflow import nfcapd, nfdump, nfdump_text
from pcapinspect.evidence.netflow.cache_text import is_cache_text, read_cache
from pcapinspect.evidence.netflow.datagrams import exports
from pcapinspect.evidence.netflow.export import ExportDecoder, Templates
from pcapinspect.evidence.netflow.model import FlowEvidence, FlowFile, Flows

HEAD_BYTES = 64 << 10
"""Enough to hold the headings of a router's cache, which follow its statistics."""


def read_flows(paths: Sequence[str], ports: Sequence[int]) -> FlowEvidence:
    """TCP flows towards or from `ports` of all files. Raises EvidenceError or EngineError for a file without flows."""
    files = _in_order(find_flows(paths))
    templates: Templates = {}
    parts = [_read(file, ports, templates) for file in files]
    for file in files:
        if (file.sampling or 1) > 1:
            file.warnings.append(f"sampled: 1 packet in {file.sampling} was looked at; counts are not scaled up")
        if file.malformed:
            file.warnings.append(f"{file.malformed} records or datagrams are damaged, and what is damaged is left out")
    flows = Flows.concatenate(parts)
    return FlowEvidence(flows.take(np.argsort(flows.start, kind="stable")), tuple(files))


def find_flows(arguments: Sequence[str]) -> list[str]:
    """The files that files, globs and folders name, each once; of a folder those that begin like flows or captures.

    Raises EvidenceError where an argument names nothing.
    """
    found: dict[tuple[int, int], str] = {}
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            files = _in_folder(path)
        elif path.exists() or not set("*?[") & set(argument):
            files = [argument]
        else:
            files = sorted(file for file in glob(argument, recursive=True) if Path(file).is_file())  # noqa: PTH207
        if not files:
            raise EvidenceError(
                f"{argument}: no flows in this folder" if path.is_dir() else f"{argument}: no file matches this"
            )
        for file in files:
            try:
                status = Path(file).stat()
            except OSError as error:
                raise EvidenceError(f"{file}: {error.strerror}") from None
            found.setdefault((status.st_dev, status.st_ino), file)
    return list(found.values())


def _in_folder(folder: Path) -> list[str]:
    try:
        captures = set(find_captures([str(folder)]))
    except CaptureError:
        captures = set()
    files = sorted(str(file) for file in folder.iterdir() if file.is_file())
    return [file for file in files if file in captures or flow_format(file)]


def _in_order(paths: Sequence[str]) -> list[FlowFile]:
    """Captures by their first packets, copies of one left out: templates come before what they describe."""
    captures = [path for path in paths if flow_format(path) is None]
    try:
        members = in_order(captures) if captures else []
    except CaptureError as error:
        raise EvidenceError(str(error)) from None
    return [
        *(FlowFile(path) for path in paths if path not in captures),
        *(FlowFile(member.path, warnings=list(member.warnings)) for member in members),
    ]


def as_input(file: FlowFile, flows: Flows) -> InputFile:
    """A flow file as the report lists its inputs. Times are those of all flows that are kept."""
    content = Path(file.path)
    timed = flows.start[flows.start != MISSING]
    with content.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return InputFile(
        path=file.path,
        format=file.format,
        bytes=content.stat().st_size,
        packets=file.datagrams,
        first_time=int(timed.min()) if len(timed) else None,
        last_time=int(flows.end.max()) if len(timed) else None,
        sha256=digest,
        warnings=list(file.warnings),
    )


def _read(file: FlowFile, ports: Sequence[int], templates: Templates) -> Flows:
    kind = flow_format(file.path)
    if kind == "nfcapd":
        return nfcapd.read_nfcapd(file, ports)
    if kind == "nfdump-csv":
        return nfdump.read_csv(file, ports)
    if kind == "nfdump-json":
        return nfdump.read_json(file, ports)
    if kind == "nfdump-ndjson":
        return nfdump.read_ndjson(file, ports)
    if kind == "nfdump-text":
        return nfdump_text.read_table(file, ports)
    if kind == "ios-cache":
        return read_cache(file, ports)
    decoder = ExportDecoder(file, ports, templates)
    for exporter, payload in exports(file.path):
        decoder.feed(exporter, payload)
    flows = decoder.finish()
    if not file.datagrams:
        raise EvidenceError(f"{file.path}: no NetFlow or IPFIX datagram in it")
    if file.without_template:
        file.warnings.append(f"{file.without_template} data sets have no template in the file and could not be read")
    if file.lost:
        file.warnings.append(f"the sequence numbers say that {file.lost} records or datagrams are missing")
    if file.firewall_events:
        denied = f", which denied {file.denied} of them" if file.denied else ""
        file.warnings.append(
            f"{file.firewall_events} records are events of a firewall (Cisco NSEL), put together by connection{denied}"
        )
    return flows


def flow_format(path: str) -> str | None:
    """What a file is by its first bytes, where these tell flows from packets: None for captures and anything else.

    Raises EvidenceError where it cannot be opened.
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror}") from None
    if head[:2] in nfcapd.MAGIC:
        return "nfcapd"
    if pcap.is_magic(head) or head.startswith(pcapng.MAGIC):
        return None
    encoding = encoding_of(head[:SNIFFED])
    if encoding is None:
        return None
    text = head.decode(encoding, errors="replace")
    first = text.partition("\n")[0]
    if nfdump.has_csv_heading(text) or nfdump.is_bare_csv(first):
        return "nfdump-csv"
    if nfdump.is_ndjson(first):
        return "nfdump-ndjson"
    if text.lstrip().startswith(("[", "{")) and '"type"' in text and '"proto"' in text:
        return "nfdump-json"
    if nfdump_text.is_table(text):
        return "nfdump-text"
    return "ios-cache" if is_cache_text(text) else None
