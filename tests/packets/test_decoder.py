"""Batches keep the order of the capture, whichever kernel decoded a packet."""

from __future__ import annotations

from pathlib import Path

from tests.capture import wire


def test_common_and_rare_headers_and_joined_fragments_in_one_batch(tmp_path: Path) -> None:
    def plain(number: int) -> bytes:
        return wire.segment(seq=number)

    def tunnelled(number: int) -> bytes:
        return wire.ethernet(wire.ipv4(b"\0\0\x08\0" + wire.ipv4(wire.tcp(seq=number)), 47))

    inner = wire.tcp(b"x" * 30, seq=4)
    first, last = (wire.ethernet(wire.ipv4(p, place=place)) for p, place in ((inner[:16], 0x2000), (inner[16:], 2)))
    packets = [tunnelled(1), plain(2), first, tunnelled(3), last, plain(5), tunnelled(6)]
    rows = wire.read_bytes(tmp_path, wire.pcap(packets)).rows
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.frame for row in rows] == [1, 2, 4, 5, 6, 7]
    assert [row.time for row in rows] == sorted(row.time for row in rows)


def test_only_rare_headers(tmp_path: Path) -> None:
    packets = [b"\2\0\0\0" + wire.ipv4(wire.tcp(seq=i)) for i in range(5)]
    assert [row.seq for row in wire.read_bytes(tmp_path, wire.pcap(packets, 0)).rows] == list(range(5))


def test_counts_of_both_kernels_add_up(tmp_path: Path) -> None:
    arp, odd = wire.ethernet(bytes(28), 0x0806), wire.ethernet(bytes(40), 0x9999)
    in_mpls = wire.ethernet(b"\0\1\1\x40" + arp, 0x8847)
    file = wire.read_bytes(tmp_path, wire.pcap([arp, in_mpls, odd, odd])).file
    assert (file.not_ip, file.unknown, file.packets) == (2, {"ethertype 0x9999": 2}, 4)


def test_a_table_of_records_that_fills_up_is_emptied_and_filled_again(tmp_path: Path) -> None:
    data = wire.pcap([wire.ethernet(b"", 0x0806)] * 140_000 + [wire.segment()])
    reading = wire.read_bytes(tmp_path, data)
    assert [row.frame for row in reading.rows] == [140_001]
    assert (reading.file.packets, reading.file.not_ip) == (140_001, 140_000)
