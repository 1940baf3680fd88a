"""What a file is, by its first bytes, whatever its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcapinspect.errors import CaptureError
from tests.capture import wire

FILES = {
    b"": "the file is empty",
    b"hello, this is no capture\n": "not a packet capture but text",
    b"\x89PNG\r\n\x1a\n" + bytes(20): "not a packet capture but a PNG image",
    b"PK\x03\x04" + bytes(30): "a ZIP archive: unpack it first",
    bytes(257) + b"ustar" + bytes(250): "a tar archive: unpack it first",
    b"snoop\0\0\0" + bytes(20): "a snoop capture: use --engine tshark",
    b"GMBU" + bytes(20): "a Microsoft Network Monitor 2 capture: use --engine tshark",
    b"\x00\x47\x2f\x00"
    + bytes(40): r"not a pcap or pcapng capture \(it begins with 00 47 2f 00\): use --engine tshark",
    b"\xd4\xc3\xb2\xa1\x02\x00": "byte 6: the file ends in the middle of its header",
    b"\x0a\x0d\x0d\x0a\x1c\0": "byte 0: the file ends in the middle of a packet",
    wire.pcap([b"x" * 40], 105): r"802\.11 frames \(IEEE802_11\): use --engine tshark",
}


@pytest.mark.parametrize("data", FILES, ids=list(FILES.values()))
def test_one_clear_line(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CaptureError, match=FILES[data]) as caught:
        wire.read_bytes(tmp_path, data)
    assert str(caught.value).startswith(str(tmp_path))
    assert "\n" not in str(caught.value)
