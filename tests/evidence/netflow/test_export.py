"""Export datagrams, made byte by byte here or by scapy: what they say must come out."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from ipaddress import ip_address

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.netflow import NetflowHeader, NetflowHeaderV5, NetflowRecordV5

from pcapinspect.columns import MISSING
from pcapinspect.evidence.netflow.export import ExportDecoder
from pcapinspect.evidence.netflow.model import FlowFile, Flows

ROUTER = "192.0.2.1"
EXPORTED = 1_700_000_000
UPTIME = 5_000_000

# Elements (RFC 3954, 8): addresses, ports, protocol, flags, packets, bytes, first and last uptime.
LAYOUT = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (2, 4), (1, 4), (22, 4), (21, 4))


def v9(*sets: bytes, sequence: int = 0, source: int = 0) -> bytes:
    return struct.pack("!HHIIII", 9, len(sets), UPTIME, EXPORTED, sequence, source) + b"".join(sets)


def ipfix(*sets: bytes, sequence: int = 0, domain: int = 0) -> bytes:
    body = b"".join(sets)
    return struct.pack("!HHIII", 10, 16 + len(body), EXPORTED, sequence, domain) + body


def a_set(number: int, body: bytes) -> bytes:
    return struct.pack("!HH", number, 4 + len(body)) + body


def template(number: int, layout: Iterable[tuple[int, int]] = LAYOUT) -> bytes:
    layout = list(layout)
    return struct.pack("!HH", number, len(layout)) + b"".join(struct.pack("!HH", *item) for item in layout)


def record(client: int = 1, port: int = 1024, flags: int = 0x1B, packets: int = 5, protocol: int = 6) -> bytes:
    addresses = bytes([10, 2, 0, client, 10, 1, 0, 80])
    return addresses + struct.pack(
        "!HHBBIIII", port, 80, protocol, flags, packets, packets * 50, UPTIME - 4000, UPTIME - 1000
    )


def decode(*datagrams: bytes, ports: tuple[int, ...] = (80,)) -> tuple[Flows, FlowFile]:
    file = FlowFile("made")
    decoder = ExportDecoder(file, ports)
    for datagram in datagrams:
        decoder.feed(ROUTER, datagram)
    return decoder.finish(), file


def test_v9_record_field_by_field() -> None:
    flows, file = decode(v9(a_set(0, template(256)), a_set(256, record(client=9, port=23627, packets=4, flags=2))))
    assert len(flows) == 1
    assert (flows.exporter[0], flows.src_ip[0], flows.dst_ip[0]) == (ROUTER, "10.2.0.9", "10.1.0.80")
    assert (flows.src_port[0], flows.dst_port[0]) == (23627, 80)
    assert (flows.packets[0], flows.bytes[0], flows.tcp_flags[0]) == (4, 200, 2)
    assert flows.start[0] == (EXPORTED - 4) * 10**9
    assert flows.end[0] == (EXPORTED - 1) * 10**9
    assert (file.format, file.datagrams, file.records, file.kept, file.exporters) == ("netflow9", 1, 1, 1, [ROUTER])


def test_v5_as_scapy_writes_it() -> None:
    header = NetflowHeaderV5(count=2, sysUptime=UPTIME, unixSecs=EXPORTED, unixNanoSeconds=250, flowSequence=7)
    records = [
        NetflowRecordV5(
            src="10.2.0.1", dst="10.1.0.80", srcport=1024, dstport=80, dpkts=4, dOctets=176, first=UPTIME - 14_000,
            last=UPTIME, tcpFlags=2, prot=6,
        ),
        NetflowRecordV5(src="10.1.0.80", dst="10.2.0.1", srcport=80, dstport=1024, dpkts=1, dOctets=40, prot=17),
    ]  # fmt: skip
    flows, file = decode(bytes(NetflowHeader(version=5) / header / records[0] / records[1]))
    assert flows.src_ip.tolist() == ["10.2.0.1"]  # UDP is not kept
    assert flows.start.tolist() == [(EXPORTED - 14) * 10**9 + 250]
    assert (flows.packets[0], flows.bytes[0], flows.tcp_flags[0]) == (4, 176, 2)
    assert (file.records, file.kept) == (2, 1)


def test_uptime_that_wrapped_since_the_flow_began() -> None:
    body = bytearray(record())
    body[-8:-4] = struct.pack("!I", 2**32 - 2000)  # before the wrap
    body[-4:] = struct.pack("!I", 1000)
    datagram = bytearray(v9(a_set(0, template(256)), a_set(256, bytes(body))))
    datagram[4:8] = struct.pack("!I", 3000)  # uptime when exported
    flows, _ = decode(bytes(datagram))
    assert flows.end[0] == (EXPORTED - 2) * 10**9
    # 2,000 ms before the wrap and 3,000 ms after it.
    assert flows.start[0] == (EXPORTED - 5) * 10**9


def test_a_template_that_comes_late_leaves_the_sets_before_it_unread() -> None:
    flows, file = decode(
        v9(a_set(256, record())), v9(a_set(0, template(256)), a_set(256, record(client=2)), sequence=1)
    )
    assert flows.src_ip.tolist() == ["10.2.0.2"]
    assert file.without_template == 1


def test_templates_hold_within_their_exporter_and_domain() -> None:
    file = FlowFile("made")
    decoder = ExportDecoder(file, (80,))
    decoder.feed(ROUTER, v9(a_set(0, template(256)), source=1))
    decoder.feed(ROUTER, v9(a_set(256, record()), source=2))
    decoder.feed("192.0.2.2", v9(a_set(256, record()), source=1))
    assert len(decoder.finish()) == 0
    assert file.without_template == 2


def test_a_template_that_changes_and_one_that_is_withdrawn() -> None:
    short = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1))
    body = bytes([10, 2, 0, 7, 10, 1, 0, 80]) + struct.pack("!HHB", 999, 80, 6)
    flows, file = decode(
        ipfix(a_set(2, template(256)), a_set(256, record())),
        ipfix(a_set(2, template(256, short)), a_set(256, body), sequence=1),
        ipfix(a_set(2, struct.pack("!HH", 256, 0)), a_set(256, body), sequence=2),
    )
    assert sorted(flows.src_ip.tolist()) == ["10.2.0.1", "10.2.0.7"]
    assert flows.tcp_flags[flows.src_ip == "10.2.0.7"].tolist() == [MISSING]
    assert file.without_template == 1


@pytest.mark.parametrize(
    ("elements", "size", "start", "expected"),
    [
        ((150, 151), "I", EXPORTED, EXPORTED * 10**9),
        ((152, 153), "Q", EXPORTED * 1000 + 7, EXPORTED * 10**9 + 7_000_000),
        ((154, 155), "Q", (EXPORTED + 2_208_988_800 << 32) + (1 << 31), EXPORTED * 10**9 + 500_000_000),
        ((156, 157), "Q", (EXPORTED + 2_208_988_800 << 32) + (1 << 30), EXPORTED * 10**9 + 250_000_000),
        ((158, 159), "I", 2_500_000, (EXPORTED - 2) * 10**9 - 500_000_000),
    ],
)
def test_every_way_to_say_when(elements: tuple[int, int], size: str, start: int, expected: int) -> None:
    width = struct.calcsize("!" + size)
    layout = (*LAYOUT[:5], (elements[0], width), (elements[1], width))
    body = record()[:13] + struct.pack(f"!{size}{size}", start, start)
    flows, _ = decode(ipfix(a_set(2, template(300, layout)), a_set(300, body)))
    assert flows.start.tolist() == flows.end.tolist() == [expected]


def test_ipv6_variable_length_and_private_elements() -> None:
    private = struct.pack("!HHI", 0x8000 | 99, 3, 9)
    fixed = [(27, 16), (28, 16), (7, 2), (11, 2), (4, 1)]
    head = struct.pack("!HH", 400, len(fixed) + 2) + struct.pack("!HH", 82, 0xFFFF) + private
    layout = head + b"".join(struct.pack("!HH", *item) for item in fixed)
    addresses = ip_address("2001:db8::9").packed + ip_address("2001:db8::80").packed
    tail = b"abc" + addresses + struct.pack("!HHB", 5000, 80, 6)
    body = b"\x04Gi00" + tail + b"\xff\x01\x00" + bytes(256) + tail
    flows, file = decode(ipfix(a_set(2, layout), a_set(400, body + b"\x00\x00")))
    assert flows.src_ip.tolist() == ["2001:db8::9"] * 2
    assert flows.dst_ip.tolist() == ["2001:db8::80"] * 2
    assert file.malformed == 0


def test_sampling_is_said() -> None:
    options = struct.pack("!HHHHHHH", 500, 4, 4, 1, 4, 34, 4)
    flows, file = decode(v9(a_set(1, options), a_set(500, struct.pack("!II", 1, 100))))
    assert file.sampling == 100
    assert file.records == len(flows) == 0


@pytest.mark.parametrize("booted", [1 << 60, (1 << 64) - 1])
def test_an_exporter_that_booted_beyond_all_time_tells_nothing(booted: int) -> None:
    options = struct.pack("!HHHHH", 500, 1, 1, 160, 8)
    sets = a_set(3, options), a_set(500, struct.pack("!Q", booted)), a_set(2, template(300)), a_set(300, record())
    flows, _ = decode(ipfix(*sets))
    assert flows.start.tolist() == [EXPORTED * 10**9]


def test_missing_records_by_sequence_numbers() -> None:
    three = a_set(256, record() * 3)
    rfc = [ipfix(a_set(2, template(256)), three, sequence=0), ipfix(three, sequence=3), ipfix(three, sequence=10)]
    assert decode(*rfc)[1].lost == 4
    # softflowd counts a datagram's own records too: 3, 3 + 2, and no record is missing.
    two = a_set(256, record() * 2)
    assert decode(ipfix(a_set(2, template(256)), three, sequence=3), ipfix(two, sequence=5))[1].lost == 0
    wrap = [v9(a_set(0, template(256)), sequence=2**32 - 1), v9(three, sequence=1)]
    assert decode(*wrap)[1].lost == 1


def test_a_record_of_both_directions_is_two_flows() -> None:
    # RFC 5103: the same element under enterprise 29305 is that of the way back.
    both = struct.pack("!HH", 256, len(LAYOUT) + 2) + b"".join(struct.pack("!HH", *item) for item in LAYOUT)
    both += struct.pack("!HHIHHI", 0x8000 | 2, 4, 29305, 0x8000 | 6, 1, 29305)
    answered = record(port=1024) + struct.pack("!IB", 4, 0x12)
    silent = record(port=1025, flags=2) + struct.pack("!IB", 0, 0)
    flows, file = decode(ipfix(a_set(2, both), a_set(256, answered + silent)))
    assert (file.records, file.biflows, file.firewall_events, file.kept) == (2, 2, 0, 3)
    rows = zip(flows.src_ip, flows.src_port, flows.dst_port, flows.packets, flows.tcp_flags, strict=True)
    assert sorted(rows) == [
        ("10.1.0.80", 80, 1024, 4, 0x12),
        ("10.2.0.1", 1024, 80, 5, 0x1B),
        ("10.2.0.1", 1025, 80, 5, 2),
    ]
    assert len(set(flows.start.tolist())) == 1  # the way back has no times of its own here


NSEL = ((148, 4), (8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (233, 1), (323, 8), (152, 8), (231, 4), (232, 4))


def event(number: int, port: int, what: int, at: int, sent: int = 0, answered: int = 0) -> bytes:
    ends = bytes([10, 2, 0, 1, 10, 1, 0, 80]) + struct.pack("!HHBB", port, 80, 6, what)
    return struct.pack("!I", number) + ends + struct.pack("!QQII", at, 1000, sent, answered)


def test_the_events_of_a_connection_at_a_firewall_are_one_flow_each_way() -> None:
    events = event(7, 1024, 1, 1000) + event(8, 1025, 3, 1500) + event(7, 1024, 2, 4000, 200, 900)
    flows, file = decode(v9(a_set(0, template(256, NSEL)), a_set(256, events)))
    assert (file.records, file.firewall_events, file.denied, file.kept) == (3, 3, 1, 3)
    assert sorted(zip(flows.src_port.tolist(), flows.bytes.tolist(), strict=True)) == [
        (80, 900),
        (1024, 200),
        (1025, 0),
    ]
    first = flows.take(flows.src_port == 1024)
    assert (first.start.tolist(), first.end.tolist()) == ([10**9], [4 * 10**9])


@pytest.mark.parametrize(
    ("layout", "values", "interval"),
    [
        (((34, 4),), struct.pack("!I", 100), 100),
        (((50, 4),), struct.pack("!I", 7), 7),
        (((305, 4), (306, 4)), struct.pack("!II", 1, 9), 10),
        (((305, 4), (306, 4)), struct.pack("!II", 2, 6), 4),
        (((309, 4), (310, 4)), struct.pack("!II", 5, 500), 100),
        (((304, 2), (305, 4)), struct.pack("!HI", 1, 100), 100),
        (((304, 2), (307, 4), (308, 4)), struct.pack("!HII", 2, 1000, 9000), 10),
        (((304, 2), (311, 8)), struct.pack("!Hd", 4, 0.01), 100),
        (((304, 2), (311, 4)), struct.pack("!Hf", 4, 0.01), 100),
        (((311, 8),), struct.pack("!d", float("nan")), None),
        (((311, 8),), struct.pack("!d", 1e-300), None),
        (((34, 4), (305, 4), (306, 4)), struct.pack("!III", 0, 1, 9), 10),
        (((34, 4),), struct.pack("!I", 1), 1),
        (((34, 4),), struct.pack("!I", 0), None),
    ],
)
def test_sampling_is_read_from_options_also_of_records_before_them(
    layout: tuple[tuple[int, int], ...], values: bytes, interval: int | None
) -> None:
    options = struct.pack("!HHH", 300, len(layout) + 1, 1) + struct.pack("!HH", 149, 4)
    options += b"".join(struct.pack("!HH", *item) for item in layout)
    said = a_set(3, options), a_set(300, bytes(4) + values)
    flows, file = decode(ipfix(a_set(2, template(256)), a_set(256, record()), *said))
    assert file.sampling == interval
    assert flows.sampling.tolist() == [MISSING if interval is None else interval]


def test_sampling_is_read_from_the_flows_themselves() -> None:
    layout = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (305, 4), (306, 4))
    ends = bytes([10, 2, 0, 1, 10, 1, 0, 80]) + struct.pack("!HHB", 1024, 80, 6)
    flows, file = decode(ipfix(a_set(2, template(256, layout)), a_set(256, ends + struct.pack("!II", 1, 9))))
    assert (flows.sampling.tolist(), file.sampling) == ([10], 10)


def test_templates_that_lie_cost_nothing() -> None:
    zero = template(256, [(8, 0)] * 100)
    huge = template(257, [(8, 0xFFFE)] * 500)
    many = template(258, [(1, 1)] * 3000)
    flows, file = decode(v9(a_set(0, zero), a_set(256, bytes(60_000))), v9(a_set(0, huge), a_set(257, bytes(60_000))))
    assert len(flows) == file.records == 0
    flows, file = decode(v9(a_set(0, many), a_set(258, bytes(60_000)), sequence=1))
    assert len(flows) == 0
    # Variable lengths of nothing: each record is one byte that says so.
    nothing = struct.pack("!HHHH", 259, 1, 8, 0xFFFF)
    flows, file = decode(ipfix(a_set(2, nothing), a_set(259, bytes(60_000))))
    assert len(flows) == file.records == 0


def test_many_exporters_have_their_own_templates_and_numbers() -> None:
    file = FlowFile("made")
    decoder = ExportDecoder(file, (80,))
    for exporter in range(300):
        address = f"10.9.{exporter // 250}.{exporter % 250}"
        decoder.feed(address, v9(a_set(0, template(256)), a_set(256, record(port=1024 + exporter)), sequence=exporter))
    flows = decoder.finish()
    assert len(flows) == len(set(flows.exporter.tolist())) == len(file.exporters) == 300
    assert file.lost == 0


@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 255))
def test_damage_is_counted_never_raised(tail: bytes, place: int, value: int) -> None:
    whole = bytearray(
        ipfix(
            a_set(2, template(256)), a_set(3, struct.pack("!HHHHHHH", 500, 2, 1, 1, 4, 34, 4)), a_set(256, record() * 3)
        )
    )
    whole[place % len(whole)] = value
    decode(bytes(whole), bytes(whole) + tail, tail, v9(tail), ipfix(a_set(256, tail)), ports=tuple(range(65536)))


def test_many_records_of_many_datagrams_keep_their_own_times() -> None:
    file = FlowFile("made")
    decoder = ExportDecoder(file, (80,))
    decoder.feed(ROUTER, v9(a_set(0, template(256))))
    for second in range(100):
        datagram = bytearray(v9(a_set(256, record(port=1024 + second) * 30), sequence=second + 1))
        datagram[8:12] = struct.pack("!I", EXPORTED + second)
        decoder.feed(ROUTER, bytes(datagram))
    flows = decoder.finish()
    assert len(flows) == 3000
    assert np.array_equal(flows.start, (EXPORTED - 4 + (flows.src_port.astype(np.int64) - 1024)) * 10**9)
    assert file.lost == 0
