"""Coverage-guided fuzzing of the reader; not run by pytest. Invariant: as in test_hostile.

    pip install atheris
    python tests/capture/fuzz_capture.py [CORPUS_FOLDER] [-max_total_time=60]

The kernels run as Python, so that their branches are seen and an index outside an array is an error.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ["NUMBA_DISABLE_JIT"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import atheris

with atheris.instrument_imports(include=["pcapinspect"]):
    from pcapinspect.capture.reader import CaptureReader
    from pcapinspect.errors import CaptureError

from tests.capture import wire

FOLDER = tempfile.TemporaryDirectory()
PATH = Path(FOLDER.name) / "capture"


def one_input(data: bytes) -> None:
    """The first byte chooses the size of batches; the rest is the file."""
    PATH.write_bytes(data[1:])
    reader = CaptureReader([str(PATH)], batch_bytes=600 if data[:1] < b"\x80" else 16 << 20)
    try:
        for batch in reader:
            rows = batch.packets
            assert (rows.payload_start >= 0).all()
            assert (rows.payload_start + rows.captured_length <= batch.data.size).all()
            assert (rows.captured_length <= rows.payload_length).all()
    except CaptureError as error:
        if "\n" in str(error):
            raise AssertionError(f"more than one line: {error}") from error


def seeds(folder: Path) -> None:
    """Small files to begin with, where the corpus is empty."""
    packets = [wire.segment(b"x" * n) for n in range(3)]
    pieces = [wire.ethernet(wire.ipv4(bytes(24), place=place)) for place in (0x2000, 3)]
    tunnel = wire.ethernet(wire.ipv4(b"\0\0\x08\0" + wire.ipv4(wire.tcp()), 47))
    tagged = wire.ethernet(b"\0\1\x88\x47\0\1\1\x40" + wire.ipv6(wire.tcp()), 0x8100)
    for number, data in enumerate(
        [
            wire.pcap([*packets, *pieces]),
            wire.pcap(packets, order=">", nano=True),
            wire.pcapng([tunnel, tagged]),
            wire.pcapng(packets, order=">"),
            wire.pcap([b"\xff\x03\0\x21" + wire.ipv4(wire.tcp())], 9),
            wire.pcap([bytes(14) + b"\x08\0" + wire.ipv4(wire.tcp())], 113),
        ]
    ):
        (folder / f"seed{number}").write_bytes(b"\0" + data)


def main() -> None:
    """Fuzz the corpus folder of the command line, or one made of the seeds."""
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        corpus = Path(FOLDER.name) / "corpus"
        corpus.mkdir()
        sys.argv.insert(1, str(corpus))
    if not any(Path(sys.argv[1]).iterdir()):
        seeds(Path(sys.argv[1]))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
