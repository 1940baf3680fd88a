"""One file, from its bytes to batches."""

from __future__ import annotations

from pathlib import Path

from tests.capture import wire


def test_a_packet_longer_than_the_batches_and_than_the_room_between_them(tmp_path: Path) -> None:
    note = wire.block(4, b"n" * (2 << 20))
    data = wire.section() + wire.interface() + wire.enhanced(wire.segment(seq=1), 1) + note
    data += wire.enhanced(wire.segment(b"x" * 60_000, seq=2), 2)
    reading = wire.read_bytes(tmp_path, data, 100_000)
    assert [(row.seq, row.length) for row in reading.rows] == [(1, 18), (2, 60_000)]


def test_format_and_snaplen(tmp_path: Path) -> None:
    file = wire.read_bytes(tmp_path, wire.pcap([wire.segment()], snaplen=68, nano=True)).file
    assert (file.format, file.snaplen, file.link_types) == ("pcap-nanosecond", 68, ["EN10MB"])
