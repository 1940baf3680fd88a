"""Whatever a reader raises, a command ends in one line and exit code 2: code 1 means that a finding was reached."""

from __future__ import annotations

import csv
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from pcapinspect.cli import main

ROOT = Path(__file__).resolve().parents[1]
HEALTHY = str(ROOT / "captures" / "healthy.pcap")

FOREIGN = (
    AssertionError(),
    AttributeError("'NoneType' object has no attribute 'buffer'"),
    IndexError("list index out of range"),
    KeyError("absent"),
    MemoryError(),
    OverflowError("int too big to convert"),
    RecursionError("maximum recursion depth exceeded"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    ValueError("a message\nof several lines " + "x" * 100_000),
    csv.Error("field larger than field limit (131072)"),
    struct.error("unpack requires a buffer of 4 bytes"),
    zlib.error("Error -3 while decompressing data"),
)
"""What libraries raise, and none of our own errors."""

READERS = {
    "pcapinspect.capture.walk.recognise": ["analyze", HEALTHY],
    "pcapinspect.capture.walk.inflate": ["analyze", HEALTHY],
    "pcapinspect.capture.pcap.PcapWalker.walk": ["analyze", HEALTHY],
    "pcapinspect.tcp.tracker.ConnectionTracker.feed": ["analyze", HEALTHY],
    "pcapinspect.http.reader.ExchangeReader.feed": ["analyze", HEALTHY],
    "pcapinspect.pki.reader.PkiReader.read": ["analyze", HEALTHY],
    "pcapinspect.pipeline.read_flows": ["analyze", "--netflow", HEALTHY],
    "pcapinspect.pipeline.flow_format": ["analyze", HEALTHY],
    "pcapinspect.evidence.configuration.read_configuration": ["analyze", HEALTHY, "--config", __file__],
    "pcapinspect.evidence.ios_log.read_logs": ["analyze", HEALTHY, "--log", __file__],
    "pcapinspect.report.document.Report.from_json": ["render", __file__],
    "pcapinspect.commands.timers._from_capture": ["timers", HEALTHY],
    "pcapinspect.commands.extract.run": ["extract", HEALTHY, "--client", "10.1.0.1", "-w", "x.pcapng"],
}
"""Where bytes of a file are read, and a command that comes there."""


@pytest.mark.parametrize("error", FOREIGN, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("reader", READERS)
def test_a_foreign_error_is_one_line(
    reader: str, error: Exception, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(reader, fail)
    monkeypatch.delenv("PCAPINSPECT_DEBUG", raising=False)
    assert main(READERS[reader]) == 2
    out, said = capfd.readouterr()
    assert (out, said.count("\n")) == ("", 1)
    assert said.startswith("pcapinspect: ")
    assert len(said) < 700


def test_the_place_is_told_on_request(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PCAPINSPECT_DEBUG", "1")
    monkeypatch.setattr("pcapinspect.capture.walk.recognise", None)
    assert main(["analyze", HEALTHY]) == 2
    said = capfd.readouterr().err
    assert "Traceback (most recent call last)" in said
    assert "capture/walk.py" in said


@pytest.mark.parametrize("command", ["analyze -", "render -", "timers -"])
def test_closed_standard_input_is_one_line(command: str) -> None:
    program = f"{sys.executable} -m pcapinspect {command} <&-"
    result = subprocess.run(["/bin/sh", "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", "pcapinspect: -: standard input is closed\n")
