"""What comes out must not depend on how the packets came in: container, compression, files, size of batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcapinspect.errors import CaptureError
from pcapinspect.packets.reader import CaptureReader
from tests.capture import wire
from tests.packets.test_hostile import PACK

START = 1_700_000_000_000_000_000

PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def captures(draw: st.DrawFn) -> list[wire.Stamped]:
    """Packets in the order of time, in whole microseconds; segments, fragments, ICMP errors, and other things."""
    packets: list[bytes] = []
    for number in range(draw(st.integers(1, 25))):
        inner = wire.tcp(bytes([number]) * draw(st.integers(0, 60)), seq=number * 1000)
        kind = draw(st.sampled_from(["plain", "vlan", "six", "fragments", "icmp", "gre", "arp"]))
        if kind == "plain":
            packets.append(wire.ethernet(wire.ipv4(inner)))
        elif kind == "vlan":
            packets.append(wire.ethernet(b"\0\5\x08\0" + wire.ipv4(inner), 0x8100))
        elif kind == "six":
            packets.append(wire.ethernet(wire.ipv6(inner), 0x86DD))
        elif kind == "gre":
            packets.append(wire.ethernet(wire.ipv4(b"\0\0\x08\0" + wire.ipv4(inner), 47)))
        elif kind == "icmp":
            packets.append(wire.ethernet(wire.ipv4(b"\3\1" + bytes(6) + wire.ipv4(inner), 1)))
        elif kind == "fragments":
            packets.append(wire.ethernet(wire.ipv4(inner[:16], place=0x2000, ident=number)))
            packets.append(wire.ethernet(wire.ipv4(inner[16:], place=2, ident=number)))
        else:
            packets.append(wire.ethernet(bytes(28), 0x0806))
    steps = draw(st.lists(st.integers(0, 5000), min_size=len(packets), max_size=len(packets)))
    times = [START + sum(steps[: i + 1]) * 1000 for i in range(len(packets))]
    return [wire.Stamped(data, time) for data, time in zip(packets, times, strict=True)]


FORMATS: list[Callable[[list[wire.Stamped]], bytes]] = [
    lambda p: wire.pcap(p),
    lambda p: wire.pcap(p, order=">"),
    lambda p: wire.pcap(p, nano=True),
    lambda p: wire.pcap(p, nano=True, order=">"),
    lambda p: wire.pcapng(p),
    lambda p: wire.pcapng(p, order=">"),
]


@PROPERTY
@given(captures(), st.sampled_from(FORMATS), st.sampled_from(sorted(PACK)), st.integers(1, 4000))
def test_container_compression_and_batches_change_nothing(
    tmp_path: Path,
    packets: list[wire.Stamped],
    form: Callable[[list[wire.Stamped]], bytes],
    packing: str,
    batch_bytes: int,
) -> None:
    plain = wire.read_bytes(tmp_path, wire.pcap(packets))
    other = wire.read_bytes(tmp_path, PACK[packing](form(packets)), batch_bytes)
    assert other.rows == plain.rows
    assert plain.file.packets == other.file.packets == len(packets)
    for name in ("unknown", "not_ip", "fragments", "first_time", "last_time", "link_types", "time_backwards"):
        assert getattr(other.file, name) == getattr(plain.file, name)


@PROPERTY
@given(captures(), st.integers(1, 10), st.permutations(range(10)))
def test_a_ring_of_files_is_the_same_as_one(
    tmp_path: Path, packets: list[wire.Stamped], files: int, order: list[int]
) -> None:
    packets = [replace(p, time=p.time + i * 1000) for i, p in enumerate(packets)]  # no two times alike
    whole = wire.read_bytes(tmp_path, wire.pcap(packets))
    size = -(-len(packets) // files)
    paths = []
    for part in range(0, len(packets), size):
        path = tmp_path / f"ring{part // size}"
        path.write_bytes(wire.pcap(packets[part : part + size]))
        paths.append(path)
    shuffled = [paths[i] for i in order if i < len(paths)]
    split = wire.read(shuffled)
    assert [file.path for file in split.inputs] == [str(path) for path in paths]
    assert [replace(row, file=0, frame=row.frame + row.file * size) for row in split.rows] == whole.rows
    assert sum(file.packets for file in split.inputs) == len(packets)


def test_the_columns_of_a_segment(tmp_path: Path) -> None:
    reading = wire.read_bytes(tmp_path, wire.pcap([wire.segment(b"hello", seq=7, ack=9, flags=wire.PUSH_ACK)]))
    (row,) = reading.rows
    assert row == wire.Row(
        file=0,
        frame=1,
        time=START,
        source=wire.CLIENT,
        destination=wire.SERVER,
        ports=(40_000, 80),
        seq=7,
        ack=9,
        flags=wire.PUSH_ACK,
        window=4128,
        checksum=0xBEEF,
        ip_id=77,
        ttl=63,
        kind=0,
        length=5,
        payload=b"hello",
    )


def test_two_directions_in_two_overlapping_files_are_merged(tmp_path: Path) -> None:
    second = 1_000_000_000
    up = [wire.Stamped(wire.segment(seq=i), START + 2 * i * second) for i in range(6)]
    down = [wire.Stamped(wire.segment(seq=100 + i), START + (2 * i + 1) * second) for i in range(6)]
    (tmp_path / "up").write_bytes(wire.pcap(up))
    (tmp_path / "down").write_bytes(wire.pcap(down))
    reading = wire.read([tmp_path / "down", tmp_path / "up"])
    assert [Path(file.path).name for file in reading.inputs] == ["up", "down"]
    assert [row.seq for row in reading.rows] == [n for i in range(6) for n in (i, 100 + i)]
    assert [(row.file, row.frame) for row in reading.rows] == [(f, i + 1) for i in range(6) for f in (0, 1)]


def test_fragments_of_one_packet_in_two_files(tmp_path: Path) -> None:
    inner = wire.tcp(b"x" * 40)
    first = wire.Stamped(wire.ethernet(wire.ipv4(inner[:32], place=0x2000)), START)
    last = wire.Stamped(wire.ethernet(wire.ipv4(inner[32:], place=4)), START + 1000)
    (tmp_path / "0").write_bytes(wire.pcap([first]))
    (tmp_path / "1").write_bytes(wire.pcap([last]))
    (row,) = wire.read([tmp_path / "0", tmp_path / "1"]).rows
    assert (row.file, row.frame, row.payload) == (1, 1, b"x" * 40)


def test_progress_ends_at_the_size_of_the_files(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(wire.pcap([wire.Stamped(wire.segment(name.encode()), START + ord(name))]))
    calls: list[tuple[int, int | None, int]] = []
    paths = [str(tmp_path / name) for name in "ab"]
    list(CaptureReader(paths, progress=lambda *call: calls.append(call)))
    total = sum(Path(path).stat().st_size for path in paths)
    assert calls[-1] == (total, total, 2)
    assert calls == sorted(calls)


def test_an_error_names_the_file_and_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(wire.pcap([wire.segment()])[:-1])
    with pytest.raises(CaptureError) as caught:
        wire.read([path])
    assert str(caught.value) == f"{path}, byte 24: the file ends in the middle of a packet"
