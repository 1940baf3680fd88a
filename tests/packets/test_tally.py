"""What a file's records say about the file."""

from __future__ import annotations

from pathlib import Path

from tests.capture import wire

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
PACKET = wire.segment()


def times(tmp_path: Path, *seconds: float) -> tuple[int, int]:
    """Packets earlier than the one before, and steps of the clock."""
    packets = [wire.Stamped(PACKET, START + int(s * SECOND)) for s in seconds]
    file = wire.read_bytes(tmp_path, wire.pcap(packets, nano=True)).file
    assert (file.first_time, file.last_time) == (packets[0].time, packets[-1].time)
    return file.time_backwards, file.clock_jumps


def test_packets_out_of_order_are_no_steps_of_the_clock(tmp_path: Path) -> None:
    assert times(tmp_path, 0, 1, 2) == (0, 0)
    assert times(tmp_path, 0, 1, 0.5, 1, 0.999_999) == (2, 0)


def test_steps_of_the_clock(tmp_path: Path) -> None:
    assert times(tmp_path, 0, 3600, 2, 3) == (1, 1)
    assert times(tmp_path, 0, 86_400, 7 * 86_400) == (0, 0)
    assert times(tmp_path, -700_000_000, 0) == (0, 1)


def test_steps_are_seen_between_batches_too(tmp_path: Path) -> None:
    packets = [wire.Stamped(PACKET, START + (100 - i) * SECOND * 2) for i in range(100)]
    file = wire.read_bytes(tmp_path, wire.pcap(packets), 600).file
    assert (file.time_backwards, file.clock_jumps) == (99, 99)
    assert file.jumps == [(i + 1, packets[i - 1].time, packets[i].time) for i in range(1, 100)]


def test_reasons_without_end_are_gathered(tmp_path: Path) -> None:
    packets = [wire.ethernet(bytes(46), kind) for kind in range(0xA000, 0xA000 + 500)]
    file = wire.read_bytes(tmp_path, wire.pcap(packets)).file
    assert len(file.unknown) == 201
    assert sum(file.unknown.values()) == 500


def test_packets_that_the_snaplen_cut_are_counted(tmp_path: Path) -> None:
    packets = [PACKET, wire.Stamped(PACKET[:60], START, len(PACKET)), wire.Stamped(PACKET, START, 1)]
    assert wire.read_bytes(tmp_path, wire.pcap(packets)).file.snaplen_cut == 1


def test_a_link_type_that_is_not_decoded_is_named(tmp_path: Path) -> None:
    file = wire.read_bytes(tmp_path, wire.pcap([PACKET] * 2, 147)).file
    assert (file.packets, file.unknown) == (2, {"link type 147 (USER0)": 2})
    assert wire.read_bytes(tmp_path, wire.pcap([PACKET], 4711)).file.unknown == {"link type 4711": 1}
