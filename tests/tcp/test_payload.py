"""Offsets, distinct bytes, retransmissions and holes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tcp.wire import ACK, FIN, PSH, Wire, feed, track

DATA = PSH | ACK


def test_offsets_count_from_the_byte_after_the_syn() -> None:
    wire = Wire().handshake().up(1, DATA, 1, 1, 100).down(1.1, DATA, 1, 101, 50).up(1.2, FIN | DATA, 101, 51, 20)
    seen = track(wire)
    assert seen.stream(0) == [(0, 100, 0), (100, 20, 1)]
    assert seen.stream(1) == [(0, 50, 0)]
    assert (seen.value("bytes_up"), seen.value("bytes_down")) == (120, 50)


@pytest.mark.parametrize("isn", [0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFF9C, 0x7FFFFFFF])
def test_offsets_across_the_wrap(isn: int) -> None:
    wire = Wire(isn=isn, server_isn=isn).handshake().up(1, DATA, 1, 1, 100).up(1.1, DATA, 101, 1, 100)
    seen = track(wire.down(1.2, DATA, 1, 201, 300).close(2, up=201, down=301))
    assert seen.stream(0) == [(0, 100, 0), (100, 100, 0), (200, 0, 1)]
    assert (seen.outcomes, seen.closes) == (["established"], ["fin"])
    assert (seen.value("bytes_up"), seen.value("bytes_down")) == (200, 300)


def test_offsets_beyond_four_gigabytes() -> None:
    wire = Wire().handshake()
    step = 900_000_000
    for k in range(12):
        wire.down(1 + k, DATA, 1 + k * step, 1, step)
    seen = track(wire)
    assert seen.value("bytes_down") == 12 * step
    assert seen.stream(1)[-1] == (11 * step, step, 0)


def test_midstream_counts_from_the_first_byte_seen() -> None:
    wire = Wire().up(0, ACK, 5000, 9000).up(0.1, DATA, 5000, 9000, 100).up(0.2, DATA, 4900, 9000, 100)
    seen = track(wire.down(0.3, DATA, 9000, 5100, 10))
    assert seen.stream(0) == [(0, 100, 0), (-100, 100, 0)]
    assert seen.stream(1) == [(0, 10, 0)]
    assert seen.value("bytes_up") == 200


def test_the_same_bytes_again() -> None:
    seen = track(Wire().handshake().up(1, DATA, 1, 1, 100).up(1.3, DATA, 1, 1, 100))
    assert (seen.value("bytes_up"), seen.value("packets_up")) == (100, 4)
    assert seen.stream(0) == [(0, 100, 0), (0, 100, 0)]
    assert seen.result.quality.retransmissions == 1


def test_partly_new_bytes() -> None:
    seen = track(Wire().handshake().up(1, DATA, 1, 1, 100).up(1.3, DATA, 51, 1, 100))
    assert (seen.value("bytes_up"), seen.result.quality.retransmissions) == (150, 1)


def test_out_of_order() -> None:
    wire = Wire().handshake().up(1, DATA, 101, 1, 100).up(1.0001, DATA, 1, 1, 100)
    seen = track(wire)
    assert seen.stream(0) == [(100, 100, 0), (0, 100, 0)]
    quality = seen.result.quality
    assert (quality.out_of_order, quality.retransmissions, quality.gaps) == (1, 0, 0)


def test_a_lost_segment_sent_again() -> None:
    seen = track(Wire().handshake().up(1, DATA, 101, 1, 100).up(1.3, DATA, 1, 1, 100))
    quality = seen.result.quality
    assert (quality.out_of_order, quality.retransmissions, quality.gaps) == (0, 1, 0)
    assert seen.value("bytes_up") == 200


def test_a_hole_that_the_receiver_acknowledged() -> None:
    wire = Wire().handshake().down(1, DATA, 1, 1, 100).down(1.1, DATA, 301, 1, 100).up(1.2, ACK, 1, 401)
    quality = track(wire).result.quality
    assert (quality.gaps, quality.gap_bytes, quality.acked_unseen) == (1, 200, 1)


def test_a_hole_that_the_receiver_does_not_acknowledge_is_none_of_the_capture() -> None:
    wire = Wire().handshake().down(1, DATA, 1, 1, 100).down(1.1, DATA, 301, 1, 100).up(1.2, ACK, 1, 101)
    quality = track(wire).result.quality
    assert (quality.gaps, quality.gap_bytes, quality.acked_unseen) == (0, 0, 0)


def test_a_hole_is_a_gap_where_no_receiver_was_captured() -> None:
    wire = Wire().up(1, DATA, 1, 1, 100).up(1.1, DATA, 301, 1, 100)
    quality = track(wire).result.quality
    assert (quality.gaps, quality.gap_bytes, quality.acked_unseen) == (1, 200, 0)


def test_bytes_acknowledged_at_the_end_that_the_capture_missed() -> None:
    wire = Wire().handshake().down(1, DATA, 1, 1, 100).up(1.2, ACK, 1, 601)
    quality = track(wire).result.quality
    assert (quality.gaps, quality.gap_bytes, quality.acked_unseen) == (1, 499, 1)


def test_an_acknowledged_fin_is_no_gap() -> None:
    assert track(Wire().handshake().close(1)).result.quality.gaps == 0


def test_keep_alive_probes_are_not_bytes() -> None:
    wire = Wire().handshake().up(1, DATA, 1, 1, 100).down(1.1, ACK, 1, 101)
    wire.up(60, ACK, 100, 1).down(60.1, ACK, 1, 101).up(120, ACK, 100, 1, 1).down(120.1, ACK, 1, 101)
    seen = track(wire)
    assert (seen.value("bytes_up"), seen.result.quality.retransmissions) == (100, 0)
    assert seen.stream(0) == [(0, 100, 0)]


def test_a_keep_alive_probe_before_any_byte() -> None:
    seen = track(Wire().handshake().up(60, ACK, 0, 1, 1))
    assert (seen.value("bytes_up"), seen.stream(0)) == (0, [])


def test_zero_window_probes() -> None:
    wire = Wire().handshake().down(1, DATA, 1, 1, 1000).up(1.1, ACK, 1, 1001, window=0)
    wire.down(1.5, ACK, 1001, 1, 1).up(1.6, ACK, 1, 1001, window=0)
    wire.down(2.5, ACK, 1001, 1, 1).up(2.6, ACK, 1, 1001, window=500)
    seen = track(wire.down(2.7, DATA, 1001, 1, 500))
    assert seen.value("bytes_down") == 1500
    assert (seen.outcomes, seen.closes) == (["established"], ["open"])


def test_a_fin_sent_again() -> None:
    wire = Wire().handshake().up(1, FIN | ACK, 1, 1).up(1.3, FIN | ACK, 1, 1).down(1.4, FIN | ACK, 1, 2)
    seen = track(wire)
    assert (seen.closes, seen.seconds("close_time")) == (["fin"], 1.4)
    assert seen.result.quality.retransmissions == 1


def test_a_payload_that_the_snaplen_cut() -> None:
    seen = track(Wire().handshake().up(1, DATA, 1, 1, 100, captured=14))
    assert seen.value("bytes_up") == 100
    assert seen.segments.captured.tolist() == [14]
    assert seen.result.quality.cut_payloads == 1


def test_numbers_beyond_any_window_are_not_followed() -> None:
    seen = track(Wire().handshake().up(1, DATA, 1_500_000_000, 1, 100).up(1.1, DATA, 1, 1, 10))
    assert (seen.value("bytes_up"), seen.stream(0)) == (10, [(0, 10, 0)])


def test_more_holes_than_are_remembered() -> None:
    wire = Wire().handshake()
    for k in range(100):
        wire.up(1 + k / 1000, DATA, 101 + 200 * k, 1, 100).down(1 + k / 1000, ACK, 1, 201 + 200 * k)
    quality = track(wire).result.quality
    assert (quality.gaps, quality.gap_bytes) == (100, 10_000)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 80)), min_size=1, max_size=40),
    st.integers(0, 0xFFFFFFFF),
)
def test_distinct_bytes_and_gaps_are_those_of_a_set(pieces: list[tuple[int, int]], isn: int) -> None:
    wire = Wire(isn=isn).handshake()
    for k, (start, length) in enumerate(pieces):
        wire.up(1 + k, DATA, 1 + 10 * start, 1, 10 * length)
        wire.down(1.5 + k, ACK, 1, 1 + 10 * max(start + length for start, length in pieces[: k + 1]))
    seen = feed(wire.packets)
    bytes_seen = {b for start, length in pieces for b in range(10 * start, 10 * (start + length))}
    assert seen.value("bytes_up") == len(bytes_seen)
    assert seen.result.quality.gap_bytes == max(bytes_seen) + 1 - len(bytes_seen)


def test_a_stream_in_random_order_is_whole() -> None:
    wire = Wire().handshake()
    order = list(range(30))
    random.Random(4).shuffle(order)
    for k in order:
        wire.up(1 + k / 100, DATA, 1 + 10 * k, 1, 10)
    seen = track(wire)
    assert (seen.value("bytes_up"), seen.result.quality.gaps) == (300, 0)
