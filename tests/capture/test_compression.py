"""Compressed captures: told by content, several members, junk, damage."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
from pathlib import Path

import lz4.frame
import pytest
import zstandard

from pcapinspect.errors import CaptureError
from tests.capture import wire
from tests.packets.test_hostile import PACK

RNG = [bytes((i * 7919 + j * 104_729) % 251 for j in range(700)) for i in range(300)]
CAPTURE = wire.pcap([wire.segment(data, seq=i) for i, data in enumerate(RNG)])
NAMES = ["gzip", "bzip2", "xz", "lz4", "zstd"]


@pytest.mark.parametrize("name", NAMES)
def test_each_by_its_content(tmp_path: Path, name: str) -> None:
    reading = wire.read_bytes(tmp_path, PACK[name](CAPTURE))
    assert [row.seq for row in reading.rows] == list(range(300))
    assert (reading.file.format, reading.file.truncated, reading.file.warnings) == (f"{name}:pcap", False, [])


@pytest.mark.parametrize("name", NAMES)
def test_members_that_follow_each_other(tmp_path: Path, name: str) -> None:
    pack = PACK[name]
    reading = wire.read_bytes(tmp_path, pack(CAPTURE[:50_000]) + pack(b"") + pack(CAPTURE[50_000:]))
    assert len(reading.rows) == 300
    assert reading.file.warnings == []


@pytest.mark.parametrize("name", NAMES)
def test_one_cut_in_the_middle_gives_what_was_before(tmp_path: Path, name: str) -> None:
    whole = PACK[name](CAPTURE) if name != "bzip2" else bz2.compress(CAPTURE, 1)
    reading = wire.read_bytes(tmp_path, whole[: len(whole) * 3 // 4])
    assert 0 < len(reading.rows) < 300
    assert [row.seq for row in reading.rows] == list(range(len(reading.rows)))
    assert reading.file.truncated
    assert any("ends too early" in warning for warning in reading.file.warnings)


def test_a_damaged_gzip_gives_every_packet_before_the_damage(tmp_path: Path) -> None:
    stored = bytearray(gzip.compress(CAPTURE, 0, mtime=0))
    first = 10 + 5  # header of gzip, header of a stored block
    length = struct.unpack_from("<H", stored, 11)[0]
    stored[first + length] = 0xFF  # a block type that there is not
    reading = wire.read_bytes(tmp_path, bytes(stored))
    size = 16 + len(wire.segment(RNG[0]))
    assert len(reading.rows) == (length - 24) // size
    assert reading.file.warnings[0].startswith("gzip: the compressed data is damaged")


def test_a_wrong_checksum_loses_no_packet(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(CAPTURE, mtime=0))
    data[-8] ^= 1
    reading = wire.read_bytes(tmp_path, bytes(data))
    assert len(reading.rows) == 300
    assert reading.file.truncated


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "lz4"])
def test_junk_behind_the_data_is_named_and_left(tmp_path: Path, name: str) -> None:
    reading = wire.read_bytes(tmp_path, PACK[name](CAPTURE) + b"uploaded by the customer portal")
    assert (len(reading.rows), reading.file.truncated) == (300, False)
    assert reading.file.warnings == [f"what follows the {name} data is not {name} data, and was not read"]


def test_padding_with_zeros_is_no_junk(tmp_path: Path) -> None:
    assert wire.read_bytes(tmp_path, PACK["gzip"](CAPTURE) + bytes(512)).file.warnings == []


def test_twice_compressed_and_too_often(tmp_path: Path) -> None:
    twice = PACK["gzip"](PACK["xz"](CAPTURE))
    assert wire.read_bytes(tmp_path, twice).file.format == "gzip:xz:pcap"
    data = CAPTURE
    for _ in range(6):
        data = gzip.compress(data, mtime=0)
    with pytest.raises(CaptureError, match="compressed more than 4 times over"):
        wire.read_bytes(tmp_path, data)


def test_zstd_with_a_skippable_frame_first(tmp_path: Path) -> None:
    data = b"\x50\x2a\x4d\x18\x04\0\0\0note" + PACK["zstd"](CAPTURE)
    assert len(wire.read_bytes(tmp_path, data).rows) == 300


def test_a_decoder_that_wants_too_much_memory_is_refused(tmp_path: Path) -> None:
    params = zstandard.ZstdCompressionParameters(window_log=31, compression_level=1)
    huge = zstandard.ZstdCompressor(compression_params=params)
    packed = io.BytesIO()
    with huge.stream_writer(packed, closefd=False) as writer:
        writer.write(CAPTURE)
    with pytest.raises(CaptureError, match="zstd: the compressed data is damaged"):
        wire.read_bytes(tmp_path, packed.getvalue())


def test_an_empty_capture_in_gzip_is_empty(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="the file is empty"):
        wire.read_bytes(tmp_path, gzip.compress(b"", mtime=0))


def test_noise_behind_a_magic_number(tmp_path: Path) -> None:
    for name in NAMES:
        head = PACK[name](CAPTURE)[:6]
        with pytest.raises(CaptureError):
            wire.read_bytes(tmp_path, head + bytes(os.urandom(300)))


def test_the_window_of_the_strongest_settings_is_accepted(tmp_path: Path) -> None:
    assert len(wire.read_bytes(tmp_path, lzma.compress(CAPTURE, preset=9 | lzma.PRESET_EXTREME)).rows) == 300
    assert len(wire.read_bytes(tmp_path, zstandard.ZstdCompressor(level=22).compress(CAPTURE)).rows) == 300
    assert len(wire.read_bytes(tmp_path, lz4.frame.compress(CAPTURE, block_size=7, compression_level=16)).rows) == 300
