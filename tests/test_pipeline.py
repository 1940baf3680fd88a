"""The whole way from files to the report: what must hold whatever the capture is."""

from __future__ import annotations

import doctest
import json
import os
import struct
from pathlib import Path
from typing import Any

import pytest

import pcapinspect
from pcapinspect.errors import CaptureError
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.pipeline import Evidence, follow, inspect
from pcapinspect.settings import Settings
from tests.capture.wire import segment

ROOT = Path(__file__).resolve().parents[1]
CAPTURES = ROOT / "captures"


def essence(document: dict[str, Any]) -> dict[str, Any]:
    """What a report says of the traffic: everything but where it was read from."""
    text = json.dumps({key: document[key] for key in ("capture", "servers", "operations", "clients", "tables")})
    return json.loads(text)


def test_the_docstring_of_the_package_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(pcapinspect).failed == 0
    assert doctest.testmod(pcapinspect).attempted == 4


@pytest.mark.parametrize("name", ["storm", "healthy", "down"])
def test_the_report_of_a_sample_equals_the_simulators_record(name: str) -> None:
    truth = json.loads((CAPTURES / f"{name}.truth.json").read_text())
    report = pcapinspect.analyze([str(CAPTURES / f"{name}.pcap")])
    (server,) = report.document["servers"]
    (expected,) = truth["servers"]
    assert (server["ip"], server["port"]) == (expected["ip"], expected["port"])
    assert server["attempts"] == truth["totals"]["attempts"]
    assert server["syn_packets"] == truth["totals"]["syn_packets"]
    assert server["exchanges"] == truth["totals"]["exchanges"]
    assert server["verdict"]["cause"] == expected["cause"]
    connections = report.tables["connections"]
    outcomes = {
        (row.client_ip, row.client_port, row.isn): row.outcome
        for row in connections.itertuples()
        if row.isn is not None
    }
    assert len(outcomes) == len(truth["attempts"])
    for attempt in truth["attempts"]:
        key = (attempt["client_ip"], attempt["client_port"], attempt["isn"])
        assert outcomes[key] in attempt["any_of"], key


def test_a_capture_without_watched_traffic_is_an_empty_report(tmp_path: Path) -> None:
    path = tmp_path / "nothing.pcap"
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    document = pcapinspect.analyze([str(path)]).document
    assert document["servers"] == []
    assert document["inputs"][0]["packets"] == 0
    document = pcapinspect.analyze([str(CAPTURES / "healthy.pcap")], Settings(ports=(8080,))).document
    assert document["servers"] == []


@pytest.mark.parametrize("batch_bytes", [1 << 12, 1 << 16, 1 << 24])
def test_the_size_of_batches_does_not_matter(batch_bytes: int) -> None:
    from pcapinspect.findings.registry import find
    from pcapinspect.report.document import build

    path = str(CAPTURES / "storm.pcap")
    analysis = follow(CaptureReader([path], batch_bytes=batch_bytes), Settings(), Evidence())
    assert essence(build(analysis, find(analysis), []).document) == essence(pcapinspect.analyze([path]).document)


def test_a_capture_in_ten_files_given_in_any_order_is_one_capture(tmp_path: Path) -> None:
    """Frames are cited by file, so only what names no frame can be equal."""
    content = (CAPTURES / "storm.pcap").read_bytes()
    records = []
    at = 24
    while at < len(content):
        size = struct.unpack_from("<I", content, at + 8)[0]
        records.append(content[at : at + 16 + size])
        at += 16 + size
    step = -(-len(records) // 10)
    paths = []
    for number in range(10):
        path = tmp_path / f"ring{(number * 7) % 10}.pcap"  # names in another order than times
        path.write_bytes(content[:24] + b"".join(records[number * step : (number + 1) * step]))
        os.utime(path, (number, number))
        paths.append(str(path))
    whole = pcapinspect.analyze([str(CAPTURES / "storm.pcap")]).document
    parts = pcapinspect.analyze([str(tmp_path)]).document
    assert parts == pcapinspect.analyze(sorted(paths, reverse=True)).document | {"tool": parts["tool"]}
    assert parts["operations"] == whole["operations"]
    assert parts["clients"] == whole["clients"]
    for left, right in zip(whole["servers"], parts["servers"], strict=True):
        for figure in ("attempts", "established", "unanswered", "syn_packets", "peak_accepted_60s", "first_pause"):
            assert left[figure] == right[figure]
        assert left["verdict"]["cause"] == right["verdict"]["cause"]
    for name in ("minutes", "curve"):
        assert parts["tables"][name] == whole["tables"][name]


def test_what_only_wireshark_reads_is_not_looked_at_natively(tmp_path: Path) -> None:
    """A snoop file (RFC 1761) without port 80: the advice to use the engine that is in use helped nobody."""
    frame = segment(b"GET / HTTP/1.0\r\n\r\n", destination=8080)
    record = struct.pack(">IIIIII", len(frame), len(frame), 24 + len(frame), 0, 1_700_000_000, 0) + frame
    path = tmp_path / "port8080.snoop"
    path.write_bytes(b"snoop\0\0\0" + struct.pack(">II", 2, 4) + record)
    analysis = inspect([str(path)], Settings(engine="tshark"), Evidence(), None)
    assert (analysis.inputs[0].packets, len(analysis.connections)) == (1, 0)
    with pytest.raises(CaptureError, match="a snoop capture: use --engine tshark"):
        inspect([str(path)], Settings(), Evidence(), None)
