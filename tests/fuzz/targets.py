"""What is fuzzed: each reader as a function of the bytes of a file.

Whatever they are, nothing is raised but an error of ours, which is one line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pcapinspect.columns import MISSING, MOST
from pcapinspect.errors import PcapInspectError
from pcapinspect.evidence.configuration import read_configuration
from pcapinspect.evidence.ios_log import read_logs
from pcapinspect.evidence.netflow.export import ExportDecoder
from pcapinspect.evidence.netflow.model import FlowFile
from pcapinspect.evidence.netflow.reader import read_flows
from pcapinspect.http.reader import ExchangeReader
from pcapinspect.packets.reader import CaptureReader
from pcapinspect.pki.ber import BerError
from pcapinspect.pki.certificates import read_certificate
from pcapinspect.pki.pkiclient import classify
from pcapinspect.pki.scep import read_signed_data, unwrap
from pcapinspect.report.document import Report
from pcapinspect.tcp.segments import DOWN, END_FIN, UP, Segments

Target = Callable[[bytes], None]

_FOLDER = TemporaryDirectory(prefix="pcapinspect-fuzz-")
PATH = Path(_FOLDER.name) / "input"

ANCHOR = 1_772_400_000_000_000_000
"""2026-03-01: the first time of a capture beside a log."""


def file_of(data: bytes) -> str:
    PATH.write_bytes(data)
    return str(PATH)


def capture(data: bytes) -> None:
    """Packets, with their payload where the batch says; what is counted fits a report."""
    reader = CaptureReader([file_of(data)], batch_bytes=600 if len(data) % 2 else 16 << 20)
    for batch in reader:
        rows = batch.packets
        assert (rows.payload_start >= 0).all()
        assert (rows.payload_start + rows.captured_length <= batch.data.size).all()
        assert (rows.captured_length <= rows.payload_length).all()
    (file,) = reader.inputs
    assert 0 <= file.interface_drops <= MOST


def job(data: bytes) -> None:
    """The whole of it: a report that can be read again."""
    from pcapinspect.pipeline import analyze

    saved = analyze([file_of(data)]).to_json()
    Report.from_json(saved)
    bounded(json.loads(saved))


def bounded(value: object) -> None:
    """No number of a report is beyond 64 bits."""
    if isinstance(value, dict):
        bounded(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            bounded(item)
    elif isinstance(value, int):
        assert -MOST - 1 <= value <= MOST


def http(data: bytes) -> None:
    """Both directions of a connection: the bytes up to the first 0xFF are the client's, and come in two segments."""
    asked, _, answered = data.partition(b"\xff")
    cut = len(asked) // 2
    pieces = [(UP, asked[:cut], 0), (UP, asked[cut:], cut), (DOWN, answered, 0), (DOWN, b"", len(answered))]
    sizes = [len(piece) for _, piece, _ in pieces]
    table = Segments(
        connection=np.zeros(4, np.int64),
        direction=np.array([direction for direction, _, _ in pieces], np.uint8),
        offset=np.array([offset for _, _, offset in pieces], np.int64),
        length=np.array(sizes, np.int32),
        captured=np.array(sizes, np.int32),
        start=np.cumsum([0, *sizes[:-1]]),
        time=np.arange(4, dtype=np.int64),
        frame=np.arange(1, 5, dtype=np.int64),
        file=np.zeros(4, np.uint16),
        acked=np.full(4, MISSING),
        end=np.array([0, 0, 0, END_FIN], np.uint8),
    )
    reader = ExchangeReader()
    found = [reader.feed(table, np.frombuffer(asked + answered, np.uint8), np.empty(0, np.int64)), reader.finish()]
    for exchanges, _ in found:
        for method, uri in zip(exchanges.method, exchanges.uri, strict=True):
            classify(method, uri)


def cms(data: bytes) -> None:
    """A SCEP message, and a certificate."""
    for read in (lambda: read_signed_data(unwrap(data)), lambda: read_certificate(data)):
        with suppress(BerError):
            read()


def netflow(data: bytes) -> None:
    """Datagrams one after the other, each behind its length in two bytes."""
    decoder, at = ExportDecoder(FlowFile("fuzz"), (80,)), 0
    while at + 2 <= len(data):
        size = int.from_bytes(data[at : at + 2])
        decoder.feed("192.0.2.1", data[at + 2 : at + 2 + size])
        at += 2 + max(size, 1)
    decoder.finish()


def flow_text(data: bytes) -> None:
    """nfdump's CSV and JSON, and the text of a router's cache."""
    read_flows([file_of(data)], (80,))


def log(data: bytes) -> None:
    read_logs([file_of(data)], ANCHOR)


def configuration(data: bytes) -> None:
    read_configuration([file_of(data)])


def saved_report(data: bytes) -> None:
    Report.from_json(data.decode("utf-8", "replace"))


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (capture, job, http, cms, netflow, flow_text, log, configuration, saved_report)
}


def try_one(target: Target, data: bytes) -> None:
    """One execution. Raises AssertionError for an error of several lines, and whatever is none of ours."""
    try:
        target(data)
    except PcapInspectError as error:
        if "\n" in str(error):
            raise AssertionError(f"more than one line: {error}") from error
