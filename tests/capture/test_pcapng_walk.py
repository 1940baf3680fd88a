"""Times of pcapng in all their units, against whole-number arithmetic."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcapinspect.clock import SECOND
from tests.capture import wire

LAST = 9_223_372_036_000_000_000


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**64 - 1), st.integers(0, 255), st.integers(-(2**34), 2**34))
def test_any_time_in_any_unit(tmp_path: Path, units: int, resolution: int, offset: int) -> None:
    power = resolution & 0x7F
    scale = 2**power if resolution & 0x80 else 10**power
    seconds, rest = divmod(units, scale)
    expected = (seconds + offset) * SECOND + rest * SECOND // scale
    if abs(seconds + offset) > LAST // SECOND - 1:
        expected = LAST
    if (resolution & 0x80 and power >= 64) or (not resolution & 0x80 and power > 19):
        expected = offset * SECOND  # a unit of which 2**64 are no second
    options = wire.option(9, bytes([resolution])) + wire.option(14, struct.pack("<q", offset)) + wire.END_OF_OPTIONS
    data = wire.section() + wire.interface(options=options) + wire.enhanced(wire.segment(), units)
    if abs(offset) > 9_223_372_035:
        expected = LAST
    assert wire.read_bytes(tmp_path, data).file.first_time == expected


@pytest.mark.parametrize("kind", [9, 0x204, 0x208, 0x0BAD, 0x40000BAD])
def test_blocks_that_wireshark_numbers_as_frames(tmp_path: Path, kind: int) -> None:
    data = wire.section() + wire.interface() + wire.block(kind, bytes(16)) + wire.enhanced(wire.segment(), 1)
    assert [row.frame for row in wire.read_bytes(tmp_path, data).rows] == [2]
