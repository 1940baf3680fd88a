"""Invariant: any bytes give packets, a counted oddity, or one CaptureError of one line; never another exception,
an endless loop, memory beyond a bound, or a payload outside its batch."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcapinspect.capture.linktypes import NAMES
from pcapinspect.errors import CaptureError
from pcapinspect.packets import layers
from pcapinspect.packets.starts import STARTS
from tests.capture import wire

LINKS = [link for link in range(len(STARTS)) if STARTS[link] != layers.ODD_LINK]

PACK: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda data: data,
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def holds(folder: Path, data: bytes, batch_bytes: int = 16 << 20) -> wire.Reading | None:
    """Read the bytes; `wire.read` checks the payloads. None where they were refused."""
    try:
        reading = wire.read_bytes(folder, data, batch_bytes)
    except CaptureError as error:
        line = str(error)
        reading = None
    if reading is None:
        assert "\n" not in line
        assert line.startswith(str(folder))
        return None
    assert len(reading.rows) <= reading.file.packets
    assert all(count > 0 for count in reading.file.unknown.values())
    assert all("\n" not in warning for warning in reading.file.warnings)
    return reading


MAGIC = [
    b"", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\x34\xcd\xb2\xa1", b"\x0a\x0d\x0d\x0a",
    wire.section(), wire.section(">"), wire.section() + wire.interface(), wire.pcap([]), wire.pcap([], 113),
    b"\x1f\x8b\x08\0\0\0\0\0\0\0", b"BZh9", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"snoop\0\0\0",
]  # fmt: skip


@QUICK
@given(st.sampled_from(MAGIC), st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, magic: bytes, rest: bytes) -> None:
    holds(tmp_path, magic + rest)


def whole() -> bytes:
    packets = [wire.segment(b"x" * n) for n in range(8)]
    fragments = [wire.ethernet(wire.ipv4(bytes(24), 6, place=place)) for place in (0x2000, 3)]
    return b"".join(
        (
            wire.pcapng(packets + fragments),
            wire.section(">"),
            wire.interface(113, ">"),
            wire.enhanced(bytes(40), 5, order=">", options=wire.option(1, b"note", ">") + wire.END_OF_OPTIONS),
            wire.block(5, bytes(12), ">"),
        )
    )


@QUICK
@given(st.data())
def test_damaged_captures(tmp_path: Path, data: st.DataObject) -> None:
    good = data.draw(st.sampled_from([whole(), wire.pcap([wire.segment() for _ in range(9)])]))
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(bad)))
    packed = bytearray(PACK[data.draw(st.sampled_from(sorted(PACK)))](bytes(bad[:cut])))
    if packed and data.draw(st.booleans()):
        packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    batch_bytes = data.draw(st.sampled_from([1, 700, 16 << 20]))
    holds(tmp_path, bytes(packed), batch_bytes)


@QUICK
@given(st.lists(st.tuples(st.sampled_from(LINKS), st.binary(max_size=120)), max_size=30))
def test_any_packet_of_any_link_type(tmp_path: Path, packets: list[tuple[int, bytes]]) -> None:
    blocks = [wire.section()]
    for number, (link, data) in enumerate(packets):
        blocks += [wire.interface(link), wire.enhanced(data, number, number=number)]
    reading = holds(tmp_path, b"".join(blocks))
    assert reading is not None
    assert reading.file.packets == len(packets)


CARRIERS = [
    lambda b: wire.ethernet(b, 0x8100), lambda b: wire.ethernet(b, 0x8847), lambda b: wire.ethernet(b, 0x8864),
    lambda b: wire.ethernet(b, 0x894F), lambda b: wire.ethernet(b, 0x8909), lambda b: wire.ethernet(b, 0x88E5),
    lambda b: wire.ethernet(b, 0x22F3),
    *(lambda b, p=p: wire.ethernet(wire.ipv4(b, p)) for p in (1, 4, 6, 41, 47, 115, 137)),
    *(lambda b, p=p: wire.ethernet(wire.ipv6(b, p), 0x86DD) for p in (0, 4, 6, 43, 44, 51, 58, 60)),
    *(lambda b, port=port: wire.ethernet(wire.ipv4(wire.udp(b, port), 17))
      for port in (1701, 2152, 3544, 4341, 4789, 4790, 6081, 6635, 37008)),
]  # fmt: skip


@QUICK
@given(st.lists(st.tuples(st.sampled_from(CARRIERS), st.binary(max_size=90)), max_size=20))
def test_anything_in_a_carrier(tmp_path: Path, packets: list[tuple[Callable[[bytes], bytes], bytes]]) -> None:
    reading = holds(tmp_path, wire.pcap([carrier(data) for carrier, data in packets]))
    assert reading is not None
    assert reading.file.packets == len(packets)


@QUICK
@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=64), st.integers(0, 3)), max_size=40))
def test_any_fragments(tmp_path: Path, pieces: list[tuple[int, bytes, int]]) -> None:
    packets = [wire.ethernet(wire.ipv4(data, 6, place=place, ident=ident)) for place, data, ident in pieces]
    reading = holds(tmp_path, wire.pcap(packets))
    assert reading is not None


def test_a_packet_in_itself_without_end(tmp_path: Path) -> None:
    packet = wire.tcp()
    for _ in range(60):
        packet = wire.ipv4(packet, 4 if packet[0] >> 4 == 4 and len(packet) > 40 else 6)
    reading = wire.read_bytes(tmp_path, wire.pcap([packet], 101))
    assert reading.file.unknown == {"more than 32 headers": 1}


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "lz4", "zstd"])
def test_a_bomb_costs_no_memory(tmp_path: Path, name: str) -> None:
    import resource

    bomb = PACK[name](wire.pcap([]) + bytes(200 << 20))
    assert len(bomb) < 2 << 20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading = wire.read_bytes(tmp_path, bomb, 1 << 20)
    assert reading.file.packets == (200 << 20) // 16
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 120 << 10  # kB


def test_a_claim_of_a_huge_packet_costs_no_memory(tmp_path: Path) -> None:
    data = wire.pcap([wire.segment()]) + struct.pack("<IIII", 0, 0, 0x7FFFFFFF, 0x7FFFFFFF)
    reading = wire.read_bytes(tmp_path, data)
    assert reading.file.packets == 1
    assert reading.file.truncated
    assert reading.file.warnings == [
        f"byte {24 + 16 + len(wire.segment())}: a packet of 2147483647 bytes, more than 262144: the file is damaged "
        "from here on; everything before it was read"
    ]


def test_names_are_known_for_what_is_decoded() -> None:
    assert set(LINKS) <= set(NAMES)
