"""Frames: every shape byte for byte as scapy builds the packet whole; the file as scapy reads it."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import pytest
from scapy.utils import RawPcapReader

from pcapinspect.simulate.packets import OPTIONS, Framer, capture_file, scapy_packet
from pcapinspect.simulate.record import Attempt
from pcapinspect.simulate.segment import ACK, FIN, PSH, RST, SYN, Segment

NUMBERS = Random(7)


def an_attempt(six: bool) -> Attempt:
    client, server = ("2001:db8:20::7", "2001:db8::80") if six else ("10.20.3.4", "10.0.0.80")
    port = NUMBERS.randrange(1024, 65536)
    return Attempt(0, "r", client, port, server, 80, NUMBERS.getrandbits(32), 0, 0)


def a_segment(six: bool, up: bool, flags: int, options: str, payload: bytes) -> Segment:
    return Segment(
        an_attempt(six),
        up,
        flags,
        NUMBERS.getrandbits(32),
        NUMBERS.getrandbits(32),
        NUMBERS.randrange(65536),
        NUMBERS.randrange(1, 65536),
        NUMBERS.randrange(1, 256),
        options,
        payload,
    )


@pytest.mark.parametrize("vlan", [None, 42])
@pytest.mark.parametrize("six", [False, True])
@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("options", list(OPTIONS))
def test_a_frame_is_what_scapy_builds(vlan: int | None, six: bool, up: bool, options: str) -> None:
    framer = Framer(vlan)
    for flags in (SYN, SYN | ACK, ACK, PSH | ACK, FIN | ACK, RST, RST | ACK):
        for size in (0, 1, 2, 5, 6, 7, 118, 1459, 1460):
            segment = a_segment(six, up, flags, options, NUMBERS.randbytes(size))
            assert framer.frame(segment) == bytes(scapy_packet(segment, vlan))


def test_a_sum_of_all_ones_is_written_as_scapy_writes_it() -> None:
    """A payload that makes the TCP sum 0xFFFF: its complement is 0."""
    framer = Framer()
    segment = a_segment(False, True, PSH | ACK, "", b"\0\0")
    checksum = int.from_bytes(framer.frame(segment)[50:52], "big")
    ones = replace(segment, payload=checksum.to_bytes(2, "big"))
    assert framer.frame(ones)[50:52] == b"\0\0"
    assert framer.frame(ones) == bytes(scapy_packet(ones))


@pytest.mark.parametrize("six", [False, True])
def test_an_icmp_error_quotes_the_syn(six: bool) -> None:
    syn = a_segment(six, True, SYN, "ios", b"")
    reporter = "2001:db8::1" if six else "10.0.0.1"
    error = replace(syn, up=False, quoted=syn, reporter=reporter)
    ip = 14
    frame, quoted = Framer().frame(error), Framer().frame(syn)
    start = ip + (40 if six else 20) + 8
    length = 40 + 24 if six else 20 + 8
    assert frame[start : start + length] == quoted[ip : ip + length]


def test_the_file_is_read_by_scapy_as_it_was_meant() -> None:
    packets = [(1_700_000_000_123_456_000, b"\1" * 60, 60), (1_700_000_001_000_000_000, b"\2" * 68, 1500)]
    read = [
        (meta.sec * 1_000_000_000 + meta.usec * 1000, data, meta.wirelen)
        for data, meta in RawPcapReader(io.BytesIO(capture_file(packets, 68)))
    ]
    assert read == packets
